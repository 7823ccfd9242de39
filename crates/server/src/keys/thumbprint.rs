//! Thumbprints of TLS certificates: the SHA-256 of the whole certificate, as 64 lowercase hexadecimal
//! digits.

use crate::random::hex;

/// The thumbprint of a certificate.
pub(super) fn of(certificate: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate).as_ref())
}

/// A thumbprint in lowercase and without colons and white space, which people write.
pub(super) fn normalize(text: &str) -> String {
    text.chars()
        .filter(|c| *c != ':' && !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The normalized thumbprint; `None` if the text is not one.
pub(crate) fn parse(text: &str) -> Option<String> {
    let digits = normalize(text);
    let is_valid = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_valid.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn thumbprints_lose_colons_white_space_and_capitals() {
        for separator in [":", " "] {
            let text = ["AB"; 32].join(separator);
            assert_eq!(parse(&text), Some("ab".repeat(32)));
        }
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(40)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
