//! Organizations as they are stored.

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id: the number of the change that created it. Another organization of the same name has
    /// another id.
    pub id: i64,
    /// Its name, as in `audience`.
    pub name: String,
    /// When it was created, in seconds since 1970.
    pub created: i64,
    /// Number of the latest change to its issuers and policies.
    pub version: i64,
}
