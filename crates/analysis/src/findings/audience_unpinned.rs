//! `audience-unpinned`: an allow whose rules accept any `aud`.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::outline::{names_audience, outline};
use crate::pin::is_same_claim;
use crate::policies::Policies;

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    if policy.decision != Decision::Allow || policies.has_audiences {
        return None;
    }
    let is_audience = |(claim, _): &&(String, String)| is_same_claim(claim, "aud");
    let message = match policy.rules.iter().find(is_audience) {
        None => "no rule on `aud`: tokens issued for other services match too",
        Some((_, pattern)) if names_audience(&outline(pattern, policies.dialect)) => return None,
        Some(_) => {
            "the rule on `aud` accepts any audience: tokens issued for other services match too"
        }
    };
    Some(
        Diagnostic::note("audience-unpinned", message)
            .severity(Severity::Warning)
            .basis(Basis::Heuristic)
            .help("require the audience that the job asks for, such as `urn:pulumi:org:NAME`, by a rule on `aud`"),
    )
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
        for pattern in ["*", "**", ".*", "?*", "https://*", "urn:*"] {
            assert!(has(&allow(&[("sub", "a"), ("aud", pattern)])), "{pattern}");
        }
    }

    #[test]
    fn audiences_of_the_issuer_pin_it_if_each_of_them_does() {
        let open = allow(&[("sub", "a")]);
        for (audiences, is_open) in [
            (&["acme"][..], false),
            (&["urn:pulumi:org:*", "https://acme.example"], false),
            (&["*"], true),
            (&["acme", "*"], true),
            (&["https://*"], true),
        ] {
            let audiences: Vec<_> = audiences.iter().map(|text| (*text).to_owned()).collect();
            let registered = on("https://ci.example").with_audiences(Some(&audiences));
            assert_eq!(
                finding(&open, &registered).is_some(),
                is_open,
                "{audiences:?}"
            );
        }
    }
}
