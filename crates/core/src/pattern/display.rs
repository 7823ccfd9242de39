//! Patterns and values in sentences.

use std::borrow::Cow;

use crate::text::hidden;

/// The text with its invisible characters written as escapes: control, bidirectional and zero-width ones,
/// and all others that hints name as invisible.
///
/// ```
/// assert_eq!(claimgate::pattern::visible("octo\u{200b}-org"), r"octo\u{200b}-org");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if hidden::name(c).is_some() {
                out.extend(c.escape_unicode());
            } else {
                out.push(c);
            }
            out
        })
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
