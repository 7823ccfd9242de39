//! A server's issuers: its JSON, and the requests that send it local changes.

pub mod evidence;
pub mod extras;
pub mod mapping;
pub mod plan;
pub mod request_error;
pub mod revisions;
pub mod samples;
