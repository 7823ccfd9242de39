//! Core's messages, with code between backticks, split into pieces.

/// A piece of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text outside backticks.
    Text(&'a str),
    /// Code.
    Code(&'a str),
}

/// Splits a message. An unclosed backtick is an ordinary character.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((text, behind)) = rest.split_once('`') {
        let Some((code, after)) = behind.split_once('`') else {
            break;
        };
        pieces.extend([Piece::Text(text), Piece::Code(code)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| !matches!(piece, Piece::Text("")));
    pieces
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Text};
    use super::*;

    #[test]
    fn backticks_mark_code() {
        assert_eq!(
            pieces("expected `a`, found `b c`"),
            [Text("expected "), Code("a"), Text(", found "), Code("b c")]
        );
        assert_eq!(pieces("`a`"), [Code("a")]);
        assert_eq!(pieces("no code"), [Text("no code")]);
        assert_eq!(
            pieces("an empty `` one"),
            [Text("an empty "), Code(""), Text(" one")]
        );
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn an_unclosed_backtick_is_text() {
        assert_eq!(pieces("`a` and ` alone"), [Code("a"), Text(" and ` alone")]);
        assert_eq!(pieces("`"), [Text("`")]);
    }
}
