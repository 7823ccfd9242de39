//! Key sets ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), and the choice of a token's key.

use std::sync::Arc;

use serde::Serialize;

use super::public_key::{KeyMaterial, PublicKey};
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

/// One public key.
///
/// ```
/// use claimgate::jwt::Jwks;
///
/// let jwks = Jwks::parse(r#"{"kty": "EC", "crv": "P-521", "kid": "a"}"#)?;
/// let key = &jwks.keys()[0];
/// assert_eq!((key.label(), key.describe()), ("a".to_owned(), "EC P-521".to_owned()));
/// assert_eq!(key.problem.as_deref(), Some("curve `P-521` is not supported"));
/// # Ok::<(), claimgate::jwt::JwksError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Jwk {
    /// `kid`.
    pub kid: Option<String>,
    /// `kty`: `RSA`, `EC`, `OKP`, or one that is not supported; empty if there is none.
    pub kty: String,
    /// `alg`: the only algorithm that the key may be used with.
    pub alg: Option<String>,
    /// `crv`.
    pub crv: Option<String>,
    /// `use`: `sig`, `enc`, or SPIFFE's `jwt-svid`.
    #[serde(rename = "use")]
    pub usage: Option<String>,
    /// `key_ops`.
    pub key_ops: Option<Vec<String>>,
    /// Size of the RSA modulus or the curve, in bits.
    pub bits: Option<usize>,
    /// Why it cannot be used, if so.
    pub problem: Option<String>,
    /// The parsed key; `None` if there is a `problem`.
    #[serde(skip)]
    pub(super) public_key: Option<PublicKey>,
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
}

impl JwksError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::NotASet { .. } => "jwks-not-a-set",
            Self::Symmetric { .. } => "jwks-symmetric-key",
            Self::Private { .. } => "jwks-private-key",
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
        let value = Value::parse_document(json)?;
        let items = match value.member("keys") {
            Some(Value::Array(items)) => Ok(items.as_slice()),
            Some(other) => Err(format!("`keys` is {}", other.kind())),
            None if value.member("kty").is_some() => Ok(std::slice::from_ref(&value)),
            None => Err(value.kind().to_owned()),
        };
        let whole = std::slice::from_ref(&value);
        refuse_secrets(items.as_ref().map_or(whole, |items| items))?;
        let items = items.map_err(|found| JwksError::NotASet { found })?;
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

impl Jwk {
    /// A short description of the key: `RSA 2048 bits, RS256`.
    #[must_use]
    pub fn describe(&self) -> String {
        let is_typed = !self.kty.is_empty();
        let mut words = vec![if is_typed { &self.kty } else { "no type" }.to_owned()];
        match (&self.crv, self.bits) {
            (Some(curve), _) => words.push(curve.clone()),
            (None, Some(bits)) => words.push(format!("{bits} bits")),
            (None, None) => {}
        }
        let mut text = words.join(" ");
        if let Some(algorithm) = &self.alg {
            text.push_str(", ");
            text.push_str(algorithm);
        }
        text
    }

