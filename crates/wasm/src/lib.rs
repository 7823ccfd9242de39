//! Claimgate's engine for JavaScript: glue over the core, nothing else.
//!
//! Every function returns a tagged value, `{ ok: true, value }` or `{ ok: false, errors }`. Nothing a caller passes makes
//! it throw.

mod input;
mod types;

use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::explain::{Explanation, explain as explain_claims};
use claimgate::inspect::{Check, CheckId, CheckStatus, Inspection, inspect};
use claimgate::issuer::Issuer;
use claimgate::jwt::{Jwk, Jwks, decode_unverified as decode};
use claimgate::pattern::{Pattern, Trace};
use claimgate::policy::{PolicyDefinition, PolicySet, parse_policies as parse};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use input::Input;

/// An error with a stable code.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    code: &'static str,
    message: String,
    path: Option<String>,
    help: Option<String>,
}

type Failures = Vec<Failure>;

fn failure(code: &'static str, message: impl ToString) -> Failures {
    vec![Failure { code, message: message.to_string(), path: None, help: None }]
}

fn policy_failures(errors: Vec<claimgate::policy::PolicyError>) -> Failures {
    errors
        .into_iter()
        .map(|error| Failure { code: error.code, message: error.message, path: Some(error.path), help: error.help })
        .collect()
}

/// Decodes a token **without verifying anything**.
#[wasm_bindgen(js_name = decodeUnverified, skip_typescript)]
#[must_use]
pub fn decode_unverified(token: &JsValue) -> JsValue {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Decoded {
        header: Claims,
        claims: Claims,
        key_id: Option<String>,
        algorithm: Option<&'static str>,
    }
    answer(text(token, "token").and_then(|token| {
        let token = decode(&token).map_err(token_failure)?;
        let algorithm = token.algorithm().ok().map(claimgate::jwt::Algorithm::as_str);
        let key_id = token.key_id().map(str::to_owned);
        Ok(Decoded { header: token.header, claims: token.claims, key_id, algorithm })
    }))
}

/// Every check of a token but the policies; the value lists them in their order.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn verify(token: &JsValue, options: &JsValue) -> JsValue {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Verification {
        verified: bool,
        header: Option<Claims>,
        claims: Option<Claims>,
        issuer: Option<usize>,
        checks: Vec<Check>,
        unchecked: Vec<String>,
    }
    answer(inspected(token, options).map(|inspection| {
        let checks: Vec<_> = inspection.checks.into_iter().filter(|check| check.id != CheckId::Policies).collect();
        Verification {
            verified: checks.iter().all(|check| check.status == CheckStatus::Passed),
            header: inspection.header,
            claims: inspection.claims,
            issuer: inspection.issuer,
            checks,
            unchecked: inspection.unchecked,
        }
    }))
}

/// Every check of a token and the policies of its issuer.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn evaluate(token: &JsValue, options: &JsValue) -> JsValue {
    answer(inspected(token, options))
}

fn inspected(token: &JsValue, options: &JsValue) -> Result<Inspection, Failures> {
    let token = text(token, "token")?;
    let options = value(options)?;
    let input = Input::new(&options);
    let issuers = input
        .issuers()?
        .iter()
        .map(|issuer| Issuer::compile(issuer, input.dialect()?).map_err(policy_failures))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(inspect(&token, &issuers, &input.request()?, &input.options()?))
}

/// Explains how policies decide on claims that nobody has verified here: an object, or JSON text.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn explain(claims: &JsValue, options: &JsValue) -> JsValue {
    answer(explained(claims, options))
}

/// The same as text, in the manner of a compiler's diagnostics.
#[wasm_bindgen(js_name = explainText, skip_typescript)]
#[must_use]
pub fn explain_text(claims: &JsValue, options: &JsValue) -> JsValue {
    answer(explained(claims, options).map(|explanation| claimgate::explain::render_text(&explanation)))
}

fn explained(claims: &JsValue, options: &JsValue) -> Result<Explanation, Failures> {
    let claims = match claims.as_string() {
        Some(json) => Claims::from_json(&json),
        None => Claims::from_value(value(claims)?),
    };
    let claims = claims.map_err(|error| failure(error.code(), error))?;
    let options = value(options)?;
    let input = Input::new(&options);
    let policies = PolicySet::compile(&input.policies()?, input.dialect()?).map_err(policy_failures)?;
    Ok(explain_claims(&policies, &TrustedClaims::dangerous_assume_verified(claims), &input.request()?))
}

/// Reads policies from JSON text, strictly.
#[wasm_bindgen(js_name = parsePolicies, skip_typescript)]
#[must_use]
pub fn parse_policies(json: &JsValue) -> JsValue {
    answer::<Vec<PolicyDefinition>>(text(json, "json").and_then(|json| parse(&json).map_err(policy_failures)))
}

/// Reads a JWKS from JSON text, and describes its keys.
#[wasm_bindgen(js_name = parseJwks, skip_typescript)]
#[must_use]
pub fn parse_jwks(json: &JsValue) -> JsValue {
    answer::<Vec<Jwk>>(text(json, "json").and_then(|json| {
        let jwks = Jwks::parse(&json).map_err(|error| failure(error.code(), error))?;
        Ok(jwks.keys().to_vec())
    }))
}

/// Holds one pattern against one value.
#[wasm_bindgen(js_name = matchPattern, skip_typescript)]
#[must_use]
pub fn match_pattern(pattern: &JsValue, value: &JsValue, dialect: &JsValue) -> JsValue {
    answer::<Trace>((|| {
        let dialect = match dialect.is_undefined() || dialect.is_null() {
            true => claimgate::pattern::Dialect::Pulumi,
            false => input::dialect(&text(dialect, "dialect")?)?,
        };
        let pattern =
            Pattern::new(&text(pattern, "pattern")?, dialect).map_err(|error| failure(error.code(), error))?;
        Ok(pattern.trace(&text(value, "value")?))
    })())
}

fn token_failure(error: claimgate::jwt::TokenError) -> Failures {
    vec![Failure { code: error.code(), message: error.to_string(), path: None, help: error.help() }]
}

fn text(value: &JsValue, name: &str) -> Result<String, Failures> {
    value.as_string().ok_or_else(|| failure("wrong-argument", format_args!("expected `{name}` to be a string")))
}

fn value(value: &JsValue) -> Result<Value, Failures> {
    Value::from_deserializer(serde_wasm_bindgen::Deserializer::from(value.clone()))
        .map_err(|error| failure("wrong-argument", error))
}

/// The tagged value that every function returns.
fn answer<T: Serialize>(result: Result<T, Failures>) -> JsValue {
    #[derive(Serialize)]
    struct Success<T> {
        ok: bool,
        value: T,
    }
    #[derive(Serialize)]
    struct Failed {
        ok: bool,
        errors: Failures,
    }
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    let serialized = match result {
        Ok(value) => Success { ok: true, value }.serialize(&serializer),
        Err(errors) => Failed { ok: false, errors }.serialize(&serializer),
    };
    serialized.unwrap_or_else(JsValue::from)
}
