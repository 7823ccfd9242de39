//! Texts: code in messages, links, spans, file names, and members of the documents that the app reads.

pub mod file_name;
pub mod inline_code;
pub mod links;
pub mod local_time;
pub mod mark;
pub mod read;
pub mod separators;
pub mod server_url;
pub mod spans;
