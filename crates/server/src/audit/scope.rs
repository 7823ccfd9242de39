//! Which organizations' entries a query covers.

/// The organizations whose entries a query covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditScope {
    /// The organization with an id.
    Organization(i64),
    /// All, and none.
    All,
    /// Requests that name no organization, or one that does not exist: no admin of an organization
    /// can see them.
    Unknown,
}

impl From<i64> for AuditScope {
    fn from(organization: i64) -> Self {
        Self::Organization(organization)
    }
}

impl AuditScope {
    /// The organization, if it is one.
    pub(crate) fn organization(&self) -> Option<i64> {
        match self {
            Self::Organization(id) => Some(*id),
            Self::All | Self::Unknown => None,
        }
    }

    /// The condition that no index leads to.
    pub(crate) fn condition(&self) -> &'static str {
        match self {
            Self::Unknown => {
                "(organization_id IS NULL OR organization_id NOT IN (SELECT id FROM organizations))"
            }
            Self::Organization(_) | Self::All => "1 = 1",
        }
    }
}
