//! Which of a class of outsiders an allow admits, if not any of them.

use claimgate::sorted::distinct;
use claimgate::text::list;
use claimgate_providers::grammar::{Is, Outsider};

use super::session::Analysis;
use crate::automaton::{LangId, Token};
use crate::query::PartTexts;
use crate::sent::unknown_claims;

/// The most ways in which a part is described.
const MAX_WAYS: usize = 3;

impl Analysis<'_> {
    /// How the rules of an allow limit what the class leaves open, as a clause: "only if the tag begins with
    /// `v`". `None` if they do not, or if that cannot be said in a few words.
    pub(super) fn narrowed(&mut self, allow: usize, class: &Outsider) -> Option<String> {
        let is_stated = |name: &str| class.is.iter().any(|(other, _)| *other == name);
        let parts = class
            .is_not
            .iter()
            .filter(|(name, is)| !is_stated(name) || *is == Is::Named);
        let mut clauses: Vec<String> = Vec::new();
        for (name, _) in parts {
            let limits = self.limits(allow, name);
            clauses.extend(limits.map(|limits| format!("the {} {limits}", words(name))));
        }
        let definition = self.model.definition(allow);
        let unknown = self.model.grammar().zip(definition);
        let unknown = unknown.map(|(grammar, own)| (grammar.name, unknown_claims(grammar, own)));
        if let Some((provider, unknown)) = unknown.filter(|(_, unknown)| !unknown.is_empty()) {
            let unknown = unknown.iter().map(|claim| format!("`{claim}`"));
            let unknown = list::enumerate(&unknown.collect::<Vec<_>>());
            clauses.push(format!("{provider} sends {unknown}, which is not known"));
        }
        (!clauses.is_empty()).then(|| format!("only if {}", list::enumerate(&clauses)))
    }

    /// How the first rule of an allow that limits a part of claims does so: "begins with `v`".
    fn limits(&mut self, allow: usize, part: &str) -> Option<String> {
        let slot = self.space.atom_slot(part)?;
        let rules = self.set.cube(allow)?.rules.clone();
        rules.iter().find_map(|(path, lang)| {
            let parts = self.space.possible_parts(*path, *lang).ok()?;
            let mut ways = Vec::new();
            for (_, lang) in parts.into_iter().filter(|(other, _)| *other == slot) {
                ways.extend(self.way(slot, lang)?);
            }
            let ways = distinct(ways);
            let is_short = (1..=MAX_WAYS).contains(&ways.len());
            is_short.then(|| ways.join(" or "))
        })
    }

    /// What a pattern says of a part: nothing if the part is a text that is named. `None` if anything goes.
    fn way(&mut self, slot: usize, lang: LangId) -> Option<Vec<String>> {
        let patterns = self.space.store.patterns(lang);
        // New characters would renew all automata: what they are compared with comes first.
        let dotted: Vec<Vec<LangId>> = patterns.iter().map(|own| self.dotted(own)).collect();
        let left = self.space.left(slot, lang).ok()?;
        match self.space.texts(left).ok()? {
            PartTexts::Any => None,
            PartTexts::Only(_) => Some(Vec::new()),
            PartTexts::Beginning(start) => Some(vec![format!("begins with `{start}`")]),
            PartTexts::Like(written) => {
                let mut ways = Vec::new();
                for ((pattern, written), dotted) in patterns.iter().zip(written).zip(dotted) {
                    let text = with_dots(pattern).filter(|_| !dotted.is_empty());
                    let mut free = 0;
                    for with_dot in dotted {
                        let other = self.space.other_text(left, Some(with_dot)).ok()?;
                        free += usize::from(other.is_some());
                    }
                    ways.push(match (text, free) {
                        (Some(text), 1) => {
                            format!("differs from `{text}` in one character, in place of a `.`")
                        }
                        (Some(text), _) => {
                            format!("differs from `{text}` only in characters in place of a `.`")
                        }
                        (None, _) => format!("matches `{written}`"),
                    });
                }
                Some(ways)
            }
        }
    }

    /// For each `.` of a pattern without other wildcards, the pattern in which that one is a dot; none in
    /// dialects in which authors do not write it for a dot.
    fn dotted(&mut self, pattern: &[Token]) -> Vec<LangId> {
        if !self.space.store.has_dots || with_dots(pattern).is_none() {
            return Vec::new();
        }
        let dots = pattern.iter().enumerate();
        let dots = dots.filter(|(_, token)| matches!(token, Token::One));
        let mut all = Vec::new();
        for (place, _) in dots {
            let mut own = pattern.to_vec();
            if let Some(token) = own.get_mut(place) {
                *token = Token::Char('.');
            }
            all.push(self.space.store.lang([own]));
        }
        all
    }
}

/// The text that a pattern without other wildcards is in its author's eyes.
fn with_dots(pattern: &[Token]) -> Option<String> {
    let char = |token: &Token| match token {
        Token::Char(c) => Some(*c),
        Token::One => Some('.'),
        Token::Optional | Token::Many => None,
    };
    pattern.iter().map(char).collect()
}

/// The name of a part, in words.
fn words(part: &str) -> String {
    match part {
        "called_file" => "reusable workflow file".to_owned(),
        part => part.replace('_', " "),
    }
}
