//! Languages compared with the matcher of decisions, on all short texts.

use std::collections::BTreeMap;
use std::rc::Rc;

use claimgate::pattern::{Dialect, Pattern};
use claimgate_providers::grammar::Words;
use proptest::prelude::*;

use super::budget::Budget;
use super::{Covering, EMPTY, Segment, Store, Token, cheapest, covered, tokens, ways};

fn texts(letters: &[char], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut at = 0;
    while all[at].chars().count() < length {
        for letter in letters {
            all.push(format!("{}{letter}", all[at]));
        }
        at += 1;
    }
    all
}

fn is_match(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern, Dialect::Pulumi)
        .unwrap()
        .is_match(text)
}

fn written(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => text.push(*c),
            Token::One => text.push('.'),
            Token::Optional => text.push('?'),
            Token::Many => text.push('*'),
        }
    }
    text
}

proptest! {
    #[test]
    fn automata_accept_what_patterns_match(first in "[ab*?.é]{0,6}", second in "[ab*?.]{0,6}") {
        let mut store = Store::default();
        let [a, b] = [&first, &second].map(|pattern| store.lang([tokens(pattern, Dialect::Pulumi)]));
        let (a, b) = (store.dfa_of(a).unwrap(), store.dfa_of(b).unwrap());
        let (both, without) = (store.both(a, b).unwrap(), store.without(a, b).unwrap());
        prop_assert_eq!(store.is_disjoint(a, b).unwrap(), both == EMPTY);
        prop_assert_eq!(store.is_within(a, b).unwrap(), without == EMPTY);
        for text in texts(&['a', 'b', 'z', 'é'], 4) {
            let [in_a, in_b] = [&first, &second].map(|pattern| is_match(pattern, &text));
            prop_assert_eq!(store.accepts(a, &text).unwrap(), in_a);
            prop_assert_eq!(store.accepts(both, &text).unwrap(), in_a && in_b);
            prop_assert_eq!(store.accepts(without, &text).unwrap(), in_a && !in_b);
        }
        if let Some(text) = cheapest(&mut store, without, (0, &["ab"])).unwrap() {
            prop_assert!(is_match(&first, &text) && !is_match(&second, &text), "{}", text);
        } else {
            prop_assert_eq!(without, EMPTY);
        }
    }

    #[test]
    fn antichains_say_what_automata_say(
        each in "[ab*?.]{0,6}", by in prop::collection::vec("[ab*?.]{0,5}", 0..4), within in any::<bool>(),
    ) {
        let words = Words::Name { first: &[('a', 'a')], rest: &[('a', 'b')] };
        let mut store = Store::default();
        let known = store.know(&words);
        let lang = store.lang([tokens(&each, Dialect::Pulumi)]);
        let by: Vec<_> = by.iter().map(|pattern| store.lang([tokens(pattern, Dialect::Pulumi)])).collect();
        let mut rest = store.dfa_of(lang).unwrap();
        if within {
            let words = store.dfa_of_words(known).unwrap();
            rest = store.both(rest, words).unwrap();
        }
        for lang in &by {
            let own = store.dfa_of(*lang).unwrap();
            rest = store.without(rest, own).unwrap();
        }
        let by: Vec<Rc<_>> = by.iter().map(|lang| store.patterns(*lang)).collect();
        let covering = Covering { each: &[store.patterns(lang)], words: within.then_some(words), by: &by };
        prop_assert_eq!(covered(&covering, &mut 1_000_000), Some(rest == EMPTY));
    }

    #[test]
    fn a_value_matches_if_its_parts_match_in_some_way(pattern in "[ab:/*?.]{0,7}") {
        let segments = [
            Segment::Text("a:".to_owned()), Segment::Part(0), Segment::Text("/".to_owned()), Segment::Part(1),
        ];
        let ways = ways(&tokens(&pattern, Dialect::Pulumi), &segments, &|_, _| true, &mut Budget::default()).unwrap();
        for first in texts(&['a', 'b', '/'], 2) {
            for second in texts(&['a', ':'], 2) {
                let value = format!("a:{first}/{second}");
                let parts = BTreeMap::from([(0, &first), (1, &second)]);
                let holds = ways.iter().any(|way| {
                    way.iter().all(|(part, own)| is_match(&written(own), parts[part]))
                });
                prop_assert_eq!(holds, is_match(&pattern, &value), "{} {:?}", value, ways);
            }
        }
    }

    #[test]
    fn a_part_may_be_followed_by_text(pattern in "[ab*?.]{0,6}") {
        let segments = [Segment::Part(0), Segment::Text("b".to_owned()), Segment::Part(1), Segment::Text("a".to_owned())];
        let ways = ways(&tokens(&pattern, Dialect::Pulumi), &segments, &|_, _| true, &mut Budget::default()).unwrap();
        for first in texts(&['a', 'b'], 3) {
            for second in texts(&['a', 'b'], 2) {
                let parts = [&first, &second];
                let holds = ways.iter().any(|way| {
                    way.iter().all(|(part, own)| is_match(&written(own), parts[*part]))
                });
                prop_assert_eq!(holds, is_match(&pattern, &format!("{first}b{second}a")));
            }
        }
    }
}

