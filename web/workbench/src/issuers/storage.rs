//! The stored form of issuers: versioned JSON, read strictly, so that unreadable text is never
//! overwritten.

use claimgate::audience::AUDIENCES;
use claimgate::diagnostic::Diagnostics;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::json::object::{Object, ObjectReader};
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Decision, PolicyDefinition, PolicySet, REPORT_ONLY};
use claimgate_formats::{IssuerDocument, Sample, outcome_of, settings};
use claimgate_providers::{Provider, provider_of};
use serde::Serialize;

use crate::text::read;

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
    let mut reader = ObjectReader::new("wrong-value").null_is_absent();
    let state = state(&mut reader, &file).unwrap_or_default();
    reader.errors.or(state).map_err(|errors| errors.to_string())
}

fn state(reader: &mut ObjectReader, file: &Value) -> Option<StoredState> {
    let object = reader.object("", file, "stored issuers, an object")?;
    let version = object.get("version");
    if !matches!(version, Some(Value::Integer(1..=VERSION))) {
        let expected = format!("version {VERSION} or older");
        let found = version.map_or_else(|| "none".to_owned(), Value::to_json);
        reader.mismatch("", &expected, &found);
        return None;
    }
    if object.get("issuers").is_none() {
        reader.wrong("issuers", "an array of issuers", None);
    }
    Some(StoredState {
        issuers: list(reader, &object, "issuers", issuer),
        removed: list(reader, &object, "removed", tombstone),
        conflicts: list(reader, &object, "conflicts", conflict),
    })
}

fn tombstone(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Tombstone> {
    Some(Tombstone {
        revision: number(reader, object, "revision").unwrap_or_default(),
        id: reader.required_text(object, "id")?,
    })
}

fn conflict(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Conflict> {
    let Some(version) = object.get("issuer") else {
        reader.wrong(object.at("issuer"), "an issuer, an object", None);
        return None;
    };
    let version = reader.object(&object.at("issuer"), version, "an issuer, an object")?;
    Some(Conflict {
        id: reader.required_text(object, "id")?,
        issuer: issuer(reader, &version)?,
    })
}

fn issuer(reader: &mut ObjectReader, object: &Object<'_>) -> Option<StoredIssuer> {
    let id = reader.required_text(object, "id");
    let name = reader.required_text(object, "name");
    let url = reader.required_text(object, "url");
    Some(StoredIssuer {
        max_expiration: number(reader, object, "maxExpiration"),
        jwks: reader.text(object, "jwks"),
        jwks_source: reader.text(object, "jwksSource"),
        thumbprints: reader.texts(object, "thumbprints").unwrap_or_default(),
        audiences: reader.texts(object, AUDIENCES),
        single_use: reader.flag(object, "singleUse"),
        report_only: reader.flag(object, REPORT_ONLY),
        samples: list(reader, object, "samples", sample),
        preset: reader.text(object, "preset").unwrap_or_default(),
        created: number(reader, object, "created").unwrap_or_default(),
        modified: number(reader, object, "modified").unwrap_or_default(),
        last_used: number(reader, object, "lastUsed"),
        revision: number(reader, object, "revision").unwrap_or_default(),
        policies: policies(reader, object)?,
        id: id?,
        name: name?,
        url: url?,
    })
}

fn policies(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Vec<PolicyDefinition>> {
    let written = object.get("policies");
    let mut policies = read::policies(reader, &object.at("policies"), written)?;
    // Before version 4, a list beside the policies marked report-only ones.
    let marks = reader.items(object, "reporting", "marks");
    for (policy, (_, mark)) in policies.iter_mut().zip(marks) {
        policy.report_only |= *mark == Value::Bool(true) && policy.decision == Decision::Deny;
    }
    Some(policies)
}

fn sample(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Sample> {
    let words = ["allowed", "denied"];
    let expect = reader.word(object, "expect", &words, outcome_of);
    Some(Sample {
        id: reader.required_text(object, "id")?,
        name: reader.required_text(object, "name")?,
        claims: reader.required_text(object, "claims")?,
        token_type: reader.required_text(object, "tokenType")?,
        target: reader.text(object, "target").unwrap_or_default(),
        admin: reader.flag(object, "admin"),
        expect,
    })
}

/// The objects of a list; none if it is absent.
fn list<T>(
    reader: &mut ObjectReader,
    object: &Object<'_>,
    name: &str,
    read: fn(&mut ObjectReader, &Object<'_>) -> Option<T>,
) -> Vec<T> {
    let mut list = Vec::new();
    for (path, item) in reader.items(object, name, name) {
        if let Some(object) = reader.object(&path, item, "an object") {
            list.extend(read(reader, &object));
        }
    }
    list
}

fn number<N: TryFrom<i128>>(
    reader: &mut ObjectReader,
    object: &Object<'_>,
    name: &str,
) -> Option<N> {
    read::number(reader, object, name, "a whole number")
}

#[cfg(test)]
mod tests;
