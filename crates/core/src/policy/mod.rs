//! Policies: their JSON form, and the set that decisions are made with.
//!
//! All rules of a policy must match; the order of policies and of rules never matters; a matching
//! deny overrides every allow; without a matching allow, the request is denied.

mod compile;
mod compiled;
mod compiler;
mod index;
mod limits;
mod model;
mod parse;
mod target;

use serde::{Deserialize, Serialize};

pub use compile::PolicySet;
pub(crate) use compiled::{CompiledPolicy, Effect, Rule, Target};
pub(crate) use index::{Candidate, Visitor};
pub use limits::{CompileOptions, Limits};
pub use model::{
    Decision, MAX_NAME_CHARS, MAX_NOTE_CHARS, NAME, NOTE, PolicyDefinition, REPORT_ONLY, TokenType,
    to_json,
};
pub use parse::parse_policies;
pub use target::{MAX_TARGET_CHARS, is_target_char, is_target_name};

/// The requested access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "tokenType")]
pub enum RequestedToken {
    /// For the organization, with `scope=admin` or without.
    Organization {
        /// Whether `scope=admin` is requested.
        admin: bool,
    },
    /// For a team.
    Team {
        /// The team's name.
        name: String,
    },
    /// For a user.
    Personal {
        /// The user's login.
        login: String,
    },
    /// For a deployment runner.
    Runner {
        /// The runner's name.
        name: String,
    },
}

impl RequestedToken {
    /// Its type.
    ///
    /// ```
    /// use claimgate::policy::{RequestedToken, TokenType};
    ///
    /// let request = RequestedToken::Team { name: "deployers".to_owned() };
    /// assert_eq!(request.token_type(), TokenType::Team);
    /// ```
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::Organization { .. } => TokenType::Organization,
            Self::Team { .. } => TokenType::Team,
            Self::Personal { .. } => TokenType::Personal,
            Self::Runner { .. } => TokenType::Runner,
        }
    }
}
