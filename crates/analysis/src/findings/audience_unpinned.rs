//! `audience-unpinned`: an allow without a rule on `aud`.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::policies::Policies;

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let is_audience = |(claim, _): &(String, String)| claim == "aud" || claim == "\"aud\"";
    let is_open = policy.decision == Decision::Allow
        && !policies.has_audiences
        && !policy.rules.iter().any(is_audience);
    is_open.then(|| {
        Diagnostic::note("audience-unpinned", "no rule on `aud`: tokens issued for other services match too")
            .severity(Severity::Warning)
            .basis(Basis::Heuristic)
            .help("add a rule on `aud` with the audience that the job asks for, such as `urn:pulumi:org:NAME`")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{allow, on};
    use super::*;

    #[test]
    fn an_allow_without_a_rule_on_the_audience_has_the_finding() {
        let has = |policy: &PolicyDefinition| finding(policy, &on("https://ci.example")).is_some();
        let open = allow(&[("sub", "a")]);
        assert!(has(&open));
        assert!(!has(&allow(&[("sub", "a"), ("aud", "b*")])));
        assert!(!has(&allow(&[("\"aud\"", "b")])));
        assert!(!has(&PolicyDefinition {
            decision: Decision::Deny,
            ..open.clone()
        }));
        let registered = on("https://ci.example").with_audiences(true);
        assert_eq!(finding(&open, &registered), None);
    }
}
