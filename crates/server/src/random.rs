//! Random bytes and identifiers.

use std::time::{SystemTime, UNIX_EPOCH};

/// Random bytes of the operating system's quality.
///
/// # Panics
/// Where the system has no randomness to give: nothing here could go on safely.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// The time in milliseconds since 1970, as six bytes that sort by it.
#[must_use]
pub fn time() -> [u8; 6] {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let [.., a, b, c, d, e, f] = millis.to_be_bytes();
    [a, b, c, d, e, f]
}

/// An identifier that sorts by its time: a UUID of version 7 ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562)).
#[must_use]
pub fn id() -> String {
    let mut bytes = bytes::<16>();
    bytes[..6].copy_from_slice(&time());
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// Lowercase hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, id};

    #[test]
    fn identifiers_differ_and_have_the_form_of_a_uuid() {
        let (one, other) = (id(), id());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!((&one[14..15], one.matches('-').count()), ("7", 4));
        assert!("89ab".contains(&one[19..20]), "{one}");
    }

    #[test]
    fn digits_are_lowercase_and_two_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
