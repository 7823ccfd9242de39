//! What the guard does about policies that admit strangers.

use serde::{Deserialize, Serialize};

/// What the guard of shared issuers does about policies that admit strangers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuardMode {
    /// It refuses them.
    #[default]
    Enforce,
    /// It saves them with a finding, in the answer and in the audit log.
    Warn,
    /// It does not look.
    Off,
}

impl GuardMode {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}
