//! One evaluation and one RS256 verification, natively: `cargo bench -p claimgate`.

use std::hint::black_box;
use std::time::Instant;

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, explain};
use claimgate::inspect::{CheckId, CheckStatus, Options, inspect};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::decode_unverified;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};

const NOW: i64 = 1_763_942_500;
const REQUEST: RequestedToken = RequestedToken::Organization { admin: false };

fn main() {
    let token = include_str!("../../../examples/bench/token.jwt").trim();
    let definition = IssuerDefinition {
        name: "GitHub Actions".to_owned(),
        url: "https://token.actions.githubusercontent.com".to_owned(),
        jwks: Some(include_str!("../../../examples/bench/jwks.json").to_owned()),
        policies: parse_policies(include_str!("../../../examples/bench/policies.json"))
            .expect("policies"),
        ..IssuerDefinition::default()
    };
    let issuer = Issuer::compile(&definition, Dialect::Pulumi).expect("issuer");
    let claims = TrustedClaims::dangerous_assume_verified(claims_of(token));
    let issuers = Issuers::from(vec![issuer.clone()]);
    let unsigned = Options {
        skip: claimgate::inspect::Skip {
            signature: true,
            ..Default::default()
        },
        ..Options::at(NOW)
    };

    let whole = inspect(token, &issuers, &REQUEST, &Options::at(NOW));
    assert_eq!(whole.decision, Outcome::Allowed, "{}", whole.summary);
    assert!(
        whole
            .checks
            .iter()
            .any(|c| c.id == CheckId::Signature && c.status == CheckStatus::Passed)
    );

    println!("{:<44} {:>10}", "native", "µs");
    row("compile the issuer (2 policies, 1 key)", 500, || {
        Issuer::compile(&definition, Dialect::Pulumi)
    });
    row("decode the token", 5_000, || decode_unverified(token));
    row("explain parsed claims against 2 policies", 5_000, || {
        explain(issuer.policies(), &claims, &REQUEST)
    });
    row("inspect the token, signature left out", 2_000, || {
        inspect(token, &issuers, &REQUEST, &unsigned)
    });
    row("inspect the token, RS256 (2048 bits) verified", 500, || {
        inspect(token, &issuers, &REQUEST, &Options::at(NOW))
    });
}

fn claims_of(token: &str) -> Claims {
    decode_unverified(token).expect("token").claims
}

/// The median of nine rounds, after one to warm up.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark asks the clock; only the engine may not"
)]
fn row<T>(name: &str, count: u32, mut work: impl FnMut() -> T) {
    let mut times: Vec<f64> = (0..10)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..count {
                black_box(work());
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(count)
        })
        .skip(1)
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{name:<44} {:>10.1}",
        times.get(times.len() / 2).copied().unwrap_or_default()
    );
}
