//! What findings look at, and what they found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use claimgate::diagnostic::{Basis, Diagnostic, Diagnostics, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::{Dialect, PartKind, parts};
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::grammar::Grammar;
use claimgate_providers::{ClaimTraits, claim_traits};

use claimgate::text::list;
pub(super) use claimgate::text::list::policies as numbers;

use super::finding::Finding;
use super::options::CheckOptions;
use crate::answer::{Answer, Undecided, Witness};
use crate::model::{PolicyModel, lists_admin};
use crate::pin::is_same_claim;
use crate::policies::Policies;
use crate::questions::{Analysis, Class};
use crate::sent::unknown_claims;

/// The most fixes that are verified. Once some are applied, others come.
const MAX_FIXES: usize = 20;

/// The models of the policies that questions are asked of.
pub(super) struct Models {
    /// As they are.
    pub(super) real: PolicyModel,
    /// Without facts.
    bare: PolicyModel,
    /// With allows in which each `.` stands for itself, as their authors mostly meant it.
    plain: PolicyModel,
}

impl Models {
    pub(super) fn new(
        issuer: &IssuerDefinition,
        options: &CheckOptions,
    ) -> Result<Self, Diagnostics> {
        let real = PolicyModel::new(issuer, options.dialect)?;
        let real = match options.without_facts {
            true => real.without_facts(),
            false => real,
        };
        let bare = real.clone().without_facts();
        let mut issuer = issuer.clone();
        let allows = issuer
            .policies
            .iter_mut()
            .filter(|policy| policy.decision == Decision::Allow);
        for (_, pattern) in allows.flat_map(|policy| &mut policy.rules) {
            *pattern = with_plain_dots(pattern, options.dialect);
        }
        let plain = PolicyModel::new(&issuer, options.dialect)?;
        let plain = match options.without_facts {
            true => plain.without_facts(),
            false => plain,
        };
        Ok(Self { real, bare, plain })
    }
}

