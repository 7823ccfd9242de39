//! Policies without effect.

use std::collections::BTreeMap;

use claimgate_analysis::Finding;

/// Why a policy has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// In a phrase, which the policies that make it so follow: "redundant: allowed by".
    pub phrase: &'static str,
    /// Those policies, counted from 0.
    pub because_of: Vec<usize>,
}

/// The policies without effect, by their place.
pub fn idle(findings: &[Finding]) -> BTreeMap<usize, Idle> {
    let mut all = BTreeMap::new();
    for finding in findings {
        let phrase = phrase(&finding.diagnostic.code, finding.because_of.is_empty());
        let (Some(phrase), Some(policy)) = (phrase, finding.policies.first()) else {
            continue;
        };
        all.entry(*policy).or_insert_with(|| Idle {
            phrase,
            because_of: finding.because_of.clone(),
        });
    }
    all
}

/// What findings say of a policy without effect; `is_alone` if no other policy makes it so.
fn phrase(code: &str, is_alone: bool) -> Option<&'static str> {
    Some(match code {
        "allow-dead" => "dead: denied by",
        "allow-redundant" => "redundant: allowed by",
        "policies-equal" => "duplicate of",
        "deny-useless" if is_alone => "no effect: no allow admits what it denies",
        "deny-useless" => "redundant: denied by",
        "rules-unsatisfiable" => "never matches: its rules exclude each other",
        "never-matches-provider" => "never matches: the provider sends no such token",
        "target-unreachable" => "never applies: no request can name its target",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::pattern::Dialect;
    use claimgate::policy::parse_policies;
    use claimgate_analysis::{CheckOptions, catalog, check};

    use super::*;

    fn found(policies: &str) -> Vec<(usize, &'static str, Vec<usize>)> {
        let issuer = IssuerDefinition {
            url: "https://token.actions.githubusercontent.com".to_owned(),
            policies: parse_policies(policies).unwrap(),
            ..IssuerDefinition::default()
        };
        let checked = check(&issuer, &CheckOptions::new(Dialect::Pulumi)).unwrap();
        idle(&checked.findings)
            .into_iter()
            .map(|(place, own)| (place, own.phrase, own.because_of))
            .collect()
    }

    #[test]
    fn every_code_is_that_of_a_finding() {
        let known = catalog().filter(|rule| phrase(rule.code, true).is_some());
        assert_eq!(known.count(), 7);
    }

    #[test]
    fn what_makes_a_policy_idle_is_named() {
        let policies = r#"[
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/web:*"}},
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/web:ref:refs/heads/main"}},
            {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:acme/api:*"}},
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/api:*"}}
        ]"#;
        assert_eq!(
            found(policies),
            [
                (1, "redundant: allowed by", vec![0]),
                (3, "dead: denied by", vec![2]),
            ]
        );
    }

    #[test]
    fn a_deny_without_effect_says_whether_another_one_denies_the_same() {
        let policies = r#"[
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/web:*"}},
            {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
            {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:acme/web:pull_request"}},
            {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:acme/api:*"}},
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "project:acme/web"}}
        ]"#;
        assert_eq!(
            found(policies),
            [
                (2, "redundant: denied by", vec![1]),
                (3, "no effect: no allow admits what it denies", vec![]),
                (4, "never matches: the provider sends no such token", vec![]),
            ]
        );
    }

    #[test]
    fn policies_with_an_effect_are_not_idle() {
        let policies = r#"[
            {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/web:*"}},
            {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:acme/web:pull_request"}}
        ]"#;
        assert_eq!(found(policies), []);
    }
}
