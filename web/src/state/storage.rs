//! The stored form of issuers: versioned JSON, read strictly, so that nothing unreadable is ever overwritten.

use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::policy::{PolicyDefinition, parse_policies};
use serde::Serialize;

/// The key in local storage.
pub(crate) const KEY: &str = "claimgate.v1";

/// The version that is written, and the only one that is read.
const VERSION: i128 = 1;

/// A registered issuer, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredIssuer {
    /// Its identifier, in URLs.
    pub(crate) id: String,
    /// Its label.
    pub(crate) name: String,
    /// Its URL; never changed after creation.
    pub(crate) url: String,
    /// The longest lifetime of a granted token, in seconds.
    pub(crate) max_expiration: Option<u64>,
    /// The text of its JWKS.
    pub(crate) jwks: Option<String>,
    /// Its policies.
    pub(crate) policies: Vec<PolicyDefinition>,
    /// The preset that it was made from.
    pub(crate) preset: String,
    /// When it was registered, in seconds since 1970.
    pub(crate) created: i64,
    /// When it was last saved, in seconds since 1970.
    pub(crate) modified: i64,
}

impl StoredIssuer {
    /// The engine's form of it.
    pub(crate) fn definition(&self) -> IssuerDefinition {
        IssuerDefinition {
            name: self.name.clone(),
            url: self.url.clone(),
            max_expiration: self.max_expiration,
            jwks: self.jwks.clone(),
            thumbprints: Vec::new(),
            policies: self.policies.clone(),
        }
    }
}

/// Writes issuers as versioned JSON.
pub(crate) fn to_json(issuers: &[StoredIssuer]) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        version: i128,
        issuers: &'a [StoredIssuer],
    }
    serde_json::to_string(&File { version: VERSION, issuers }).unwrap_or_default()
}

/// Reads issuers, or says in words why that cannot be done.
pub(crate) fn from_json(text: &str) -> Result<Vec<StoredIssuer>, String> {
    let file = Value::parse(text).map_err(|error| error.to_string())?;
    match file.member("version") {
        Some(Value::Integer(VERSION)) => {}
        Some(other) => return Err(format!("expected version {VERSION}, found {}", other.to_json())),
        None => return Err("expected a `version`, found none".to_owned()),
    }
    let Some(Value::Array(items)) = file.member("issuers") else {
        return Err("expected a list `issuers`, found none".to_owned());
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| issuer(item).map_err(|e| format!("issuer {}: {e}", index + 1)))
        .collect()
}

fn issuer(value: &Value) -> Result<StoredIssuer, String> {
    let policies = value.member("policies").ok_or("expected `policies`, found none")?;
    let policies = parse_policies(&policies.to_json())
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    Ok(StoredIssuer {
        id: text(value, "id")?,
        name: text(value, "name")?,
        url: text(value, "url")?,
        max_expiration: number(value, "maxExpiration")?,
        jwks: optional_text(value, "jwks")?,
        policies,
        preset: optional_text(value, "preset")?.unwrap_or_default(),
        created: number(value, "created")?.unwrap_or_default(),
        modified: number(value, "modified")?.unwrap_or_default(),
    })
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    optional_text(value, name)?.ok_or_else(|| format!("expected `{name}`, found none"))
}

fn optional_text(value: &Value, name: &str) -> Result<Option<String>, String> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("expected `{name}` to be a string, found {}", other.kind())),
    }
}

fn number<N: TryFrom<i128>>(value: &Value, name: &str) -> Result<Option<N>, String> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Integer(number)) => {
            N::try_from(*number).map(Some).map_err(|_| format!("`{name}` is out of range: {number}"))
        }
        Some(other) => Err(format!("expected `{name}` to be a number, found {}", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, TokenType};

    use super::*;

    fn sample() -> StoredIssuer {
        StoredIssuer {
            id: "a1".to_owned(),
            name: "CI".to_owned(),
            url: "https://ci.example".to_owned(),
            max_expiration: Some(3600),
            jwks: Some("{\"keys\":[]}".to_owned()),
            policies: vec![
                PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "b*").rule("aud", "a"),
            ],
            preset: "github".to_owned(),
            created: 1,
            modified: 2,
        }
    }

    #[test]
    fn what_is_written_is_read_again_with_its_rules_in_order() {
        let issuers = vec![sample()];
        assert_eq!(from_json(&to_json(&issuers)), Ok(issuers));
    }

    #[test]
    fn no_issuers_are_read_again() {
        assert_eq!(from_json(&to_json(&[])), Ok(Vec::new()));
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let problem = from_json(r#"{"version":2,"issuers":[]}"#).unwrap_err();
        assert_eq!(problem, "expected version 1, found 2");
    }

    #[test]
    fn broken_text_is_refused() {
        for text in ["", "{", "[]", r#"{"version":1}"#, r#"{"version":1,"issuers":[{}]}"#] {
            assert!(from_json(text).is_err(), "{text}");
        }
    }
}
