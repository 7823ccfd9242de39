//! A value as it was typed, without what does not belong to it.

/// Without white space around, and without what would end a line in a file.
pub(super) fn clean(text: &str) -> String {
    let ends_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.trim().chars().filter(|c| !ends_line(*c)).collect()
}
