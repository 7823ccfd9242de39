//! `claimgate` as people run it.

mod commands;
mod findings;
#[path = "../../../server/tests/it/support/issuer.rs"]
mod issuer;
mod policy_tests;
mod process;
mod reports;
mod serve;
