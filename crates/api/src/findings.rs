//! Findings on policies.

use serde::{Deserialize, Serialize};

/// What deserves a second look in policies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FindingBody {
    /// Where, as a path such as `policies[1]`
    pub path: String,
    /// Stable code
    pub code: String,
    /// What was found
    pub message: String,
    /// How to fix it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The claims of a token that is admitted, if one is known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub witness: Option<serde_json::Value>,
}
