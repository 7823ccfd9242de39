//! Registering an issuer.

pub(crate) mod detect_part;
pub(crate) mod page;
pub(crate) mod preview_part;
pub(crate) mod provider_picker;
pub(crate) mod server_part;
pub(crate) mod start;
pub(crate) mod state;
