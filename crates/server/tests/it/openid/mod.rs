//! The server as OpenID provider, and the logins of environments.

mod clouds;
mod keys;
mod limits;
mod secrets;
mod tokens;
mod vault;
pub(crate) mod world;

use claimgate_server::config::Config;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::environments::{create, open, plain, with_key};
use crate::support::site::Site;

/// The issuer of the tests' servers.
pub(crate) const ISSUER: &str = "https://esc.example/oidc";

/// The path of environments of `acme`.
pub(crate) const ACME: &str = "/api/esc/environments/acme";

/// The path of the key set.
pub(crate) const JWKS: &str = "/oidc/.well-known/jwks";

/// A configuration with an issuer.
pub(crate) fn with_issuer(database: &str) -> Config {
    Config {
        openid_issuer: Some(ISSUER.to_owned()),
        ..with_key(database)
    }
}

/// The key set that a server publishes.
pub(crate) async fn jwks(site: &Site, path: &str) -> Value {
    site.get(path, "").await.expect(200)
}

/// The claims of a token that a key of the set has signed, whatever the time is.
///
/// # Errors
/// Why it is not accepted.
pub(crate) fn verified(
    jwks: &Value,
    token: &str,
    issuer: &str,
    audience: &str,
) -> Result<Value, String> {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let keys: JwkSet = serde_json::from_value(jwks.clone()).unwrap();
    let header = decode_header(token).map_err(|error| error.to_string())?;
    let key = keys.find(&header.kid.unwrap_or_default()).ok_or("no key")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp", "nbf"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let token = decode::<Value>(token, &key, &validation).map_err(|error| error.to_string())?;
    Ok(token.claims)
}

/// What an environment yields, which is saved in place of the earlier one.
pub(crate) async fn yields(site: &Site, name: &str, definition: &str) -> Value {
    let (project, environment) = name.split_once('/').unwrap();
    let path = save(site, project, environment, definition).await;
    let id = open(site, &site.root, &path).await;
    let answer = site.get(&format!("{path}/open/{id}"), &site.root).await;
    plain(&answer.expect(200)["properties"])
}

/// The message of the only error of opening an environment.
pub(crate) async fn error_of(site: &Site, name: &str, definition: &str) -> String {
    let (project, environment) = name.split_once('/').unwrap();
    let path = save(site, project, environment, definition).await;
    let answer = site
        .post(&format!("{path}/open"), &site.root, &Value::Null)
        .await
        .expect(400);
    let diagnostics = answer["diagnostics"].as_array().unwrap();
    assert_eq!(diagnostics.len(), 1, "{answer}");
    diagnostics[0]["summary"].as_str().unwrap().to_owned()
}

async fn save(site: &Site, project: &str, name: &str, definition: &str) -> String {
    let path = format!("{ACME}/{project}/{name}");
    site.delete(&path, &site.root).await;
    create(site, &site.root, project, name, definition).await;
    path
}
