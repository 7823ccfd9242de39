//! Issuers and policies as they are stored.

use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;
use claimgate_api::{ChangeAuthor, FindingBody};
use serde::{Deserialize, Serialize};

/// The longest lifetime of tokens that an issuer may allow, in seconds.
pub(crate) const MAX_EXPIRATION: i64 = claimgate_formats::MAX_EXPIRATION.cast_signed();

/// A registered issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerRecord {
    /// Its id.
    pub id: String,
    /// Name of its organization.
    pub organization: String,
    /// What can be changed about it.
    pub settings: IssuerSettings,
    /// Its URL, which never changes.
    pub url: String,
    /// Number of its revision, from 1.
    pub version: i64,
    /// When it was registered, in seconds since 1970.
    pub created: i64,
    /// When it was last changed, in seconds since 1970.
    pub modified: i64,
    /// When a token was last granted, in seconds since 1970.
    pub last_used: Option<i64>,
}

/// What can be changed about an issuer. As JSON it is part of the evidence in the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IssuerSettings {
    /// A label.
    pub name: String,
    /// SHA-256 thumbprints of its TLS certificates, in lowercase.
    pub thumbprints: Vec<String>,
    /// Its static keys, as the text of a JWKS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
    /// The maximum lifetime of a token, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_expiration: Option<i64>,
    /// Whether each of its ID tokens may be exchanged only once.
    pub single_use: bool,
    /// Whether all its deny policies are report-only.
    pub report_only: bool,
    /// The audiences that its tokens may have; `None` if any may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
}

impl IssuerSettings {
    /// The issuer for the engine.
    #[must_use]
    pub fn definition(self, url: String, policies: Vec<PolicyDefinition>) -> IssuerDefinition {
        IssuerDefinition {
            name: self.name,
            url,
            max_expiration: self
                .max_expiration
                .and_then(|seconds| u64::try_from(seconds).ok()),
            jwks: self.jwks,
            thumbprints: self.thumbprints,
            audiences: self.audiences,
            report_only: self.report_only,
            policies,
        }
    }
}

/// An issuer to be registered.
#[derive(Clone, Debug)]
pub struct NewIssuer {
    /// Id of the organization.
    pub organization: i64,
    /// Its URL.
    pub url: String,
    /// Everything else.
    pub settings: IssuerSettings,
    /// Its first policies, as a JSON array.
    pub policies: String,
}

/// New settings of an issuer.
#[derive(Clone, Debug, Default)]
pub struct IssuerUpdate {
    /// The settings.
    pub settings: IssuerSettings,
    /// The version that they replace, if it has to be that one.
    pub expected: Option<i64>,
    /// The version of its policies that the guard has judged them with.
    pub judged_with: Option<i64>,
    /// What the guard has found on them.
    pub findings: Vec<FindingBody>,
}

/// New policies of an issuer.
#[derive(Clone, Debug, Default)]
pub struct PolicyUpdate {
    /// The policies, as a JSON array.
    pub document: String,
    /// The version that they replace, if it has to be that one.
    pub expected: Option<i64>,
    /// The version of the issuer that the guard has judged them with.
    pub judged_with: Option<i64>,
    /// Where they come from.
    pub origin: PolicyOrigin,
    /// What the guard has found on them.
    pub findings: Vec<FindingBody>,
}

/// Where new policies of an issuer come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// They are written.
    #[default]
    Written,
    /// The revision with that version.
    Revision(i64),
    /// The issuer with the same URL before it was deleted.
    Deleted,
}

/// A revision of policies, without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRecord {
    /// Its number, from 1.
    pub version: i64,
    /// When it was made, in seconds since 1970.
    pub at: i64,
    /// Who made it, if that is known.
    pub author: Option<ChangeAuthor>,
    /// The version that it restores.
    pub restored: Option<i64>,
    /// How many policies it has, if that was counted.
    pub policies: Option<i64>,
}

/// The policies of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    /// Their id, which differs from the issuer's.
    pub id: String,
    /// The issuer's id.
    pub issuer: String,
    /// Number of their revision, from 1.
    pub version: i64,
    /// When they were created, in seconds since 1970.
    pub created: i64,
    /// When they were last changed, in seconds since 1970.
    pub modified: i64,
    /// The policies, as a JSON array.
    pub document: String,
}
