//! Revisions of an issuer's policies on a server: who made them, and which two are compared.

use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate_api::{ChangeAuthor, RevisionBody, RevisionEntry};
use serde::Deserialize;
use serde_json::Value;

use super::mapping::normalize;

/// The policies of a revision.
///
/// # Errors
/// What the response lacks, or what is wrong with the policies.
pub fn policies(body: &Value) -> Result<Vec<PolicyDefinition>, String> {
    let body = RevisionBody::deserialize(body).map_err(|error| error.to_string())?;
    let policies = parse_policies(&body.policies.to_string());
    let mut policies = policies.map_err(|errors| errors.to_string())?;
    policies.iter_mut().for_each(normalize);
    Ok(policies)
}

/// Two revisions that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The earlier one, or 0 for no policies: before the first revision.
    pub from: i64,
    /// The later one.
    pub to: i64,
}

impl Pair {
    /// The revisions that an address asks for. Without them, the newest and the one before it; with one
    /// of them only, its change.
    pub fn of(from: Option<i64>, to: Option<i64>, revisions: &[RevisionEntry]) -> Option<Self> {
        let to = to.or_else(|| revisions.first().map(|newest| newest.version))?;
        let before = || {
            let earlier = revisions.iter().find(|revision| revision.version < to);
            earlier.map_or(to - 1, |revision| revision.version)
        };
        let from = from.unwrap_or_else(before);
        Some(Self { from, to })
    }

    /// The query of the address.
    pub fn query(self) -> String {
        format!("?from={}&to={}", self.from, self.to)
    }
}

/// Who made a change: the kind of the access token, and the subject that it was granted to.
pub fn author(by: Option<&ChangeAuthor>) -> (&'static str, Option<&str>) {
    let Some(by) = by else {
        return ("unknown", None);
    };
    let kind = match by.kind.as_str() {
        "bootstrap" => "bootstrap token",
        "server" => "the server",
        "organization" => "organization token",
        "team" => "team token",
        "personal" => "personal token",
        "runner" => "runner token",
        _ => "access token",
    };
    let subject = by.subject.as_deref().filter(|subject| !subject.is_empty());
    (kind, subject)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn revisions() -> Vec<RevisionEntry> {
        let revision = |version| RevisionEntry {
            version,
            ..RevisionEntry::default()
        };
        [7, 5, 2].map(revision).to_vec()
    }

    #[test]
    fn the_newest_change_is_shown_first() {
        let pair = |from, to| Pair::of(from, to, &revisions()).map(|pair| (pair.from, pair.to));
        assert_eq!(pair(None, None), Some((5, 7)));
        assert_eq!(pair(None, Some(5)), Some((2, 5)));
        assert_eq!(pair(Some(2), None), Some((2, 7)));
        assert_eq!(pair(Some(7), Some(2)), Some((7, 2)));
        assert_eq!(pair(None, Some(1)), Some((0, 1)));
        assert_eq!(Pair::of(None, None, &[]), None);
        assert_eq!(Pair { from: 1, to: 2 }.query(), "?from=1&to=2");
    }

    #[test]
    fn a_revision_has_policies() {
        let rules = json!({ "sub": "a" });
        let body = json!({
            "version": 2, "created": "2026-11-29T12:00:00Z",
            "policies": [{ "decision": "allow", "tokenType": "organization", "authorizedPermissions": [], "rules": rules }],
        });
        let policies = policies(&body).unwrap();
        assert_eq!(policies[0].rules, [("sub".to_owned(), "a".to_owned())]);
        assert_eq!(policies[0].authorized_permissions, None);
        assert!(super::policies(&json!({})).is_err());
    }

    #[test]
    fn authors_are_named_by_their_token() {
        let by = ChangeAuthor {
            kind: "organization".to_owned(),
            subject: Some("repo:acme/infra:ref:refs/heads/main".to_owned()),
            ..ChangeAuthor::default()
        };
        assert_eq!(
            author(Some(&by)),
            (
                "organization token",
                Some("repo:acme/infra:ref:refs/heads/main")
            )
        );
        assert_eq!(author(None), ("unknown", None));
    }
}
