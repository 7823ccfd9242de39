//! Characters that cannot be seen, or that look like others.

use super::sources::{Mismatch, Normalize};
use crate::diagnostic::Diagnostic;
use crate::pattern::{Dialect, visible};
use crate::text::hidden;
use crate::text::look_alike::{ascii_of, is_combining};

/// The most characters that are named on each side.
const NAMED: usize = 4;

/// Removes invisible characters and combining marks, and replaces look-alikes with ASCII.
pub(super) fn fold(text: &str, normalize: Option<Normalize>) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let text = normalize.map_or_else(|| text.to_owned(), |normalize| normalize(text));
    text.chars().filter_map(plain).collect()
}

/// Whether a text has printable ASCII characters only.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A character as it looks; nothing if it cannot be seen.
fn plain(c: char) -> Option<char> {
    let full_width = u32::from(c).checked_sub(0xff01).filter(|at| *at < 94);
    if c.is_whitespace() {
        Some(' ')
    } else if hidden::name(c).is_some() || is_combining(c) {
        None
    } else if let Some(at) = full_width {
        u8::try_from(at + 0x21).ok().map(char::from)
    } else {
        Some(ascii_of(c).unwrap_or(c))
    }
}

/// The characters that are on one side only, by code point and place.
pub(super) fn named(at: &Mismatch<'_>) -> String {
    let sides = [
        ("the pattern", at.pattern, at.value),
        ("the value", at.value, at.pattern),
    ];
    let normalize = at.sources.normalize;
    let named = sides.iter().filter_map(|(side, text, other)| {
        let odd = odd_characters(text, other, normalize);
        (!odd.is_empty()).then(|| format!("{side} has {}", odd.join(", ")))
    });
    named.collect::<Vec<_>>().join("; ")
}

/// That the pattern would match without the odd characters of one side, which may not be all that pattern
/// and value differ in: a wildcard stands for other text. `None` if they are all, or both sides have some.
pub(super) fn would_match(at: &Mismatch<'_>) -> Option<String> {
    let normalize = at.sources.normalize;
    if fold(at.pattern, normalize) == fold(at.value, normalize) {
        return None;
    }
    let in_pattern = odd_characters(at.pattern, at.value, normalize);
    let in_value = odd_characters(at.value, at.pattern, normalize);
    let (whose, text, odd) = match (in_pattern.is_empty(), in_value.is_empty()) {
        (false, true) => ("it", at.pattern, in_pattern),
        (true, false) => ("the value", at.value, in_value),
        _ => return None,
    };
    let what = match text.chars().any(|c| hidden::name(c).is_some()) {
        true => "invisible characters",
        false => "look-alike characters",
    };
    Some(format!(
        "the pattern would match if {whose} had no {what}: it has {}",
        odd.join(", ")
    ))
}

/// The characters of `text` that are not printable ASCII or not as they look, and that `other` does
/// not have.
pub(super) fn odd_characters(text: &str, other: &str, normalize: Option<Normalize>) -> Vec<String> {
    let is_decomposed = other.chars().any(is_combining);
    let is_changed = |c: char| {
        let text = c.to_string();
        normalize.is_some_and(|normalize| normalize(&text) != text)
    };
    let mut odd = Vec::new();
    for (index, c) in text.chars().enumerate() {
        let is_odd = plain(c) != Some(c) || (!c.is_ascii() && (is_decomposed || is_changed(c)));
        if odd.len() < NAMED && is_odd && !other.contains(c) {
            odd.push(name(c, index));
        }
    }
    odd
}

/// The white space of a text, by code point and place.
pub(super) fn spaces(text: &str) -> String {
    let spaces = text.chars().enumerate().filter(|(_, c)| c.is_whitespace());
    let spaces = spaces.take(NAMED).map(|(index, c)| name(c, index));
    spaces.collect::<Vec<_>>().join(", ")
}

/// Characters of the pattern outside ASCII, where the value has others: a letter that looks like no known one,
/// or what is left of a wrong encoding.
pub(super) fn outside_ascii(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_odd = |c: char| !c.is_ascii() && !at.value.contains(c);
    let odd = at.pattern.chars().enumerate().filter(|(_, c)| is_odd(*c));
    let odd: Vec<_> = odd.take(NAMED).map(|(index, c)| name(c, index)).collect();
    let any = match at.dialect {
        Dialect::Pulumi => '.',
        Dialect::StringLike => '?',
    };
    // Each stands for one character, or cannot be seen.
    let is_meant = |instead: Option<char>| {
        let chars = at.pattern.chars();
        let chars = chars.filter_map(|c| if is_odd(c) { instead } else { Some(c) });
        at.matches(&chars.collect::<String>(), at.value)
    };
    if odd.is_empty() || !(is_meant(Some(any)) || is_meant(None)) {
        return None;
    }
    let message = format!(
        "`{}` and `{}` differ only in characters outside ASCII: the pattern has {}",
        visible(at.pattern),
        visible(at.value),
        odd.join(", ")
    );
    let hint = Diagnostic::note("invisible-characters", message);
    Some(at.suggest(hint, "", &[at.value.to_owned()]))
}

/// `U+200B (zero width space) at character 5`.
fn name(c: char, index: usize) -> String {
    let what = match (hidden::name(c), plain(c)) {
        (Some(name), _) => format!(" ({name})"),
        _ if c == ' ' => " (space)".to_owned(),
        (_, None) => " (combining mark)".to_owned(),
        (_, Some(plain)) if plain != c => format!(" (looks like `{plain}`)"),
        _ => String::new(),
    };
    format!("U+{:04X}{what} at character {}", u32::from(c), index + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn characters_are_taken_for_what_they_look_like() {
        let pairs = [
            ('а', 'a'),
            ('Х', 'X'),
            ('ο', 'o'),
            ('–', '-'),
            ('⁄', '/'),
            ('∗', '*'),
            ('＠', '@'),
        ];
        for (odd, plain) in pairs {
            assert_eq!(super::plain(odd), Some(plain), "{odd}");
        }
    }
}
