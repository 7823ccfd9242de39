//! Cleans typed values.

/// The text without surrounding white space, and without line breaks.
pub(super) fn clean(text: &str) -> String {
    let ends_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.trim().chars().filter(|c| !ends_line(*c)).collect()
}
