//! Patterns and values in sentences.

use std::borrow::Cow;

/// The text with control, bidirectional and zero-width characters written as escapes.
///
/// ```
/// assert_eq!(claimgate::pattern::visible("octo\u{200b}-org"), r"octo\u{200b}-org");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_invisible(c) {
                out.extend(c.escape_unicode());
            } else {
                out.push(c);
            }
            out
        })
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// At most 48 characters of `text`, with [`visible`] applied.
pub(super) fn shorten(text: &str) -> String {
    visible(&shorten_to(text, 48))
}

/// At most `limit` characters of `text`, the last of them `…` if there are more.
pub(crate) fn shorten_to(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let short = text.chars().take(limit.saturating_sub(1));
    Cow::Owned(short.chain(['…']).collect())
}

/// The length of the last segment of `common`: the text after the last `:`, `/`, `@`, `.` or space.
pub(super) fn into_segment(common: &str) -> usize {
    common
        .chars()
        .rev()
        .take_while(|c| !matches!(c, ':' | '/' | '@' | '.' | ' '))
        .count()
}
