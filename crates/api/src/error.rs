//! Errors.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The body of an error, as the clients of Pulumi Cloud read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The status again.
    pub code: u16,
    /// What was expected and found.
    pub message: String,
    /// If a document is refused: everything that is wrong in it. If the keys of an issuer cannot be
    /// fetched: why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorDetail>,
    /// If the definition of an environment is refused: everything that is wrong in it, as the clients of environments read
    /// it, with `range`, `summary` and `severity`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub diagnostics: Vec<serde_json::Value>,
}

/// One error in a document, or of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// Where, as a path such as `policies[1].rules.sub`.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// What was expected and found.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// With the code `keys-certificate-untrusted`: the SHA-256 thumbprint of the certificate that
    /// was found. A request that has it in `thumbprints` trusts that certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<String>,
    /// With the code `shared-issuer-unpinned`: the claims of a token that would be admitted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub witness: Option<serde_json::Value>,
}

/// The body of an error of the OAuth endpoints (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OauthErrorBody {
    /// The OAuth error.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub error: Cow<'static, str>,
    /// A sentence; for an exchange with the reference of the refusal in the audit log.
    pub error_description: String,
}
