//! The slowest shapes of policies and values that we know: patterns that many ways of matching are
//! slow on, and tokens that many rules have to look at.

use std::fmt::Write;

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::policy::{Decision, PolicyDefinition, TokenType};

/// The longest value that fits a token of 64 KiB, in characters.
const LONG: usize = 47_000;

/// A shape: its name, its policies and the claims.
pub struct Worst {
    pub name: String,
    pub policies: Vec<PolicyDefinition>,
    pub claims: TrustedClaims,
}

fn deny(pattern: String) -> PolicyDefinition {
    PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", pattern)
}

fn claims(sub: &str) -> TrustedClaims {
    let claims = Claims::from_json(&format!(r#"{{"sub":{sub}}}"#)).expect("claims");
    TrustedClaims::dangerous_assume_verified(claims)
}

fn text(text: &str) -> TrustedClaims {
    claims(&format!("\"{text}\""))
}

/// An array of short texts.
fn array(count: usize) -> TrustedClaims {
    let mut items = String::new();
    for index in 0..count {
        let _ = write!(
            items,
            "{}\"{}\"",
            if index == 0 { "" } else { "," },
            index % 100
        );
    }
    claims(&format!("[{items}]"))
}

fn shape(
    name: &str,
    count: usize,
    pattern: impl Fn(usize) -> String,
    claims: TrustedClaims,
) -> Worst {
    Worst {
        name: format!("{count} × {name}"),
        policies: (0..count).map(|index| deny(pattern(index))).collect(),
        claims,
    }
}

/// All shapes.
pub fn shapes() -> Vec<Worst> {
    let long = "a".repeat(LONG);
    // The index finds the policy, and no part of the value matches `c`.
    let ends = format!("{}b", "a".repeat(LONG));
    let run = |n: usize| "a".repeat(n);
    vec![
        shape(
            "`*a…a.c*` (4,000 `a`), 47 kB",
            1,
            |_| format!("*{}.c*", run(4_000)),
            text(&long),
        ),
        shape(
            "`*a…a.c*`",
            5,
            |i| format!("*{}.c*", run(4_000 - i)),
            text(&long),
        ),
        shape(
            "`*a…a.c*`",
            50,
            |i| format!("*{}.c*", run(4_000 - i)),
            text(&long),
        ),
        shape(
            "`?a?a…c*b` (4,000), 47 kB",
            1,
            |_| format!("{}c*b", "?a".repeat(2_000)),
            text(&ends),
        ),
        shape(
            "`*a?a?…c*b` (4,000), 47 kB",
            1,
            |_| format!("*{}c*b", "a?".repeat(2_000)),
            text(&ends),
        ),
        shape(
            "`*a*a…*c*b` (4,000), 47 kB",
            1,
            |_| format!("{}*c*b", "*a".repeat(2_000)),
            text(&ends),
        ),
        shape(
            "`*….c*b` (4,000 `.`), 47 kB",
            1,
            |_| format!("*{}c*b", ".".repeat(4_000)),
            text(&ends),
        ),
        shape(
            "`*?a?….a*`, as many as the limit allows",
            10,
            |i| format!("*{}.{}*", "?a".repeat(2_000 - i), "c"),
            text(&long),
        ),
        shape(
            "`*a…a*` (1 to 300 `a`), 47 kB",
            300,
            |i| format!("*{}*b", run(i + 1)),
            text(&long),
        ),
        shape(
            "`*0?1{i}*`, 12,000 elements",
            1_000,
            |i| format!("*0?1{i}*"),
            array(12_000),
        ),
        shape(
            "`{i}`, 12,000 elements",
            49_000,
            |i| format!("x{i}"),
            array(12_000),
        ),
        shape(
            "`*x{i}`, 12,000 elements",
            10_000,
            |i| format!("*x{i}"),
            array(12_000),
        ),
        shape("`x{i}`, 47 kB", 10_000, |i| format!("x{i}"), text(&long)),
    ]
}
