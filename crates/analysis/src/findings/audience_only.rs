//! `audience-only`: the only rule of an allow is on `aud`, which the workload chooses itself.

use claimgate::diagnostic::Diagnostic;
use claimgate::policy::{Decision, PolicyDefinition};

pub(super) fn finding(policy: &PolicyDefinition) -> Option<Diagnostic> {
    let is_only = policy.decision == Decision::Allow
        && matches!(policy.rules.as_slice(), [(claim, _)] if claim == "aud");
    is_only.then(|| {
        Diagnostic::note("audience-only", "the only rule is on `aud`, which the workload chooses itself")
            .help("on an issuer that many share, any workload can ask for this audience: add a rule on `sub`")
    })
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    #[test]
    fn an_allow_with_a_rule_on_the_audience_alone_has_the_finding() {
        let policy = |decision| PolicyDefinition::new(decision, TokenType::Organization);
        let has = |policy| super::finding(&policy).is_some();
        assert!(has(policy(Decision::Allow).rule("aud", "x")));
        assert!(!has(policy(Decision::Deny).rule("aud", "x")));
        assert!(!has(policy(Decision::Allow).rule("sub", "x")));
        assert!(!has(policy(Decision::Allow)
            .rule("aud", "x")
            .rule("sub", "x")));
    }
}
