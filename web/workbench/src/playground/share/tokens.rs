//! Tokens in places where only decoded claims should be.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::claim_path::ClaimPath;
use claimgate::json::Value;

use super::Shared;

/// A warning before a link is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWarning {
    /// Where it is, such as `claims."nested.token"` or `policies[0]`.
    pub path: String,
    /// The problem.
    pub message: String,
}

/// Warnings about all texts that look like a token.
pub(super) fn token_warnings(shared: &Shared) -> Vec<TokenWarning> {
    let mut places = Vec::new();
    if let Some(claims) = shared
        .claims
        .as_ref()
        .and_then(|claims| Value::parse(claims.as_str()).ok())
    {
        search(&claims, "claims", &mut places);
    }
    for (index, policy) in shared.policies.iter().enumerate() {
        if let Ok(policy) = serde_json::to_string(policy)
            && let Ok(policy) = Value::parse(&policy)
        {
            search(&policy, &format!("policies[{index}]"), &mut places);
        }
    }
    let issuer = shared
        .issuer
        .iter()
        .flat_map(|issuer| [("issuer.name", &issuer.name), ("issuer.url", &issuer.url)]);
    places.extend(
        issuer
            .filter(|(_, text)| has_token(text))
            .map(|(path, _)| path.to_owned()),
    );
    let message = "this looks like a token: anyone with the link gets it too";
    places
        .into_iter()
        .map(|path| TokenWarning {
            path,
            message: message.to_owned(),
        })
        .collect()
}

fn search(value: &Value, path: &str, places: &mut Vec<String>) {
    match value {
        Value::String(text) if has_token(text) => places.push(path.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                search(item, &format!("{path}[{index}]"), places);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                if has_token(name) {
                    places.push(path.to_owned());
                }
                search(value, &format!("{path}.{}", ClaimPath::of(&[name])), places);
            }
        }
        _ => {}
    }
}

/// Whether the text contains a JWT, signed or encrypted.
pub(crate) fn has_token(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split(|c| !is_part(c)).any(|run| {
        let parts: Vec<&str> = run.split('.').collect();
        // After the last dot there is no header, and a header alone is not a token.
        parts
            .split_last()
            .is_some_and(|(_, parts)| parts.iter().any(|part| is_header(part)))
    })
}

/// Whether the text is the base64url of a JSON object with `alg`.
fn is_header(part: &str) -> bool {
    let decoded = BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    decoded
        .and_then(|text| Value::parse(&text).ok())
        .is_some_and(|header| header.member("alg").is_some())
}
