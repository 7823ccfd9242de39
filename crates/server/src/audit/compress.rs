//! Compression of evidence. Two tokens of an issuer have the same claims, mostly with the same
//! values: with one of them as the dictionary, the other takes a tenth of its size, and size is what
//! the audit log costs.
//!
//! A compressed text is `lz4`, the id of the dictionary, and a block of LZ4 in base64 that starts
//! with the length of the original.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use lz4_flex::block::{
    compress_prepend_size_with_dict, decompress_size_prepended_with_dict, uncompressed_size,
};

use super::shared_document::SharedDocument;

const PREFIX: &str = "lz4";

/// The longest dictionary, in bytes.
const MAX_DICTIONARY: usize = 16 * 1024;

/// The longest text that is decompressed, in bytes.
const MAX_LENGTH: usize = 1024 * 1024;

/// A dictionary, unless the text is too long.
pub(crate) fn dictionary(text: &str) -> Option<Arc<SharedDocument>> {
    (text.len() <= MAX_DICTIONARY).then(|| SharedDocument::new(text.to_owned()))
}

/// The text, compressed; `None` if that is no shorter, or could not be decompressed.
pub(crate) fn compress(text: &str, dictionary: &SharedDocument) -> Option<String> {
    let block = compress_prepend_size_with_dict(text.as_bytes(), dictionary.text.as_bytes());
    let compressed = format!(
        "{PREFIX} {} {}",
        dictionary.id,
        STANDARD_NO_PAD.encode(block)
    );
    (compressed.len() < text.len() && text.len() <= MAX_LENGTH).then_some(compressed)
}

/// The id of the dictionary of a compressed text; `None` if the text is not compressed.
pub(super) fn dictionary_id(compressed: &str) -> Option<&str> {
    parts(compressed).map(|(dictionary, _)| dictionary)
}

/// The original text.
///
/// # Errors
/// A message, if the text was not compressed with this dictionary.
pub(super) fn decompress(compressed: &str, dictionary: &str) -> Result<String, String> {
    let (_, block) = parts(compressed).ok_or("it is not compressed")?;
    let block = STANDARD_NO_PAD
        .decode(block)
        .map_err(|error| error.to_string())?;
    let (length, _) = uncompressed_size(&block).map_err(|error| error.to_string())?;
    if length > MAX_LENGTH {
        return Err(format!(
            "expected at most {MAX_LENGTH} bytes, found {length}"
        ));
    }
    let text = decompress_size_prepended_with_dict(&block, dictionary.as_bytes())
        .map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

fn parts(compressed: &str) -> Option<(&str, &str)> {
    compressed
        .strip_prefix(PREFIX)?
        .strip_prefix(' ')?
        .split_once(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        r#"{"sub":"repo:acme/app:ref:refs/heads/main","jti":"0c5cd6cf","repository":"acme/app"}"#;
    const OTHER: &str =
        r#"{"sub":"repo:acme/é:ref:refs/heads/main","jti":"73aa10b2","repository":"acme/é"}"#;

    #[test]
    fn a_text_survives_compression_and_gets_shorter() {
        let one = dictionary(ONE).unwrap();
        for text in [OTHER, ONE] {
            let compressed = compress(text, &one).unwrap();
            assert!(compressed.len() < text.len(), "{compressed}");
            assert_eq!(dictionary_id(&compressed), Some(one.id.as_str()));
            assert_eq!(decompress(&compressed, &one.text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_text_that_would_not_get_shorter_is_not_compressed() {
        assert_eq!(compress("abc", &dictionary(ONE).unwrap()), None);
        assert!(
            dictionary(&"a".repeat(MAX_DICTIONARY)).is_some()
                && dictionary(&"a".repeat(MAX_DICTIONARY + 1)).is_none()
        );
        let long = "a".repeat(MAX_LENGTH + 1);
        assert_eq!(compress(&long, &dictionary(ONE).unwrap()), None);
    }

    #[test]
    fn another_dictionary_or_text_is_refused_or_gives_another_text() {
        let compressed = compress(OTHER, &dictionary(ONE).unwrap()).unwrap();
        assert_ne!(decompress(&compressed, "").ok().as_deref(), Some(OTHER));
        let huge = STANDARD_NO_PAD.encode([0xff, 0xff, 0xff, 0x7f, 0]);
        for wrong in [
            "",
            "lz4",
            "lz4 a",
            "{\"evidence\":1}",
            "lz4 a !",
            "lz4 a AA",
            &format!("lz4 a {huge}"),
        ] {
            assert!(decompress(wrong, ONE).is_err(), "{wrong}");
        }
        assert_eq!(dictionary_id("{\"evidence\":1}"), None);
    }
}
