//! The frame of every page, and how pages are loaded.

pub(crate) mod address;
pub(crate) mod command;
pub(crate) mod conflict_notice;
pub(crate) mod conflict_versions;
pub(crate) mod docs;
pub(crate) mod frame;
pub(crate) mod header;
pub(crate) mod lazy;
pub(crate) mod messages;
pub(crate) mod messages_part;
pub(crate) mod needs_server;
pub(crate) mod not_found;
pub(crate) mod page_title;
pub(crate) mod palette;
pub(crate) mod palette_field;
pub(crate) mod shortcuts;
pub(crate) mod tour;
pub(crate) mod undo_toast;
