//! Environments, as the clients of Pulumi ESC read and write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An environment in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentEntry {
    /// Its organization
    pub organization: String,
    /// Its project
    pub project: String,
    /// Its name
    pub name: String,
    /// When it was created
    pub created: String,
    /// When it was last changed
    pub modified: String,
}

/// Environments, by organization, project and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentsBody {
    /// The environments that the caller may read
    pub environments: Vec<EnvironmentEntry>,
    /// `continuationToken` of the next request; empty if there is none
    pub next_token: String,
}

/// An environment to create.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentInput {
    /// The project
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9_.-]+$")
    )]
    pub project: String,
    /// The name
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9_.-]+$")
    )]
    pub name: String,
}

/// A copy to make of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct CloneInput {
    /// The project of the copy; that of the original where absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The name of the copy
    pub name: String,
    /// The revision to copy, a number; the newest where absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Whether to copy all revisions
    pub preserve_history: bool,
    /// Ignored: access is by name
    pub preserve_access: bool,
    /// Whether to copy the tags
    pub preserve_environment_tags: bool,
    /// Whether to copy the tags of revisions, with the history
    pub preserve_revision_tags: bool,
}

/// The diagnostics of a definition that was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedBody {
    /// The warnings
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub diagnostics: Vec<serde_json::Value>,
}

/// A session in which an opened environment is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenBody {
    /// The session
    pub id: String,
}

/// A revision of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentRevisionBody {
    /// Its number, from 1
    pub number: i64,
    /// When it was made
    pub created: String,
    /// Who made it
    pub creator_login: String,
    /// The same
    pub creator_name: String,
    /// The tags that are on it
    pub tags: Vec<String>,
    /// Present if it was retracted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<RetractionBody>,
}

/// Why a revision is not used any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RetractionBody {
    /// The revision that is used in its place
    pub replacement: i64,
    /// When it was retracted
    pub at: String,
    /// Who retracted it
    pub by_login: String,
    /// The same
    pub by_name: String,
    /// Why
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A revision to retract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RetractInput {
    /// The revision to use in its place; the one before it where absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<i64>,
    /// Why
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub reason: String,
}

/// A tag of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionTagBody {
    /// Its name; `latest` is always the newest revision
    pub name: String,
    /// The revision
    pub revision: i64,
    /// When it was created
    pub created: String,
    /// When it was last moved
    pub modified: String,
    /// Who moved it last
    pub editor_login: String,
    /// The same
    pub editor_name: String,
}

/// Tags of revisions, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionTagsBody {
    /// The tags; empty after the last one
    pub tags: Vec<RevisionTagBody>,
    /// `after` of the next request; empty if there is none
    pub next_token: String,
}

/// A tag to put on a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionTagInput {
    /// Its name: letters, digits, `-`, `_` and `.`, not beginning with a digit
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 100,
            pattern = "^[A-Za-z_.-][A-Za-z0-9_.-]*$"
        )
    )]
    pub name: String,
    /// The revision; the newest where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
}

/// Where to move a tag of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionTagMove {
    /// The revision; the newest where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
}

/// A tag of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentTagBody {
    /// Its id
    pub id: String,
    /// Its name
    pub name: String,
    /// Its value
    pub value: String,
    /// When it was created
    pub created: String,
    /// When it was last changed
    pub modified: String,
    /// Who changed it last
    pub editor_login: String,
    /// The same
    pub editor_name: String,
}

/// Tags of an environment, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentTagsBody {
    /// The tags
    pub tags: BTreeMap<String, EnvironmentTagBody>,
    /// `after` of the next request; `0` if there is none
    pub next_token: String,
}

/// A tag to put on an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct EnvironmentTagInput {
    /// Its name
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub name: String,
    /// Its value
    #[cfg_attr(feature = "openapi", schema(max_length = 256))]
    pub value: String,
}

/// A change of a tag of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentTagChange {
    /// The tag as it was read: with another value, the change is refused
    #[serde(default)]
    pub current_tag: EnvironmentTagInput,
    /// The tag as it is to be; an empty name or value stays
    pub new_tag: EnvironmentTagInput,
}

/// Settings of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSettingsBody {
    /// Whether it cannot be deleted
    pub deletion_protected: bool,
}

/// Permissions on environments, for those who have a token of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentAccess {
    /// Whom it is for: `organization` (organization tokens without a role, and personal tokens), `team`, `user` or `role`
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^(organization|team|user|role)$")
    )]
    pub to: String,
    /// The team, the user or the role; absent for `organization`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which projects: a pattern with `*` and `?`
    pub project: String,
    /// Which environments of them: a pattern with `*` and `?`
    pub environment: String,
    /// `none`, `read`, `open`, `write` or `admin`
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^(none|read|open|write|admin)$")
    )]
    pub permission: String,
    /// The longest session, in seconds; the rest of the token's life where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub max_open_seconds: Option<i64>,
}

/// All permissions on the environments of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentAccessBody {
    /// The number of their revision; the `ETag` too
    pub version: i64,
    /// The permissions; who has several has the greatest
    pub access: Vec<EnvironmentAccess>,
}

/// New permissions on the environments of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnvironmentAccessInput {
    /// All of them; they replace the previous ones
    pub access: Vec<EnvironmentAccess>,
}
