//! Random bytes and identifiers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::{Timestamp, Uuid};

/// Cryptographically secure random bytes.
///
/// # Panics
/// If the system has no randomness: it would not be safe to continue.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// The time in milliseconds since 1970, as six bytes in big-endian order.
#[must_use]
pub fn time() -> [u8; 6] {
    let [.., a, b, c, d, e, f] = since_1970().as_millis().to_be_bytes();
    [a, b, c, d, e, f]
}

/// The time in an identifier, in the form of [`time`]. Zero in what is none.
#[must_use]
pub fn time_of(id: &str) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = *Uuid::try_parse(id).unwrap_or_default().as_bytes();
    [a, b, c, d, e, f]
}

/// An identifier that sorts by its time: a UUID of version 7 ([RFC
/// 9562](https://www.rfc-editor.org/rfc/rfc9562)).
///
/// `Uuid::now_v7` would not do. Its identifiers never sort before earlier ones, so they stop
/// following the clock while it is behind. A token is found by the time in its identifier, which
/// must be the time that the token itself contains.
#[must_use]
pub fn id() -> String {
    uuid().to_string()
}

/// The same as a UUID.
#[must_use]
pub(crate) fn uuid() -> Uuid {
    id_at(since_1970())
}

/// The identifier has its time in units of 1/4096 ms (method 3 in section 6.2 of the RFC).
fn id_at(since_1970: Duration) -> Uuid {
    let nanos = since_1970.subsec_nanos();
    let fraction = u128::from(nanos % 1_000_000) * 4_096 / 1_000_000;
    let time = Timestamp::from_unix_time(since_1970.as_secs(), nanos, fraction, 12);
    Uuid::new_v7(time)
}

fn since_1970() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

/// What sorts before all identifiers of a time, in seconds since 1970, and after all earlier ones.
#[must_use]
pub fn first_id(seconds: i64) -> String {
    let millis = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000);
    let [.., a, b, c, d, e, f] = millis.min((1 << 48) - 1).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&[a, b, c, d, e, f]);
    Uuid::from_bytes(bytes).to_string()
}

/// Whether a text has the form of an identifier: hyphenated and lowercase.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let mut buffer = Uuid::encode_buffer();
    Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().encode_lower(&mut buffer) == text)
}

/// Lowercase hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| text.extend(digits(*byte)));
    text
}

fn digits(byte: u8) -> [char; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [byte >> 4, byte & 15].map(|nibble| char::from(DIGITS[usize::from(nibble)]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{hex, id, id_at, is_id};

    #[test]
    fn identifiers_differ_and_have_the_form_of_a_uuid() {
        let many: std::collections::HashSet<String> = (0..1_000).map(|_| id()).collect();
        assert_eq!(many.len(), 1_000);
        let one = id();
        assert_eq!(one.len(), 36);
        assert_eq!((&one[14..15], one.matches('-').count()), ("7", 4));
        assert!("89ab".contains(&one[19..20]), "{one}");
        assert!(many.iter().all(|id| is_id(id)));
        let cut = &one[..35];
        for other in [
            "",
            "none",
            cut,
            &one.replace('-', "a"),
            &one.replace('7', "G"),
            &format!("{cut}\0"),
            &one.to_uppercase(),
            &one.replace('-', ""),
            &format!("{{{one}}}"),
            &format!("urn:uuid:{one}"),
        ] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn identifiers_have_their_time_and_sort_by_microseconds() {
        let at = |micros| id_at(Duration::from_micros(micros)).to_string();
        let times = [
            0,
            1,
            999,
            1_000,
            1_764_000_000_000_000,
            1_764_000_000_000_001,
        ];
        let ids = times.map(at);
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids[4].starts_with("019ab697-e800-7000-"), "{ids:?}");
        assert_ne!(at(0), at(0));
    }

    #[test]
    fn digits_are_lowercase_and_two_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
