//! The rest of a request's body that was answered before it was read.
//!
//! hyper closes the connection then. A client that is still sending would see the end of the connection,
//! and not the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, SizeHint};

use crate::lock::lock;

/// How much of the rest is read, so that the connection can be used further, in bytes.
const REST: usize = 256 * 1024;

/// For how long.
const REST_TIME: Duration = Duration::from_millis(500);

/// A body that is handed back if it is dropped before its end.
#[derive(Debug)]
pub(crate) struct RequestBody<R: Body + Unpin> {
    /// `None` once it has ended.
    inner: Option<R>,
    rest: Rest<R>,
}

/// What is left of a body that was dropped.
#[derive(Debug)]
pub(super) struct Rest<R>(Arc<Mutex<Option<R>>>);

impl<R> Clone for Rest<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A body, and what will be left of it.
pub(super) fn watched<R: Body + Unpin>(body: R) -> (RequestBody<R>, Rest<R>) {
    let rest = Rest(Arc::default());
    let inner = Some(body).filter(|body| !body.is_end_stream());
    let watched = RequestBody {
        inner,
        rest: rest.clone(),
    };
    (watched, rest)
}

impl<R: Body<Data = Bytes> + Unpin> Rest<R> {
    /// Whether there is none, or it is read now, within limits.
    pub(super) async fn is_read(&self) -> bool {
        let Some(mut body) = lock(&self.0).take() else {
            return true;
        };
        let reading = async {
            let mut length = 0;
            while let Some(frame) = body.frame().await {
                let Ok(frame) = frame else { return false };
                length += frame.data_ref().map_or(0, Bytes::len);
                if length > REST {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(REST_TIME, reading)
            .await
            .unwrap_or(false)
    }

    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.0).is_none()
    }
}

impl<R: Body<Data = Bytes> + Unpin> Body for RequestBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(&mut *inner).poll_frame(context));
        if frame.is_none() || inner.is_end_stream() {
            self.inner = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let ended = SizeHint::with_exact(0);
        self.inner.as_ref().map_or(ended, Body::size_hint)
    }
}

impl<R: Body + Unpin> Drop for RequestBody<R> {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            *lock(&self.rest.0) = Some(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body_util::BodyExt as _;
    use hyper::body::{Body, Bytes, Frame};

    use super::{REST, REST_TIME, watched};

    /// A body of so many pieces of a kilobyte; `None` never has one.
    struct Pieces(Option<usize>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match &mut self.0 {
                None => Poll::Pending,
                Some(0) => Poll::Ready(None),
                Some(count) => {
                    *count -= 1;
                    Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![0; 1_024])))))
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_is_read_within_limits() {
        for (count, is_read) in [
            (Some(1), true),
            (Some(REST / 1_024), true),
            (Some(REST / 1_024 + 1), false),
            (None, false),
        ] {
            let (body, rest) = watched(Pieces(count));
            drop(body);
            let started = tokio::time::Instant::now();
            assert_eq!(rest.is_read().await, is_read, "{count:?}");
            assert!(rest.is_empty());
            let waited = started.elapsed();
            assert_eq!(waited.is_zero(), count.is_some(), "{count:?}");
            assert!(waited <= REST_TIME);
        }
    }

    #[tokio::test]
    async fn a_body_that_was_read_leaves_nothing() {
        let (mut body, rest) = watched(Pieces(Some(2)));
        assert!(rest.is_empty(), "while it is read");
        while body.frame().await.is_some() {}
        assert!(body.is_end_stream());
        drop(body);
        assert!(rest.is_empty());
        let (mut body, rest) = watched(Pieces(Some(2)));
        body.frame().await.unwrap().unwrap();
        drop(body);
        assert!(!rest.is_empty());
    }
}
