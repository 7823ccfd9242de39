//! Whether strangers get in on issuers that sign tokens for everyone, and whether a change lets them in.

use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;
use claimgate_providers::shared_issuer;

use super::beyond::Beyond;
use super::property::Besides;
use super::session::Analysis;
use super::set::Set;
use crate::answer::Answer;
use crate::model::{PolicyModel, kinds_of, role};
use crate::query::Cube;

impl Analysis<'_> {
    /// Whether a stranger's token gets in by an allow policy: one of another tenant than the policy
    /// is meant for, on an issuer that signs tokens for everybody. The issuer's audiences and the
    /// denies of the set count. `None` if the issuer is not known to be shared, or the policy is not an
    /// allow.
    ///
    /// The policy is meant for the tenant that it names; if a name goes on with a wildcard, for the one
    /// of that beginning; where `.` is a wildcard, for the one with a dot.
    #[must_use]
    pub fn stranger(&mut self, policy: usize) -> Option<Answer> {
        let own_tenants = self.own_tenants(policy)?;
        let kind = kinds_of(self.model.definition(policy)?)
            .into_iter()
            .next()?;
        let besides = Besides {
            positive: None,
            negatives: &own_tenants,
            shapes: &[],
        };
        let model = self.model;
        Some(self.one_allow(&kind, policy, &besides, |claims, request| {
            model.admits(claims, request)
        }))
    }

    /// Those of some allow policies by which a stranger's token gets in that did not get in `before`,
    /// or with less: without admin permission, or with another role. So a policy that is narrower than
    /// before lets no new stranger in. Each comes with the answer, a yes or undecided; after `most` yeses
    /// no more are looked for. There are none where [`Analysis::stranger`] has no answer.
    ///
    /// ```
    /// use claimgate::issuer::IssuerDefinition;
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
    /// use claimgate_analysis::{Analysis, PolicyModel};
    ///
    /// let model = |sub: &str| {
    ///     let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", sub);
    ///     let url = "https://token.actions.githubusercontent.com".to_owned();
    ///     PolicyModel::new(&IssuerDefinition { url, policies: vec![allow], ..Default::default() }, Dialect::Pulumi)
    /// };
    /// let (open, narrower) = (model("repo:*")?, model("repo:*:environment:production")?);
    /// assert_eq!(Analysis::new(&narrower).new_strangers(&[0], &open, 1), []);
    /// let opened = Analysis::new(&open).new_strangers(&[0], &narrower, 1);
    /// assert!(opened[0].1.is_yes());
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn new_strangers(
        &mut self,
        policies: &[usize],
        before: &PolicyModel,
        most: usize,
    ) -> Vec<(usize, Answer)> {
        let before = Set::new(&mut self.space, before, 1);
        let (mut answers, mut found) = (Vec::new(), 0);
        for policy in policies {
            if found == most {
                break;
            }
            let answer = self.new_stranger(*policy, &before);
            let answer = answer.filter(|answer| !answer.is_no());
            found += usize::from(answer.as_ref().is_some_and(Answer::is_yes));
            answers.extend(answer.map(|answer| (*policy, answer)));
        }
        answers
    }

    fn new_stranger(&mut self, policy: usize, before: &Set<'_>) -> Option<Answer> {
        let own_tenants = self.own_tenants(policy)?;
        let definition = self.model.definition(policy)?;
        let (model, own_role) = (self.model, role(definition));
        let is_new = |claims: &Claims, request: &RequestedToken| {
            model.admits(claims, request) && !grants_role(before.model, own_role, claims, request)
        };
        let besides = Besides {
            positive: None,
            negatives: &own_tenants,
            shapes: &[],
        };
        let mut found: Option<Answer> = None;
        for kind in kinds_of(definition) {
            // Most allows admit no stranger at all, and that is proved without a look at what was there before.
            let any = self.one_allow(&kind, policy, &besides, |claims, request| {
                model.admits(claims, request)
            });
            if any.is_no() {
                found = found.or(Some(any));
                continue;
            }
            let mut covers = before.allows(&kind).to_vec();
            let gives_role = |cover: &usize| before.model.definition(*cover).map(role);
            covers.retain(|cover| gives_role(cover) == Some(own_role));
            let question = Beyond {
                kind: &kind,
                allow: policy,
                other: before,
                covers: &covers,
                negatives: &own_tenants,
            };
            let answer = question.ask(&mut self.space, &self.set, is_new);
            if answer.is_yes() {
                return Some(answer);
            }
            found = found.filter(|found| !found.is_no()).or(Some(answer));
        }
        found
    }

    /// The cubes of the tokens that a policy is meant for; `None` if nothing is known of strangers.
    fn own_tenants(&mut self, policy: usize) -> Option<Vec<Cube>> {
        shared_issuer(self.model.url()?)?;
        let grammar = self.model.grammar()?;
        if !self.is_allow(policy) {
            return None;
        }
        let sayings = self.sayings(&[policy]);
        let mut own = Vec::new();
        for atom in grammar.atoms.iter().filter(|atom| atom.is_tenant) {
            let Some(said) = sayings.get(atom.name) else {
                continue;
            };
            let meant: Vec<String> = said.named.iter().chain(&said.starts).cloned().collect();
            if !meant.is_empty() {
                let lang = self.own_values(atom.words, &meant);
                let atom = self.space.atom(atom.name)?;
                own.push(self.question(vec![(atom, lang)]));
            }
        }
        Some(own)
    }
}

/// Whether policies grant a request, with this role.
fn grants_role(
    model: &PolicyModel,
    role: Option<&str>,
    claims: &Claims,
    request: &RequestedToken,
) -> bool {
    let grant = model
        .evaluate(claims, request)
        .and_then(|verdict| verdict.grant);
    let own = |role_id: Option<String>| role_id.filter(|role| !role.is_empty());
    grant.is_some_and(|grant| own(grant.role_id).as_deref() == role)
}
