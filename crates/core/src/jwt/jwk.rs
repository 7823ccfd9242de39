//! Public keys, as entries of key sets ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).

use serde::Serialize;

use super::Algorithm;
use super::public_key::{KeyMaterial, PublicKey};
use crate::json::Value;

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
    pub(super) fn is_same(&self, other: &Self) -> bool {
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
    pub(super) fn read(value: &Value) -> Self {
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
    pub(super) fn misfit(&self, algorithm: Algorithm) -> Option<String> {
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
