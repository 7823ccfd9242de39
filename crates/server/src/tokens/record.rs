//! Access tokens as they are stored.

/// An access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its id, as in lists and in the audit log: that of the exchange which granted it.
    pub id: String,
    /// Its type.
    pub kind: TokenKind,
    /// The organization's name; `None` for the bootstrap token, which is valid for all.
    pub organization: Option<String>,
    /// The organization's id; `None` for the bootstrap token, and for tokens of organizations that
    /// were deleted before organizations had ids.
    pub organization_id: Option<i64>,
    /// The version of the organization that the token was granted on.
    pub version: i64,
    /// The team, user or runner.
    pub target: Option<String>,
    /// Whether it has admin rights.
    pub admin: bool,
    /// The custom role.
    pub role: Option<String>,
    /// The id of the issuer whose ID token it was exchanged for.
    pub issuer: Option<String>,
    /// The `sub` of that ID token.
    pub subject: Option<String>,
    /// The requested scope.
    pub scope: String,
    /// When it was granted, in seconds since 1970.
    pub created: i64,
    /// When it expires, in seconds since 1970; `None` if never.
    pub expires: Option<i64>,
    /// When it was revoked, in seconds since 1970.
    pub revoked: Option<i64>,
    /// Whether its organization was deleted, or the tokens of its issuer were revoked, after the
    /// version that it was granted on.
    pub is_withdrawn: bool,
}

/// An access token in a list, with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedToken {
    /// The token.
    pub token: TokenRecord,
    /// The name of its issuer at that time.
    pub issuer_name: Option<String>,
    /// The reference of the exchange, while the audit log has it.
    pub exchange: Option<String>,
    /// Indices of the policies that allowed it, from 0.
    pub policies: Vec<usize>,
}

/// Which active tokens of an organization are listed.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// The id of the issuer.
    pub issuer: Option<String>,
    /// The id of a token: only older ones.
    pub before: Option<String>,
    /// How many.
    pub limit: i64,
}

/// The type of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the token types of policies, and the bootstrap token"
)]
pub enum TokenKind {
    Bootstrap,
    Organization,
    Team,
    Personal,
    Runner,
}

impl TokenKind {
    const ALL: [Self; 5] = [
        Self::Bootstrap,
        Self::Organization,
        Self::Team,
        Self::Personal,
        Self::Runner,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::Organization => "organization",
            Self::Team => "team",
            Self::Personal => "personal",
            Self::Runner => "runner",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl TokenRecord {
    /// Whether it is neither expired, nor revoked, nor withdrawn.
    #[must_use]
    pub fn is_active(&self, now: i64) -> bool {
        self.revoked.is_none()
            && !self.is_withdrawn
            && self.expires.is_none_or(|expires| now < expires)
    }
}