    /// The key as a JWK with only its required members, as hosts import it; `None` if there is a
    /// problem. Its SHA-256 hash is the key's thumbprint ([RFC 7638, section
    /// 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)).
    ///
    /// ```
    /// use claimgate::jwt::Jwks;
    ///
    /// let jwk = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// assert_eq!(Jwks::parse(jwk)?.keys()[0].to_json().as_deref(), Some(jwk));
    /// # Ok::<(), claimgate::jwt::JwksError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        self.public_key
            .as_ref()
            .map(|key| key.to_json(&self.kty, self.crv.as_deref()))
    }

    /// Whether both have the same numbers: the same thumbprint.
    fn is_same(&self, other: &Self) -> bool {
        self.kty == other.kty && self.crv == other.crv && self.public_key == other.public_key
    }

    fn name(&self) -> &str {
        self.kid.as_deref().unwrap_or("(without kid)")
    }

    /// The key in bytes; `None` if there is a problem.
    ///
    /// ```
    /// use claimgate::jwt::{Jwks, KeyMaterial};
    ///
    /// let jwk = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// let jwks = Jwks::parse(jwk)?;
    /// assert!(matches!(jwks.keys()[0].material(), Some(KeyMaterial::Ed25519 { point }) if point.len() == 32));
    /// # Ok::<(), claimgate::jwt::JwksError>(())
    /// ```
    #[must_use]
    pub fn material(&self) -> Option<KeyMaterial<'_>> {
        let key = self.public_key.as_ref()?;
        Some(key.material(self.crv.as_deref()))
    }

    /// The key's name in messages.
    #[must_use]
    pub fn label(&self) -> String {
        self.name().to_owned()
    }

    /// Reads an entry of a set, with what is wrong with it.
    fn read(value: &Value) -> Self {
        let mut problem = None;
        let mut wrong = |expected: String, found: &str| {
            problem.get_or_insert_with(|| format!("expected {expected}, found {found}"));
        };
        if value.member("kty").is_none() {
            wrong("an object with `kty`".to_owned(), value.kind());
        }
        let mut text = |name: &str| match value.member(name) {
            Some(Value::String(text)) => Some(text.clone()),
            other => {
                if let Some(other) = other {
                    wrong(format!("`{name}` to be a string"), other.kind());
                }
                None
            }
        };
        let kty = text("kty").unwrap_or_default();
        let [kid, alg, crv, usage] = ["kid", "alg", "crv", "use"].map(&mut text);
        let numbers = ["n", "e", "x", "y"].map(&mut text);
        let key_ops = value.member("key_ops").map(|ops| match ops {
            Value::Array(items) if items.iter().all(|item| item.as_str().is_some()) => {
                let texts = items.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            other => {
                wrong(
                    "`key_ops` to be an array of strings".to_owned(),
                    other.kind(),
                );
                Vec::new()
            }
        });
        let (bits, public_key) = match problem {
            Some(problem) => (None, Err(problem)),
            None => PublicKey::read(&kty, crv.as_deref(), numbers),
        };
        let (public_key, problem) = match public_key {
            Ok(key) => (Some(key), None),
            Err(problem) => (None, Some(problem)),
        };
        Self {
            kid,
            kty,
            alg,
            crv,
            usage,
            key_ops,
            bits,
            problem,
            public_key,
        }
    }

    /// Why the key cannot be used with `algorithm`; `None` if it can.
    fn misfit(&self, algorithm: Algorithm) -> Option<String> {
        if let Some(problem) = &self.problem {
            return Some(problem.clone());
        }
        let name = algorithm.as_str();
        if self.kty != algorithm.key_type() {
            return Some(format!(
                "`{name}` needs `kty` `{}`, found `{}`",
                algorithm.key_type(),
                self.kty
            ));
        }
        if algorithm.curve() != self.crv.as_deref() && algorithm.curve().is_some() {
            let wanted = algorithm.curve().unwrap_or_default();
            return Some(format!(
                "`{name}` needs `crv` `{wanted}`, found `{}`",
                self.crv.as_deref().unwrap_or("none")
            ));
        }
        let is_same = |own: &str| {
            let is_ed25519 = |name| matches!(name, "EdDSA" | "Ed25519");
            own == name || is_ed25519(own) && is_ed25519(name)
        };
        if let Some(own) = self.alg.as_deref().filter(|own| !is_same(own)) {
            return Some(format!(
                "its `alg` is `{own}`, the token is signed with `{name}`"
            ));
        }
        // SPIFFE's keys have uses of their own.
        let is_signing = |usage: &&str| matches!(*usage, "sig" | "jwt-svid");
        if let Some(usage) = self.usage.as_deref().filter(|usage| !is_signing(usage)) {
            return Some(format!("expected `use` `sig`, found `{usage}`"));
        }
        match &self.key_ops {
            Some(ops) if ops.is_empty() => {
                Some("expected `verify` in `key_ops`, found none".to_owned())
            }
            Some(ops) if !ops.iter().any(|op| op == "verify") => Some(format!(
                "expected `verify` in `key_ops`, found `{}`",
                ops.join("`, `")
            )),
            _ => None,
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
