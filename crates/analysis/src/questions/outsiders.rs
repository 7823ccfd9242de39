//! Who gets in besides those that policies are meant for.

use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;
use claimgate::text::list;
use claimgate_providers::grammar::class::RECYCLED_NAME;
use claimgate_providers::grammar::{Grammar, Is, Outsider};
use serde::{Deserialize, Serialize};

use super::denies::DenyEffect;
use super::ours::{Said, Sayings, identifiers};
use super::property::{Besides, Found};
use super::session::Analysis;
use crate::answer::{Answer, Facts, Witness};
use crate::automaton::LangId;
use crate::grant::gives;
use crate::mine::Mine;
use crate::query::{Cube, Origin, Rule};

/// The most groups of allows that are shown for a class.
const MAX_ADMITTED: usize = 50;

/// The ladder of outsiders of an issuer, from strangers inwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Who {
    /// What was taken for one's own.
    pub ours: Vec<Ours>,
    /// The classes of outsiders; none if nothing is known of the provider.
    pub rungs: Vec<Rung>,
    /// The denies, with what they take away: the first 100.
    pub denies: Vec<DenyEffect>,
    /// What the answers assume.
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

impl Ours {
    /// Where it comes from, in words.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self.is_stated {
            true => "as stated",
            false => "named by the policies",
        }
    }
}

/// A class of outsiders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rung {
    /// Its identifier: `other-repository`.
    pub id: String,
    /// Who it is: "another repository of yours".
    pub title: String,
    /// Whether they are strangers: not of one's own outermost name, such as the owner, or of one that
    /// someone else has registered again.
    pub is_stranger: bool,
    /// Whether one of them is admitted.
    pub answer: Answer,
    /// Indices of the allows that admit one, from 0.
    pub policies: Vec<usize>,
    /// The same allows, with a token that they match: the first 50 groups.
    pub admitted: Vec<Admitted>,
}

/// Allows that admit a token of a class, with one that each of them matches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Admitted {
    /// Indices of the allows, from 0.
    pub policies: Vec<usize>,
    /// What each of them gives: "organization tokens with role deployer".
    pub gives: String,
    /// Which of the class they admit, if their rules on it leave out some: "only if the tag begins with `v`".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub which: Option<String>,
    /// The token.
    pub witness: Witness,
}

impl Admitted {
    /// What the allows give and to whom, in a clause: "policy 1 gives organization tokens, only if the tag begins with
    /// `v`".
    #[must_use]
    pub fn sentence(&self) -> String {
        let policies = list::policies(&self.policies);
        let verb = match self.policies.len() {
            1 => "gives",
            _ => "give",
        };
        let which = self.which.as_deref().map(|which| format!(", {which}"));
        format!(
            "{policies} {verb} {}{}",
            self.gives,
            which.unwrap_or_default()
        )
    }
}

impl Analysis<'_> {
    /// Asks of each class of outsiders whether one of them is admitted. What is one's own is what
    /// `mine` states: an optional provider and `:`, then names from the outermost, such as
    /// `acme/web`. Otherwise it is what the allows name.
    #[must_use]
    pub fn who(&mut self, mine: Option<&Mine>) -> Who {
        let who = self.classes(mine);
        Who {
            denies: self.deny_effects(),
            ..who
        }
    }

    /// The same without what denies take away.
    pub(crate) fn classes(&mut self, mine: Option<&Mine>) -> Who {
        let mut who = Who {
            ours: Vec::new(),
            rungs: Vec::new(),
            denies: Vec::new(),
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
                // Without a name for it, any repository of yours is meant, but not any owner, unless the policies
                // name an identifier of yours.
                let is_identifier = |own: &Ours| !grammar.mine.contains(&own.part.as_str());
                match grammar.mine.first() == Some(name) && !ours.iter().any(is_identifier) {
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
                negatives.push(self.space.cube(vec![(atom, lang)], Origin::Own));
            }
        }
        let positive = self.question(rules.clone());
        let besides = Besides {
            positive: Some(&positive),
            negatives: &negatives,
            shapes: class.shapes,
        };
        let model = self.model;
        let confirm = |claims: &Claims, request: &RequestedToken| model.admits(claims, request);
        let mut found = self.each_allow(&besides, |_| true, true, confirm);
        let parts: Vec<&'static str> = class.is_not.iter().map(|(part, _)| *part).collect();
        for (_, witness) in &mut found.witnesses {
            self.name_one(witness, &parts);
        }
        for form in class.besides {
            let cubes = self.form_cubes(form, &rules, named);
            found.join(self.each_allow(&cubes.besides(), |_| true, true, confirm));
        }
        let Found {
            mut witnesses,
            rest,
        } = found;
        witnesses.sort_by_key(|(policy, _)| *policy);
        let policies = witnesses.iter().map(|(policy, _)| *policy).collect();
        let admitted = self.together(class, witnesses);
        let answer = match admitted.first() {
            Some(first) => Answer::Yes {
                witness: Box::new(first.witness.clone()),
            },
            None => rest,
        };
        Some(Rung {
            id: class.id.to_owned(),
            title: class.title.to_owned(),
            is_stranger: is_stranger(grammar, class),
            answer,
            policies,
            admitted,
        })
    }

    /// The allows that admit one of a class: those that give the same together, as far as they all match one
    /// token.
    fn together(&mut self, class: &Outsider, witnesses: Vec<(usize, Witness)>) -> Vec<Admitted> {
        let mut groups: Vec<Admitted> = Vec::new();
        for (policy, witness) in witnesses {
            let gives = self.model.definition(policy).map(gives).unwrap_or_default();
            let which = self.narrowed(policy, class);
            let model = self.model;
            let is_one = |group: &&mut Admitted| {
                let Witness {
                    claims, request, ..
                } = &group.witness;
                group.gives == gives
                    && group.which == which
                    && model.matches(policy, claims, request)
            };
            if let Some(group) = groups.iter_mut().find(is_one) {
                group.policies.push(policy);
            } else if groups.len() < MAX_ADMITTED {
                groups.push(Admitted {
                    policies: vec![policy],
                    gives,
                    which,
                    witness,
                });
            }
        }
        groups
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

/// Whether a class is not of one's own outermost name. A name that someone else registers again is one's own
/// no more.
fn is_stranger(grammar: &Grammar, class: &Outsider) -> bool {
    let is_other = |(name, is): &(&'static str, Is)| {
        grammar.mine.first() == Some(name) && matches!(is, Is::Ours | Is::LikeOurs)
    };
    class.id == RECYCLED_NAME || class.is_not.iter().any(is_other)
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
pub(super) fn ours(grammar: &'static Grammar, mine: Option<&Mine>, sayings: &Sayings) -> Vec<Ours> {
    let mut stated = mine.map(|mine| mine.stated(grammar)).unwrap_or_default();
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
    let is_named = own.first().is_some_and(|own| !own.values.is_empty());
    let mut own: Vec<Ours> = own
        .into_iter()
        .filter(|own| !own.values.is_empty())
        .collect();
    if !is_named {
        let ids = identifiers(grammar, sayings).into_iter();
        own.extend(ids.map(|(part, values)| Ours {
            part: part.to_owned(),
            values,
            is_stated: false,
        }));
    }
    own
}
