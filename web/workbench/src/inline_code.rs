//! Core's messages, with code between backticks, split into pieces.

/// A piece of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text outside backticks.
    Words(&'a str),
    /// Code.
    Code(&'a str),
}

/// Splits a message. An unclosed backtick is an ordinary character.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((words, behind)) = rest.split_once('`') {
        let Some((code, after)) = behind.split_once('`') else {
            break;
        };
        pieces.extend([Piece::Words(words), Piece::Code(code)]);
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    pieces.retain(|piece| !matches!(piece, Piece::Words("")));
    pieces
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Words};
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_code() {
        assert_eq!(
            pieces("expected `a`, found `b c`"),
            [
                Words("expected "),
                Code("a"),
                Words(", found "),
                Code("b c")
            ]
        );
        assert_eq!(pieces("`a`"), [Code("a")]);
        assert_eq!(pieces("no code"), [Words("no code")]);
        assert_eq!(
            pieces("an empty `` one"),
            [Words("an empty "), Code(""), Words(" one")]
        );
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn a_backtick_that_nothing_closes_stays() {
        assert_eq!(
            pieces("`a` and ` alone"),
            [Code("a"), Words(" and ` alone")]
        );
        assert_eq!(pieces("`"), [Words("`")]);
    }
}
