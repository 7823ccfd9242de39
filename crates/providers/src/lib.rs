//! What is known of the providers of ID tokens.
//!
//! [`hints`] has what explanations say about their claims. With the feature `presets`, which is on
//! by default, there are also the URL, claims, policies and jobs of each, as templates with a few
//! parameters, and the tenants of shared issuers.

pub mod hints;
#[cfg(feature = "presets")]
mod presets;
mod shared_issuer;

#[cfg(feature = "presets")]
pub use presets::*;
pub use shared_issuer::{SHARED_ISSUERS, SharedIssuer, TenantClaim, shared_issuer};
