//! The playground.

pub(crate) mod address;
pub(crate) mod bench;
pub(crate) mod contents;
pub(crate) mod decision_bar;
pub(crate) mod evaluation;
pub(crate) mod exchange_panel;
pub(crate) mod failed_check;
pub(crate) mod form;
pub(crate) mod input;
pub(crate) mod page;
pub(crate) mod panes;
pub(crate) mod policies;
pub(crate) mod request;
pub(crate) mod result;
pub(crate) mod share_panel;
pub(crate) mod tools;
