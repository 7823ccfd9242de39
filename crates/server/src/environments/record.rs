//! Environments as they are stored.

use claimgate::time::format_utc;
use claimgate_api::{EnvironmentRevisionBody, EnvironmentTagBody, RetractionBody, RevisionTagBody};
use serde::{Deserialize, Serialize};

use super::keys::data_key::Owner;
use super::keys::session_key::SessionOwner;
use super::names::Name;

/// An environment, without its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvironmentRecord {
    /// Its id. Another environment of the same name has another id.
    pub(crate) id: String,
    /// The id of its organization.
    pub(crate) organization: i64,
    pub(crate) name: Name,
    /// The number of the newest revision.
    pub(crate) revision: i64,
    /// When it was created, in seconds since 1970.
    pub(crate) created: i64,
    /// When it was last changed, in seconds since 1970.
    pub(crate) modified: i64,
    /// Whether it cannot be deleted.
    pub(crate) is_protected: bool,
}

impl EnvironmentRecord {
    /// Whom its keys belong to.
    pub(super) fn owner(&self) -> Owner {
        Owner {
            organization: self.organization,
            environment: self.id.clone(),
        }
    }
}

/// A revision with its definition, whose secrets are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) environment: EnvironmentRecord,
    pub(crate) revision: i64,
    pub(crate) text: String,
}

impl Definition {
    /// What identifies this text: the environment and the revision.
    pub(super) fn tag(&self) -> String {
        tag(&self.environment, self.revision)
    }
}

/// What identifies a revision of an environment.
pub(super) fn tag(environment: &EnvironmentRecord, revision: i64) -> String {
    format!("{}.{revision}", environment.id)
}

/// A revision, without its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RevisionRecord {
    pub(crate) number: i64,
    /// When it was made, in seconds since 1970.
    pub(crate) at: i64,
    /// Who made it: the login of the token.
    pub(crate) creator: String,
    pub(crate) retraction: Option<Retraction>,
}

/// A revision to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) number: i64,
    /// The definition, whose secrets are encrypted.
    pub(crate) text: String,
    pub(crate) retraction: Option<Retraction>,
}

/// Why a revision is not used any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retraction {
    pub(crate) replacement: i64,
    pub(crate) at: i64,
    pub(crate) by: String,
    pub(crate) reason: String,
}

impl Retraction {
    /// As it is stored.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl RevisionRecord {
    /// With the tags that are on it.
    pub(super) fn body(self, tags: Vec<String>) -> EnvironmentRevisionBody {
        EnvironmentRevisionBody {
            number: self.number,
            created: format_utc(self.at),
            creator_login: self.creator.clone(),
            creator_name: self.creator,
            tags,
            retracted: self.retraction.map(|retraction| RetractionBody {
                replacement: retraction.replacement,
                at: format_utc(retraction.at),
                by_login: retraction.by.clone(),
                by_name: retraction.by,
                reason: retraction.reason,
            }),
        }
    }
}

/// A tag of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RevisionTag {
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) editor: String,
}

impl From<RevisionTag> for RevisionTagBody {
    fn from(tag: RevisionTag) -> Self {
        Self {
            name: tag.name,
            revision: tag.revision,
            created: format_utc(tag.created),
            modified: format_utc(tag.modified),
            editor_login: tag.editor.clone(),
            editor_name: tag.editor,
        }
    }
}

/// A tag of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvironmentTag {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) editor: String,
}

impl From<EnvironmentTag> for EnvironmentTagBody {
    fn from(tag: EnvironmentTag) -> Self {
        Self {
            id: tag.id,
            name: tag.name,
            value: tag.value,
            created: format_utc(tag.created),
            modified: format_utc(tag.modified),
            editor_login: tag.editor.clone(),
            editor_name: tag.editor,
        }
    }
}

/// An open session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRecord {
    /// The hash of its id.
    pub(crate) hash: String,
    pub(crate) owner: SessionOwner,
    /// The id of the secret that its key is derived from.
    pub(crate) secret: String,
    pub(crate) created: i64,
    pub(crate) expires: i64,
    /// The sealed result, in base64.
    pub(crate) sealed: String,
}
