//! The stored form of issuers: versioned JSON, read strictly, so that unreadable text is never
//! overwritten.

use claimgate::audience::AUDIENCES;
use claimgate::diagnostic::Diagnostics;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Decision, PolicyDefinition, PolicySet, parse_policies};
use claimgate_formats::{IssuerDocument, Sample, outcome_of, settings};
use claimgate_providers::{Provider, provider_of};
use serde::Serialize;

/// The key in local storage.
pub const KEY: &str = "claimgate.v1";

/// The version that is written. Older ones are read too: version 1 had no thumbprints, samples and
/// times of use, version 2 no revisions, tombstones and conflicts, version 3 kept the marks of
/// report-only policies apart from the policies.
const VERSION: i128 = 4;

/// The stored state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StoredState {
    /// The issuers, oldest first.
    pub issuers: Vec<StoredIssuer>,
    /// Deletions, so that another tab does not restore the issuers.
    pub removed: Vec<Tombstone>,
    /// Versions of issuers that lost to another tab's, until the person decides.
    pub conflicts: Vec<Conflict>,
}

/// The record of a deletion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tombstone {
    /// Its identifier.
    pub id: String,
    /// The last deleted revision.
    pub revision: u64,
}

/// A version of an issuer that lost to one that another tab saved at the same time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// Its identifier: the same in every tab that finds it.
    pub id: String,
    /// The version.
    pub issuer: StoredIssuer,
}

/// A registered issuer, as stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredIssuer {
    /// Its identifier, in URLs.
    pub id: String,
    /// Its label.
    pub name: String,
    /// Its URL; never changed after creation.
    pub url: String,
    /// The longest lifetime of a granted token, in seconds.
    pub max_expiration: Option<u64>,
    /// The text of its JWKS.
    pub jwks: Option<String>,
    /// The source of the JWKS: the address that it was fetched from. None for pasted keys.
    pub jwks_source: Option<String>,
    /// SHA-256 thumbprints of the certificates that its server may have, 64 lowercase hexadecimal
    /// digits each.
    pub thumbprints: Vec<String>,
    /// The audiences that its tokens may have; `None` if any may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
    /// Whether a server exchanges each ID token only once. Without a server it has no effect.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub single_use: bool,
    /// Whether the deny policies are report-only on a server. Without a server it has no effect.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub report_only: bool,
    /// Its policies.
    pub policies: Vec<PolicyDefinition>,
    /// Decoded claims to test its policies on. Never tokens.
    pub samples: Vec<Sample>,
    /// The preset that it was created from.
    pub preset: String,
    /// When it was registered, in seconds since 1970.
    pub created: i64,
    /// When it was last saved, in seconds since 1970.
    pub modified: i64,
    /// When the playground last used its policies, in seconds since 1970.
    pub last_used: Option<i64>,
    /// How often it was saved.
    pub revision: u64,
}

impl StoredIssuer {
    /// An issuer with only an identifier and its times.
    pub fn blank(id: String, now: i64) -> Self {
        Self {
            id,
            name: String::new(),
            url: String::new(),
            max_expiration: None,
            jwks: None,
            jwks_source: None,
            thumbprints: Vec::new(),
            audiences: None,
            single_use: false,
            report_only: false,
            policies: Vec::new(),
            samples: Vec::new(),
            preset: String::new(),
            created: now,
            modified: now,
            last_used: None,
            revision: 0,
        }
    }

    /// The stored form of an issuer document.
    pub fn of_document(document: IssuerDocument, id: String, now: i64) -> Self {
        let IssuerDocument {
            definition,
            preset,
            samples,
            single_use,
            ..
        } = document;
        Self {
            name: definition.name,
            url: definition.url,
            max_expiration: definition.max_expiration,
            jwks: definition.jwks,
            thumbprints: definition.thumbprints,
            audiences: definition.audiences,
            policies: definition.policies,
            report_only: definition.report_only,
            single_use,
            samples,
            preset,
            ..Self::blank(id, now)
        }
    }

    /// The issuer as a document.
    pub fn document(&self) -> IssuerDocument {
        IssuerDocument {
            definition: self.definition(),
            preset: self.preset.clone(),
            single_use: self.single_use,
            samples: self.samples.clone(),
            has_policies: true,
        }
    }

    /// Its provider.
    pub fn provider(&self) -> Option<&'static Provider> {
        provider_of(&self.preset, &self.url)
    }

    /// The issuer in core's form.
    pub fn definition(&self) -> IssuerDefinition {
        IssuerDefinition {
            name: self.name.clone(),
            url: self.url.clone(),
            max_expiration: self.max_expiration,
            jwks: self.jwks.clone(),
            thumbprints: self.thumbprints.clone(),
            audiences: self.audiences.clone(),
            policies: self.policies.clone(),
            report_only: self.report_only,
        }
    }
}

/// Compiles the policies of an issuer; with its `reportOnly`, its denies only report.
///
/// # Errors
/// Everything that is wrong with the policies.
pub fn compile_policies(
    policies: &[PolicyDefinition],
    report_only: bool,
    dialect: Dialect,
) -> Result<PolicySet, Diagnostics> {
    let options = CompileOptions::new(dialect).report_only(report_only);
    PolicySet::compile_with(policies, &options)
}

