//! The signature algorithms that are accepted.

use super::TokenError;

/// An accepted algorithm ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
/// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are RFC 7518's own")]
pub enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    /// Ed25519 only.
    EdDSA,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
    ];

    /// The name in a header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Reads a header's `alg`.
    ///
    /// # Errors
    /// `none` and the HMAC algorithms have errors of their own; any other name is not supported.
    pub fn parse(name: &str) -> Result<Self, TokenError> {
        if let Some(algorithm) = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name) {
            return Ok(algorithm);
        }
        let found = name.to_owned();
        if name.eq_ignore_ascii_case("none") {
            Err(TokenError::AlgorithmNone { found })
        } else if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("HS")) {
            Err(TokenError::AlgorithmSymmetric { found })
        } else {
            Err(TokenError::AlgorithmUnsupported { found })
        }
    }

    /// The key type (`kty`) that it needs.
    #[must_use]
    pub fn key_type(self) -> &'static str {
        match self {
            Self::ES256 | Self::ES384 => "EC",
            Self::EdDSA => "OKP",
            _ => "RSA",
        }
    }

    /// The curve (`crv`) that it needs.
    #[must_use]
    pub fn curve(self) -> Option<&'static str> {
        match self {
            Self::ES256 => Some("P-256"),
            Self::ES384 => Some("P-384"),
            Self::EdDSA => Some("Ed25519"),
            _ => None,
        }
    }
}
