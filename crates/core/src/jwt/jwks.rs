//! Key sets ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), and the choice of a token's key.

use std::sync::Arc;

use super::jwk::Jwk;
use super::{Algorithm, TokenError};
use crate::json::{JsonError, Value};

/// Members of private keys ([RFC 7518, section
/// 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)) and, last, of those of later key types.
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// A set of public keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks {
    keys: Vec<Arc<Jwk>>,
}

/// A text that is not an acceptable key set.
///
/// ```
/// use claimgate::jwt::Jwks;
///
/// let error = Jwks::parse(r#"{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}"#).unwrap_err();
/// assert_eq!(error.code(), "jwks-symmetric-key");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// Not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not an object with an array `keys`.
    #[error("expected a JWKS, an object with an array `keys`; found {found}")]
    NotASet {
        /// What was found.
        found: String,
    },
    /// A symmetric key: a secret, which has no place in a public set.
    #[error("key {} is symmetric (`kty` is `oct`): a secret has no place in a set of public keys", index + 1)]
    Symmetric {
        /// Its index, from 0.
        index: usize,
    },
    /// A private key ([RFC 7517, section 9.2](https://www.rfc-editor.org/rfc/rfc7517#section-9.2)).
    /// Anyone who has read the set can sign with the key, so that its tokens no longer prove anything.
    /// The whole set is refused, not only the key, because the secret must not stay in it. The error
    /// contains the member's name, never its value.
    #[error(
        "key {} is private (it has `{member}`): anyone who has read it can sign tokens; a key set \
         may contain only public keys",
        index + 1
    )]
    Private {
        /// Its index, from 0.
        index: usize,
        /// The first private member found.
        member: &'static str,
    },
    /// A secret beside the keys, which has no place there either.
    #[error("there is a secret (`{member}`) beside `keys`: a key set may contain only public keys")]
    Beside {
        /// The first private member found, or the `kty` of a symmetric key.
        member: &'static str,
    },
}

impl JwksError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::NotASet { .. } => "jwks-not-a-set",
            Self::Symmetric { .. } => "jwks-symmetric-key",
            Self::Private { .. } | Self::Beside { .. } => "jwks-private-key",
        }
    }
}

impl Jwks {
    /// Parses a JWKS, also one with a byte order mark. A single key is taken for a set of one. Entries
    /// that cannot be used stay in the set, with their [`Jwk::problem`], and no token is checked with
    /// them ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    ///
    /// # Errors
    /// [`JwksError`] for what is no set of public keys at all, above all if there is a secret in it.
    ///
    /// ```
    /// use claimgate::jwt::Jwks;
    ///
    /// let jwks = Jwks::parse(
    ///     r#"{"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519",
    ///         "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
    /// )?;
    /// assert_eq!(jwks.keys()[0].describe(), "OKP Ed25519");
    /// # Ok::<(), claimgate::jwt::JwksError>(())
    /// ```
    pub fn parse(json: &str) -> Result<Self, JwksError> {
        let start = json.trim_start();
        let instead = match () {
            () if start.starts_with("-----BEGIN ") => Some("PEM"),
            () if start.starts_with("https://") => Some("an address: paste what it answers"),
            () => None,
        };
        if let Some(found) = instead {
            let found = found.to_owned();
            return Err(JwksError::NotASet { found });
        }
        let value = Value::parse_document(json)?;
        let items = match value.member("keys") {
            Some(Value::Array(items)) => Ok(items.as_slice()),
            Some(other) => Err(format!("`keys` is {}", other.kind())),
            None if value.member("kty").is_some() => Ok(std::slice::from_ref(&value)),
            None if value.member("jwks_uri").is_some() => {
                Err("a discovery document: the keys are at its `jwks_uri`".to_owned())
            }
            None => Err(value.kind().to_owned()),
        };
        let whole = std::slice::from_ref(&value);
        refuse_secrets(items.as_ref().map_or(whole, |items| items))?;
        let items = items.map_err(|found| JwksError::NotASet { found })?;
        if let Some(member) = beside(&value) {
            return Err(JwksError::Beside { member });
        }
        let keys = items.iter().map(|item| Arc::new(Jwk::read(item)));
        Ok(Self {
            keys: keys.collect(),
        })
    }

