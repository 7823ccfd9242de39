//! `denies-everything`: a deny without rules.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::policies::Policies;

pub(super) fn finding(policy: &PolicyDefinition, _: &Policies<'_>) -> Option<Diagnostic> {
    let is_bare = policy.decision == Decision::Deny && policy.rules.is_empty();
    is_bare.then(|| {
        let message = format!(
            "denies every request for a token of type {}",
            policy.token_type.as_str()
        );
        Diagnostic::note("denies-everything", message)
            .basis(Basis::Proved)
            .help("a deny wins over every allow: nothing of this type and target gets through")
    })
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
}
