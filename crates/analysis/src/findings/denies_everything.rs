//! `denies-everything`: a deny without rules.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::policy::{Decision, PolicyDefinition, TokenType};

use crate::policies::Policies;

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let is_bare = policy.decision == Decision::Deny && policy.rules.is_empty();
    let is_reporting = policy.report_only || policies.report_only;
    is_bare.then(|| {
        let requests = requests(policy);
        let (message, help) = match is_reporting {
            false => (
                format!("denies every request for {requests}"),
                "a deny wins over every allow: nothing of this type and target gets through",
            ),
            true => (
                format!("would deny every request for {requests}, and only reports it"),
                "once it is enforced, nothing of this type and target gets through: a deny wins over every allow",
            ),
        };
        Diagnostic::note("denies-everything", message)
            .basis(Basis::Proved)
            .help(help)
    })
}

/// The requests that a policy applies to.
fn requests(policy: &PolicyDefinition) -> String {
    let token = format!("a token of type {}", policy.token_type.as_str());
    let target = match policy.token_type {
        TokenType::Organization => &None,
        TokenType::Team => &policy.team_name,
        TokenType::Personal => &policy.user_login,
        TokenType::Runner => &policy.runner_id,
    };
    match target {
        Some(target) => format!("{token} with the target `{target}`"),
        None => token,
    }
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use super::super::tests::on;

    #[test]
    fn a_deny_without_rules_has_the_finding() {
        let policy = |decision| PolicyDefinition::new(decision, TokenType::Organization);
        let finding = super::finding(&policy(Decision::Deny), &on("")).unwrap();
        assert_eq!(
            finding.message,
            "denies every request for a token of type organization"
        );
        assert_eq!(
            super::finding(&policy(Decision::Deny).rule("sub", "x"), &on("")),
            None
        );
        assert_eq!(super::finding(&policy(Decision::Allow), &on("")), None);
    }

    #[test]
    fn the_target_is_named() {
        let policy = PolicyDefinition {
            team_name: Some("ops-*".to_owned()),
            ..PolicyDefinition::new(Decision::Deny, TokenType::Team)
        };
        let finding = super::finding(&policy, &on("")).unwrap();
        let expected = "denies every request for a token of type team with the target `ops-*`";
        assert_eq!(finding.message, expected);
    }

    #[test]
    fn a_deny_that_only_reports_denies_nothing_yet() {
        let policy = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        let reporting = PolicyDefinition {
            report_only: true,
            ..policy.clone()
        };
        let expected =
            "would deny every request for a token of type organization, and only reports it";
        for found in [
            super::finding(&reporting, &on("")),
            super::finding(&policy, &on("").reporting(true)),
        ] {
            let found = found.unwrap();
            assert_eq!(found.message, expected);
            assert!(found.help.unwrap().starts_with("once it is enforced"));
        }
    }
}
