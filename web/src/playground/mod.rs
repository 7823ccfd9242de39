//! The playground.

pub(crate) mod bench;
pub(crate) mod contents;
pub(crate) mod exchange_panel;
pub(crate) mod form;
pub(crate) mod page;
pub(crate) mod policies;
pub(crate) mod request;
pub(crate) mod result;
pub(crate) mod save;
pub(crate) mod share_panel;
pub(crate) mod sign;
pub(crate) mod token;
pub(crate) mod tools;
