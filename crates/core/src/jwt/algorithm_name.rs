//! Parsing a header's `alg`.

use super::{Algorithm, TokenError};

/// Names of known signature algorithms that are not accepted.
const UNSUPPORTED: [&str; 6] = [
    "ES512",
    "ES256K",
    "Ed448",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
];

impl Algorithm {
    /// Parses a header's `alg`. Names are case-sensitive.
    ///
    /// # Errors
    /// `none`, the HMAC algorithms, and other signature algorithms that are not supported, such as
    /// `ES512`, have errors of their own. Any other name is unknown.
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
}
