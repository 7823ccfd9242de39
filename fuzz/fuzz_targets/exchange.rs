//! No body panics, and only requested tokens are granted.
#![no_main]

use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, exchange};
use claimgate::issuer::Issuers;
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
            let refusal = exchange(&request, Some(&Issuers::default()), &ExchangeOptions::at(0))
                .expect_err("there is no issuer");
            assert!(refusal.inspection.is_some());
        }
        Err(error) => assert!(!error.description().is_empty()),
    }
});
