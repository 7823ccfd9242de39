//! All findings on policies: their fixes are valid policies that open nothing.
#![no_main]

#[path = "../analysis/mod.rs"]
mod analysis;

use analysis::{Input, is_allowed, is_sent};
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicySet;
use claimgate_analysis::{CheckOptions, apply, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: Input<'_>| {
    let (issuer, dialect) = (input.issuer(&input.first), input.dialect());
    let Ok(checked) = check(&issuer, &CheckOptions::new(dialect)) else {
        return;
    };
    let claims = input.claims();
    let before = PolicySet::compile(&issuer.policies, dialect).expect("they have been checked");
    for finding in &checked.findings {
        let sentence = finding.diagnostic.to_string();
        assert!(!sentence.is_empty());
        for fix in &finding.fixes {
            let fixed = IssuerDefinition {
                policies: apply(&issuer.policies, &fix.edits),
                ..issuer.clone()
            };
            let after = PolicySet::compile(&fixed.policies, dialect).expect("a fix is valid");
            // Facts of a provider say nothing about tokens that it does not send.
            if !issuer.url.is_empty() || !is_sent(&issuer, &claims) {
                continue;
            }
            for request in input.requests(&issuer) {
                let opens = is_allowed(&after, &claims, &request)
                    && !is_allowed(&before, &claims, &request);
                assert!(!opens, "{sentence} {}", claims.to_json());
            }
        }
    }
});
