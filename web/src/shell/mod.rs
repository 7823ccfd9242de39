//! The frame of every page, and how pages are loaded.

pub(crate) mod conflict_notice;
pub(crate) mod conflict_versions;
pub(crate) mod frame;
pub(crate) mod lazy;
pub(crate) mod not_found;
pub(crate) mod page_title;
pub(crate) mod shortcuts;
