//! Which policies a drafted policy is added to.

use claimgate::claims::{Claims, Value};
use claimgate_providers::provider_of;

use super::scratch::SCRATCH;
use crate::issuers::storage::StoredIssuer;

/// The policies that a drafted policy is added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftTarget {
    /// The scratch set in use.
    Scratch,
    /// A scratch copy of a registered issuer.
    Copy {
        /// The issuer's identifier.
        id: String,
        /// Its name.
        name: String,
    },
    /// A new scratch set for an issuer that is not registered.
    New {
        /// The name of its provider, or its URL.
        name: String,
    },
}

impl DraftTarget {
    /// The target for a token, whose policies are those of the issuer `decided`, if the check of the issuer
    /// passed. Else the token's own issuer, whichever one is chosen.
    pub fn of(claims: &Claims, decided: Option<&str>, registered: &[StoredIssuer]) -> Self {
        let iss = claims.get("iss").and_then(Value::as_str);
        let found = match decided {
            Some(SCRATCH) => return Self::Scratch,
            Some(id) => registered.iter().find(|issuer| issuer.id == id),
            None => registered
                .iter()
                .find(|issuer| Some(issuer.url.as_str()) == iss),
        };
        match found {
            Some(issuer) => Self::Copy {
                id: issuer.id.clone(),
                name: issuer.name.clone(),
            },
            None => Self::New {
                name: issuer_name(iss.unwrap_or_default()),
            },
        }
    }

    /// What the button that adds the policy says.
    pub fn label(&self) -> String {
        match self {
            Self::Scratch => "Add to the scratch set".to_owned(),
            Self::Copy { name, .. } => format!("Add to a scratch copy of {name}"),
            Self::New { name } => format!("Start a scratch set for {name}"),
        }
    }
}

/// The name of an issuer's provider, or its URL.
fn issuer_name(url: &str) -> String {
    match provider_of("", url) {
        Some(provider) => provider.name.clone(),
        None if url.is_empty() => "this token".to_owned(),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(id: &str, name: &str, url: &str) -> StoredIssuer {
        StoredIssuer {
            name: name.to_owned(),
            url: url.to_owned(),
            ..StoredIssuer::blank(id.to_owned(), 0)
        }
    }

    #[test]
    fn a_draft_belongs_to_the_issuer_of_its_token() {
        let github = "https://token.actions.githubusercontent.com";
        let registered = [
            issuer("a", "Cluster", "https://k8s.example"),
            issuer("b", "Actions", github),
        ];
        let of = |iss: &str, decided: Option<&str>, registered: &[StoredIssuer]| {
            let claims = Claims::from_json(&format!(r#"{{"iss": "{iss}"}}"#)).unwrap();
            DraftTarget::of(&claims, decided, registered).label()
        };
        let copy = "Add to a scratch copy of Actions";
        assert_eq!(of(github, None, &registered), copy, "another one is chosen");
        assert_eq!(of(github, Some("b"), &registered), copy);
        assert_eq!(
            of(github, Some("a"), &registered),
            "Add to a scratch copy of Cluster",
            "the check of the issuer is skipped"
        );
        assert_eq!(
            of(github, Some(SCRATCH), &registered),
            "Add to the scratch set"
        );
        assert_eq!(
            of(github, None, &registered[..1]),
            "Start a scratch set for GitHub Actions"
        );
        assert_eq!(
            of("https://ci.example", None, &[]),
            "Start a scratch set for https://ci.example"
        );
        assert_eq!(of("", None, &[]), "Start a scratch set for this token");
    }
}
