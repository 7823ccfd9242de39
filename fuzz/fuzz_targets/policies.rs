//! Valid policies are unchanged after writing and parsing them, and compile or return errors.
#![no_main]

use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, parse_policies, to_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(policies) = parse_policies(text) else {
        return;
    };
    assert_eq!(parse_policies(&to_json(&policies)).as_ref(), Ok(&policies));
    match PolicySet::compile(&policies, Dialect::Pulumi) {
        Ok(set) => assert_eq!(set.len(), policies.len()),
        Err(errors) => assert!(!errors.is_empty()),
    }
});
