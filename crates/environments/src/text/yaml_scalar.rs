//! YAML scalars: plain where possible, quoted or in a block where not.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::scalar;

/// Writes a string; the lines of a block are indented by so many spaces.
pub(super) fn write_string(text: &mut String, bytes: &[u8], indent: usize) {
    let Ok(value) = std::str::from_utf8(bytes) else {
        return write_binary(text, bytes, indent);
    };
    let shape = Shape::of(value);
    if value.contains('\n') {
        return match shape.may_be_block {
            true => write_block(text, value, indent),
            false => write_double_quoted(text, value),
        };
    }
    write_line(text, value, &shape);
}

/// Writes a key, which stays on its line.
pub(super) fn write_key(text: &mut String, key: &str) {
    let shape = Shape::of(key);
    match key.contains('\n') {
        true => write_double_quoted(text, key),
        false => write_line(text, key, &shape),
    }
}

/// Writes a string on one line, such that it is the same within brackets.
pub(super) fn write_flow(text: &mut String, value: &str) {
    let is_simple = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
    let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(is_simple)
        && scalar::is_string(value)
        && !is_old_scalar(value);
    match is_plain {
        true => text.push_str(value),
        false => write_double_quoted(text, value),
    }
}

fn write_line(text: &mut String, value: &str, shape: &Shape) {
    if !scalar::is_string(value) || is_old_scalar(value) {
        write_double_quoted(text, value);
    } else if shape.may_be_plain {
        text.push_str(value);
    } else if shape.may_be_single_quoted {
        let _ = write!(text, "'{}'", value.replace('\'', "''"));
    } else {
        write_double_quoted(text, value);
    }
}

/// Bytes that are no text: base64 with a tag.
fn write_binary(text: &mut String, bytes: &[u8], indent: usize) {
    text.push_str("!!binary ");
    let encoded = STANDARD.encode(bytes);
    if encoded.len() <= 70 {
        text.push_str(&encoded);
        return;
    }
    text.push_str("|\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(70));
        text.extend(std::iter::repeat_n(' ', indent));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
}

fn write_block(text: &mut String, value: &str, indent: usize) {
    text.push('|');
    if value.starts_with([' ', '\n']) {
        text.push('4');
    }
    match value.strip_suffix('\n') {
        None => text.push('-'),
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => text.push('+'),
        Some(_) => {}
    }
    text.push('\n');
    for line in value.strip_suffix('\n').unwrap_or(value).split('\n') {
        if !line.is_empty() {
            text.extend(std::iter::repeat_n(' ', indent));
            text.push_str(line);
        }
        text.push('\n');
    }
}

/// Writes a string in double quotes.
pub(super) fn write_double_quoted(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        let code = u32::from(c);
        let escape = match c {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ if is_printable(c) && c != '\u{feff}' => {
                text.push(c);
                continue;
            }
            _ => {
                let _ = match code {
                    0..0x100 => write!(text, "\\x{code:02X}"),
                    0x100..0x1_0000 => write!(text, "\\u{code:04X}"),
                    _ => write!(text, "\\U{code:08X}"),
                };
                continue;
            }
        };
        text.push_str(escape);
    }
    text.push('"');
}

/// Whether YAML 1.1 reads a string as a boolean or a sexagesimal number.
fn is_old_scalar(text: &str) -> bool {
    let is_boolean = matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    );
    is_boolean || is_sexagesimal(text)
}

fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let is_minute = |part: &&str| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(is_digit)
        && !rest.is_empty()
        && rest.iter().all(is_minute)
        && fraction.bytes().all(is_digit)
}

fn is_printable(c: char) -> bool {
    matches!(c,
        '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

/// The styles that a string may have.
struct Shape {
    may_be_plain: bool,
    may_be_single_quoted: bool,
    may_be_block: bool,
}

impl Shape {
    fn of(value: &str) -> Self {
        let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let chars: Vec<char> = value.chars().collect();
        let pair = |first: fn(char) -> bool, second: fn(char) -> bool| {
            let mut pairs = chars.iter().zip(chars.iter().skip(1));
            pairs.any(|(a, b)| first(*a) && second(*b))
        };
        let breaks: fn(char) -> bool =
            |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let has_break_space = pair(breaks, |c| c == ' ');
        let has_space_break = pair(|c| c == ' ', breaks);
        let is_special = chars.iter().any(|c| *c != '\t' && !is_printable(*c));
        let has_tab = chars.contains(&'\t');
        let at_edge = |edge: Option<&char>| edge.is_some_and(|c| *c == ' ' || is_break(*c));
        let has_edge = at_edge(chars.first()) || at_edge(chars.last());
        let may_be_single_quoted = !(has_break_space || has_space_break || has_tab || is_special);
        Self {
            may_be_plain: may_be_single_quoted
                && !has_edge
                && !chars.iter().any(|c| is_break(*c))
                && !has_indicator(value, &chars),
            may_be_single_quoted,
            may_be_block: !(has_space_break || is_special || chars.last() == Some(&' ')),
        }
    }
}

/// Whether a plain scalar would be read as something else.
fn has_indicator(value: &str, chars: &[char]) -> bool {
    if value.starts_with("---") || value.starts_with("...") {
        return true;
    }
    let is_blank = |at: usize| chars.get(at).is_none_or(|c| matches!(c, ' ' | '\t'));
    chars.iter().enumerate().any(|(at, c)| match c {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
        | '@' | '`'
            if at == 0 =>
        {
            true
        }
        '?' | '-' if at == 0 => is_blank(at + 1),
        ':' => is_blank(at + 1),
        '#' => is_blank(at - 1),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_the_plainest_style_that_keeps_them() {
        for (value, expected) in [
            ("plain text", "plain text"),
            ("42", "\"42\""),
            ("true", "\"true\""),
            ("yes", "\"yes\""),
            ("", "\"\""),
            ("a: b", "'a: b'"),
            ("a:b", "a:b"),
            ("it's", "it's"),
            ("'quoted'", "'''quoted'''"),
            (" edge", "' edge'"),
            ("tab\t", "\"tab\\t\""),
            ("- x", "'- x'"),
            ("-x", "-x"),
            ("a #b", "'a #b'"),
            ("a\nb", "|-\n    a\n    b\n"),
            ("a\nb\n", "|\n    a\n    b\n"),
            ("😀", "\"\\U0001F600\""),
            ("1:30", "\"1:30\""),
            ("2001-01-01", "\"2001-01-01\""),
        ] {
            let mut text = String::new();
            write_string(&mut text, value.as_bytes(), 4);
            assert_eq!(text, expected, "{value:?}");
        }
    }
}
