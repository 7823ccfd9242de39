//! Errors of master keys in OpenBao.

use crate::keys::error::KeyError;

/// Why a master key in OpenBao cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are what the messages say")]
pub enum TransitError {
    #[error("the token for OpenBao cannot be read from `{file}`: {problem}")]
    Token { file: String, problem: String },
    #[error(
        "OpenBao, which has the master key `{key}`, gives no answer: {problem}{}",
        help(problem)
    )]
    Unreachable { key: String, problem: Box<KeyError> },
    #[error("OpenBao, which has the master key `{key}`, is sealed")]
    Sealed { key: String },
    #[error(
        "OpenBao forbids {action} with the master key `{key}`: {said}; expected a valid token whose policy allows `update` on \
         `encrypt` and `decrypt` of an existing key"
    )]
    Forbidden {
        key: String,
        action: &'static str,
        said: String,
    },
    #[error("OpenBao has no master key `{key}`: {said}")]
    NotFound { key: String, said: String },
    #[error(
        "the master key `{key}` of OpenBao has the type `{found}`: expected `aes256-gcm96`, or another one with associated data, \
         that is not derived"
    )]
    Type { key: String, found: String },
    #[error(
        "OpenBao refuses {action} with a version of the master key `{key}` that is before its `min_decryption_version`: {said}"
    )]
    Version {
        key: String,
        action: &'static str,
        said: String,
    },
    #[error("OpenBao refuses {action} with the master key `{key}`: {said}")]
    Refused {
        key: String,
        action: &'static str,
        said: String,
    },
}

impl TransitError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Token { .. } => "master-key-token",
            Self::Unreachable { .. } => "master-key-unreachable",
            Self::Sealed { .. } => "master-key-sealed",
            Self::Forbidden { .. } => "master-key-forbidden",
            Self::NotFound { .. } => "master-key-not-found",
            Self::Type { .. } => "master-key-type",
            Self::Version { .. } => "master-key-version",
            Self::Refused { .. } => "master-key-refused",
        }
    }

    /// What those learn who use environments: no hosts, files and policies.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        match self {
            Self::Token { .. } => "the server has no token for OpenBao",
            Self::Unreachable { .. } => "OpenBao gives no answer",
            Self::Sealed { .. } => "OpenBao is sealed",
            Self::Forbidden { .. } => "OpenBao forbids the server to use it",
            Self::NotFound { .. } => "OpenBao does not have it",
            Self::Type { .. } => "its type cannot be used",
            Self::Version { .. } => "OpenBao does not use the version any more that is needed",
            Self::Refused { .. } => "OpenBao refuses the request",
        }
    }
}

/// How to allow an address.
fn help(problem: &KeyError) -> &'static str {
    match problem {
        KeyError::AddressForbidden { .. } => {
            "; --transit-network allows the network of your OpenBao"
        }
        _ => "",
    }
}
