//! What people paste in place of a token: recognizing it never panics, what is left of it is a token
//! without anything around it, and no message shows one.
#![no_main]

use claimgate::jwt::{Pasted, bare_token, redact};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl";

fuzz_target!(|input: (&str, &str, bool)| {
    let (before, after, has_token) = input;
    let text = match has_token {
        true => format!("{before}{TOKEN}{after}"),
        false => format!("{before}{after}"),
    };
    if let Some(pasted) = Pasted::of(&text) {
        assert!(!pasted.help().is_empty() && !pasted.help().contains(TOKEN));
    }
    if let Some(bare) = bare_token(&text) {
        assert!(!bare.removed.is_empty());
        assert_eq!(bare_token(&bare.token), None, "nothing is around it");
        if let Some(finding) = bare.finding() {
            assert!(!finding.message.contains(TOKEN));
        }
    }
    let redacted = redact(&text);
    assert!(!redacted.contains(TOKEN), "{redacted}");
    assert_eq!(
        redact(&redacted),
        redacted,
        "redacting again changes nothing"
    );
});
