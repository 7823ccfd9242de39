//! Keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)): which there are, and which one a token is checked with.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

use super::{Algorithm, TokenError};
use crate::json::{JsonError, Value};

/// The smallest RSA modulus that is accepted, in bits.
pub const MIN_RSA_BITS: usize = 2048;

/// A set of public keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

/// One public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Jwk {
    /// `kid`.
    pub kid: Option<String>,
    /// `kty`: `RSA`, `EC`, `OKP`, or one that is not supported.
    pub kty: String,
    /// `alg`: the only algorithm that the key is for.
    pub alg: Option<String>,
    /// `crv`.
    pub crv: Option<String>,
    /// `use`: `sig` or `enc`.
    #[serde(rename = "use")]
    pub usage: Option<String>,
    /// `key_ops`.
    pub key_ops: Option<Vec<String>>,
    /// Size of the RSA modulus or the curve, in bits.
    pub bits: Option<usize>,
    /// Why no token can be checked with it, if so.
    pub problem: Option<String>,
    #[serde(skip)]
    pub(super) material: Material,
}

/// The public numbers, in base64url as they stand in the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Rsa { n: String, e: String },
    Ec { x: String, y: String },
    Okp { x: String },
    None,
}

/// A text that is no acceptable key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// No acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// No object with an array `keys`.
    #[error("expected a JWKS, an object with an array `keys`; found {found}")]
    NotASet {
        /// What was found.
        found: String,
    },
    /// An element of `keys` is no key.
    #[error("key {}: {problem}", index + 1)]
    NotAKey {
        /// Its index, from 0.
        index: usize,
        /// What was expected and found.
        problem: String,
    },
    /// A symmetric key: a secret, which has no place in a public set.
    #[error("key {} is symmetric (`kty` is `oct`): a secret has no place in a set of public keys", index + 1)]
    Symmetric {
        /// Its index, from 0.
        index: usize,
    },
}

impl JwksError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::NotASet { .. } => "jwks-not-a-set",
            Self::NotAKey { .. } => "jwks-not-a-key",
            Self::Symmetric { .. } => "jwks-symmetric-key",
        }
    }
}

impl Jwks {
    /// Parses a JWKS. A single key is taken for a set of one. Keys that cannot be used stay in the set, with their
    /// [`Jwk::problem`].
    ///
    /// # Errors
    /// [`JwksError`] for what is no set of public keys at all.
    pub fn parse(json: &str) -> Result<Self, JwksError> {
        let value = Value::parse(json)?;
        let items = match value.member("keys") {
            Some(Value::Array(items)) => items.as_slice(),
            None if value.member("kty").is_some() => std::slice::from_ref(&value),
            Some(other) => return Err(JwksError::NotASet { found: format!("`keys` is {}", other.kind()) }),
            None => return Err(JwksError::NotASet { found: value.kind().to_owned() }),
        };
        let keys = items.iter().enumerate().map(|(index, item)| Jwk::read(index, item)).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The keys, in the set's order.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The key for a token: by `kid`, or without one the only key that fits.
    ///
    /// # Errors
    /// A [`TokenError`] that says why there is none, or why there is more than one.
    pub fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Jwk, TokenError> {
        let named: Vec<&Jwk> = self.keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid).collect();
        let fitting: Vec<&Jwk> = named.iter().copied().filter(|key| key.misfit(algorithm).is_none()).collect();
        match (fitting.as_slice(), kid) {
            ([only], _) => Ok(only),
            ([], Some(kid)) => Err(match named.first() {
                None => TokenError::KeyUnknown { found: kid.to_owned(), known: self.names() },
                Some(key) => {
                    TokenError::KeyUnfit { key: kid.to_owned(), problem: key.misfit(algorithm).unwrap_or_default() }
                }
            }),
            (_, Some(kid)) => Err(TokenError::KeyRepeated { kid: kid.to_owned() }),
            ([], None) => Err(TokenError::KeyNoneFits { algorithm: algorithm.as_str() }),
            (fitting, None) => Err(TokenError::KeyAmbiguous { fitting: fitting.len(), algorithm: algorithm.as_str() }),
        }
    }

    fn names(&self) -> String {
        let names: Vec<String> =
            self.keys.iter().map(|key| format!("`{}`", key.kid.as_deref().unwrap_or("(without kid)"))).collect();
        if names.is_empty() { "no key".to_owned() } else { names.join(", ") }
    }
}

impl Jwk {
    /// The key in a few words: `RSA 2048 bits, RS256`.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut words = vec![self.kty.clone()];
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

    fn name(&self) -> &str {
        self.kid.as_deref().unwrap_or("(without kid)")
    }

    /// What the key is called in messages.
    #[must_use]
    pub fn label(&self) -> String {
        self.name().to_owned()
    }

