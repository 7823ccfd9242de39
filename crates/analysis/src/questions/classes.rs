//! Questions about the tokens of one allow: does it admit one of some class?

use claimgate::claim_path::ClaimPath;
use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;
use claimgate_providers::grammar::class::OTHER_BRANCH;
use claimgate_providers::grammar::{Claim, Is, Outsider, Piece, Words};

use super::ours::{Said, Sayings, identifiers};
use super::property::{Besides, holds};
use super::session::Analysis;
use super::single::nothing;
use crate::answer::{Answer, RequestKind, Undecided, Witness, at};
use crate::automaton::{LangId, Token, literal, tokens};
use crate::model::kinds_of;

/// What else is to hold on a token that an allow admits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class<'a> {
    /// Claim paths and patterns that match.
    pub(crate) rules: &'a [(String, String)],
    /// Claim paths and patterns that do not all match.
    pub(crate) not: &'a [(String, String)],
    /// Parts of claims that have one of these texts.
    pub(crate) is: Vec<(&'static str, Texts)>,
    /// Parts of claims that have none of these texts, each.
    pub(crate) is_not: Vec<(&'static str, Texts)>,
    /// The shapes that the token may have; empty if any.
    pub(crate) shapes: &'a [&'static str],
    /// A claim that the token does not have.
    pub(crate) without: Option<&'a str>,
}

/// Texts of a part of claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) exact: Vec<String>,
    pub(crate) beginning: Vec<String>,
}

impl Texts {
    pub(crate) fn exact(texts: impl IntoIterator<Item = String>) -> Self {
        Self {
            exact: texts.into_iter().collect(),
            beginning: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.beginning.is_empty()
    }
}

impl From<&Said> for Texts {
    fn from(said: &Said) -> Self {
        Self {
            exact: said.named.iter().cloned().collect(),
            beginning: said.starts.iter().cloned().collect(),
        }
    }
}

impl Analysis<'_> {
    /// What an allow says about a part of claims.
    pub(crate) fn said(&mut self, allow: usize, part: &str) -> Said {
        let sayings = self.sayings(&[allow]);
        let said = sayings.into_iter().find(|(name, _)| *name == part);
        said.map(|(_, said)| said).unwrap_or_default()
    }

    /// Whether an allow names an identifier of an owner, a repository or the like in full, in a claim of its own or
    /// within another.
    pub(crate) fn pins_identifier(&mut self, allow: usize) -> bool {
        let sayings = self.sayings(&[allow]);
        let grammar = self.model.grammar();
        grammar.is_some_and(|grammar| !identifiers(grammar, &sayings).is_empty())
    }

    /// Whether an allow admits a token of a class of outsiders, where it is meant for those that it
    /// names. `None` if it does not say whose tokens it is for.
    pub(crate) fn admits_outsider(&mut self, allow: usize, class: &Outsider) -> Option<Answer> {
        let grammar = self.model.grammar()?;
        let sayings = self.sayings(&[allow]);
        let texts = |name: &str, is: Is, sayings: &Sayings| match is {
            Is::Text(text) => Texts::exact([text.to_owned()]),
            _ => sayings.get(name).map(Texts::from).unwrap_or_default(),
        };
        let has_identifier = !identifiers(grammar, &sayings).is_empty();
        let mut own = Class {
            shapes: class.shapes,
            ..Class::default()
        };
        for (name, is) in class.is {
            let texts = texts(name, *is, &sayings);
            // An identifier that the allow names says as much as the owner's name.
            if texts.is_empty() && grammar.mine.first() == Some(name) && !has_identifier {
                return None;
            }
            // Without a name for it, any repository of yours is meant.
            if !texts.is_empty() {
                own.is.push((name, texts));
            }
        }
        for (name, is) in class.is_not {
            let mut texts = texts(name, *is, &sayings);
            let is_path = grammar
                .atom(name)
                .is_some_and(|atom| matches!(atom.words, Words::Path(_)));
            if is_path && *is == Is::LikeOurs {
                texts.beginning.append(&mut texts.exact.clone());
            }
            if class.id == OTHER_BRANCH && texts.is_empty() {
                // Another one than that which most are meant for.
                texts.exact.extend(["main", "master"].map(str::to_owned));
            }
            if !texts.is_empty() {
                own.is_not.push((name, texts));
            }
        }
        Some(self.admits(allow, &own))
    }

    /// Whether an allow admits a token of a class.
    pub(crate) fn admits(&mut self, allow: usize, class: &Class<'_>) -> Answer {
        let kind = self
            .model
            .definition(allow)
            .and_then(|definition| kinds_of(definition).into_iter().next());
        let Some(kind) = kind else {
            return nothing();
        };
        self.admits_for(&kind, allow, class)
    }

