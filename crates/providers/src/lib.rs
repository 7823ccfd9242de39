//! What is known of the providers of ID tokens.
//!
//! [`hints`] has what explanations say about their claims, [`github`] what is known of jobs of pull requests. With the feature `presets`, which is on
//! by default, there are also the URL, claims, policies and jobs of each, as templates with a few
//! parameters, and the tenants of shared issuers.

mod claim_traits;
pub mod github;
pub mod grammar;
pub mod hints;
#[cfg(feature = "presets")]
mod presets;
mod provider_names;
mod shared_issuer;

pub use claim_traits::{CLAIM_TRAITS, ClaimTraits, claim_traits, senders};
#[cfg(feature = "presets")]
pub use presets::*;
pub use provider_names::{is_same_provider, provider_named};
pub use shared_issuer::{
    NameKind, ProjectName, SHARED_ISSUERS, SharedIssuer, TenantClaim, is_uuid, shared_issuer,
};