    fn read(index: usize, value: &Value) -> Result<Self, JwksError> {
        let problem = |problem: String| JwksError::NotAKey { index, problem };
        let text = |name: &str| match value.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(problem(format!("expected `{name}` to be a string, found {}", other.kind()))),
        };
        let Some(kty) = text("kty")? else {
            return Err(problem(format!("expected an object with `kty`, found {}", value.kind())));
        };
        if kty == "oct" {
            return Err(JwksError::Symmetric { index });
        }
        let key_ops = match value.member("key_ops") {
            None => None,
            Some(Value::Array(items)) => Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            Some(other) => return Err(problem(format!("expected `key_ops` to be an array, found {}", other.kind()))),
        };
        let crv = text("crv")?;
        let numbers = [text("n")?, text("e")?, text("x")?, text("y")?];
        let (material, bits, problem) = match material(&kty, crv.as_deref(), numbers) {
            Ok((material, bits)) if kty == "RSA" && bits < MIN_RSA_BITS => (
                material,
                Some(bits),
                Some(format!("expected an RSA key of at least {MIN_RSA_BITS} bits, found {bits}")),
            ),
            Ok((material, bits)) => (material, Some(bits), None),
            Err(problem) => (Material::None, None, Some(problem)),
        };
        Ok(Self {
            kid: text("kid")?,
            kty,
            alg: text("alg")?,
            crv,
            usage: text("use")?,
            key_ops,
            bits,
            problem,
            material,
        })
    }

    /// Why the key is not for `algorithm`, or nothing if it is.
    fn misfit(&self, algorithm: Algorithm) -> Option<String> {
        if let Some(problem) = &self.problem {
            return Some(problem.clone());
        }
        let name = algorithm.as_str();
        if self.kty != algorithm.key_type() {
            return Some(format!("`{name}` needs `kty` `{}`, found `{}`", algorithm.key_type(), self.kty));
        }
        if algorithm.curve() != self.crv.as_deref() && algorithm.curve().is_some() {
            let wanted = algorithm.curve().unwrap_or_default();
            return Some(format!("`{name}` needs `crv` `{wanted}`, found `{}`", self.crv.as_deref().unwrap_or("none")));
        }
        if let Some(own) = self.alg.as_deref().filter(|own| *own != name) {
            return Some(format!("it is for `{own}` (`alg`), the token is signed with `{name}`"));
        }
        if let Some(usage) = self.usage.as_deref().filter(|usage| *usage != "sig") {
            return Some(format!("expected `use` `sig`, found `{usage}`"));
        }
        match &self.key_ops {
            Some(ops) if ops.is_empty() => Some("expected `verify` in `key_ops`, found none".to_owned()),
            Some(ops) if !ops.iter().any(|op| op == "verify") => {
                Some(format!("expected `verify` in `key_ops`, found `{}`", ops.join("`, `")))
            }
            _ => None,
        }
    }
}

type Numbers = [Option<String>; 4];

fn material(kty: &str, crv: Option<&str>, [n, e, x, y]: Numbers) -> Result<(Material, usize), String> {
    match kty {
        "RSA" => {
            let (n, modulus) = number("n", n)?;
            let (e, exponent) = number("e", e)?;
            check_exponent(&exponent)?;
            let bits = bit_length(&modulus);
            Ok((Material::Rsa { n, e }, bits))
        }
        "EC" => {
            let size = match crv {
                Some("P-256") => 32,
                Some("P-384") => 48,
                other => return Err(format!("curve `{}` is not supported", other.unwrap_or("none"))),
            };
            let (x, _) = sized("x", x, size)?;
            let (y, _) = sized("y", y, size)?;
            Ok((Material::Ec { x, y }, size * 8))
        }
        "OKP" => match crv {
            Some("Ed25519") => {
                let (x, _) = sized("x", x, 32)?;
                Ok((Material::Okp { x }, 256))
            }
            other => Err(format!("curve `{}` is not supported", other.unwrap_or("none"))),
        },
        other => Err(format!("key type `{other}` is not supported")),
    }
}

fn number(name: &str, text: Option<String>) -> Result<(String, Vec<u8>), String> {
    let text = text.ok_or_else(|| format!("expected `{name}`, found none"))?;
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(&text)
        .map_err(|_| format!("expected `{name}` in canonical unpadded base64url"))?;
    Ok((text, bytes))
}

fn sized(name: &str, text: Option<String>, size: usize) -> Result<(String, Vec<u8>), String> {
    let (text, bytes) = number(name, text)?;
    if bytes.len() == size {
        Ok((text, bytes))
    } else {
        Err(format!("expected `{name}` of {size} bytes, found {}", bytes.len()))
    }
}

fn check_exponent(bytes: &[u8]) -> Result<(), String> {
    let is_odd = bytes.last().is_some_and(|last| last % 2 == 1);
    let bits = bit_length(bytes);
    if is_odd && (2..=64).contains(&bits) {
        Ok(())
    } else {
        Err("expected an odd public exponent `e` from 3 to 64 bits".to_owned())
    }
}

fn bit_length(bytes: &[u8]) -> usize {
    let mut significant = bytes.iter().skip_while(|byte| **byte == 0);
    match significant.next() {
        None => 0,
        Some(first) => significant.count() * 8 + (8 - first.leading_zeros() as usize),
    }
}
