//! Properties that policies should have.

use claimgate::claims::Claims;
use claimgate::diagnostic::Diagnostics;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};

use super::session::{Analysis, ask};
use super::single::nothing;
use crate::answer::{Answer, Proof, RequestKind, Witness};
use crate::automaton::tokens;
use crate::model::lists_admin;
use crate::query::{Cube, Origin, Query, Rule};

/// A question about every allow: a token that it admits, on which one cube holds besides, or not.
pub(super) struct Besides<'a> {
    pub(super) positive: Option<&'a Cube>,
    pub(super) negatives: &'a [Cube],
    pub(super) shapes: &'a [&'static str],
}

/// The allows that admit a token, each with one.
pub(super) struct Found {
    pub(super) witnesses: Vec<(usize, Witness)>,
    /// The answer about all others together.
    pub(super) rest: Answer,
}

impl Found {
    /// Whether an allow admits one.
    pub(super) fn answer(self) -> Answer {
        match self.witnesses.into_iter().next() {
            Some((_, witness)) => Answer::Yes {
                witness: Box::new(witness),
            },
            None => self.rest,
        }
    }

    /// Adds what was found for the same allows with another question.
    pub(super) fn join(&mut self, other: Self) {
        for (allow, witness) in other.witnesses {
            if self.witnesses.iter().all(|(own, _)| *own != allow) {
                self.witnesses.push((allow, witness));
            }
        }
        match (&mut self.rest, other.rest) {
            (Answer::No { proof }, Answer::No { proof: more }) => proof.join(more),
            (rest @ Answer::No { .. }, other) => *rest = other,
            _ => {}
        }
    }
}

