//! Text: making untrusted text visible, quoting it, and lists in sentences.

pub mod hidden;
pub mod list;
pub mod look_alike;
pub mod quote;
