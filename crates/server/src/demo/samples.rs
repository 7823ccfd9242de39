//! The demonstration: an organization with an issuer of this server's own, which signs sample
//! tokens, so that the whole story runs without a CI. The signing key follows from the one that
//! tokens are hashed with, so that it is the same at each start and for all replicas, and no sample
//! is refused because another server has started.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::issuers::record::{IssuerSettings, NewIssuer};
use crate::server::{StartError, now};
use crate::tokens::hash_key::HashKey;

/// The organization.
pub(crate) const ORGANIZATION: &str = "demo";

/// The issuer. Nobody can own this name (RFC 6761).
pub(crate) const ISSUER: &str = "https://issuer.claimgate.invalid";

const POLICIES: &str = r#"[
    {"decision": "allow", "tokenType": "organization",
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/app:*"}},
    {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
    {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"],
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/infrastructure:ref:refs/heads/main"}},
    {"decision": "allow", "tokenType": "team", "teamName": "deploy*",
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/app:ref:refs/heads/main"}}
]"#;

/// The issuer's side of the demonstration.
#[derive(Debug)]
pub struct Demo {
    key: Ed25519KeyPair,
}

/// A token with what will become of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// What it shows.
    pub title: &'static str,
    /// Whether it is granted with `scope`.
    pub granted: bool,
    /// The type of access token to ask for.
    pub requested_token_type: &'static str,
    /// The scope to ask for.
    pub scope: &'static str,
    /// The ID token.
    pub token: String,
}

impl Demo {
    /// Registers the issuer with its key.
    ///
    /// # Errors
    /// A sentence of what is in the way.
    pub(crate) async fn set_up(store: &Store, token_key: &HashKey) -> Result<Self, StartError> {
        let key = Ed25519KeyPair::from_seed_unchecked(token_key.demo_seed().as_ref());
        let key = key.map_err(|_| StartError::Demo("no key could be made".to_owned()))?;
        let public = URL_SAFE_NO_PAD.encode(key.public_key());
        let jwk = json!({"kid": "demo", "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": public});
        let settings = IssuerSettings {
            name: "Demonstration".to_owned(),
            jwks: Some(json!({"keys": [jwk]}).to_string()),
            max_expiration: Some(3600),
            ..IssuerSettings::default()
        };
        if let Err(error) = store.create_organization(ORGANIZATION, now()).await {
            let is_exists = matches!(error, StoreError::Exists { .. });
            if !is_exists || store.organization(ORGANIZATION).await?.is_none() {
                return Err(StartError::Demo(error.to_string()));
            }
        }
        let own = store
            .issuers(ORGANIZATION)
            .await?
            .into_iter()
            .find(|issuer| issuer.url == ISSUER);
        match own {
            Some(own) if own.settings.jwks == settings.jwks => {}
            Some(own) => {
                let settings = IssuerSettings {
                    jwks: settings.jwks,
                    ..own.settings
                };
                store
                    .update_issuer(ORGANIZATION, &own.id, settings, None, now())
                    .await?;
            }
            None => {
                let policies = POLICIES.to_owned();
                let (organization, url) = (ORGANIZATION.to_owned(), ISSUER.to_owned());
                store
                    .create_issuer(
                        NewIssuer {
                            organization,
                            url,
                            settings,
                            policies,
                        },
                        now(),
                    )
                    .await?;
            }
        }
        Ok(Self { key })
    }

    /// Sample tokens, good for an hour from `now`.
    ///
    /// # Errors
    /// A sentence, where signing fails.
    pub fn samples(&self, now: i64) -> Result<Vec<Sample>, String> {
        const ORGANIZATION_TYPE: &str = "urn:pulumi:token-type:access_token:organization";
        const TEAM_TYPE: &str = "urn:pulumi:token-type:access_token:team";
        let main = "repo:demo/app:ref:refs/heads/main";
        let samples = [
            (
                "A push to the main branch",
                true,
                ORGANIZATION_TYPE,
                "",
                main,
                now,
            ),
            (
                "A pull request: a policy denies it",
                false,
                ORGANIZATION_TYPE,
                "",
                "repo:demo/app:pull_request",
                now,
            ),
            (
                "Another repository: no policy allows it",
                false,
                ORGANIZATION_TYPE,
                "",
                "repo:demo/other:ref:refs/heads/main",
                now,
            ),
            (
                "The infrastructure's main branch, with admin rights",
                true,
                ORGANIZATION_TYPE,
                "admin",
                "repo:demo/infrastructure:ref:refs/heads/main",
                now,
            ),
            (
                "The app's main branch, for the deployers",
                true,
                TEAM_TYPE,
                "team:deployers",
                main,
                now,
            ),
            (
                "A token from two hours ago",
                false,
                ORGANIZATION_TYPE,
                "",
                main,
                now - 7_200,
            ),
        ];
        samples
            .into_iter()
            .map(
                |(title, granted, requested_token_type, scope, subject, at)| {
                    Ok(Sample {
                        title,
                        granted,
                        requested_token_type,
                        scope,
                        token: self.sign(subject, at)?,
                    })
                },
            )
            .collect()
    }

    fn sign(&self, subject: &str, at: i64) -> Result<String, String> {
        let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": "demo"});
        let claims = json!({
            "iss": ISSUER, "sub": subject, "aud": format!("urn:pulumi:org:{ORGANIZATION}"),
            "iat": at, "nbf": at, "exp": at + 3_600, "jti": crate::random::id(),
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self
            .key
            .try_sign(input.as_bytes())
            .map_err(|_| "signing failed".to_owned())?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