    /// The same for requests of a kind.
    pub(crate) fn admits_for(
        &mut self,
        kind: &RequestKind,
        allow: usize,
        class: &Class<'_>,
    ) -> Answer {
        let mut rules = self.rules(class.rules);
        for (part, texts) in &class.is {
            let Some(path) = self.space.atom(part) else {
                return nothing();
            };
            rules.push((path, self.lang(texts)));
        }
        let mut negatives = Vec::new();
        for (part, texts) in &class.is_not {
            if let Some(path) = self.space.atom(part) {
                let lang = self.lang(texts);
                negatives.push(self.question(vec![(path, lang)]));
            }
        }
        if !class.not.is_empty() {
            let excluded = self.rules(class.not);
            negatives.push(self.question(excluded));
        }
        if let Some(claim) = class.without {
            // Any value is one too many, also one that an audience of the issuer requires.
            let any = self.space.store.lang([vec![Token::Many]]);
            let path = self.space.claim(claim);
            negatives.push(self.question(vec![(path, any)]));
        }
        let positive = self.question(rules);
        let besides = Besides {
            positive: Some(&positive),
            negatives: &negatives,
            shapes: class.shapes,
        };
        let dialect = self.model.dialect();
        let (Ok(holds), Ok(is_excluded)) = (holds(dialect, class.rules), holds(dialect, class.not))
        else {
            return Answer::Undecided {
                reason: Undecided::NotConfirmed,
            };
        };
        let without = class.without.and_then(|path| ClaimPath::parse(path).ok());
        let (model, has_rules, has_not) =
            (self.model, !class.rules.is_empty(), !class.not.is_empty());
        let answer = self.one_allow(
            kind,
            allow,
            &besides,
            |claims: &Claims, request: &RequestedToken| {
                let is_absent = without
                    .as_ref()
                    .is_none_or(|path| at(claims, path).is_none());
                let is_like = (!has_rules || holds(claims)) && (!has_not || !is_excluded(claims));
                is_absent && is_like && model.admits(claims, request)
            },
        );
        match answer {
            Answer::Yes { mut witness } => {
                self.name_parts(&mut witness, class);
                Answer::Yes { witness }
            }
            answer => answer,
        }
    }

    /// Adds to the claims of a witness that matter those which show its class.
    fn name_parts(&self, witness: &mut Witness, class: &Class<'_>) {
        let parts = class.is.iter().chain(&class.is_not).map(|(part, _)| *part);
        for part in parts {
            self.name_one(witness, &[part]);
        }
    }

    /// Adds a claim that shows one of some parts to the claims of a witness that matter, unless one of them
    /// does already: the shortest claim of the first part that the token has.
    pub(super) fn name_one(&self, witness: &mut Witness, parts: &[&'static str]) {
        let Some(grammar) = self.model.grammar() else {
            return;
        };
        let mut shapes = grammar.shapes.iter();
        let Some(shape) = shapes.find(|shape| shape.when == witness.when) else {
            return;
        };
        let is_there = |claim: &&Claim| {
            let path = ClaimPath::parse(claim.path);
            path.is_ok_and(|path| at(&witness.claims, &path).is_some())
        };
        let all: Vec<&Claim> = grammar.claims_of(shape).filter(is_there).collect();
        let showing = |part: &&'static str| {
            let has = |claim: &&Claim| claim.value.contains(&Piece::Atom(part));
            let mut claims: Vec<&Claim> = all.iter().copied().filter(has).collect();
            claims.sort_by_key(|claim| claim.value.len());
            claims
        };
        let claims: Vec<&Claim> = parts.iter().flat_map(showing).collect();
        let is_named = |claim: &&Claim| witness.matters.iter().any(|own| own == claim.path);
        if !claims.iter().any(is_named)
            && let Some(claim) = claims.first()
        {
            witness.matters.push(claim.path.to_owned());
            witness.matters.sort();
        }
    }

    fn rules(&mut self, rules: &[(String, String)]) -> Vec<(usize, LangId)> {
        let dialect = self.model.dialect();
        let rule = |(claim, pattern): &(String, String)| {
            let lang = self.space.store.lang([tokens(pattern, dialect)]);
            (self.space.claim(claim), lang)
        };
        rules.iter().map(rule).collect()
    }

    fn lang(&mut self, texts: &Texts) -> LangId {
        let exact = texts.exact.iter().map(|text| literal(text));
        let beginning = |text: &String| [literal(text), vec![Token::Many]].concat();
        let beginning = texts.beginning.iter().map(beginning);
        self.space.store.lang(exact.chain(beginning))
    }
}
