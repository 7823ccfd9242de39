//! Compiled patterns and traces agree with the reference matcher.
#![no_main]

use claimgate::pattern::{Dialect, Pattern, reference_match, reference_trace};
use libfuzzer_sys::fuzz_target;

/// Few distinct characters, so that patterns and values match often.
fn text(bytes: &[u8]) -> String {
    const CHARS: [char; 16] = [
        'a', 'b', '*', '?', '.', '*', '\\', '/', ':', '[', '{', ',', 'é', '😀', '\n', '!',
    ];
    bytes
        .iter()
        .map(|byte| CHARS[usize::from(byte % 16)])
        .collect()
}

fuzz_target!(|input: (&[u8], &[u8], bool)| {
    let (pattern, value) = (text(input.0), text(input.1));
    if pattern.len() * value.len() > 100_000 {
        return;
    }
    let dialect = if input.2 {
        Dialect::Pulumi
    } else {
        Dialect::StringLike
    };
    let expected = reference_match(&pattern, dialect, &value);
    let compiled = Pattern::new(&pattern, dialect).expect("short enough");
    assert_eq!(
        compiled.is_match(&value),
        expected,
        "`{pattern}` on `{value}`"
    );
    assert_eq!(
        compiled.trace(&value),
        reference_trace(&pattern, dialect, &value),
        "trace, `{pattern}` on `{value}`"
    );
});
