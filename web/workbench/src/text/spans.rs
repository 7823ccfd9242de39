//! Splits a text at spans.

/// A piece of a text, and its style.
#[derive(Debug, PartialEq)]
pub struct Piece(pub String, pub &'static str);

/// Splits a text at spans counted in characters; pieces between them have no style.
pub fn cut(text: &str, spans: &[(usize, usize)], style: &'static str) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let slice = |start: usize, end: usize| {
        chars
            .iter()
            .skip(start)
            .take(end.saturating_sub(start))
            .collect::<String>()
    };
    let mut pieces = Vec::new();
    let mut done = 0;
    for (start, end) in spans {
        pieces.push(Piece(slice(done, *start), ""));
        pieces.push(Piece(slice(*start, *end), style));
        done = *end;
    }
    pieces.push(Piece(slice(done, chars.len()), ""));
    pieces.retain(|piece| !piece.0.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_characters() {
        let pieces = cut("aé→b", &[(1, 3)], "took");
        assert_eq!(
            pieces,
            [
                Piece("a".into(), ""),
                Piece("é→".into(), "took"),
                Piece("b".into(), "")
            ]
        );
        assert_eq!(cut("ab", &[(2, 2)], "took"), [Piece("ab".into(), "")]);
    }
}
