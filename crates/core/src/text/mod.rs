//! Untrusted text: making it visible, and quoting it.

pub mod hidden;
pub mod quote;
