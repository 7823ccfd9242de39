//! What is done with environments, for the audit log.

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvironmentAction {
    Created,
    Cloned,
    Updated,
    Deleted,
    Tagged,
    RevisionTagged,
    RevisionRetracted,
    SettingsChanged,
    AccessReplaced,
    Opened,
    Imported,
    Decrypted,
    TokenSigned,
    SessionsEnded,
    Denied,
}

impl EnvironmentAction {
    /// The stable code and the sentence.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Created => ("environment-created", "created an environment"),
            Self::Cloned => ("environment-cloned", "copied an environment"),
            Self::Updated => ("environment-updated", "changed an environment"),
            Self::Deleted => ("environment-deleted", "deleted an environment"),
            Self::Tagged => ("environment-tagged", "changed a tag of an environment"),
            Self::RevisionTagged => (
                "environment-revision-tagged",
                "changed a tag of an environment's revisions",
            ),
            Self::RevisionRetracted => (
                "environment-revision-retracted",
                "retracted a revision of an environment",
            ),
            Self::SettingsChanged => (
                "environment-settings-changed",
                "changed the settings of an environment",
            ),
            Self::AccessReplaced => (
                "environment-access-replaced",
                "replaced the permissions on environments",
            ),
            Self::Opened => ("environment-opened", "opened an environment"),
            Self::Imported => (
                "environment-imported",
                "opened an environment through one that imports it",
            ),
            Self::Decrypted => ("environment-decrypted", "decrypted an environment"),
            Self::TokenSigned => (
                "environment-token-signed",
                "got an ID token for an environment",
            ),
            Self::SessionsEnded => (
                "environment-sessions-ended",
                "ended the open sessions of an environment",
            ),
            Self::Denied => ("environment-denied", "was denied access to an environment"),
        }
    }
}
