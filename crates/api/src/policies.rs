//! The policies of an issuer.

use serde::{Deserialize, Serialize};

/// The policies of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthPolicyBody {
    /// The id of the policies, not of the issuer
    pub id: String,
    /// The number of their revision; the `ETag` too
    pub version: i64,
    /// When they were created
    pub created: String,
    /// When they were last changed
    pub modified: String,
    /// The policies, an array
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub policies: serde_json::Value,
}

/// New policies of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoliciesInput {
    /// All policies of the issuer, an array; they replace the previous ones
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>, min_items = 1))]
    pub policies: serde_json::Value,
}
