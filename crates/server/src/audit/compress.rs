//! Texts that are kept by what sets them apart from another one. Two tokens of an issuer have the
//! same claims, for the most part with the same values: beside one of them, the other takes a tenth
//! of its bytes, and it is bytes that the audit log costs.
//!
//! A packed text is `lz4`, the id of the text beside which it was packed, and a block of LZ4 with
//! its length in front, in base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use lz4_flex::block::{
    compress_prepend_size_with_dict, decompress_size_prepended_with_dict, uncompressed_size,
};

use crate::audit::replay::Basis;

const MARK: &str = "lz4";

/// The longest text that others are packed beside, in bytes.
const MAX_TEMPLATE: usize = 16 * 1024;

/// The longest text that is unpacked, in bytes.
const MAX_LENGTH: usize = 1024 * 1024;

/// A text beside which others may be packed, if it is not too long.
pub(crate) fn template(text: &str) -> Option<Arc<Basis>> {
    (text.len() <= MAX_TEMPLATE).then(|| Basis::new(text.to_owned()))
}

/// A text by what sets it apart from a template; nothing where that is no shorter, or could not be
/// unpacked.
pub(crate) fn pack(text: &str, template: &Basis) -> Option<String> {
    let packed = compress_prepend_size_with_dict(text.as_bytes(), template.document.as_bytes());
    let packed = format!("{MARK} {} {}", template.id, STANDARD_NO_PAD.encode(packed));
    (packed.len() < text.len() && text.len() <= MAX_LENGTH).then_some(packed)
}

/// The id of the template of a packed text; nothing where it is not packed.
pub(crate) fn template_of(packed: &str) -> Option<&str> {
    parts(packed).map(|(template, _)| template)
}

/// The text.
///
/// # Errors
/// A sentence, where it was not packed beside this one.
pub(crate) fn unpack(packed: &str, template: &str) -> Result<String, String> {
    let (_, block) = parts(packed).ok_or("it is not packed")?;
    let block = STANDARD_NO_PAD
        .decode(block)
        .map_err(|error| error.to_string())?;
    let (length, _) = uncompressed_size(&block).map_err(|error| error.to_string())?;
    if length > MAX_LENGTH {
        return Err(format!(
            "expected at most {MAX_LENGTH} bytes, found {length}"
        ));
    }
    let text = decompress_size_prepended_with_dict(&block, template.as_bytes())
        .map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

fn parts(packed: &str) -> Option<(&str, &str)> {
    packed
        .strip_prefix(MARK)?
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
    fn a_text_comes_out_as_it_went_in_and_is_shorter_meanwhile() {
        let one = template(ONE).unwrap();
        for text in [OTHER, ONE] {
            let packed = pack(text, &one).unwrap();
            assert!(packed.len() < text.len(), "{packed}");
            assert_eq!(template_of(&packed), Some(one.id.as_str()));
            assert_eq!(unpack(&packed, &one.document).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_would_not_be_shorter_is_left_as_it_is() {
        assert_eq!(pack("abc", &template(ONE).unwrap()), None);
        assert!(
            template(&"a".repeat(MAX_TEMPLATE)).is_some()
                && template(&"a".repeat(MAX_TEMPLATE + 1)).is_none()
        );
        let long = "a".repeat(MAX_LENGTH + 1);
        assert_eq!(pack(&long, &template(ONE).unwrap()), None);
    }

    #[test]
    fn what_was_not_packed_beside_it_is_refused_or_another_text() {
        let packed = pack(OTHER, &template(ONE).unwrap()).unwrap();
        assert_ne!(unpack(&packed, "").ok().as_deref(), Some(OTHER));
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
            assert!(unpack(wrong, ONE).is_err(), "{wrong}");
        }
        assert_eq!(template_of("{\"evidence\":1}"), None);
    }
}
