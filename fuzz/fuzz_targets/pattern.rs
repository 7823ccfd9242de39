//! Compiling, matching and tracing never panic; spans lie within their texts; an escaped text
//! matches only itself.
#![no_main]

use claimgate::pattern::{Dialect, Pattern, Trace, escape};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, bool)| {
    let (pattern, value, pulumi) = input;
    let dialect = if pulumi {
        Dialect::Pulumi
    } else {
        Dialect::StringLike
    };
    let Ok(compiled) = Pattern::new(pattern, dialect) else {
        return;
    };
    let answer = compiled.is_match(value);
    match compiled.trace(value) {
        Trace::Matched { captures } => {
            assert!(answer);
            for capture in captures {
                let text: String = value
                    .chars()
                    .skip(capture.value.start.chars)
                    .take(capture.value.end.chars - capture.value.start.chars)
                    .collect();
                assert_eq!(text, capture.text);
            }
        }
        Trace::Stopped(stop) => {
            assert!(!answer);
            assert!(
                stop.pattern.chars <= pattern.chars().count()
                    && stop.value.chars <= value.chars().count()
            );
        }
    }
    let parts: String = compiled.parts().into_iter().map(|part| part.text).collect();
    assert_eq!(parts, pattern);
    if let Ok(literal) = Pattern::new(&escape(pattern, dialect), dialect) {
        assert!(literal.is_match(pattern));
        assert_eq!(literal.is_match(value), pattern == value);
    }
});
