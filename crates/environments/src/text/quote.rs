//! Text in quotes.

use std::fmt::Write as _;

/// Quotes a text as Go's `%q` does.
pub(crate) fn quote(bytes: impl AsRef<[u8]>) -> String {
    let mut quoted = String::from("\"");
    for chunk in bytes.as_ref().utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut quoted, c));
        for byte in chunk.invalid() {
            let _ = write!(quoted, "\\x{byte:02x}");
        }
    }
    quoted.push('"');
    quoted
}

fn push(quoted: &mut String, c: char) {
    let escape = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        _ => return push_other(quoted, c),
    };
    quoted.push_str(escape);
}

fn push_other(quoted: &mut String, c: char) {
    let code = u32::from(c);
    let is_printable =
        matches!(c, ' ' | '\'') || !(c.is_whitespace() || c.escape_debug().len() > 1);
    let _ = match code {
        _ if is_printable => {
            quoted.push(c);
            Ok(())
        }
        0..0x80 => write!(quoted, "\\x{code:02x}"),
        0x80..0x1_0000 => write!(quoted, "\\u{code:04x}"),
        _ => write!(quoted, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_escaped() {
        assert_eq!(
            quote("a\"b\\\n\u{1}\u{a0}é'"),
            "\"a\\\"b\\\\\\n\\x01\\u00a0é'\""
        );
        assert_eq!(quote(b"\xff"), "\"\\xff\"");
    }
}
