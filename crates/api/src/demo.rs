//! The demonstration's sample tokens.

use serde::{Deserialize, Serialize};

/// A sample ID token, and the request to exchange it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoTokenBody {
    /// What it demonstrates
    pub title: String,
    /// Whether an exchange with `scope` is granted
    pub granted: bool,
    /// The requested token type
    pub requested_token_type: String,
    /// The scope
    pub scope: String,
    /// The ID token
    pub token: String,
}
