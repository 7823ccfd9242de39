//! Administration of a server: its logs, access tokens and settings, and the map of what is trusted.

pub mod bars;
pub mod demo;
pub mod listed;
pub mod query;
pub mod range;
pub mod reason;
pub mod recorded;
pub mod sample;
pub mod setting;
pub mod token;
pub mod trust_layout;
pub mod trust_map;
