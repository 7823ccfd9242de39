//! Sentences of the engine: what stands in backticks is code, and what would not show is named.

use leptos::prelude::*;

use super::shown::shown;

/// A piece of a sentence: in words, or in code.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    Code(&'a str),
}

/// Takes a sentence apart. A backtick that nothing closes is a character like any other.
fn pieces(text: &str) -> Vec<Piece<'_>> {
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

/// A sentence, to be put between other elements.
pub(crate) fn sentence(text: &str) -> AnyView {
    let view = |piece| match piece {
        Piece::Words(text) => shown(text),
        Piece::Code(text) => view! { <code class="said">{shown(text)}</code> }.into_any(),
    };
    pieces(text).into_iter().map(view).collect_view().into_any()
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
