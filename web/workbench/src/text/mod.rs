//! Texts: code in messages, links, spans, file names.

pub mod file_name;
pub mod inline_code;
pub mod links;
pub mod local_time;
pub mod mark;
pub mod separators;
pub mod server_url;
pub mod spans;