#[test]
fn words_of_grammars_are_accepted() {
    let words = [
        (
            Words::Path(&[('a', 'c')]),
            ["a", "ab/c", "a/b/c"],
            ["", "/a", "a/"],
        ),
        (Words::Further(':'), ["", ":", ":a:b"], ["a", "a:", "-"]),
        (
            Words::OneOf(&["true", "false"]),
            ["true", "false", "true"],
            ["", "True", "truefalse"],
        ),
        (Words::Integer, ["0", "-7", "120"], ["", "007", "-0"]),
        (
            Words::Ending(&[('a', 'y'), ('.', '.')], &[".yml", ".yaml"]),
            ["a.yml", "a.yaml", ".yml.yml"],
            [".yml", "axyml", "a.yml.x"],
        ),
        (
            Words::After(&["x/", "y/"], &Words::Path(&[('a', 'c')])),
            ["x/a", "y/a/b", "x/cc"],
            ["x/", "a", "x/y/a"],
        ),
        (
            Words::Either(&[
                Words::OneOf(&[""]),
                Words::After(&[":a", ":b"], &Words::Further(':')),
            ]),
            ["", ":a", ":b:c"],
            [":", "a", ":ab"],
        ),
        (
            Words::Except(&[('a', 'c'), ('_', '_')], "ab_a"),
            ["ab_", "ab_b", "ab_ab"],
            ["", "ab_a", "abd"],
        ),
    ];
    for (words, good, bad) in words {
        let mut store = Store::default();
        let known = store.know(&words);
        let dfa = store.dfa_of_words(known).unwrap();
        for text in good {
            assert!(store.accepts(dfa, text).unwrap(), "{words:?} {text}");
        }
        for text in bad {
            assert!(!store.accepts(dfa, text).unwrap(), "{words:?} {text}");
        }
    }
}

#[test]
fn a_pattern_that_needs_too_many_states_is_given_up_and_still_compared() {
    let mut store = Store::default();
    let pattern = format!("*a{}", ".".repeat(20));
    let lang = store.lang([tokens(&pattern, Dialect::Pulumi)]);
    assert!(store.dfa_of(lang).is_err());
    let patterns = store.patterns(lang);
    let covering = Covering {
        each: std::slice::from_ref(&patterns),
        words: None,
        by: std::slice::from_ref(&patterns),
    };
    assert_eq!(covered(&covering, &mut 1_000_000), Some(true));
}

#[test]
fn cheap_texts_read_well() {
    let cases = [
        ("acme*", "acme", "acme-evil"),
        ("refs/heads/.*", "refs/heads/m*", "refs/heads/evil"),
        ("*", "", "evil"),
        ("*-prod", "x", "evil-prod"),
    ];
    for (pattern, without, expected) in cases {
        let mut store = Store::default();
        let [a, b] =
            [pattern, without].map(|pattern| store.lang([tokens(pattern, Dialect::Pulumi)]));
        let (a, b) = (store.dfa_of(a).unwrap(), store.dfa_of(b).unwrap());
        let rest = store.without(a, b).unwrap();
        let text = cheapest(&mut store, rest, (0, &[])).unwrap();
        assert_eq!(text.as_deref(), Some(expected), "{pattern}");
    }
}
