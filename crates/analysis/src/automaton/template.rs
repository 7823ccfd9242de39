//! How a pattern divides among the parts of a claim.

use claimgate::sorted::distinct;

use super::budget::{Budget, Exhausted};
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
/// own. The value matches if and only if all parts match those of one way. Ways in which a part would
/// have a character that it cannot have, as `has` says, may be left out.
///
/// A part of the value is matched from the place in the pattern that the text before it leads to, up
/// to a place from which the rest of the value can go on.
pub(crate) fn ways(
    tokens: &[Token],
    segments: &[Segment],
    has: &dyn Fn(usize, char) -> bool,
    budget: &mut Budget,
) -> Result<Vec<Way>, Exhausted> {
    let mut division = Division {
        tokens,
        has,
        budget,
        way: Vec::new(),
        ways: Vec::new(),
    };
    division.divide(0, segments)?;
    Ok(distinct(division.ways))
}

struct Division<'a> {
    tokens: &'a [Token],
    has: &'a dyn Fn(usize, char) -> bool,
    budget: &'a mut Budget,
    way: Way,
    ways: Vec<Way>,
}

impl Division<'_> {
    fn divide(&mut self, at: usize, segments: &[Segment]) -> Result<(), Exhausted> {
        if self.ways.len() > MAX_WAYS {
            return Err(Exhausted::Ways);
        }
        self.budget.step(1)?;
        match segments.split_first() {
            None => {
                let rest = self.tokens.get(at..).unwrap_or_default();
                let is_optional = |token| matches!(token, &Token::Optional | &Token::Many);
                if rest.iter().all(is_optional) {
                    self.ways.push(self.way.clone());
                }
            }
            Some((Segment::Text(text), rest)) => {
                for next in after(self.tokens, at, text) {
                    self.divide(next, rest)?;
                }
            }
            Some((Segment::Part(part), [])) => {
                let own = self.tokens.get(at..).unwrap_or_default();
                if !own.iter().any(|token| self.is_foreign(*part, *token)) {
                    self.way.push((*part, own.to_vec()));
                    self.ways.push(self.way.clone());
                    self.way.pop();
                }
            }
            Some((Segment::Part(part), rest)) => self.part(at, *part, rest)?,
        }
        Ok(())
    }

    /// Matches a part from a place up to each place where the rest can begin.
    fn part(&mut self, at: usize, part: usize, rest: &[Segment]) -> Result<(), Exhausted> {
        for next in at..=self.tokens.len() {
            let passed = next.checked_sub(1).filter(|before| *before >= at);
            let passed = passed.and_then(|before| self.tokens.get(before));
            if passed.is_some_and(|token| self.is_foreign(part, *token)) {
                break;
            }
            self.budget.step(1)?;
            if !begins(self.tokens, next, rest) {
                continue;
            }
            if let Some(own) = between(self.tokens, at, next) {
                self.way.push((part, own));
                self.divide(next, rest)?;
                self.way.pop();
            }
        }
        Ok(())
    }

    /// Whether it is a character that a part never has.
    fn is_foreign(&self, part: usize, token: Token) -> bool {
        matches!(token, Token::Char(c) if !(self.has)(part, c))
    }
}

/// Whether the first character of the segments can be matched from a place.
fn begins(tokens: &[Token], at: usize, segments: &[Segment]) -> bool {
    let Some(Segment::Text(text)) = segments.first() else {
        return true;
    };
    match (text.chars().next(), tokens.get(at)) {
        (Some(c), Some(Token::Char(own))) => c == *own,
        (Some(_), None) => false,
        _ => true,
    }
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
    let mut next = Vec::new();
    for c in text.chars() {
        for place in places.drain(..) {
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
        places = distinct(std::mem::take(&mut next));
    }
    places
}
