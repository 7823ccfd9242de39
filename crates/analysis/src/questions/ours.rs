//! Whose tokens policies are meant for, as far as they say so.

use std::collections::{BTreeMap, BTreeSet};

use claimgate_providers::grammar::{Atom, Grammar, Words};

use super::session::Analysis;
use crate::automaton::{LangId, Token, literal};
use crate::query::Cube;

/// What policies say about a part of claims.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Values that they name in full.
    pub(crate) named: BTreeSet<String>,
    /// What values begin with, where they go on with a wildcard.
    pub(crate) starts: BTreeSet<String>,
}

impl Said {
    /// The values that are meant: those named, else what they begin with.
    pub(super) fn meant(&self) -> Vec<String> {
        match self.named.is_empty() {
            true => self.starts.iter().cloned().collect(),
            false => self.named.iter().cloned().collect(),
        }
    }
}

/// By the names of parts.
pub(crate) type Sayings = BTreeMap<&'static str, Said>;

/// The parts other than names that tell whose tokens policies are for: identifiers of owners, repositories or
/// enterprises that they name in full.
pub(super) fn identifiers(
    grammar: &Grammar,
    sayings: &Sayings,
) -> Vec<(&'static str, Vec<String>)> {
    let tenants = grammar.atoms.iter().filter(|atom| atom.is_tenant);
    let ids = tenants.filter(|atom| !grammar.mine.contains(&atom.name));
    let named = |atom: &Atom| {
        let values: Vec<String> = sayings.get(atom.name)?.named.iter().cloned().collect();
        (!values.is_empty()).then_some((atom.name, values))
    };
    ids.filter_map(named).collect()
}

impl Analysis<'_> {
    /// What these allows say about the parts of claims.
    pub(crate) fn sayings(&mut self, allows: &[usize]) -> Sayings {
        let mut sayings = Sayings::new();
        let rules: BTreeSet<_> = self
            .set
            .pick(allows)
            .into_iter()
            .flat_map(|cube: &Cube| cube.rules.iter().copied())
            .collect();
        let Some(grammar) = self.model.grammar() else {
            return sayings;
        };
        for (path, lang) in rules {
            let Ok(parts) = self.space.possible_parts(path, lang) else {
                continue;
            };
            for atom in grammar.atoms {
                let slot = self.space.atom_slot(atom.name);
                let own = parts.iter().filter(|(other, _)| Some(*other) == slot);
                for (_, lang) in own {
                    self.say(*lang, sayings.entry(atom.name).or_default());
                }
            }
        }
        // A policy that names a workflow of a repository is meant for jobs of that repository.
        for atom in grammar.atoms {
            if let Some(other) = atom.mostly
                && !sayings.contains_key(other)
                && let Some(said) = sayings.get(atom.name).cloned()
            {
                sayings.insert(other, said);
            }
        }
        sayings
    }

    fn say(&self, lang: LangId, said: &mut Said) {
        for pattern in self.space.store.patterns(lang).iter() {
            let start: String = pattern.iter().map_while(|token| reading(*token)).collect();
            match start.chars().count() == pattern.len() {
                true => said.named.insert(start),
                false if !start.is_empty() => said.starts.insert(start),
                false => false,
            };
        }
    }

    /// The values that are one's own, as a language; with all below the first segment for paths.
    pub(super) fn own_values(&mut self, words: Words, values: &[String]) -> LangId {
        let mut patterns: Vec<Vec<Token>> = values.iter().map(|value| literal(value)).collect();
        if let Words::Path(_) = words {
            for value in values {
                let root = value.split('/').next().unwrap_or_default();
                patterns.push(literal(root));
                patterns.push([literal(root), vec![Token::Char('/'), Token::Many]].concat());
            }
        }
        self.space.store.lang(patterns)
    }

    /// The values that begin like one's own.
    pub(super) fn like_values(&mut self, words: Words, values: &[String]) -> LangId {
        let pattern = |value: &String| {
            let root = match words {
                Words::Path(_) => value.split('/').next().unwrap_or_default(),
                _ => value,
            };
            [literal(root), vec![Token::Many]].concat()
        };
        self.space.store.lang(values.iter().map(pattern))
    }

    /// These values and no others.
    pub(super) fn exact_values(&mut self, values: &[String]) -> LangId {
        self.space
            .store
            .lang(values.iter().map(|value| literal(value)))
    }
}

/// A token as the author may have meant it: `.` is a dot.
fn reading(token: Token) -> Option<char> {
    match token {
        Token::Char(c) => Some(c),
        Token::One => Some('.'),
        Token::Optional | Token::Many => None,
    }
}
