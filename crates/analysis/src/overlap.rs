//! Whether a pattern matches a value of a provider's form, with such a value.

use std::collections::VecDeque;

use claimgate::numbers::Table;
use claimgate::pattern::{Dialect, Part, PartKind, parts};
use claimgate_providers::github::Piece;

/// One position of a pattern.
#[derive(Clone, Copy)]
enum Token {
    Literal(char),
    One,
    Optional,
    Many,
}

/// One position of a form. A name may be of any length but none.
#[derive(Clone, Copy)]
enum Slot {
    Literal(char),
    Some(Piece),
}

/// Positions in the pattern and in the form.
type State = (usize, usize);

/// How each state was reached first, and with which character.
type Origins = Table<State, Option<(State, Option<char>)>>;

/// The characters that a value has where the pattern leaves them open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filler {
    pub(crate) letter: char,
    /// In numbers.
    pub(crate) digit: char,
}

/// A value of the form that the pattern matches, one of the shortest.
pub(crate) fn overlap(
    pattern: &str,
    dialect: Dialect,
    form: &[Piece],
    filler: Filler,
) -> Option<String> {
    let tokens: Vec<Token> = parts(pattern, dialect).iter().flat_map(tokens).collect();
    let slots: Vec<Slot> = form.iter().flat_map(slots).collect();
    // Breadth first.
    let start = (0, 0);
    let mut from = Origins::default();
    from.insert(start, None);
    let mut queue = VecDeque::from([start]);
    while let Some(state) = queue.pop_front() {
        if state == (tokens.len(), slots.len()) {
            return Some(text(&from, state));
        }
        for (next, c) in steps(&tokens, &slots, state, filler) {
            if from.get(&next).is_some() {
                continue;
            }
            // Skipping a wildcard takes no character, so it comes first.
            match c {
                None => queue.push_front(next),
                Some(_) => queue.push_back(next),
            }
            from.insert(next, Some((state, c)));
        }
    }
    None
}

/// Where a state leads, with the character on the way.
fn steps(
    tokens: &[Token],
    slots: &[Slot],
    (at, to): State,
    filler: Filler,
) -> Vec<(State, Option<char>)> {
    let token = tokens.get(at).copied();
    let mut steps = Vec::new();
    if matches!(token, Some(Token::Optional | Token::Many)) {
        steps.push(((at + 1, to), None));
    }
    let (Some(token), Some(slot)) = (token, slots.get(to).copied()) else {
        return steps;
    };
    let wanted = match token {
        Token::Literal(c) => Some(c),
        _ => None,
    };
    let (c, may_stay) = match slot {
        Slot::Literal(c) => (
            Some(c).filter(|c| wanted.is_none_or(|wanted| wanted == *c)),
            false,
        ),
        Slot::Some(piece) => {
            let open = match piece {
                Piece::Number => filler.digit,
                _ => filler.letter,
            };
            let c = wanted.unwrap_or(open);
            (Some(c).filter(|c| piece.has(*c)), true)
        }
    };
    if c.is_none() {
        return steps;
    }
    let ats: &[usize] = match token {
        Token::Many => &[0, 1],
        _ => &[1],
    };
    for step in ats {
        steps.push(((at + step, to + 1), c));
        if may_stay {
            steps.push(((at + step, to), c));
        }
    }
    steps
}

/// The characters on the way to a state.
fn text(from: &Origins, end: State) -> String {
    let mut chars = Vec::new();
    let mut state = end;
    while let Some(Some((before, c))) = from.get(&state) {
        chars.extend(*c);
        state = *before;
    }
    chars.iter().rev().collect()
}

fn tokens(part: &Part) -> Vec<Token> {
    match part.kind {
        PartKind::One => vec![Token::One],
        PartKind::Optional => vec![Token::Optional],
        PartKind::Many => vec![Token::Many],
        PartKind::Escape => part.text.chars().skip(1).map(Token::Literal).collect(),
        PartKind::Literal => part.text.chars().map(Token::Literal).collect(),
    }
}

fn slots(piece: &Piece) -> Vec<Slot> {
    match piece {
        Piece::Text(text) => text.chars().map(Slot::Literal).collect(),
        other => vec![Slot::Some(*other)],
    }
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Pattern;
    use claimgate_providers::github::pull_request_claim;

    use super::*;

    const FILLER: Filler = Filler {
        letter: 'x',
        digit: '1',
    };

    fn of(claim: &str, pattern: &str) -> Option<String> {
        let forms = pull_request_claim(claim).unwrap().forms.iter();
        let mut found = forms.filter_map(|form| overlap(pattern, Dialect::Pulumi, form, FILLER));
        found.next()
    }

    #[test]
    fn a_value_of_the_form_is_found_where_there_is_one() {
        for (claim, pattern, expected) in [
            ("sub", "*", Some("repo:x/x:pull_request")),
            ("sub", "repo:acme/*", Some("repo:acme/x:pull_request")),
            ("sub", "repo:acme/web*", Some("repo:acme/web:pull_request")),
            ("sub", "*:pull_request", Some("repo:x/x:pull_request")),
            (
                "sub",
                "repo:acme/web:pull.request",
                Some("repo:acme/web:pull_request"),
            ),
            (
                "sub",
                "repo:acme@*/web@*:*",
                Some("repo:acme@/web@:pull_request"),
            ),
            ("sub", "repo:acme/we??:*", Some("repo:acme/we:pull_request")),
            (
                "sub",
                "repo:acme/web:*t",
                Some("repo:acme/web:pull_request"),
            ),
            ("sub", "repo:acme/web:ref:*", None),
            ("sub", "repo:acme/*:environment:*", None),
            ("sub", "repo:acme/", None),
            ("sub", "repo:/*:pull_request", None),
            ("ref", "refs/*", Some("refs/pull/1/merge")),
            ("ref", "refs/pull/22/*", Some("refs/pull/22/merge")),
            ("ref", "refs/heads/*", None),
            ("base_ref", "", None),
            ("base_ref", "main", Some("main")),
            ("event_name", "pull*", Some("pull_request")),
            ("event_name", "*target", Some("pull_request_target")),
        ] {
            assert_eq!(of(claim, pattern).as_deref(), expected, "{claim} {pattern}");
        }
    }

    #[test]
    fn long_patterns_take_no_time() {
        assert!(of("sub", &"*".repeat(4_000)).is_some());
        let wide = format!("{}*", "*a".repeat(2_000));
        assert!(of("sub", &wide).is_some_and(|text| text.len() > 2_000));
        assert_eq!(of("sub", &"*a".repeat(2_000)), None);
    }

    proptest::proptest! {
        #[test]
        fn the_pattern_matches_what_is_found(pattern in "[repo:*?./]{0,12}|repo:[a*?./:]{0,8}(:pull_request)?") {
            if let Some(text) = of("sub", &pattern) {
                let pattern = Pattern::new(&pattern, Dialect::Pulumi).unwrap();
                proptest::prop_assert!(pattern.is_match(&text), "{}", text);
            }
        }
    }
}
