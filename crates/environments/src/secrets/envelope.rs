//! The envelope of an encrypted secret: `escx`, version 1, the ciphertext and a CRC-32, in base64.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const MAGIC: &[u8; 4] = b"escx";
const VERSION: u32 = 1;
/// The shortest envelope, in bytes.
const SHORTEST: usize = 16;

/// Base64 with padding, whose last bits need not be zero.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// A text that is no envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// No base64.
    #[error("illegal base64 data")]
    Base64,
    /// Shorter than an envelope can be.
    #[error("EOF")]
    TooShort,
    /// It does not begin with `escx`.
    #[error("invalid header")]
    Header,
    /// The checksum does not fit: the text was cut or changed.
    #[error("invalid checksum")]
    Checksum,
    /// A version that is not known.
    #[error("unsupported version")]
    Version,
}

/// The ciphertext of an envelope.
pub(crate) fn open(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = BASE64.decode(text).map_err(|_| EnvelopeError::Base64)?;
    if bytes.len() < SHORTEST {
        return Err(EnvelopeError::TooShort);
    }
    let (sealed, checksum) = bytes
        .split_last_chunk::<4>()
        .ok_or(EnvelopeError::TooShort)?;
    let rest = sealed.strip_prefix(MAGIC).ok_or(EnvelopeError::Header)?;
    if crc32fast::hash(sealed) != u32::from_be_bytes(*checksum) {
        return Err(EnvelopeError::Checksum);
    }
    let (version, ciphertext) = rest
        .split_first_chunk::<4>()
        .ok_or(EnvelopeError::TooShort)?;
    match u32::from_be_bytes(*version) {
        VERSION => Ok(ciphertext.to_vec()),
        _ => Err(EnvelopeError::Version),
    }
}

/// The envelope of a ciphertext.
pub(crate) fn seal(ciphertext: &[u8]) -> String {
    let mut bytes = [MAGIC.as_slice(), &VERSION.to_be_bytes(), ciphertext].concat();
    let checksum = crc32fast::hash(&bytes);
    bytes.extend(checksum.to_be_bytes());
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_opened_again() {
        let sealed = seal(b"ciphertext");
        assert!(sealed.starts_with("ZXNjeAAAAA"), "{sealed}");
        assert_eq!(open(&sealed).unwrap(), b"ciphertext");
        for (text, error) in [
            ("?", EnvelopeError::Base64),
            ("ZXNjeAAAAAE=", EnvelopeError::TooShort),
            ("eHh4eAAAAAFjaXBoZXJ0ZXh0AAAAAA==", EnvelopeError::Header),
            (
                sealed.replace("jaXB", "jaXC").as_str(),
                EnvelopeError::Checksum,
            ),
        ] {
            assert_eq!(open(text), Err(error), "{text}");
        }
    }
}
