//! `oidc`: a token whose subject has ids, for any audience.

use claimgate_environments::{Context, HostError, Inputs, Value};

use super::identity::LIFETIME;
use super::inputs::required;
use super::schemas::{Open, schemas};
use super::shared::Shared;
use crate::openid::provider::Version;

/// The shortest lifetime, in seconds.
const SHORTEST: i64 = 60;

pub(super) struct Oidc<'a>(pub(super) &'a Shared);

schemas!(
    "oidc",
    Oidc,
    r#"{"type": "object", "properties": {
            "audience": {"type": "string", "minLength": 1, "maxLength": 512},
            "identityToken": {"type": "object", "properties": {"version": {"type": "string", "const": "v2"}}, "required": ["version"]},
            "duration": {"type": "string"}}, "required": ["audience", "identityToken"]}"#,
    r#"{"type": "string", "secret": true}"#
);

impl Open for Oidc<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let audience = required(inputs, &["audience"])?;
        let claims = self.0.claims_by_id(context, audience, seconds(inputs)?)?;
        let token = self.0.sign(context, "oidc", Version::Two, &claims)?;
        Ok(Value::from(token.token.as_str()).into_secret())
    }
}

/// How long the token is to live, in seconds.
///
/// # Errors
/// What was expected and found.
pub(super) fn seconds(inputs: &Inputs) -> Result<i64, HostError> {
    let seconds = super::inputs::seconds(inputs, &["duration"])?.unwrap_or(LIFETIME);
    if !(SHORTEST..=LIFETIME).contains(&seconds) {
        return Err(format!(
            "expected `duration` of one minute to one hour, found {seconds} seconds"
        )
        .into());
    }
    Ok(seconds)
}
