//! The settings that a server runs with.

use serde::{Deserialize, Serialize};

/// A setting of the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SettingBody {
    /// What it is about: `guard`, `tokens`, `limits`, `connections`, `retention` or `keys`
    pub group: String,
    /// The flag that sets it, without the leading dashes
    pub name: String,
    /// Its value, a text, a number, a boolean or a list; `null` is no limit
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub value: serde_json::Value,
    /// The unit of a number: `seconds`, `days`, `bytes`, `connections`, `requests`, `requests per second`
    /// or `per hour`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether it can only be changed where the server is started
    pub read_only: bool,
}

/// The settings of the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsBody {
    /// The version of the program
    pub version: String,
    /// The settings, by group
    pub settings: Vec<SettingBody>,
}
