//! The frame of the app: the documentation of each page, and the command palette.

pub mod docs;
pub mod palette;
