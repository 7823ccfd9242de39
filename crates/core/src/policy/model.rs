//! Policies in their wire form, with Pulumi's field names.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The member that makes a deny policy, or all those of an issuer, report only.
pub const REPORT_ONLY: &str = "reportOnly";

/// The member that gives a policy a label.
pub const NAME: &str = "name";

/// The member that says more about a policy.
pub const NOTE: &str = "note";

/// The longest name of a policy, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// The longest note of a policy, in characters.
pub const MAX_NOTE_CHARS: usize = 1_000;

/// The effect of a matching policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Allows the exchange, unless another policy denies it.
    Allow,
    /// Denies the exchange, even if other policies allow it.
    Deny,
}

impl Decision {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Allow, Self::Deny];

    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// Reads the word in JSON.
    ///
    /// ```
    /// use claimgate::policy::Decision;
    ///
    /// assert_eq!(Decision::parse("deny"), Some(Decision::Deny));
    /// assert_eq!(Decision::parse("Deny"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.as_str() == text)
    }
}

/// The type of a requested or granted access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// Acts as the organization.
    Organization,
    /// Acts as a team.
    Team,
    /// Acts as a user.
    Personal,
    /// Acts as a deployment runner.
    Runner,
}

impl TokenType {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Organization, Self::Team, Self::Personal, Self::Runner];

    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Team => "team",
            Self::Personal => "personal",
            Self::Runner => "runner",
        }
    }

    /// Reads the word in JSON.
    ///
    /// ```
    /// use claimgate::policy::TokenType;
    ///
    /// assert_eq!(TokenType::parse("runner"), Some(TokenType::Runner));
    /// assert_eq!(TokenType::parse("deployment-runner"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|token_type| token_type.as_str() == text)
    }
}

/// One policy in its wire form, not validated yet.
///
/// ```
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
///
/// let team = PolicyDefinition {
///     team_name: Some("deploy-*".to_owned()),
///     ..PolicyDefinition::new(Decision::Allow, TokenType::Team).rule("sub", "repo:octo-org/*")
/// };
/// assert_eq!(PolicySet::compile(&[team], Dialect::Pulumi)?.len(), 1);
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDefinition {
    /// `name`: a label of at most [`MAX_NAME_CHARS`] characters, without effect on decisions. An
    /// extension that Pulumi Cloud does not have.
    pub name: Option<String>,
    /// `note`: a text of at most [`MAX_NOTE_CHARS`] characters, without effect on decisions. An
    /// extension that Pulumi Cloud does not have.
    pub note: Option<String>,
    /// `decision`.
    pub decision: Decision,
    /// `tokenType`.
    pub token_type: TokenType,
    /// `teamName`: a pattern against the requested team. Only with `team`.
    pub team_name: Option<String>,
    /// `userLogin`: compared without regard to ASCII case. Only with `personal`.
    pub user_login: Option<String>,
    /// `runnerID`: compared exactly. Only with `runner`.
    pub runner_id: Option<String>,
    /// `roleID`: a custom role for the token. Only with `organization`.
    pub role_id: Option<String>,
    /// `reportOnly`: only with `deny`. The policy does not deny: decisions report what it would have
    /// denied. An extension that Pulumi Cloud does not have.
    pub report_only: bool,
    /// `authorizedPermissions`: only `admin`, and only with `organization`.
    pub authorized_permissions: Option<Vec<String>>,
    /// `rules`: claim path and pattern, in the order they are written.
    pub rules: Vec<(String, String)>,
}

impl PolicyDefinition {
    /// A policy without target and rules.
    #[must_use]
    pub fn new(decision: Decision, token_type: TokenType) -> Self {
        Self {
            name: None,
            note: None,
            decision,
            token_type,
            team_name: None,
            user_login: None,
            runner_id: None,
            role_id: None,
            report_only: false,
            authorized_permissions: None,
            rules: Vec::new(),
        }
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, claim: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.rules.push((claim.into(), pattern.into()));
        self
    }
}

struct Rules<'a>(&'a [(String, String)]);

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(claim, pattern)| (claim, pattern)))
    }
}

impl Serialize for PolicyDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let decision = Some(self.decision.as_str());
        let token_type = Some(self.token_type.as_str());
        let texts = [
            (NAME, self.name.as_deref()),
            (NOTE, self.note.as_deref()),
            ("decision", decision),
            ("tokenType", token_type),
            ("teamName", self.team_name.as_deref()),
            ("userLogin", self.user_login.as_deref()),
            ("runnerID", self.runner_id.as_deref()),
            ("roleID", self.role_id.as_deref()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                map.serialize_entry(name, text)?;
            }
        }
        if self.report_only {
            map.serialize_entry(REPORT_ONLY, &true)?;
        }
        if let Some(permissions) = &self.authorized_permissions {
            map.serialize_entry("authorizedPermissions", permissions)?;
        }
        map.serialize_entry("rules", &Rules(&self.rules))?;
        map.end()
    }
}

/// Policies as pretty JSON: `{"policies": [...]}`, the body that Pulumi's API takes.
///
/// ```
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType, parse_policies, to_json};
///
/// let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*:pull_request");
/// assert_eq!(parse_policies(&to_json(&[deny.clone()])), Ok(vec![deny]));
/// ```
#[must_use]
pub fn to_json(policies: &[PolicyDefinition]) -> String {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        policies: &'a [PolicyDefinition],
    }
    serde_json::to_string_pretty(&Body { policies }).unwrap_or_default()
}
