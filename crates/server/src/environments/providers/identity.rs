//! ID tokens for providers.

use claimgate_environments::{Context, HostError};
use serde_json::Value;

use super::shared::Shared;
use crate::openid::provider::{OpenIdProvider, Version};

/// How long a token lives, in seconds.
pub(super) const LIFETIME: i64 = 3_600;

/// How long a token lives at least, in seconds: it has to arrive.
const SHORTEST: i64 = 60;

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

    /// From when to when a token is valid that lives so many seconds, and no longer than the session.
    fn times(&self, seconds: i64) -> [i64; 2] {
        let now = self.app.clock.now();
        [now, now + seconds.min(self.seconds.max(SHORTEST))]
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
        let time = self.times(LIFETIME);
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
        let time = self.times(seconds);
        Ok(facts.claims_by_id(&issuer, [&current, &root], audience, time))
    }

    /// Signs claims. It is recorded before anyone gets the token.
    pub(super) fn sign(
        &self,
        context: &Context,
        provider: &str,
        version: Version,
        claims: &Value,
    ) -> Result<IdToken, HostError> {
        let openid = self.openid()?;
        let now = self.app.clock.now();
        let token = self.signed(openid.sign(&self.app.store, version, claims, now))?;
        self.record(context, provider, claims)?;
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        Ok(IdToken {
            token,
            subject: text("sub"),
            audience: text("aud"),
            issuer: text("iss"),
        })
    }

    /// A token for a cloud.
    pub(super) fn token(
        &self,
        context: &Context,
        provider: &str,
        prefix: &str,
        attributes: &[String],
    ) -> Result<IdToken, HostError> {
        let claims = self.claims(context, prefix, attributes)?;
        self.sign(context, provider, Version::One, &claims)
    }
}
