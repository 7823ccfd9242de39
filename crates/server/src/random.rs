//! Random bytes and identifiers.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

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
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let [.., a, b, c, d, e, f] = millis.to_be_bytes();
    [a, b, c, d, e, f]
}

/// An identifier that sorts by its time: a UUID of version 7 ([RFC
/// 9562](https://www.rfc-editor.org/rfc/rfc9562)).
#[must_use]
pub fn id() -> String {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&time());
    bytes[6..].copy_from_slice(&BUFFER.with_borrow_mut(RandomBuffer::take));
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(digits(byte));
    }
    text
}

/// Whether a text has the form of an identifier.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let is_valid = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_valid)
}

/// A buffer of random bytes for identifiers: a call for a few bytes costs as much as one for many.
/// Secrets do not come from here.
struct RandomBuffer {
    bytes: [u8; 1_000],
    left: usize,
}

thread_local! {
    static BUFFER: RefCell<RandomBuffer> = const { RefCell::new(RandomBuffer { bytes: [0; 1_000], left: 0 }) };
}

impl RandomBuffer {
    fn take(&mut self) -> [u8; 10] {
        if self.left == 0 {
            *self = Self {
                bytes: bytes(),
                left: 100,
            };
        }
        self.left -= 1;
        let mut taken = [0; 10];
        taken.copy_from_slice(&self.bytes[self.left * 10..][..10]);
        taken
    }
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
    use super::{hex, id, is_id};

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
        ] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn digits_are_lowercase_and_two_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
