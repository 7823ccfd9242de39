//! The app's state in signals, and its glue to the browser. The logic is in `claimgate-workbench`.

pub(crate) mod clock;
pub(crate) mod download;
pub(crate) mod draft;
pub(crate) mod dropped;
pub(crate) mod fetch;
pub(crate) mod handover;
pub(crate) mod held_token;
pub(crate) mod remote;
pub(crate) mod server;
pub(crate) mod store;
pub(crate) mod styles;
pub(crate) mod theme;
pub(crate) mod tour;
pub(crate) mod unsaved;
pub(crate) mod webcrypto;
