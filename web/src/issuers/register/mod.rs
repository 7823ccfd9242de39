//! Registering an issuer.

pub(crate) mod page;
pub(crate) mod preview_part;
pub(crate) mod provider_picker;
pub(crate) mod start;
pub(crate) mod state;
