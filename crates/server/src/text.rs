//! Texts from outside, as they are stored and logged.

use claimgate::jwt::redact;

/// The longest text from outside that is stored, in bytes.
pub(crate) const MAX_TEXT: usize = 2_048;

/// A text of a request, without tokens that were put where none belongs, and truncated.
pub(crate) fn redacted(text: &str) -> String {
    truncated(&redact(text))
}

/// A text from outside, cut to [`MAX_TEXT`].
pub(crate) fn truncated(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let end = (0..=MAX_TEXT)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    format!("{}…", &text[..end])
}
