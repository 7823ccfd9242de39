//! The browser's own cryptography: SubtleCrypto checks signatures, and signs samples with a
//! throw-away key.

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::jwt::{Algorithm, SignatureCheck, TokenError};
use claimgate_workbench::playground::scratch::Throwaway;
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};

/// The most imported keys that are cached.
const MAX_KEYS: usize = 32;

thread_local! {
    /// Imported keys, by algorithm and JWK.
    static KEYS: RefCell<HashMap<(&'static str, String), CryptoKey>> = RefCell::default();
}

/// The input of a signature check, independent of the token.
pub(crate) struct Job {
    algorithm: Algorithm,
    jwk: Option<String>,
    input: String,
    signature: Vec<u8>,
}

impl From<SignatureCheck<'_>> for Job {
    fn from(check: SignatureCheck<'_>) -> Self {
        Self {
            algorithm: check.algorithm,
            jwk: check.key.to_json(),
            input: check.signing_input.to_owned(),
            signature: check.signature.to_vec(),
        }
    }
}

/// Whether the signature is valid, or why the browser cannot tell.
pub(crate) async fn verify(job: Job) -> Result<bool, TokenError> {
    answer(job)
        .await
        .map_err(|problem| TokenError::SignatureUnchecked { problem })
}

async fn answer(job: Job) -> Result<bool, String> {
    let subtle = subtle()?;
    let key = key(&subtle, job.algorithm, job.jwk.unwrap_or_default()).await?;
    let refused =
        |error: JsValue| format!("the browser refused to check it ({})", describe(&error));
    let promise = subtle
        .verify_with_object_and_buffer_source_and_buffer_source(
            &how_verified(job.algorithm),
            &key,
            &Uint8Array::from(job.signature.as_slice()),
            &Uint8Array::from(job.input.as_bytes()),
        )
        .map_err(refused)?;
    Ok(JsFuture::from(promise).await.map_err(refused)?.is_truthy())
}

/// The key in the browser's form, imported once.
async fn key(
    subtle: &SubtleCrypto,
    algorithm: Algorithm,
    jwk: String,
) -> Result<CryptoKey, String> {
    let name = (algorithm.as_str(), jwk);
    if let Some(key) = KEYS.with_borrow(|keys| keys.get(&name).cloned()) {
        return Ok(key);
    }
    let refused = |error: JsValue| not_imported(algorithm, &error);
    let data = JSON::parse(&name.1).map_err(refused)?;
    let usages = Array::of1(&"verify".into());
    let promise = subtle
        .import_key_with_object(
            "jwk",
            data.unchecked_ref(),
            &how_imported(algorithm),
            false,
            &usages,
        )
        .map_err(refused)?;
    let key: CryptoKey = JsFuture::from(promise)
        .await
        .map_err(refused)?
        .unchecked_into();
    KEYS.with_borrow_mut(|keys| {
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.insert(name, key.clone());
    });
    Ok(key)
}

fn not_imported(algorithm: Algorithm, error: &JsValue) -> String {
    let (alg, reason) = (algorithm.as_str(), describe(error));
    if algorithm.curve() == Some("Ed25519") && reason != "DataError" {
        return format!("this browser cannot check `{alg}` (Ed25519); a newer one can ({reason})");
    }
    format!("this browser does not accept the key for `{alg}` ({reason})")
}

/// The name of an exception: its message differs between browsers and is not informative.
fn describe(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into())
        .ok()
        .and_then(|name| name.as_string());
    name.unwrap_or_else(|| "unknown error".to_owned())
}

fn subtle() -> Result<SubtleCrypto, String> {
    let subtle = window()
        .crypto()
        .ok()
        .map(|crypto| crypto.subtle())
        .filter(|subtle| !subtle.is_undefined());
    subtle.ok_or_else(|| {
        "this browser does not check signatures on a page that is not served over https".to_owned()
    })
}

fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        // Setting a member of a new object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

fn hash(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => "SHA-384",
        Algorithm::RS512 | Algorithm::PS512 => "SHA-512",
        _ => "SHA-256",
    }
}

fn family(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => "RSASSA-PKCS1-v1_5",
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512 => "RSA-PSS",
        Algorithm::ES256 | Algorithm::ES384 => "ECDSA",
        _ => "Ed25519",
    }
}

fn how_imported(algorithm: Algorithm) -> Object {
    let name = ("name", family(algorithm).into());
    match (algorithm.key_type(), algorithm.curve()) {
        ("EC", Some(curve)) => object(&[name, ("namedCurve", curve.into())]),
        ("RSA", _) => object(&[name, ("hash", hash(algorithm).into())]),
        _ => object(&[name]),
    }
}

fn how_verified(algorithm: Algorithm) -> Object {
    let name = ("name", family(algorithm).into());
    match algorithm {
        Algorithm::PS256 => object(&[name, ("saltLength", 32.into())]),
        Algorithm::PS384 => object(&[name, ("saltLength", 48.into())]),
        Algorithm::PS512 => object(&[name, ("saltLength", 64.into())]),
        Algorithm::ES256 | Algorithm::ES384 => object(&[name, ("hash", hash(algorithm).into())]),
        _ => object(&[name]),
    }
}

/// Creates a key pair, signs the claims and drops the private key. For RS256 and ES256.
pub(crate) async fn sign(
    claims: &str,
    algorithm: Algorithm,
    number: &str,
) -> Result<Throwaway, String> {
    let subtle = subtle()?;
    let refused = |error: JsValue| {
        format!(
            "this browser cannot sign with `{}` ({})",
            algorithm.as_str(),
            describe(&error)
        )
    };
    let how = how_imported(algorithm);
    if algorithm.key_type() == "RSA" {
        let _ = Reflect::set(&how, &"modulusLength".into(), &2048.into());
        let _ = Reflect::set(
            &how,
            &"publicExponent".into(),
            &Uint8Array::from([1, 0, 1].as_slice()),
        );
    }
    let usages = Array::of2(&"sign".into(), &"verify".into());
    // The browser does not export the private key; the public key is always available.
    let promise = subtle
        .generate_key_with_object(&how, false, &usages)
        .map_err(refused)?;
    let pair: CryptoKeyPair = JsFuture::from(promise)
        .await
        .map_err(refused)?
        .unchecked_into();
    let promise = subtle
        .export_key("jwk", &pair.get_public_key())
        .map_err(refused)?;
    let jwk = JsFuture::from(promise).await.map_err(refused)?;

    let kid = format!("throw-away-{number}");
    for name in ["key_ops", "ext"] {
        let _ = Reflect::delete_property(jwk.unchecked_ref::<Object>(), &name.into());
    }
    for (name, value) in [
        ("kid", kid.as_str()),
        ("alg", algorithm.as_str()),
        ("use", "sig"),
    ] {
        let _ = Reflect::set(&jwk, &name.into(), &value.into());
    }
    let jwk = JSON::stringify(&jwk).map_err(refused)?;

    let header = format!(
        r#"{{"typ":"JWT","alg":"{}","kid":"{kid}"}}"#,
        algorithm.as_str()
    );
    let input = [header.as_str(), claims]
        .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let promise = subtle
        .sign_with_object_and_buffer_source(
            &how_verified(algorithm),
            &pair.get_private_key(),
            &Uint8Array::from(input.as_bytes()),
        )
        .map_err(refused)?;
    let signature = Uint8Array::new(&JsFuture::from(promise).await.map_err(refused)?).to_vec();
    let token = format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
    Ok(Throwaway {
        kid,
        jwks: format!(r#"{{"keys":[{}]}}"#, String::from(jwk)),
        token,
    })
}
