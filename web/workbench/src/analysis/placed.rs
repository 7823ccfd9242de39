//! Findings by the places of policies, and whether they still fit the policies that are being edited.

use claimgate::policy::PolicyDefinition;
use claimgate_analysis::Finding;

/// Whether findings on `checked` policies can be shown beside the `edited` ones: in the same places, and at
/// most one policy is another. So what is shown stays while a policy is typed in, and goes when policies are
/// added, removed or moved.
pub fn still_fit(checked: &[PolicyDefinition], edited: &[PolicyDefinition]) -> bool {
    let pairs = checked.iter().zip(edited);
    checked.len() == edited.len() && pairs.filter(|(one, other)| one != other).count() <= 1
}

/// Whether a finding is on a policy, and not on another setting of the issuer.
pub fn is_on_policy(finding: &Finding) -> bool {
    finding.diagnostic.path.starts_with("policies[")
}

/// The findings beside a rule of the policy at a place, counted from 0; without a claim, those beside the
/// policy as a whole.
pub fn beside<'a>(
    findings: &'a [Finding],
    policy: usize,
    claim: Option<&str>,
) -> impl Iterator<Item = &'a Finding> {
    let start = format!("policies[{policy}]");
    let rule = claim.map(|claim| format!("{start}.rules.{claim}"));
    let is_here = move |path: &str| match &rule {
        Some(rule) => path == rule,
        None => path
            .strip_prefix(&start)
            .is_some_and(|rest| !rest.starts_with(".rules.")),
    };
    let all = findings.iter();
    all.filter(move |finding| is_here(&finding.diagnostic.path))
}

#[cfg(test)]
mod tests {
    use claimgate::diagnostic::Diagnostic;
    use claimgate::policy::{Decision, TokenType};

    use super::*;

    fn policies(subjects: &[&str]) -> Vec<PolicyDefinition> {
        let allow = |sub: &&str| {
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", *sub)
        };
        subjects.iter().map(allow).collect()
    }

    #[test]
    fn findings_stay_while_one_policy_is_typed_in() {
        let checked = policies(&["a", "b", "c"]);
        for (edited, expected) in [
            (&["a", "b", "c"][..], true),
            (&["a", "bb", "c"], true),
            (&["b", "a", "c"], false),
            (&["a", "c"], false),
            (&["a", "b", "c", "d"], false),
        ] {
            assert_eq!(
                still_fit(&checked, &policies(edited)),
                expected,
                "{edited:?}"
            );
        }
    }

    #[test]
    fn a_finding_is_beside_its_rule_or_its_policy() {
        let findings: Vec<Finding> = [
            "policies[1].rules.sub",
            "policies[1]",
            "policies[1].teamName",
            "policies[10].rules.sub",
            "audiences",
            r#"policies[1].rules."a.b""#,
        ]
        .into_iter()
        .map(|path| Diagnostic::note("x", "x").at(path).into())
        .collect();
        let paths = |policy, claim| -> Vec<&str> {
            beside(&findings, policy, claim)
                .map(|finding| finding.diagnostic.path.as_str())
                .collect()
        };
        assert_eq!(paths(1, Some("sub")), ["policies[1].rules.sub"]);
        assert_eq!(paths(1, None), ["policies[1]", "policies[1].teamName"]);
        assert_eq!(paths(1, Some(r#""a.b""#)), [r#"policies[1].rules."a.b""#]);
        assert_eq!(paths(10, Some("sub")), ["policies[10].rules.sub"]);
        assert_eq!(paths(0, None), [""; 0]);
        let on_policies = findings.iter().filter(|finding| is_on_policy(finding));
        assert_eq!(on_policies.count(), 5);
    }
}
