//! The accepted signature algorithms.

/// An accepted algorithm ([RFC 7518, section
/// 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1), [RFC
/// 8037](https://www.rfc-editor.org/rfc/rfc8037)).
///
/// ```
/// use claimgate::jwt::Algorithm;
///
/// let [kty, crv] = [Some(Algorithm::EdDSA.key_type()), Algorithm::EdDSA.curve()];
/// assert_eq!((kty, crv), (Some("OKP"), Some("Ed25519")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are RFC 7518's own")]
#[non_exhaustive]
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
    /// The same as `EdDSA` with a key of Ed25519, by the name of [RFC
    /// 9864](https://www.rfc-editor.org/rfc/rfc9864#section-2.2).
    Ed25519,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
        Self::Ed25519,
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
            Self::Ed25519 => "Ed25519",
        }
    }

    /// The required key type (`kty`).
    #[must_use]
    pub fn key_type(self) -> &'static str {
        match self {
            Self::ES256 | Self::ES384 => "EC",
            Self::EdDSA | Self::Ed25519 => "OKP",
            _ => "RSA",
        }
    }

    /// The required curve (`crv`).
    #[must_use]
    pub fn curve(self) -> Option<&'static str> {
        match self {
            Self::ES256 => Some("P-256"),
            Self::ES384 => Some("P-384"),
            Self::EdDSA | Self::Ed25519 => Some("Ed25519"),
            _ => None,
        }
    }
}
