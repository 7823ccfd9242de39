//! An issuer: its keys, and tokens that it signs.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const URL: &str = "https://ci.example";

pub(crate) struct Issuer {
    key: Ed25519KeyPair,
    kid: String,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self {
            key: Ed25519KeyPair::generate().unwrap(),
            kid: "one".to_owned(),
        }
    }

    pub(crate) fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({"keys": [{"kid": self.kid, "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "x": x}]})
    }

    /// A token for the organization `acme` from `repo:acme/app:ref:refs/heads/main`, with other
    /// claims in place of its own.
    pub(crate) fn token(&self, changes: Value) -> String {
        let now = claimgate_server::now();
        let mut claims = json!({
            "iss": URL, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:ref:refs/heads/main",
            "iat": now, "exp": now + 600, "jti": claimgate_server::random::id(),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.sign(&claims)
    }

    fn sign(&self, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!(
            "{}.{}",
            encode(&json!({"alg": "EdDSA", "kid": self.kid})),
            encode(claims)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }
}
