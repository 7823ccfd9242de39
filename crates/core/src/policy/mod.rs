//! Policies: their JSON form, and the set that decisions are made with.
//!
//! All rules of a policy must match; the order of policies and of rules never matters; a matching
//! deny wins over any allow; without a matching allow, everything is denied.

mod compile;
mod index;
mod model;
mod parse;

use serde::{Deserialize, Serialize};

pub(crate) use compile::{CompiledPolicy, Rule, Target};
pub use compile::{MANY_POLICIES, PolicySet};
pub(crate) use index::Visitor;
pub use model::{Decision, PolicyDefinition, REPORT_ONLY, TokenType, to_json};
pub use parse::parse_policies;

/// The access token that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "tokenType")]
pub enum RequestedToken {
    /// For the organization, with `scope=admin` or without.
    Organization {
        /// Whether `scope=admin` is asked for.
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
