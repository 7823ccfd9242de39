//! Keys that were unwrapped a short time ago.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::lock::lock;

/// How many keys are kept, at most.
const MAX_KEYS: usize = 1_000;

/// How long a key is kept. That is how long secrets can be decrypted after OpenBao has stopped to unwrap.
const LIFETIME: Duration = Duration::from_secs(300);

/// Keys that were unwrapped a short time ago.
#[derive(Default)]
pub(super) struct Unwrapped(Mutex<HashMap<Place, Kept>>);

/// What a key is kept under: where it belongs, and its wrapped form. A key that was moved or changed in the database is not
/// found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place([u8; 32]);

struct Kept {
    key: Zeroizing<Vec<u8>>,
    until: Instant,
}

impl Place {
    pub(super) fn of(context: &[u8], wrapped: &str) -> Self {
        let length = context.len().to_be_bytes();
        let text = [&length, context, wrapped.as_bytes()].concat();
        let mut place = [0; 32];
        place.copy_from_slice(digest(&SHA256, &text).as_ref());
        Self(place)
    }
}

impl Unwrapped {
    /// The key at a place, if it was unwrapped a short time ago.
    pub(super) fn find(&self, place: Place, now: Instant) -> Option<Zeroizing<Vec<u8>>> {
        let keys = lock(&self.0);
        let kept = keys.get(&place).filter(|kept| now < kept.until);
        kept.map(|kept| kept.key.clone())
    }

    /// Keeps a key for a while.
    pub(super) fn keep(&self, place: Place, key: Zeroizing<Vec<u8>>, now: Instant) {
        let mut keys = lock(&self.0);
        if keys.len() >= MAX_KEYS {
            keys.retain(|_, kept| now < kept.until);
        }
        if keys.len() >= MAX_KEYS {
            let oldest = keys.iter().min_by_key(|(_, kept)| kept.until);
            if let Some(oldest) = oldest.map(|(place, _)| *place) {
                keys.remove(&oldest);
            }
        }
        let until = now + LIFETIME;
        keys.insert(place, Kept { key, until });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use zeroize::Zeroizing;

    use super::{LIFETIME, MAX_KEYS, Place, Unwrapped};

    fn key(number: usize) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(number.to_be_bytes().to_vec())
    }

    #[test]
    fn a_key_is_kept_for_its_context_and_its_wrapped_form_for_a_while() {
        let (keys, now) = (Unwrapped::default(), Instant::now());
        keys.keep(Place::of(b"ab", "c"), key(1), now);
        assert_eq!(keys.find(Place::of(b"ab", "c"), now), Some(key(1)));
        for other in [
            Place::of(b"ab", "d"),
            Place::of(b"a", "bc"),
            Place::of(b"", "abc"),
        ] {
            assert_eq!(keys.find(other, now), None);
        }
        let end = now + LIFETIME;
        let before = end - Duration::from_millis(1);
        assert!(keys.find(Place::of(b"ab", "c"), before).is_some());
        assert_eq!(keys.find(Place::of(b"ab", "c"), end), None);
    }

    #[test]
    fn the_oldest_key_makes_room_for_another() {
        let (keys, now) = (Unwrapped::default(), Instant::now());
        let place = |number: usize| Place::of(&number.to_be_bytes(), "");
        for number in 0..=MAX_KEYS {
            let later = Duration::from_millis(u64::try_from(number).unwrap());
            keys.keep(place(number), key(number), now + later);
        }
        assert_eq!(keys.find(place(0), now), None);
        for number in [1, MAX_KEYS] {
            assert_eq!(keys.find(place(number), now), Some(key(number)));
        }
    }
}
