//! A permission on environments by name, for some tokens of an organization.

use claimgate::pattern::{Dialect, Pattern};
use claimgate_api::EnvironmentAccess;

use super::permission::Permission;
use crate::tokens::record::{TokenKind, TokenRecord};

/// The longest pattern, in characters: names have at most a hundred.
const MAX_PATTERN: usize = 200;

/// The longest name of a team, user or role.
const MAX_NAME: usize = 200;

/// A permission that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    to: Holder,
    pub(super) project: Pattern,
    pub(super) environment: Pattern,
    pub(super) permission: Permission,
    /// The longest session, in seconds.
    pub(super) max_open: Option<i64>,
}

/// Whom a permission is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holder {
    Organization,
    Team(String),
    User(String),
    Role(String),
}

impl Binding {
    /// Reads a permission.
    ///
    /// # Errors
    /// What was expected and found.
    pub(crate) fn new(access: &EnvironmentAccess) -> Result<Self, String> {
        let permission = Permission::parse(&access.permission).ok_or_else(|| {
            let names = Permission::ALL.map(|one| format!("`{}`", one.as_str()));
            format!(
                "expected `permission` {}, found `{}`",
                names.join(", "),
                access.permission
            )
        })?;
        let max_open = access.max_open_seconds;
        if let Some(found) = max_open.filter(|seconds| *seconds < 1) {
            return Err(format!(
                "expected `maxOpenSeconds` of 1 or more, found {found}"
            ));
        }
        Ok(Self {
            to: holder(access)?,
            project: pattern("project", &access.project)?,
            environment: pattern("environment", &access.environment)?,
            permission,
            max_open,
        })
    }

    /// Whether it is for a token.
    pub(super) fn is_for(&self, token: &TokenRecord) -> bool {
        let target = token.target.as_deref();
        match (token.kind, &self.to) {
            // A role replaces what the members of the organization may do.
            (TokenKind::Organization, Holder::Organization) => token.role.is_none(),
            (TokenKind::Organization, Holder::Role(role)) => token.role.as_ref() == Some(role),
            (TokenKind::Personal, Holder::Organization) => true,
            (TokenKind::Personal, Holder::User(user)) => {
                target.is_some_and(|target| target.eq_ignore_ascii_case(user))
            }
            (TokenKind::Team, Holder::Team(team)) => target == Some(team),
            _ => false,
        }
    }
}

fn holder(access: &EnvironmentAccess) -> Result<Holder, String> {
    let name = access.name.clone().unwrap_or_default();
    match (access.to.as_str(), name.chars().count()) {
        ("organization", 0) => Ok(Holder::Organization),
        ("team", 1..=MAX_NAME) => Ok(Holder::Team(name)),
        ("user", 1..=MAX_NAME) => Ok(Holder::User(name)),
        ("role", 1..=MAX_NAME) => Ok(Holder::Role(name)),
        ("organization", _) => Err(format!(
            "expected no `name` with `to` `organization`, found `{name}`"
        )),
        (to @ ("team" | "user" | "role"), found) => Err(format!(
            "expected the `name` of a {to}, of 1 to {MAX_NAME} characters, found {found}"
        )),
        (found, _) => Err(format!(
            "expected `to` `organization`, `team`, `user` or `role`, found `{found}`"
        )),
    }
}

fn pattern(member: &str, text: &str) -> Result<Pattern, String> {
    let length = text.chars().count();
    let pattern = Pattern::new(text, Dialect::StringLike).ok();
    pattern
        .filter(|_| (1..=MAX_PATTERN).contains(&length))
        .ok_or_else(|| {
            format!("expected `{member}` of 1 to {MAX_PATTERN} characters, found {length}")
        })
}
