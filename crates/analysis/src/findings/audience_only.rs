//! `audience-only`: the only rule of an allow is on `aud`, which the workload chooses itself.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::PolicyDefinition;

use crate::pin::{Pin, advice, is_only_audience};
use crate::policies::{Pinned, Policies};

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    if !is_only_audience(policy) {
        return None;
    }
    let found = Diagnostic::note(
        "audience-only",
        "the only rule is on `aud`, which the workload chooses itself",
    );
    let found = found.basis(Basis::Heuristic);
    match policies.pinned(policy) {
        // There, the audience is the tenant's.
        Some(Pinned { pin: Pin::Tenant, .. }) => None,
        Some(Pinned { issuer, names, .. }) => Some(
            found
                .severity(Severity::Error)
                .help(format!("everyone gets tokens of {names}: {}", advice(issuer))),
        ),
        None => Some(found.help("on an issuer that many share, any workload can ask for this audience: add a rule on `sub`")),
    }
}

#[cfg(test)]
mod tests {
    use claimgate::policy::Decision;

    use super::super::tests::{GITHUB, allow, on};
    use super::*;

    #[test]
    fn an_allow_with_a_rule_on_the_audience_alone_has_the_finding() {
        let severity = |url, policy| finding(&policy, &on(url)).map(|found| found.severity);
        let only = allow(&[("aud", "x")]);
        assert_eq!(severity("", only.clone()), Some(Severity::Note));
        assert_eq!(
            severity("https://ci.example", only.clone()),
            Some(Severity::Note)
        );
        assert_eq!(severity(GITHUB, only.clone()), Some(Severity::Error));
        let deny = PolicyDefinition {
            decision: Decision::Deny,
            ..only
        };
        assert_eq!(severity(GITHUB, deny), None);
        assert_eq!(severity("", allow(&[("sub", "x")])), None);
        assert_eq!(severity("", allow(&[("aud", "x"), ("sub", "x")])), None);
        let cognito = "https://cognito-identity.amazonaws.com";
        assert_eq!(severity(cognito, allow(&[("aud", "us-east-1:1")])), None);
    }
}
