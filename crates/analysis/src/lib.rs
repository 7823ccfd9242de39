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
mod outline;
mod overlap;
mod pin;
mod policies;
mod pull_requests;

pub use findings::{PULUMI_POLICY_LIMIT, findings};
pub use policies::Policies;
