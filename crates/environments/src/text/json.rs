//! The JSON that `fn::toJSON` writes: keys sorted, `<`, `>` and `&` escaped.

use std::fmt::Write as _;

use super::{Plain, lossy};

/// Writes a value as JSON, without white space.
pub(crate) fn to_json(value: &Plain) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

fn write_value(text: &mut String, value: &Plain) {
    match value {
        Plain::Null => text.push_str("null"),
        Plain::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Plain::Number(number) => text.push_str(number.as_str()),
        Plain::String(bytes) => write_string(text, &lossy(bytes)),
        Plain::Array(values) => {
            text.push('[');
            for (at, value) in values.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write_value(text, value);
            }
            text.push(']');
        }
        Plain::Object(members) => {
            text.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write_string(text, name);
                text.push(':');
                write_value(text, value);
            }
            text.push('}');
        }
    }
}

fn write_string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | ..'\u{20}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            _ => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let value = Plain::String(b"<a> & \"b\"\n\x01 \xff".as_slice().into());
        assert_eq!(
            to_json(&value),
            "\"\\u003ca\\u003e \\u0026 \\\"b\\\"\\n\\u0001 \u{fffd}\""
        );
    }
}
