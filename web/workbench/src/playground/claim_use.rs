//! Which rules use which claim of a token.

use std::collections::BTreeMap;

use claimgate::explain::{Explanation, PolicyOutcome, RuleOutcome};

use super::rule_mark::{RuleMark, rule_mark};
use crate::policies::claim_member::member;

/// The rules on one top-level member of the claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimUse {
    /// The member.
    pub member: String,
    /// The policies with a rule on it.
    pub policies: Vec<PolicyUse>,
    /// Whether the token lacks the claim.
    pub is_missing: bool,
}

/// A policy with rules on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyUse {
    /// The policy, counted from 1.
    pub number: usize,
    /// Whether all of its rules on the claim match.
    pub matches: bool,
    /// What that means for the decision.
    pub mark: RuleMark,
}

/// The claims that rules of applicable policies use, in the order of the rules.
pub fn claim_uses(explanation: &Explanation) -> Vec<ClaimUse> {
    let mut uses: Vec<ClaimUse> = Vec::new();
    let policies = explanation.policies.iter();
    for policy in policies.filter(|policy| policy.outcome != PolicyOutcome::NotApplicable) {
        for rule in &policy.rules {
            let Some(name) = member(&rule.claim) else {
                continue;
            };
            let place = uses.iter().position(|found| found.member == name);
            let place = place.unwrap_or_else(|| {
                uses.push(ClaimUse::of(name));
                uses.len() - 1
            });
            let matches = rule.outcome == RuleOutcome::Matched;
            uses[place].is_missing |= rule.outcome == RuleOutcome::MissingClaim;
            uses[place].add(PolicyUse {
                number: policy.index + 1,
                matches,
                mark: rule_mark(policy, matches, explanation.decision),
            });
        }
    }
    uses
}

impl ClaimUse {
    fn of(member: String) -> Self {
        Self {
            member,
            policies: Vec::new(),
            is_missing: false,
        }
    }

    /// Adds a rule of a policy: one that does not match counts more than one that does.
    fn add(&mut self, found: PolicyUse) {
        let mut policies = self.policies.iter_mut();
        match policies.find(|known| known.number == found.number) {
            Some(_) if found.matches => {}
            Some(known) => *known = found,
            None => self.policies.push(found),
        }
    }

    /// The policies, counted from 1, that have the same mark, those that speak against the token first.
    pub fn groups(&self) -> Vec<(RuleMark, bool, Vec<usize>)> {
        let mut groups = BTreeMap::<(RuleMark, bool), Vec<usize>>::new();
        for PolicyUse {
            number,
            matches,
            mark,
        } in &self.policies
        {
            groups.entry((*mark, *matches)).or_default().push(*number);
        }
        let group = |((mark, matches), numbers)| (mark, matches, numbers);
        groups.into_iter().map(group).collect()
    }
}

/// Numbers as people write them: `1`, `1, 2`, `1, 2, 3, …`.
pub fn numbers(all: &[usize]) -> String {
    let shown = all.iter().take(SHOWN).map(usize::to_string);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

/// How many policies are named at a claim.
const SHOWN: usize = 6;

#[cfg(test)]
mod tests {
    use claimgate::claims::{Claims, TrustedClaims};
    use claimgate::explain::explain;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicySet, RequestedToken, parse_policies};

    use super::*;

    #[test]
    fn each_claim_has_the_policies_whose_rules_use_it() {
        let policies = parse_policies(
            r#"{"policies": [
                {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "x*"}},
                {"decision": "deny", "tokenType": "organization", "rules": {"sub": "y", "env": "*"}},
                {"decision": "allow", "tokenType": "team", "teamName": "*", "rules": {"ref": "*"}},
                {"decision": "allow", "tokenType": "organization", "rules": {"k.a": "1", "k.b": "2"}}
            ]}"#,
        )
        .unwrap();
        let claims = Claims::from_json(r#"{"aud": "a", "sub": "y", "k": {"a": "1", "b": "1"}}"#);
        let claims = TrustedClaims::dangerous_assume_verified(claims.unwrap());
        let set = PolicySet::compile(&policies, Dialect::Pulumi).unwrap();
        let request = RequestedToken::Organization { admin: false };
        let with = |found: &ClaimUse, matches: bool| -> Vec<usize> {
            let policies = found.policies.iter();
            let own = policies.filter(|policy| policy.matches == matches);
            own.map(|policy| policy.number).collect()
        };
        let uses = claim_uses(&explain(&set, &claims, &request));
        let found: Vec<_> = uses
            .iter()
            .map(|found| {
                let (matched, failed) = (with(found, true), with(found, false));
                (found.member.clone(), matched, failed, found.is_missing)
            })
            .collect();
        let expected = |name: &str, matched: &[usize], failed: &[usize], missing| {
            (name.to_owned(), matched.to_vec(), failed.to_vec(), missing)
        };
        assert_eq!(
            found,
            [
                expected("aud", &[1], &[], false),
                expected("sub", &[2], &[1], false),
                expected("env", &[], &[2], true),
                expected("k", &[], &[4], false),
            ]
        );
        let groups: Vec<_> = uses[1]
            .groups()
            .into_iter()
            .map(|(mark, matches, numbers)| (mark.symbol, matches, numbers))
            .collect();
        assert_eq!(groups, [("✕", false, vec![1]), ("✓", true, vec![2])]);
    }

    #[test]
    fn many_numbers_are_cut_off() {
        assert_eq!(numbers(&[1]), "1");
        assert_eq!(numbers(&[1, 2]), "1, 2");
        assert_eq!(numbers(&[1, 2, 3, 4, 5, 6, 7]), "1, 2, 3, 4, 5, 6, …");
    }
}
