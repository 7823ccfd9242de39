//! `claimgate` as people run it.

mod commands;
mod env;
mod explain;
mod findings;
#[path = "../../../server/tests/it/support/issuer.rs"]
mod issuer;
mod pages;
mod policy_tests;
mod process;
mod questions;
mod readers;
mod reports;
mod serve;
mod support;
