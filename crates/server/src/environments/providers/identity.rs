//! ID tokens for providers.

use claimgate_environments::{Context, HostError};
use serde_json::Value;

use super::shared::{Issued, Shared};
use crate::clock::now;
use crate::openid::provider::{OpenIdProvider, Version};

/// How long a token lives, in seconds.
pub(super) const LIFETIME: i64 = 3_600;

/// A token that was signed.
pub(super) struct IdToken {
    pub(super) token: String,
    pub(super) subject: String,
    pub(super) audience: String,
    pub(super) issuer: String,
}

impl IdToken {
    /// What was sent, to compare with what the other side trusts.
    pub(super) fn sent(&self) -> String {
        format!(
            "the token has `iss` `{}`, `aud` `{}` and `sub` `{}`",
            self.issuer, self.audience, self.subject
        )
    }
}

impl Shared {
    fn openid(&self) -> Result<&OpenIdProvider, HostError> {
        let openid = self.app.openid.as_ref();
        openid.ok_or_else(|| {
            "this server signs no ID tokens: it was started without --oidc-issuer".into()
        })
    }

    /// The claims of a token for a cloud.
    pub(super) fn claims(
        &self,
        context: &Context,
        prefix: &str,
        attributes: &[String],
    ) -> Result<Value, HostError> {
        let facts = self.facts(context);
        let subject = facts.subject(attributes).map_err(HostError)?;
        let issuer = self.openid()?.issuer(Version::One);
        let time = [now(), now() + LIFETIME];
        Ok(facts.claims(&issuer, &subject, &facts.audience(prefix), time))
    }

    /// The claims of a token by ids.
    pub(super) fn claims_by_id(
        &self,
        context: &Context,
        audience: &str,
        seconds: i64,
    ) -> Result<Value, HostError> {
        let facts = self.facts(context);
        let current = self.environment_id(&facts.current)?;
        let root = self.environment_id(&facts.root)?;
        let issuer = self.openid()?.issuer(Version::Two);
        let time = [now(), now() + seconds];
        Ok(facts.claims_by_id(&issuer, [&current, &root], audience, time))
    }

    /// Signs claims, and notes that.
    pub(super) fn sign(
        &self,
        context: &Context,
        provider: &'static str,
        version: Version,
        claims: Value,
    ) -> Result<IdToken, HostError> {
        let signed = self.openid()?.sign(&self.app.store, version, &claims, now());
        let token = self.runtime.block_on(signed).map_err(|error| {
            tracing::error!(%error, "an ID token cannot be signed");
            HostError::from("the ID token cannot be signed; the server's log says why")
        })?;
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        let signed = IdToken {
            token,
            subject: text("sub"),
            audience: text("aud"),
            issuer: text("iss"),
        };
        self.note(Issued {
            environment: context.current_environment().to_owned(),
            provider,
            claims,
        });
        Ok(signed)
    }

    /// A token for a cloud.
    pub(super) fn token(
        &self,
        context: &Context,
        provider: &'static str,
        prefix: &str,
        attributes: &[String],
    ) -> Result<IdToken, HostError> {
        let claims = self.claims(context, prefix, attributes)?;
        self.sign(context, provider, Version::One, claims)
    }
}