    /// The keys, in the set's order.
    #[must_use]
    pub fn keys(&self) -> &[Arc<Jwk>] {
        &self.keys
    }

    /// The key for a token: by `kid`, or without one the only key that fits.
    ///
    /// # Errors
    /// A [`TokenError`] that says why there is none, or why there is more than one.
    ///
    /// ```
    /// use claimgate::jwt::{Algorithm, Jwks};
    ///
    /// let jwks = Jwks::parse(r#"{"keys": []}"#)?;
    /// assert_eq!(jwks.select(Some("a"), Algorithm::ES256).unwrap_err().code(), "key-unknown");
    /// # Ok::<(), claimgate::jwt::JwksError>(())
    /// ```
    pub fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<Jwk>, TokenError> {
        let is_named = |key: &&Arc<Jwk>| kid.is_none() || key.kid.as_deref() == kid;
        let mut fitting = self
            .keys
            .iter()
            .filter(is_named)
            .filter(|key| key.misfit(algorithm).is_none());
        let first = fitting.next();
        // Some sets list one key twice.
        let is_other = |key: &&Arc<Jwk>| first.is_some_and(|first| !first.is_same(key));
        match (first, fitting.find(is_other), kid) {
            (Some(only), None, _) => Ok(Arc::clone(only)),
            (Some(_), Some(_), Some(kid)) => Err(TokenError::KeyRepeated {
                kid: kid.to_owned(),
            }),
            (Some(_), Some(_), None) => Err(TokenError::KeyAmbiguous {
                algorithm: algorithm.as_str(),
            }),
            (None, _, None) => Err(TokenError::KeyNoneFits {
                algorithm: algorithm.as_str(),
            }),
            (None, _, Some(kid)) => Err(match self.keys.iter().find(is_named) {
                None => TokenError::KeyUnknown {
                    found: kid.to_owned(),
                    known: self.names(),
                },
                Some(key) => TokenError::KeyUnfit {
                    key: kid.to_owned(),
                    problem: key.misfit(algorithm).unwrap_or_default(),
                },
            }),
        }
    }

    fn names(&self) -> String {
        let names: Vec<String> = self
            .keys
            .iter()
            .map(|key| format!("`{}`", key.kid.as_deref().unwrap_or("(without kid)")))
            .collect();
        if names.is_empty() {
            "no key".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// Refuses entries with a secret in them, at any depth, whatever else they are.
fn refuse_secrets(items: &[Value]) -> Result<(), JwksError> {
    for (index, item) in items.iter().enumerate() {
        match secret(item) {
            Some("kty") => return Err(JwksError::Symmetric { index }),
            Some(member) => return Err(JwksError::Private { index, member }),
            None => {}
        }
    }
    Ok(())
}

/// The member that makes something beside `keys` a secret.
fn beside(set: &Value) -> Option<&'static str> {
    let Value::Object(members) = set else {
        return None;
    };
    let has = |name: &&str| set.member(name).is_some();
    let others = members.iter().filter(|(name, _)| name != "keys");
    PRIVATE_MEMBERS
        .into_iter()
        .find(has)
        .or_else(|| others.map(|(_, member)| member).find_map(secret))
}

/// The member that makes a value, or one in it, a secret: `kty` of a symmetric key, or a private one.
fn secret(value: &Value) -> Option<&'static str> {
    match value {
        Value::Array(items) => items.iter().find_map(secret),
        Value::Object(members) => {
            let is_symmetric = value.member("kty").and_then(Value::as_str) == Some("oct");
            let has = |name: &&str| value.member(name).is_some();
            let own = is_symmetric.then_some("kty");
            own.or_else(|| PRIVATE_MEMBERS.into_iter().find(has))
                .or_else(|| members.iter().find_map(|(_, member)| secret(member)))
        }
        _ => None,
    }
}
