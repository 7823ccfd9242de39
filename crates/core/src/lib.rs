#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::todo,
        clippy::unreachable
    )
)]

pub mod audience;
mod claim_names;
pub mod claim_path;
mod claim_words;
pub mod claims;
pub mod diagnostic;
pub mod exchange;
#[doc(hidden)]
pub mod expected;
pub mod explain;
pub mod inspect;
pub mod issuer;
pub mod json;
pub mod jwt;
#[doc(hidden)]
pub mod numbers;
pub mod pattern;
pub mod policy;
#[cfg(feature = "schema")]
pub mod schema;
#[doc(hidden)]
pub mod sorted;
#[doc(hidden)]
pub mod text;
pub mod time;

pub use claims::{Claims, TrustedClaims};
pub use diagnostic::{Diagnostic, Diagnostics};
#[cfg(feature = "rust_crypto")]
pub use exchange::exchange;
pub use exchange::{ExchangeOptions, ExchangeRequest, GrantedToken, Refusal};
pub use explain::{Decided, Explanation, HintSources, Outcome, Verdict, decide, explain, verdict};
#[cfg(feature = "rust_crypto")]
pub use inspect::inspect;
pub use inspect::{Inspection, Options};
pub use issuer::{Issuer, IssuerDefinition, Issuers};
pub use jwt::{Jwks, TokenError};
pub use pattern::{Dialect, Pattern};
pub use policy::{
    Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType, parse_policies,
};

/// The version of the rules that decide. It grows when the same token, request, issuer and time may be
/// decided differently than before. Store it with a decision that is to be explained later.
pub const RULES_VERSION: u32 = 2;
