//! Which rules use which claim of a token.

use claimgate::explain::{Explanation, PolicyOutcome, RuleOutcome};

use crate::policies::claim_member::member;

/// The rules on one top-level member of the claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimUse {
    /// The member.
    pub member: String,
    /// The policies, counted from 1, of which a rule on it matches, and none does not.
    pub matched: Vec<usize>,
    /// The policies, counted from 1, of which a rule on it does not match.
    pub failed: Vec<usize>,
    /// Whether the token lacks the claim.
    pub is_missing: bool,
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
            uses[place].add(policy.index + 1, rule.outcome);
        }
    }
    uses
}

impl ClaimUse {
    fn of(member: String) -> Self {
        let (matched, failed) = (Vec::new(), Vec::new());
        Self {
            member,
            matched,
            failed,
            is_missing: false,
        }
    }

    fn add(&mut self, policy: usize, outcome: RuleOutcome) {
        self.is_missing |= outcome == RuleOutcome::MissingClaim;
        if outcome == RuleOutcome::Matched {
            if !self.failed.contains(&policy) && !self.matched.contains(&policy) {
                self.matched.push(policy);
            }
            return;
        }
        self.matched.retain(|other| *other != policy);
        if !self.failed.contains(&policy) {
            self.failed.push(policy);
        }
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
        let found: Vec<_> = claim_uses(&explain(&set, &claims, &request))
            .into_iter()
            .map(|found| (found.member, found.matched, found.failed, found.is_missing))
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
    }

    #[test]
    fn many_numbers_are_cut_off() {
        assert_eq!(numbers(&[1]), "1");
        assert_eq!(numbers(&[1, 2]), "1, 2");
        assert_eq!(numbers(&[1, 2, 3, 4, 5, 6, 7]), "1, 2, 3, 4, 5, 6, …");
    }
}
