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

mod findings;
mod pin;
mod policies;

pub use findings::{PULUMI_POLICY_LIMIT, findings};
pub use policies::Policies;
