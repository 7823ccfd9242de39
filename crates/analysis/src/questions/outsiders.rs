//! Who gets in besides those that policies are meant for.

use claimgate_providers::grammar::{Grammar, Is, Outsider};
use serde::{Deserialize, Serialize};

use super::ours::{Said, Sayings};
use super::property::Besides;
use super::session::Analysis;
use crate::answer::{Answer, Facts};
use crate::automaton::LangId;
use crate::query::{Cube, Origin, Rule};

/// What is one's own, as stated: `github-actions:acme/web`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mine(pub String);

/// The ladder of outsiders of an issuer, from strangers inwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Who {
    /// What was taken for one's own.
    pub ours: Vec<Ours>,
    /// The classes of outsiders; none if nothing is known of the provider.
    pub rungs: Vec<Rung>,
    /// What the answers take for granted.
    pub facts: Facts,
}

/// What was taken for one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ours {
    /// What it is: `owner`.
    pub part: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether it was stated; otherwise it is what the policies name.
    pub is_stated: bool,
}

/// A class of outsiders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rung {
    /// Its identifier: `other-repository`.
    pub id: String,
    /// Who it is: "another repository of ours".
    pub title: String,
    /// Whether they are strangers: not of one's own outermost name, such as the owner.
    pub is_stranger: bool,
    /// Whether one of them is admitted.
    pub answer: Answer,
    /// Indices of the allows that admit one, from 0.
    pub policies: Vec<usize>,
}

impl Analysis<'_> {
    /// Asks of each class of outsiders whether one of them is admitted. What is one's own is what
    /// `mine` states: an optional provider and `:`, then names from the outermost, such as
    /// `acme/web`. Otherwise it is what the allows name.
    #[must_use]
    pub fn who(&mut self, mine: Option<&Mine>) -> Who {
        let mut who = Who {
            ours: Vec::new(),
            rungs: Vec::new(),
            facts: self.facts(),
        };
        let Some(grammar) = self.model.grammar() else {
            return who;
        };
        let sayings = self.said_by_all();
        who.ours = ours(grammar, mine, &sayings);
        who.rungs = self.ladder(grammar, &who.ours, &sayings);
        who
    }

    /// What all allows say about the parts of claims.
    pub(super) fn said_by_all(&mut self) -> Sayings {
        let count = self.model.definitions().len();
        let allows: Vec<usize> = (0..count).filter(|policy| self.is_allow(*policy)).collect();
        self.sayings(&allows)
    }

    /// The answer for each class of outsiders.
    pub(super) fn ladder(
        &mut self,
        grammar: &Grammar,
        ours: &[Ours],
        sayings: &Sayings,
    ) -> Vec<Rung> {
        let named = |name: &str| {
            let said = sayings.iter().find(|(other, _)| **other == name);
            said.map(|(_, said)| said.named.iter().cloned().collect())
                .unwrap_or_default()
        };
        let classes = grammar.outsiders.iter();
        classes
            .filter_map(|class| self.rung(grammar, class, ours, &named))
            .collect()
    }

    /// The answer for a class; `None` if it takes what is one's own, and that is not known.
    fn rung(
        &mut self,
        grammar: &Grammar,
        class: &Outsider,
        ours: &[Ours],
        named: &impl Fn(&str) -> Vec<String>,
    ) -> Option<Rung> {
        let mut rules = Vec::new();
        for (name, is) in class.is {
            let values = values(ours, name, *is, named);
            if values.is_empty() {
                // Without a name for it, any repository of ours is meant, but not any owner.
                match grammar.mine.first() == Some(name) {
                    true => return None,
                    false => continue,
                }
            }
            let lang = match is {
                Is::LikeOurs => self.value_lang(grammar, name, *is, &values),
                _ => self.exact_values(&values),
            };
            rules.push((self.space.atom(name)?, lang));
        }
        let mut negatives = Vec::new();
        for (name, is) in class.is_not {
            let values = values(ours, name, *is, named);
            if !values.is_empty() {
                let lang = self.value_lang(grammar, name, *is, &values);
                let atom = self.space.atom(name)?;
                negatives.push(self.question(vec![(atom, lang)]));
            }
        }
        let positive = self.question(rules);
        let besides = Besides {
            positive: Some(&positive),
            negatives: &negatives,
            shapes: class.shapes,
        };
        let model = self.model;
        let (mut answer, policies) = self.any_allow(
            &besides,
            |_| true,
            |claims, request| model.admits(claims, request),
        );
        if let Answer::Yes { witness } = &mut answer {
            let parts: Vec<&'static str> = class.is_not.iter().map(|(part, _)| *part).collect();
            self.name_one(witness, &parts);
        }
        Some(Rung {
            id: class.id.to_owned(),
            title: class.title.to_owned(),
            is_stranger: {
                let mut not = class.is_not.iter();
                not.any(|(name, is)| {
                    grammar.mine.first() == Some(name) && matches!(is, Is::Ours | Is::LikeOurs)
                })
            },
            answer,
            policies,
        })
    }

    pub(super) fn question(&mut self, rules: Vec<Rule>) -> Cube {
        self.space.cube(rules, Origin::Question)
    }

    fn value_lang(&mut self, grammar: &Grammar, name: &str, is: Is, values: &[String]) -> LangId {
        let words = grammar.atom(name).map(|atom| atom.words);
        match (is, words) {
            (Is::LikeOurs, Some(words)) => self.like_values(words, values),
            (Is::Ours, Some(words)) => self.own_values(words, values),
            _ => self.exact_values(values),
        }
    }
}

fn values(ours: &[Ours], name: &str, is: Is, named: &impl Fn(&str) -> Vec<String>) -> Vec<String> {
    match is {
        Is::Ours | Is::LikeOurs => {
            let own = ours.iter().find(|own| own.part == name);
            own.map(|own| own.values.clone()).unwrap_or_default()
        }
        Is::Text(text) => vec![text.to_owned()],
        _ => named(name),
    }
}

/// What is one's own: as stated, else as the policies name it.
pub(super) fn ours(grammar: &Grammar, mine: Option<&Mine>, sayings: &Sayings) -> Vec<Ours> {
    let mut stated = mine
        .map(|mine| stated(grammar, &mine.0))
        .unwrap_or_default();
    let own = |part: &&'static str| {
        let values = stated.pop();
        let is_stated = values.is_some();
        let meant = || sayings.get(*part).map(Said::meant).unwrap_or_default();
        Ours {
            part: (*part).to_owned(),
            values: values.map_or_else(meant, |value| vec![value]),
            is_stated,
        }
    };
    let own: Vec<Ours> = grammar.mine.iter().map(own).collect();
    own.into_iter()
        .filter(|own| !own.values.is_empty())
        .collect()
}

/// The stated names, the innermost first. What is left over belongs to the outermost.
pub(crate) fn stated(grammar: &Grammar, mine: &str) -> Vec<String> {
    let names = mine.split_once(':').map_or(mine, |(_, names)| names);
    let mut names: Vec<&str> = names.split('/').filter(|name| !name.is_empty()).collect();
    let mut stated = Vec::new();
    let inner = grammar.mine.len().saturating_sub(1);
    while names.len() > 1 && stated.len() < inner {
        stated.extend(names.pop().map(str::to_owned));
    }
    if !names.is_empty() {
        stated.push(names.join("/"));
    }
    stated
}
