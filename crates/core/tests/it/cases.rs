//! How many cases property tests try.

use proptest::prelude::ProptestConfig;

/// That many cases, or as many times more as `CLAIMGATE_CASES` says: `cargo xtask test --full`
/// does.
#[expect(
    clippy::disallowed_methods,
    reason = "tests read the environment; only the engine may not"
)]
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let factor = std::env::var("CLAIMGATE_CASES")
        .ok()
        .and_then(|factor| factor.parse().ok())
        .unwrap_or(1);
    ProptestConfig {
        cases: usual.saturating_mul(factor),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