/// Writes issuers as a `claimgate.json`.
pub fn to_file(issuers: &[StoredIssuer]) -> String {
    let documents: Vec<_> = issuers.iter().map(StoredIssuer::document).collect();
    settings::write(&documents)
}

/// Writes the state as versioned JSON.
pub fn to_json(state: &StoredState) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        version: i128,
        #[serde(flatten)]
        state: &'a StoredState,
    }
    serde_json::to_string(&File {
        version: VERSION,
        state,
    })
    .unwrap_or_default()
}

/// Reads the stored state, or returns why it cannot.
pub fn from_json(text: &str) -> Result<StoredState, String> {
    let file = Value::parse(text).map_err(|error| error.to_string())?;
    match file.member("version") {
        Some(Value::Integer(1..=VERSION)) => {}
        Some(other) => {
            return Err(format!(
                "expected version {VERSION} or older, found {}",
                other.to_json()
            ));
        }
        None => return Err("expected a `version`, found none".to_owned()),
    }
    let Some(Value::Array(items)) = file.member("issuers") else {
        return Err("expected a list `issuers`, found none".to_owned());
    };
    let numbered =
        |(index, item)| issuer(item).map_err(|problem| format!("issuer {}: {problem}", index + 1));
    Ok(StoredState {
        issuers: items
            .iter()
            .enumerate()
            .map(numbered)
            .collect::<Result<_, _>>()?,
        removed: list(&file, "removed", tombstone)?,
        conflicts: list(&file, "conflicts", conflict)?,
    })
}

fn tombstone(value: &Value) -> Result<Tombstone, String> {
    Ok(Tombstone {
        id: text(value, "id")?,
        revision: number(value, "revision")?.unwrap_or_default(),
    })
}

fn conflict(value: &Value) -> Result<Conflict, String> {
    let version = value
        .member("issuer")
        .ok_or("expected `issuer`, found none")?;
    Ok(Conflict {
        id: text(value, "id")?,
        issuer: issuer(version)?,
    })
}

fn issuer(value: &Value) -> Result<StoredIssuer, String> {
    let policies = value
        .member("policies")
        .ok_or("expected `policies`, found none")?;
    let mut policies = parse_policies(&policies.to_json()).map_err(|errors| errors.to_string())?;
    // Before version 4, a list beside the policies marked report-only ones.
    let marks = list(value, "reporting", |item| Ok(*item == Value::Bool(true)))?;
    for (policy, mark) in policies.iter_mut().zip(marks) {
        policy.report_only |= mark && policy.decision == Decision::Deny;
    }
    Ok(StoredIssuer {
        id: text(value, "id")?,
        name: text(value, "name")?,
        url: text(value, "url")?,
        max_expiration: number(value, "maxExpiration")?,
        jwks: optional_text(value, "jwks")?,
        jwks_source: optional_text(value, "jwksSource")?,
        thumbprints: list(value, "thumbprints", string)?,
        audiences: value
            .member(AUDIENCES)
            .map(|_| list(value, AUDIENCES, string))
            .transpose()?,
        single_use: matches!(value.member("singleUse"), Some(Value::Bool(true))),
        report_only: matches!(value.member("reportOnly"), Some(Value::Bool(true))),
        policies,
        samples: list(value, "samples", sample)?,
        preset: optional_text(value, "preset")?.unwrap_or_default(),
        created: number(value, "created")?.unwrap_or_default(),
        modified: number(value, "modified")?.unwrap_or_default(),
        last_used: number(value, "lastUsed")?,
        revision: number(value, "revision")?.unwrap_or_default(),
    })
}

fn string(value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| format!("expected a string, found {}", value.kind()))
}

fn sample(value: &Value) -> Result<Sample, String> {
    Ok(Sample {
        id: text(value, "id")?,
        name: text(value, "name")?,
        claims: text(value, "claims")?,
        token_type: text(value, "tokenType")?,
        target: optional_text(value, "target")?.unwrap_or_default(),
        admin: matches!(value.member("admin"), Some(Value::Bool(true))),
        expect: match optional_text(value, "expect")?.as_deref() {
            None => None,
            Some(word) => Some(outcome_of(word).ok_or_else(|| {
                format!("expected `expect` to be `allowed` or `denied`, found `{word}`")
            })?),
        },
    })
}

/// A list; empty if absent.
fn list<T>(
    value: &Value,
    name: &str,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let place = |(index, item)| {
                read(item).map_err(|problem| format!("`{name}`, item {}: {problem}", index + 1))
            };
            items.iter().enumerate().map(place).collect()
        }
        Some(other) => Err(format!(
            "expected `{name}` to be a list, found {}",
            other.kind()
        )),
    }
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    optional_text(value, name)?.ok_or_else(|| format!("expected `{name}`, found none"))
}

fn optional_text(value: &Value, name: &str) -> Result<Option<String>, String> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!(
            "expected `{name}` to be a string, found {}",
            other.kind()
        )),
    }
}

fn number<N: TryFrom<i128>>(value: &Value, name: &str) -> Result<Option<N>, String> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Integer(number)) => N::try_from(*number)
            .map(Some)
            .map_err(|_| format!("`{name}` is out of range: {number}")),
        Some(other) => Err(format!(
            "expected `{name}` to be a number, found {}",
            other.kind()
        )),
    }
}

#[cfg(test)]
mod tests;