/// What findings look at.
pub(super) struct Context<'a> {
    pub(super) issuer: &'a IssuerDefinition,
    pub(super) options: &'a CheckOptions,
    pub(super) dialect: Dialect,
    pub(super) model: &'a PolicyModel,
    /// Questions about the policies as they are.
    pub(super) analysis: Analysis<'a>,
    /// Questions about them without facts.
    pub(super) bare: Analysis<'a>,
    /// Questions about them where each `.` of an allow stands for itself.
    pub(super) plain: Analysis<'a>,
    /// What is read off the text of patterns.
    heuristic: Vec<Diagnostic>,
    strangers: HashMap<usize, Option<Witness>>,
    outsiders: HashMap<(usize, &'static str), Option<Witness>>,
    undecided: BTreeMap<Undecided, BTreeSet<usize>>,
    pub(super) findings: Vec<Finding>,
    /// How many more fixes are verified.
    fixes: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        issuer: &'a IssuerDefinition,
        models: &'a Models,
        options: &'a CheckOptions,
    ) -> Self {
        let text = Policies::of(issuer, options.dialect);
        Self {
            issuer,
            options,
            dialect: options.dialect,
            model: &models.real,
            analysis: Analysis::new(&models.real),
            bare: Analysis::new(&models.bare),
            plain: Analysis::new(&models.plain),
            heuristic: crate::findings::findings(&text),
            strangers: HashMap::new(),
            outsiders: HashMap::new(),
            undecided: BTreeMap::new(),
            findings: Vec::new(),
            fixes: MAX_FIXES,
        }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn policies(&self) -> &'a [PolicyDefinition] {
        self.model.definitions()
    }

    /// The allows, with their indices.
    pub(super) fn allows(&self) -> Vec<(usize, &'a PolicyDefinition)> {
        self.of(Decision::Allow)
    }

    /// The denies that deny, with their indices.
    pub(super) fn denies(&self) -> Vec<(usize, &'a PolicyDefinition)> {
        let mut denies = self.of(Decision::Deny);
        denies.retain(|(_, deny)| !deny.report_only);
        denies
    }

    fn of(&self, decision: Decision) -> Vec<(usize, &'a PolicyDefinition)> {
        let all = self.policies().iter().enumerate();
        all.filter(|(_, policy)| policy.decision == decision)
            .collect()
    }

    /// Whether a request can name the target of a policy.
    pub(super) fn is_reachable(&self, policy: usize) -> bool {
        let definition = self.policies().get(policy);
        definition.is_none_or(|own| crate::findings::is_reachable(own, self.dialect))
    }

    /// What the tokens of the issuer look like.
    pub(super) fn grammar(&self) -> Option<&'static Grammar> {
        self.model.grammar()
    }

    /// Whether the issuer is of the provider with that identifier.
    pub(super) fn is_of(&self, provider: &str) -> bool {
        self.grammar().is_some_and(|own| own.id == provider)
    }

    /// What is known of the issuer's claims.
    pub(super) fn traits(&self) -> &'static ClaimTraits {
        claim_traits(self.grammar().map_or("", |grammar| grammar.id))
    }

    /// The issuer's provider, for sentences.
    pub(super) fn provider(&self) -> &'static str {
        self.grammar().map_or("the issuer", |grammar| grammar.name)
    }

    /// The basis of what was found with the facts that are known.
    pub(super) fn facts(&self) -> Basis {
        match self.grammar() {
            Some(_) => Basis::Facts,
            None => Basis::Proved,
        }
    }

    /// The token of an answer; remembers where there is none for want of work.
    pub(super) fn yes(&mut self, policy: usize, answer: Answer) -> Option<Witness> {
        match answer {
            Answer::Yes { witness } => Some(*witness),
            Answer::No { .. } => None,
            Answer::Undecided { reason } => {
                self.undecided.entry(reason).or_default().insert(policy);
                None
            }
        }
    }

    /// Whether a question about a policy has no answer.
    pub(super) fn is_undecided(&self, policy: usize) -> bool {
        self.undecided
            .values()
            .any(|policies| policies.contains(&policy))
    }

    /// Why questions have no answer, and the policies that they are about.
    pub(super) fn undecided(&self) -> &BTreeMap<Undecided, BTreeSet<usize>> {
        &self.undecided
    }

    /// A stranger's token that an allow admits, on an issuer that signs tokens for everybody.
    pub(super) fn stranger(&mut self, allow: usize) -> Option<Witness> {
        if let Some(known) = self.strangers.get(&allow) {
            return known.clone();
        }
        let answer = self.analysis.stranger(allow);
        let found = answer.and_then(|answer| self.yes(allow, answer));
        self.strangers.insert(allow, found.clone());
        found
    }

    /// The same finding on a token that is admitted, as a warning that depends on claims which the provider is not
    /// known to send, if the policy requires any.
    pub(super) fn unless_unknown(&self, mut found: Finding, policy: &PolicyDefinition) -> Finding {
        let grammar = self.grammar();
        let unknown = grammar.map(|grammar| unknown_claims(grammar, policy));
        let unknown: Vec<String> = unknown
            .iter()
            .flatten()
            .map(|claim| format!("`{claim}`"))
            .collect();
        if unknown.is_empty() {
            return found;
        }
        let (provider, claims) = (self.provider(), list::enumerate(&unknown));
        let message = &mut found.diagnostic.message;
        *message = format!("if {provider} sends {claims}, which is not known, {message}");
        found.severity(Severity::Warning)
    }

    /// A token of one of these classes of outsiders that an allow admits; none if strangers are
    /// admitted anyway, which is another finding.
    pub(super) fn outsider(&mut self, allow: usize, ids: &[&str]) -> Option<Witness> {
        if self.stranger(allow).is_some() {
            return None;
        }
        let classes = self.grammar()?.outsiders.iter();
        let classes = classes.filter(|class| ids.contains(&class.id));
        for class in classes {
            let found = match self.outsiders.get(&(allow, class.id)) {
                Some(known) => known.clone(),
                None => {
                    let answer = self.plain.admits_outsider(allow, class);
                    let found = answer.and_then(|answer| self.yes(allow, answer));
                    self.outsiders.insert((allow, class.id), found.clone());
                    found
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The allows that admit outsiders of a class, of those to look at, each with a token.
    pub(super) fn open_to(
        &mut self,
        class: &str,
        is_one: impl Fn(&mut Self, usize, &PolicyDefinition) -> bool,
    ) -> Vec<(usize, &'a PolicyDefinition, Witness)> {
        let mut found = Vec::new();
        for (allow, definition) in self.allows() {
            if is_one(self, allow, definition)
                && let Some(witness) = self.outsider(allow, &[class])
            {
                found.push((allow, definition, witness));
            }
        }
        found
    }

    /// A token of some class that an allow admits, where dots stand for themselves.
    pub(super) fn admits(&mut self, allow: usize, class: &Class<'_>) -> Option<Witness> {
        let answer = self.plain.admits(allow, class);
        self.yes(allow, answer)
    }

    /// The heuristic findings with that code, which the caller replaces or adds.
    pub(super) fn take_heuristic(&mut self, code: &str) -> Vec<Diagnostic> {
        let (taken, kept) = std::mem::take(&mut self.heuristic)
            .into_iter()
            .partition(|finding| finding.code == code);
        self.heuristic = kept;
        taken
    }

    /// Adds heuristic findings as they are.
    pub(super) fn add_heuristic(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        let findings = diagnostics.into_iter().map(|diagnostic| {
            let policies = policy_of(&diagnostic.path).into_iter().collect();
            Finding {
                policies,
                ..Finding::from(diagnostic)
            }
        });
        self.findings.extend(findings);
    }

    /// Adds the heuristic findings that none has taken.
    pub(super) fn add_rest(&mut self) {
        let rest = std::mem::take(&mut self.heuristic);
        self.add_heuristic(rest);
    }

    /// Whether one more fix may be verified.
    pub(super) fn may_fix(&mut self) -> bool {
        let left = self.fixes.checked_sub(1);
        self.fixes = left.unwrap_or_default();
        left.is_some()
    }
}

/// The policy that a path begins with.
pub(super) fn policy_of(path: &str) -> Option<usize> {
    let rest = path.strip_prefix("policies[")?;
    rest.split_once(']')?.0.parse().ok()
}

/// The rule of a policy on a claim, as it is written.
pub(super) fn rule_on<'a>(
    policy: &'a PolicyDefinition,
    claim: &str,
) -> Option<&'a (String, String)> {
    policy
        .rules
        .iter()
        .find(|(own, _)| is_same_claim(own, claim))
}

/// Whether a policy names pull requests: their events, their refs, or a claim that only they have.
pub(super) fn names_pull_requests(policy: &PolicyDefinition) -> bool {
    policy.rules.iter().any(|(claim, pattern)| {
        ["pull_request", "refs/pull/"]
            .iter()
            .any(|text| pattern.contains(text))
            || ["head_ref", "base_ref"]
                .iter()
                .any(|own| is_same_claim(own, claim) && !pattern.is_empty())
    })
}

/// Whether a policy gives admin permission.
pub(super) fn is_admin(policy: &PolicyDefinition) -> bool {
    lists_admin(policy)
}

/// A pattern in which each `.` stands for itself.
pub(crate) fn with_plain_dots(pattern: &str, dialect: Dialect) -> String {
    let part = |part: claimgate::pattern::Part| match part.kind {
        PartKind::One if part.text == "." => "\\.".to_owned(),
        _ => part.text,
    };
    parts(pattern, dialect).into_iter().map(part).collect()
}

/// The value of a claim of a token, for a sentence.
pub(super) fn shown(witness: &Witness, claim: &str) -> String {
    let value = witness.claim(claim);
    match value {
        Some(value) => value
            .as_str()
            .map_or_else(|| value.to_json(), str::to_owned),
        None => "(missing)".to_owned(),
    }
}

/// The token of a sentence: `a token with the subject …`; with the email address where the subject is a number,
/// which says nothing.
pub(super) fn token(witness: &Witness) -> String {
    let text = |claim: &str| witness.claims.get(claim).and_then(|value| value.as_str());
    let is_number = |sub: &str| sub.bytes().all(|c| c.is_ascii_digit());
    if let (Some(sub), Some(email)) = (text("sub"), text("email"))
        && is_number(sub)
    {
        return format!("a token with the email address `{email}`");
    }
    match text("sub") {
        Some(subject) => format!("a token with the subject `{subject}`"),
        None => "a token without a subject".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_escaped_once() {
        for (pattern, expected) in [
            ("a.b", r"a\.b"),
            (r"a\.b", r"a\.b"),
            (r"a\\.b", r"a\\\.b"),
            ("", ""),
        ] {
            assert_eq!(with_plain_dots(pattern, Dialect::Pulumi), expected);
        }
    }
}
