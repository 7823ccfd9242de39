//! The bodies of Claimgate's REST API, read and written by the same types: the server answers with
//! what a client reads, and reads what a client sends.
//!
//! Names and members are those of Pulumi Cloud's API; extensions say so. Times are in RFC 3339,
//! except in the audit log. The feature `openapi` derives the schemas of the OpenAPI document.
//!
//! ```
//! use claimgate_api::{IssuerInput, OrganizationBody};
//!
//! let rename = IssuerInput::named("GitHub Actions");
//! assert_eq!(serde_json::to_string(&rename)?, r#"{"name":"GitHub Actions"}"#);
//!
//! let answer = r#"{"name": "acme", "created": "2026-11-25T12:00:00Z"}"#;
//! assert_eq!(serde_json::from_str::<OrganizationBody>(answer)?.name, "acme");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod action;
mod audit;
mod changes;
mod demo;
mod environments;
mod error;
mod exchange;
mod findings;
mod issuers;
mod keys;
mod names;
mod organizations;
mod policies;
mod samples;
mod settings;
mod tokens;
mod user;

pub use action::ChangeAction;
pub use audit::{
    AuditEntry, AuditRecordBody, AuditRules, ExchangesBody, HourCount, IssuerCount, PolicyCount,
    StatisticsBody,
};
pub use changes::{ChangeAuthor, ChangeBody, ChangeEntry, ChangesBody};
pub use demo::DemoTokenBody;
pub use environments::{
    CloneInput, EnvironmentAccess, EnvironmentAccessBody, EnvironmentAccessInput, EnvironmentEntry,
    EnvironmentInput, EnvironmentRevisionBody, EnvironmentSettingsBody, EnvironmentTagBody,
    EnvironmentTagChange, EnvironmentTagInput, EnvironmentTagsBody, EnvironmentsBody, OpenBody,
    RetractInput, RetractionBody, RevisionTagBody, RevisionTagInput, RevisionTagMove,
    RevisionTagsBody, SavedBody,
};
pub use error::{ErrorBody, ErrorDetail, OauthErrorBody};
pub use exchange::{IntrospectionBody, TokenForm, TokenRequest, TokenResponseBody};
pub use findings::FindingBody;
pub use issuers::{IssuerBody, IssuerInput, IssuersBody, RevokedBody};
pub use keys::{KeyBody, KeysBody};
pub use names::member_names;
pub use organizations::{OrganizationBody, OrganizationInput, OrganizationsBody};
pub use policies::{AuthPolicyBody, PoliciesInput, RevisionBody, RevisionEntry, RevisionsBody};
pub use samples::{SampleBody, SampleInput, SampleRequest, SamplesBody};
pub use settings::{SettingBody, SettingsBody};
pub use tokens::{TokenBody, TokensBody};
pub use user::{Capabilities, DefaultOrganization, TokenInfo, UserBody, UserOrganization};
