//! No body panics, and only requested tokens are granted.
#![no_main]

use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, exchange};
use claimgate::issuer::Issuers;
use claimgate::policy::{RequestedToken, is_target_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, bool)| {
    let kind = if input.1 {
        BodyKind::Json
    } else {
        BodyKind::Form
    };
    match ExchangeRequest::parse(input.0, kind) {
        Ok(request) => {
            assert!(!request.organization.is_empty() && !request.subject_token.is_empty());
            assert_ne!(request.expiration, Some(0));
            let name = match &request.requested {
                RequestedToken::Organization { .. } => "any",
                RequestedToken::Team { name } | RequestedToken::Runner { name } => name,
                RequestedToken::Personal { login } => login,
            };
            assert!(is_target_name(name));
            let refusal = exchange(&request, Some(&Issuers::default()), &ExchangeOptions::at(0))
                .expect_err("there is no issuer");
            assert!(refusal.inspection.is_some());
        }
        Err(error) => assert!(!error.description().is_empty()),
    }
});
