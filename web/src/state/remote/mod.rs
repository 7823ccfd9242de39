//! Connected mode: the same pages over a server's API.
//!
//! `claimgate serve` marks the page that it serves; without that mark nothing here is ever asked. The parts that decide
//! something ([`mapping`], [`plan`]) are pure; [`client`] talks to the server.
#![cfg_attr(not(test), expect(dead_code, reason = "the pages do not use it yet"))]

pub(crate) mod client;
pub(crate) mod mapping;
pub(crate) mod plan;
