//! Samples of an issuer: decoded claims with the decision that is expected.

use serde::{Deserialize, Serialize};

/// A sample: claims to try policies on, a test once a decision is expected. Never a token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SampleInput {
    /// Its label
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// The decoded claims, an object
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub claims: serde_json::Value,
    /// What is requested with them; an organization token where absent
    #[serde(default)]
    pub request: SampleRequest,
    /// The decision that is expected, `allowed` or `denied`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^(allowed|denied)$"))]
    pub expect: Option<String>,
}

/// What is requested with a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SampleRequest {
    /// `organization`, `team`, `personal` or `runner`; `organization` where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^(organization|team|personal|runner)$")
    )]
    pub token_type: Option<String>,
    /// The team
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The user
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The runner
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// Whether admin permission is requested
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
}

/// A stored sample.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleBody {
    /// Its id
    pub id: String,
    /// The number of its revision; the `ETag` too
    pub version: i64,
    /// When it was created
    pub created: String,
    /// When it was last changed
    pub modified: String,
    /// Its label
    pub name: String,
    /// The decoded claims, an object
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub claims: serde_json::Value,
    /// What is requested with them
    #[serde(default)]
    pub request: SampleRequest,
    /// The decision that is expected, `allowed` or `denied`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
}

/// The samples of an issuer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SamplesBody {
    /// The samples
    pub samples: Vec<SampleBody>,
}