impl Analysis<'_> {
    /// Whether there is an admitted token on which all of these rules hold: claim paths and patterns. A
    /// yes is a counterexample to the property "never".
    ///
    /// # Errors
    /// What is wrong with the rules, with paths from `policies[0].rules`.
    ///
    /// ```
    /// use claimgate::issuer::IssuerDefinition;
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
    /// use claimgate_analysis::{Analysis, PolicyModel};
    ///
    /// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:acme/web:*");
    /// let url = "https://token.actions.githubusercontent.com".to_owned();
    /// let issuer = IssuerDefinition { url, policies: vec![allow], ..IssuerDefinition::default() };
    /// let model = PolicyModel::new(&issuer, Dialect::Pulumi)?;
    /// let rule = |pattern: &str| [("sub".to_owned(), pattern.to_owned())];
    /// let mut analysis = Analysis::new(&model);
    /// assert!(analysis.admits_some(&rule("*:pull_request"))?.is_yes());
    /// assert!(analysis.admits_some(&rule("repo:other/*"))?.is_no());
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    pub fn admits_some(&mut self, rules: &[(String, String)]) -> Result<Answer, Diagnostics> {
        self.admits_some_of(rules, |_| true)
    }

    /// The same, for requests of some kinds.
    ///
    /// # Errors
    /// As [`Analysis::admits_some`].
    pub fn admits_some_of(
        &mut self,
        rules: &[(String, String)],
        kinds: impl Fn(&RequestKind) -> bool,
    ) -> Result<Answer, Diagnostics> {
        let cube = self.cube_of(rules)?;
        let model = self.model;
        let besides = Besides {
            positive: Some(&cube),
            negatives: &[],
            shapes: &[],
        };
        let holds = holds(model.dialect(), rules)?;
        let confirm = |claims: &Claims, request: &RequestedToken| {
            model.admits(claims, request) && holds(claims)
        };
        Ok(self.each_allow(&besides, kinds, false, confirm).answer())
    }

    /// Whether there is an admitted token on which not all of these rules hold. A yes is a
    /// counterexample to the property "only".
    ///
    /// # Errors
    /// As [`Analysis::admits_some`].
    pub fn admits_others(&mut self, rules: &[(String, String)]) -> Result<Answer, Diagnostics> {
        self.admits_others_of(rules, |_| true)
    }

    /// The same, for requests of some kinds.
    ///
    /// # Errors
    /// As [`Analysis::admits_some`].
    pub fn admits_others_of(
        &mut self,
        rules: &[(String, String)],
        kinds: impl Fn(&RequestKind) -> bool,
    ) -> Result<Answer, Diagnostics> {
        let cube = self.cube_of(rules)?;
        let model = self.model;
        let besides = Besides {
            positive: None,
            negatives: &[cube],
            shapes: &[],
        };
        let holds = holds(model.dialect(), rules)?;
        let confirm = |claims: &Claims, request: &RequestedToken| {
            model.admits(claims, request) && !holds(claims)
        };
        Ok(self.each_allow(&besides, kinds, false, confirm).answer())
    }

    /// Asks for a token that an allow admits, kind by kind and allow by allow; one that lists admin either
    /// for requests with admin, or for those without.
    pub(super) fn each_allow(
        &mut self,
        besides: &Besides<'_>,
        kinds: impl Fn(&RequestKind) -> bool,
        with_admin: bool,
        confirm: impl Fn(&Claims, &RequestedToken) -> bool,
    ) -> Found {
        let mut witnesses: Vec<(usize, Witness)> = Vec::new();
        let (mut undecided, mut proof) = (None, Proof::default());
        for kind in self.model.kinds().into_iter().filter(|kind| kinds(kind)) {
            let is_plain = kind == RequestKind::Organization { admin: false };
            for allow in self.set.allows(&kind).iter().copied() {
                let lists_admin = self.model.definition(allow).is_some_and(lists_admin);
                let is_known = witnesses.iter().any(|(other, _)| *other == allow);
                if is_known || (with_admin && is_plain && lists_admin) {
                    continue;
                }
                match self.one_allow(&kind, allow, besides, &confirm) {
                    Answer::Yes { witness } => witnesses.push((allow, *witness)),
                    answer @ Answer::Undecided { .. } => undecided = undecided.or(Some(answer)),
                    Answer::No { proof: own } => proof.join(own.about(allow)),
                }
            }
        }
        Found {
            witnesses,
            rest: undecided.unwrap_or(Answer::No { proof }),
        }
    }

    pub(super) fn one_allow(
        &mut self,
        kind: &RequestKind,
        allow: usize,
        besides: &Besides<'_>,
        confirm: impl Fn(&Claims, &RequestedToken) -> bool,
    ) -> Answer {
        if self.set.has_more_pairs {
            return crate::automaton::Exhausted::Ways.into();
        }
        let mut positives = self.set.with_audiences(allow);
        if positives.is_empty() {
            return nothing();
        }
        positives.extend(besides.positive);
        let mut negatives = self.set.pick(&self.set.denies(kind));
        negatives.extend(self.set.clashes(allow));
        negatives.extend(besides.negatives);
        let query = Query {
            positives: &positives,
            negatives: &negatives,
            shapes: besides.shapes,
        };
        ask(&mut self.space, kind, &query, confirm)
    }

    fn cube_of(&mut self, rules: &[(String, String)]) -> Result<Cube, Diagnostics> {
        compile(self.model.dialect(), rules)?;
        let dialect = self.model.dialect();
        let rule = |(claim, pattern): &(String, String)| {
            let lang = self.space.store.lang([tokens(pattern, dialect)]);
            (self.space.claim(claim), lang)
        };
        let rules: Vec<Rule> = rules.iter().map(rule).collect();
        Ok(self.space.cube(rules, Origin::Question))
    }
}

/// The rules as a policy that denies what they hold on.
fn compile(
    dialect: claimgate::pattern::Dialect,
    rules: &[(String, String)],
) -> Result<PolicySet, Diagnostics> {
    let mut deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
    deny.rules = rules.to_vec();
    PolicySet::compile(&[deny], dialect)
}

/// Whether the rules hold on claims, by an evaluation.
pub(super) fn holds(
    dialect: claimgate::pattern::Dialect,
    rules: &[(String, String)],
) -> Result<impl Fn(&Claims) -> bool, Diagnostics> {
    let set = compile(dialect, rules)?;
    let request = RequestedToken::Organization { admin: false };
    Ok(move |claims: &Claims| {
        let claims = claimgate::TrustedClaims::dangerous_assume_verified(claims.clone());
        let code = claimgate::decide(&set, &claims, &request).reason;
        code == claimgate::explain::ReasonCode::DenyMatched
    })
}
