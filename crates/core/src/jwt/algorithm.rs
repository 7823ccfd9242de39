//! The signature algorithms that are accepted.

use super::TokenError;

/// Names of signature algorithms that exist and are not accepted.
const UNSUPPORTED: [&str; 7] = [
    "ES512",
    "ES256K",
    "Ed25519",
    "Ed448",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
];

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
    /// `none`, the HMAC algorithms, and other signature algorithms that are not supported, such as
    /// `ES512`, have errors of their own. Any further name is unknown; names count as they are
    /// written, in case too.
    ///
    /// ```
    /// use claimgate::jwt::Algorithm;
    ///
    /// assert_eq!(Algorithm::parse("ES256")?.curve(), Some("P-256"));
    /// assert_eq!(Algorithm::parse("HS256").unwrap_err().code(), "alg-symmetric");
    /// # Ok::<(), claimgate::jwt::TokenError>(())
    /// ```
    pub fn parse(name: &str) -> Result<Self, TokenError> {
        if let Some(algorithm) = Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
        {
            return Ok(algorithm);
        }
        let found = name.to_owned();
        if name.eq_ignore_ascii_case("none") {
            Err(TokenError::AlgorithmNone { found })
        } else if name
            .get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("HS"))
        {
            Err(TokenError::AlgorithmSymmetric { found })
        } else if UNSUPPORTED.contains(&name) {
            Err(TokenError::AlgorithmUnsupported { found })
        } else {
            Err(TokenError::AlgorithmUnknown { found })
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
