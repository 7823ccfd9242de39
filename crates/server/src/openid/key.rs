//! Keys that sign ID tokens: RSA of 2048 bits, wrapped by the master key.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::environments::keys::master::MasterKeys;
use crate::environments::keys::source::{MasterError, WrappedBy};
use crate::environments::keys::transit::error::TransitError;
use crate::random;

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredKey {
    /// Its `kid`.
    pub(crate) id: String,
    /// What it signs for.
    pub(crate) purpose: String,
    /// From when it signs, in seconds since 1970.
    pub(crate) active: i64,
    pub(crate) by: WrappedBy,
    /// The public key, as a JWK.
    pub(crate) jwk: String,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyProblem {
    #[error("a signing key cannot be generated")]
    Generate,
    #[error(
        "the signing key `{0}` cannot be unwrapped: its master key is missing, or it was changed"
    )]
    Unwrap(String),
    #[error("the token cannot be signed")]
    Sign,
    #[error(transparent)]
    Transit(#[from] TransitError),
}

/// A key that was generated and not wrapped yet.
pub(super) struct NewKey {
    /// The key as it is stored, without its wrapped form.
    stored: StoredKey,
    der: Zeroizing<Vec<u8>>,
}

/// A key that signs.
pub(crate) struct SigningKey {
    id: String,
    pair: KeyPair,
}

impl SigningKey {
    /// A new key, which signs for a purpose from a time on. It takes a while.
    pub(super) fn generate(purpose: &str, active: i64) -> Result<NewKey, KeyProblem> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyProblem::Generate)?;
        let id = random::id();
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyProblem::Generate)?;
        let stored = StoredKey {
            jwk: jwk(&id, &pair).to_string(),
            id,
            purpose: purpose.to_owned(),
            active,
            by: WrappedBy {
                master: String::new(),
                wrapped: String::new(),
            },
        };
        let der = Zeroizing::new(der.as_ref().to_vec());
        Ok(NewKey { stored, der })
    }

    pub(super) async fn unwrap(
        master: &MasterKeys,
        stored: &StoredKey,
    ) -> Result<Self, KeyProblem> {
        let problem = || KeyProblem::Unwrap(stored.id.clone());
        let der = unwrapped(master, stored).await?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| problem())?;
        Ok(Self {
            id: stored.id.clone(),
            pair,
        })
    }

    /// The JWT of claims.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, KeyProblem> {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": "RS256", "kid": self.id, "typ": "JWT"});
        let input = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature)
            .map_err(|_| KeyProblem::Sign)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl NewKey {
    /// The key as it is stored.
    pub(super) async fn wrap(self, master: &MasterKeys) -> Result<StoredKey, KeyProblem> {
        wrap(master, self.stored, &self.der).await
    }
}

/// The same key, wrapped by the first master key.
pub(super) async fn rewrap(
    master: &MasterKeys,
    stored: StoredKey,
) -> Result<StoredKey, KeyProblem> {
    let der = unwrapped(master, &stored).await?;
    wrap(master, stored, &der).await
}

async fn unwrapped(
    master: &MasterKeys,
    stored: &StoredKey,
) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
    let unwrapped = master.unwrap(&context(stored), &stored.by).await;
    unwrapped.map_err(|error| KeyProblem::of(error, stored))
}

async fn wrap(master: &MasterKeys, stored: StoredKey, der: &[u8]) -> Result<StoredKey, KeyProblem> {
    let by = master.wrap(&context(&stored), der).await;
    let by = by.map_err(|error| KeyProblem::of(error, &stored))?;
    Ok(StoredKey { by, ..stored })
}

impl KeyProblem {
    /// Why a stored key cannot be wrapped or unwrapped.
    fn of(error: MasterError, stored: &StoredKey) -> Self {
        match error {
            MasterError::Missing(_) | MasterError::Changed => Self::Unwrap(stored.id.clone()),
            MasterError::Transit(error) => Self::Transit(error),
        }
    }
}

/// What is authenticated with a wrapped key, its public half included.
fn context(stored: &StoredKey) -> Vec<u8> {
    let StoredKey {
        id, purpose, jwk, ..
    } = stored;
    format!("claimgate 1 signing key\0{purpose}\0{id}\0{jwk}").into_bytes()
}

fn jwk(id: &str, pair: &KeyPair) -> Value {
    let public = pair.public_key();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
        "n": encode(public.modulus().big_endian_without_leading_zero()),
        "e": encode(public.exponent().big_endian_without_leading_zero()),
    })
}
