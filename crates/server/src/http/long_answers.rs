//! Long answers, of which an organization may have a few at a time: each is in memory until its client has
//! read it, and a client may take as long as it likes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use hyper::body::Bytes;

use crate::db::error::StoreError;
use crate::lock::lock;
use crate::turns::LONG_TEXT;

/// How many long answers of an organization may be written and sent at once.
pub(crate) const MAX_LONG_ANSWERS: usize = 4;

/// The long answers of each organization that are not read yet. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct LongAnswers(Arc<Mutex<HashMap<i64, usize>>>);

/// A place for a long answer, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    answers: LongAnswers,
    organization: i64,
}

/// An answer in its place.
struct Placed {
    text: Vec<u8>,
    _place: Place,
}

impl LongAnswers {
    /// A place for an answer of so many bytes; `None` if it is short and needs none.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the organization has too many long answers already.
    pub(crate) fn admit(
        &self,
        organization: i64,
        length: usize,
    ) -> Result<Option<Place>, StoreError> {
        if length <= LONG_TEXT {
            return Ok(None);
        }
        let mut counts = lock(&self.0);
        let count = counts.entry(organization).or_default();
        if *count >= MAX_LONG_ANSWERS {
            return Err(StoreError::Busy);
        }
        *count += 1;
        Ok(Some(Place {
            answers: self.clone(),
            organization,
        }))
    }
}

impl Place {
    /// A body that keeps the place for as long as any of it is in memory.
    pub(crate) fn body(place: Option<Self>, text: Vec<u8>) -> Body {
        let Some(place) = place else {
            return Body::from(text);
        };
        Body::from(Bytes::from_owner(Placed {
            text,
            _place: place,
        }))
    }
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.answers.0);
        if let Some(count) = counts.get_mut(&self.organization) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.organization);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::{LONG_TEXT, LongAnswers, MAX_LONG_ANSWERS, Place};

    #[tokio::test]
    async fn an_answer_has_its_place_until_it_is_read() {
        let answers = LongAnswers::default();
        let long = LONG_TEXT + 1;
        let admit = || answers.admit(1, long);
        let mut bodies: Vec<_> = (0..MAX_LONG_ANSWERS)
            .map(|_| Place::body(admit().unwrap(), vec![7; long]))
            .collect();
        assert!(admit().is_err());
        assert!(answers.admit(1, LONG_TEXT).unwrap().is_none(), "short");
        assert!(answers.admit(2, long).is_ok(), "another organization");
        let mut body = bodies.pop().unwrap();
        let frame = body.frame().await.unwrap().unwrap();
        let mut data = frame.into_data().unwrap();
        drop(body);
        let piece = data.split_to(10);
        drop(data);
        assert!(admit().is_err(), "a piece of it is not sent yet");
        drop(piece);
        assert!(admit().is_ok());
        drop(bodies);
        assert!(answers.0.lock().unwrap().is_empty());
    }
}
