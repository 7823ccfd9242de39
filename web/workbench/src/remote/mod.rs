//! A server's issuers: its JSON, and the requests that bring it what is shown.

pub mod evidence;
pub mod extras;
pub mod failure;
pub mod mapping;
pub mod plan;
