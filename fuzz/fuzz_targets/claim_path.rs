//! A parsed path can be written and parsed again, with the same result.
#![no_main]

use claimgate::claim_path::ClaimPath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(path) = ClaimPath::parse(text) else {
        return;
    };
    let segments: Vec<&str> = path.segments().iter().map(String::as_str).collect();
    assert!(!segments.is_empty() && segments.iter().all(|segment| !segment.is_empty()));
    let again =
        ClaimPath::parse(&ClaimPath::of(&segments)).expect("a path that was written parses");
    assert_eq!(again.segments(), path.segments());
});
