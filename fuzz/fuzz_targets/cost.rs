//! Matching, tracing and deciding take no more steps than their bounds. Steps are counted, not timed.
#![no_main]

use arbitrary::Arbitrary;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{cost, count_steps};
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use libfuzzer_sys::fuzz_target;

/// Texts by their parts, each repeated, so that few bytes make a long text.
#[derive(Arbitrary, Debug)]
struct Text(Vec<(u8, u8, u8)>);

#[derive(Arbitrary, Debug)]
struct Input {
    patterns: Vec<Text>,
    values: Vec<Text>,
    pulumi: bool,
}

impl Text {
    /// At most `limit` characters.
    fn write(&self, limit: usize) -> String {
        const PARTS: [&str; 12] = [
            "a", "b", "*", "?", ".", "*a", "a?", "é", "ab", "?.", "*?", "/",
        ];
        let parts = self.0.iter().flat_map(|(part, count, factor)| {
            let count = usize::from(*count) * usize::from(factor % 16 + 1);
            std::iter::repeat_n(PARTS[usize::from(part % 12)], count)
        });
        parts.flat_map(str::chars).take(limit).collect()
    }
}

fuzz_target!(|input: Input| {
    let dialect = if input.pulumi {
        Dialect::Pulumi
    } else {
        Dialect::StringLike
    };
    let patterns = input.patterns.iter().take(8).map(|text| text.write(4_000));
    let patterns: Vec<String> = patterns.collect();
    let values = input.values.iter().take(8).map(|text| text.write(8_000));
    let values: Vec<String> = values.collect();
    for pattern in &patterns {
        let compiled = Pattern::new(pattern, dialect).expect("short enough");
        let words = pattern.chars().count() as u64 / 64 + 1;
        for value in &values {
            let characters = value.chars().count() as u64 + 1;
            let (matching, tracing) = compiled.count_steps(value);
            let bound = if compiled.weight() == 0 {
                0
            } else {
                2 * words * characters
            };
            assert!(
                matching <= bound,
                "matching `{pattern}` takes {matching} steps, {bound}"
            );
            let bound = 6 * words * characters;
            assert!(
                tracing <= bound,
                "tracing `{pattern}` takes {tracing} steps, {bound}"
            );
        }
    }
    let deny = |pattern: &String| {
        PolicyDefinition::new(Decision::Deny, TokenType::Organization)
            .rule("sub", pattern)
            .rule("ref", "?a?b")
    };
    let policies: Vec<_> = patterns.iter().map(deny).collect();
    let policies = PolicySet::compile(&policies, dialect).expect("policies");
    let values = serde_json::to_string(&values).expect("JSON");
    let claims = format!(r#"{{"sub": {values}, "ref": {values}}}"#);
    let claims = Claims::from_json(&claims).expect("claims");
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    let request = RequestedToken::Organization { admin: false };
    let steps = count_steps(&policies, &claims, &request).1;
    let cost = cost(&policies, &claims, &request).steps;
    let bound = 8 * cost;
    assert!(steps <= bound, "{steps} steps, where the cost is {cost}");
});
