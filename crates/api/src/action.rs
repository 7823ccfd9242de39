//! What the log of changes records.

/// Declares the actions from one table.
macro_rules! actions {
    ($($name:ident, $code:literal, $summary:literal, $label:literal;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ChangeAction {
            $(#[doc = $label] $name,)*
        }

        impl ChangeAction {
            /// All of them, those on one kind of thing together.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// What was done, as the log says it after its author.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$name => $summary,)*
                }
            }

            /// What was done, as a label.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }
        }
    };
}

actions! {
    OrganizationCreated, "organization-created", "created an organization", "Organization created";
    OrganizationDeleted, "organization-deleted", "deleted an organization", "Organization deleted";
    IssuerCreated, "issuer-created", "registered an issuer", "Issuer registered";
    IssuerUpdated, "issuer-updated", "changed an issuer", "Issuer changed";
    IssuerDeleted, "issuer-deleted", "deleted an issuer", "Issuer deleted";
    PoliciesReplaced, "policies-replaced", "replaced policies", "Policies replaced";
    PoliciesRestored, "policies-restored", "restored earlier policies", "Earlier policies restored";
    DeletionUndone, "deletion-undone", "restored the policies of a deleted issuer", "Policies of a deleted issuer restored";
    SampleCreated, "sample-created", "added a test", "Test added";
    SampleChanged, "sample-changed", "changed a test", "Test changed";
    SampleDeleted, "sample-deleted", "deleted a test", "Test deleted";
    TokenRevoked, "token-revoked", "revoked a token", "Token revoked";
    TokenRevokedItself, "token-revoked-itself", "revoked itself", "Token revoked by its holder";
    IssuerTokensRevoked, "issuer-tokens-revoked", "revoked the tokens of an issuer", "Tokens of an issuer revoked";
    AllTokensRevoked, "all-tokens-revoked", "revoked all tokens", "All tokens revoked";
    EnvironmentOpened, "environment-opened", "opened an environment", "Environment opened";
    EnvironmentImported, "environment-imported", "opened an environment through one that imports it", "Environment opened by import";
    EnvironmentDecrypted, "environment-decrypted", "decrypted an environment", "Environment decrypted";
    EnvironmentTokenSigned, "environment-token-signed", "got an ID token for an environment", "ID token of an environment";
    EnvironmentDenied, "environment-denied", "was denied access to an environment", "Access to an environment denied";
    EnvironmentCreated, "environment-created", "created an environment", "Environment created";
    EnvironmentCloned, "environment-cloned", "copied an environment", "Environment copied";
    EnvironmentUpdated, "environment-updated", "changed an environment", "Environment changed";
    EnvironmentDeleted, "environment-deleted", "deleted an environment", "Environment deleted";
    EnvironmentTagged, "environment-tagged", "changed a tag of an environment", "Environment tagged";
    EnvironmentRevisionTagged, "environment-revision-tagged", "changed a tag of an environment's revisions", "Revision of an environment tagged";
    EnvironmentRevisionRetracted, "environment-revision-retracted", "retracted a revision of an environment", "Revision of an environment retracted";
    EnvironmentSettingsChanged, "environment-settings-changed", "changed the settings of an environment", "Settings of an environment changed";
    EnvironmentSessionsEnded, "environment-sessions-ended", "ended the open sessions of an environment", "Sessions of an environment ended";
    EnvironmentAccessReplaced, "environment-access-replaced", "replaced the permissions on environments", "Permissions on environments replaced";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ChangeAction;

    #[test]
    fn each_code_is_unique_and_documented() {
        let documented = include_str!("../../../docs/server.md");
        let codes: BTreeSet<_> = ChangeAction::ALL
            .iter()
            .map(|action| action.code())
            .collect();
        assert_eq!(codes.len(), ChangeAction::ALL.len());
        for code in codes {
            assert!(documented.contains(&format!("`{code}`")), "{code}");
        }
    }
}
