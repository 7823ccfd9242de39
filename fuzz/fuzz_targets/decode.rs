//! Decoding never panics, and accepts only canonical text: encoding it again gives the same text.
#![no_main]

use claimgate::claims::Claims;
use claimgate::explain::Outcome;
use claimgate::inspect::{Options, decide, inspect};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::{decode_unverified, numeric_date};
use claimgate::pattern::Dialect;
use claimgate::policy::RequestedToken;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let request = RequestedToken::Organization { admin: false };
    let definition = IssuerDefinition {
        name: "a".into(),
        url: "https://a.example".into(),
        ..IssuerDefinition::default()
    };
    let issuers: Issuers = Issuer::compile(&definition, Dialect::Pulumi)
        .into_iter()
        .collect();
    let inspection = inspect(text, &issuers, &request, &Options::at(0));
    assert_eq!(inspection.checks.len(), 8);
    assert!(
        inspection.explanation.is_none(),
        "an unsigned token came as far as the policies"
    );
    let decision = decide(text, &issuers, &request, &Options::at(0));
    assert_eq!(decision.decision(), Outcome::Denied);
    assert!(
        inspection
            .checks
            .iter()
            .any(|check| check.code.as_deref() == Some(decision.code()))
    );
    if let Ok(token) = decode_unverified(text) {
        assert_eq!(text.bytes().filter(|byte| *byte == b'.').count(), 2);
        let again = Claims::from_json(&token.claims.to_json())
            .expect("claims that were accepted are claims");
        assert_eq!(again, token.claims);
        for claim in ["exp", "nbf", "iat"] {
            match numeric_date(&token.claims, claim) {
                Ok(Some(seconds)) => assert!(seconds < 1_000_000_000_000 && seconds >= -(1 << 53)),
                Ok(None) => assert!(token.claims.get(claim).is_none()),
                Err(error) => assert!(error.code().starts_with("time-")),
            }
        }
    }
});
