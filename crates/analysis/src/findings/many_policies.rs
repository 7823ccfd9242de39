//! `many-policies`: more policies on one issuer than Pulumi Cloud documented as its limit.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::policy::PolicyDefinition;

/// The number of policies on one issuer that Pulumi Cloud documented as its limit.
pub const PULUMI_POLICY_LIMIT: usize = 40;

pub(super) fn finding(policies: &[PolicyDefinition]) -> Option<Diagnostic> {
    (policies.len() > PULUMI_POLICY_LIMIT).then(|| {
        let message = format!("{} policies on one issuer", policies.len());
        let help =
            format!("Pulumi Cloud documented a limit of {PULUMI_POLICY_LIMIT} policies an issuer");
        Diagnostic::note("many-policies", message)
            .at("policies")
            .basis(Basis::Facts)
            .help(help)
    })
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    #[test]
    fn the_forty_first_policy_has_the_finding() {
        let policies = |count| {
            let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
            vec![policy.rule("sub", "x"); count]
        };
        assert_eq!(super::finding(&policies(40)), None);
        let finding = super::finding(&policies(41)).unwrap();
        assert_eq!(finding.message, "41 policies on one issuer");
        assert_eq!(finding.path, "policies");
    }
}
