//! String literals of other languages.

use std::fmt::Write;

/// The text in double quotes, as JSON, YAML and TypeScript read it alike. Invisible characters are written as escapes.
pub fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The text as one word of a POSIX shell, in single quotes where it needs them.
///
/// ```
/// use claimgate::text::quote::shell;
///
/// assert_eq!(shell("octo-org/octo-repo"), "octo-org/octo-repo");
/// assert_eq!(shell("it's $(id)"), r"'it'\''s $(id)'");
/// ```
#[must_use]
pub fn shell(text: &str) -> String {
    let is_safe = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ':' | '@' | '+' | '=')
    };
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Whether a character of the first plane is written as an escape. There are none such in the
/// planes beyond that these languages would read differently.
fn is_hidden(c: char) -> bool {
    u32::from(c) <= 0xffff && super::hidden::name(c).is_some()
        || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{double, shell};

    proptest! {
        #[test]
        fn json_reads_what_was_quoted(text in ".{0,40}") {
            prop_assert_eq!(serde_json::from_str::<String>(&double(&text)).unwrap(), text);
        }

        #[test]
        fn a_shell_reads_what_was_quoted(text in "(?s).{0,40}|[-~#$'\"\\\\ a=*{!]{0,8}") {
            prop_assert_eq!(shlex::split(&shell(&text)), Some(vec![text]));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(
            double("a\u{202e}\u{0}\u{85}\u{feff}😀 "),
            r#""a\u202e\u0000\u0085\ufeff😀 ""#
        );
    }
}
