//! How a pattern divides among the parts of a claim.

use super::budget::Exhausted;
use super::token::Token;

/// A piece of a claim's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// This text.
    Text(String),
    /// The part with that number.
    Part(usize),
}

/// For each part its number, and what it has to match.
pub(crate) type Way = Vec<(usize, Vec<Token>)>;

/// The most ways that are listed.
const MAX_WAYS: usize = 512;

/// The ways in which a value of these segments can match a pattern: for each part a pattern of its
/// own. The value matches if and only if all parts match those of one way.
///
/// A part of the value is matched from the place in the pattern that the text before it leads to, up
/// to a place from which the rest of the value can go on.
pub(crate) fn ways(tokens: &[Token], segments: &[Segment]) -> Result<Vec<Way>, Exhausted> {
    let mut ways = Vec::new();
    divide(tokens, 0, segments, &mut Vec::new(), &mut ways)?;
    ways.sort();
    ways.dedup();
    Ok(ways)
}

fn divide(
    tokens: &[Token],
    at: usize,
    segments: &[Segment],
    way: &mut Way,
    ways: &mut Vec<Way>,
) -> Result<(), Exhausted> {
    if ways.len() > MAX_WAYS {
        return Err(Exhausted::Ways);
    }
    match segments.split_first() {
        None => {
            let rest = tokens.get(at..).unwrap_or_default();
            if rest
                .iter()
                .all(|token| matches!(token, Token::Optional | Token::Many))
            {
                ways.push(way.clone());
            }
        }
        Some((Segment::Text(text), rest)) => {
            for next in after(tokens, at, text) {
                divide(tokens, next, rest, way, ways)?;
            }
        }
        Some((Segment::Part(part), [])) => {
            way.push((*part, tokens.get(at..).unwrap_or_default().to_vec()));
            ways.push(way.clone());
            way.pop();
        }
        Some((Segment::Part(part), rest)) => {
            for next in at..=tokens.len() {
                if let Some(own) = between(tokens, at, next) {
                    way.push((*part, own));
                    divide(tokens, next, rest, way, ways)?;
                    way.pop();
                }
            }
        }
    }
    Ok(())
}

/// The pattern of a part that is matched from one place to another; `None` if no match rests there
/// for a moment.
fn between(tokens: &[Token], from: usize, to: usize) -> Option<Vec<Token>> {
    let rests = tokens.get(to) == Some(&Token::Many);
    let passed = to.checked_sub(1).and_then(|before| tokens.get(before));
    // After a `*` a match rests at the `*`, which may take more.
    if to > from && passed == Some(&Token::Many) && !rests {
        return None;
    }
    let mut own = tokens.get(from..to)?.to_vec();
    own.extend(rests.then_some(Token::Many));
    Some(own)
}

/// The places after a text that is matched from a place.
fn after(tokens: &[Token], at: usize, text: &str) -> Vec<usize> {
    let mut places = vec![at];
    for c in text.chars() {
        let mut next = Vec::new();
        for place in places {
            let mut place = place;
            loop {
                let token = tokens.get(place);
                match token {
                    Some(Token::Char(own)) if *own == c => next.push(place + 1),
                    Some(Token::One | Token::Optional) => next.push(place + 1),
                    Some(Token::Many) => next.push(place),
                    _ => {}
                }
                if !matches!(token, Some(Token::Optional | Token::Many)) {
                    break;
                }
                place += 1;
            }
        }
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    places
}
