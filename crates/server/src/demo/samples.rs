//! The demonstration's issuer, which signs sample tokens. Its signing key is derived from the token
//! key, so that it is the same at each start and on every replica, and a sample stays valid when a
//! server restarts.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate_api::DemoTokenBody;
use serde_json::json;

use crate::clock::now;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::issuers::record::{IssuerSettings, IssuerUpdate, NewIssuer};
use crate::random;
use crate::tokens::hash_key::HashKey;

/// The demonstration's organization.
const ORGANIZATION: &str = "demo";

/// The demonstration's issuer. The top-level domain is reserved ([RFC 6761, section
/// 6.4](https://www.rfc-editor.org/rfc/rfc6761#section-6.4)).
const ISSUER: &str = "https://issuer.claimgate.invalid";

/// Lifetime of a sample token, in seconds.
const LIFETIME: i64 = 3_600;

const POLICIES: &str = r#"[
    {"decision": "allow", "tokenType": "organization",
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/app:*"}},
    {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
    {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"],
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/infrastructure:ref:refs/heads/main"}},
    {"decision": "allow", "tokenType": "team", "teamName": "deploy*",
     "rules": {"aud": "urn:pulumi:org:demo", "sub": "repo:demo/app:ref:refs/heads/main"}}
]"#;

/// The demonstration: the issuer's signing key.
#[derive(Debug)]
pub struct Demo {
    key: Ed25519KeyPair,
}

/// Why the demonstration cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetUpError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the signing key cannot be derived")]
    Key,
    #[error("{0}")]
    Organization(StoreError),
}

impl Demo {
    /// Registers the organization and the issuer with its key, where they are missing.
    ///
    /// # Errors
    /// [`SetUpError`] if the key cannot be derived or the store fails.
    pub(crate) async fn set_up(store: &Store, token_key: &HashKey) -> Result<Self, SetUpError> {
        let key = Ed25519KeyPair::from_seed_unchecked(token_key.demo_seed().as_ref())
            .map_err(|_| SetUpError::Key)?;
        let public = URL_SAFE_NO_PAD.encode(key.public_key());
        let jwk = json!({"kid": "demo", "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": public});
        let settings = IssuerSettings {
            name: "Demonstration".to_owned(),
            jwks: Some(json!({"keys": [jwk]}).to_string()),
            max_expiration: Some(3600),
            ..IssuerSettings::default()
        };
        let organization = match store.create_organization(ORGANIZATION, now()).await {
            Ok(created) => created,
            Err(error @ StoreError::Exists { .. }) => store
                .organization(ORGANIZATION)
                .await?
                .ok_or(SetUpError::Organization(error))?,
            Err(error) => return Err(SetUpError::Organization(error)),
        };
        let own = store
            .issuers(organization.id)
            .await?
            .into_iter()
            .find(|issuer| issuer.url == ISSUER);
        match own {
            Some(own) if own.settings.jwks == settings.jwks => {}
            Some(own) => {
                let update = IssuerUpdate {
                    settings: IssuerSettings {
                        jwks: settings.jwks,
                        ..own.settings
                    },
                    ..IssuerUpdate::default()
                };
                store
                    .update_issuer(organization.id, &own.id, update, now())
                    .await?;
            }
            None => {
                let (policies, url) = (POLICIES.to_owned(), ISSUER.to_owned());
                store
                    .create_issuer(
                        NewIssuer {
                            organization: organization.id,
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

    /// Sample tokens, most of them valid for an hour from `now`.
    ///
    /// # Errors
    /// A message, if signing fails.
    pub fn samples(&self, now: i64) -> Result<Vec<DemoTokenBody>, String> {
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
                    Ok(DemoTokenBody {
                        title: title.to_owned(),
                        granted,
                        requested_token_type: requested_token_type.to_owned(),
                        scope: scope.to_owned(),
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
            "iat": at, "nbf": at, "exp": at + LIFETIME, "jti": random::id(),
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
