//! A compiled policy: every claim path and pattern parsed, and a complete target.

use std::sync::Arc;

use super::{Decision, RequestedToken, TokenType};
use crate::claim_path::ClaimPath;
use crate::pattern::Pattern;

#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) effect: Effect,
    pub(crate) target: Target,
    pub(crate) rules: Vec<Rule>,
}

/// What a matching policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) decision: Decision,
    /// Whether it is a deny that only reports.
    pub(crate) report_only: bool,
    /// Whether it gives admin permission.
    pub(crate) admin: bool,
    /// The number of its role within the set, from 1; 0 if it gives none.
    pub(crate) role: u32,
}

/// Which requests a policy applies to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Organization { role_id: Option<String> },
    Team(Arc<Pattern>),
    Personal(String),
    Runner(String),
}

impl Target {
    pub(crate) fn token_type(&self) -> TokenType {
        match self {
            Self::Organization { .. } => TokenType::Organization,
            Self::Team(_) => TokenType::Team,
            Self::Personal(_) => TokenType::Personal,
            Self::Runner(_) => TokenType::Runner,
        }
    }

    /// Why the policy does not apply to `request`; `None` if it does.
    pub(crate) fn mismatch(&self, request: &RequestedToken) -> Option<String> {
        match (self, request) {
            (Self::Organization { .. }, RequestedToken::Organization { .. }) => None,
            (Self::Team(pattern), RequestedToken::Team { name }) => {
                (!pattern.is_match(name)).then(|| {
                    format!(
                        "it applies to teams like `{}`, the request is for team `{name}`",
                        pattern.source()
                    )
                })
            }
            (Self::Personal(own), RequestedToken::Personal { login }) => (!own
                .eq_ignore_ascii_case(login))
            .then(|| format!("it applies to user `{own}`, the request is for user `{login}`")),
            (Self::Runner(own), RequestedToken::Runner { name }) => (own != name).then(|| {
                format!("it applies to runner `{own}`, the request is for runner `{name}`")
            }),
            _ => Some(format!(
                "it applies to {} tokens, the request is for a token of type {}",
                self.token_type().as_str(),
                request.token_type().as_str()
            )),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) path: Arc<ClaimPath>,
    /// The number of the path among those of the set, from 0.
    pub(crate) number: u32,
    pub(crate) pattern: Arc<Pattern>,
}
