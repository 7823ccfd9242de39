//! `debug-oidc-claims`: the claims of a token, unsigned, to write trust policies with.

use claimgate_environments::{Context, HostError, Inputs, Json, Value};

use super::inputs::{list, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;

pub(super) struct DebugClaims<'a>(pub(super) &'a Shared);

schemas!(
    "debug-oidc-claims",
    DebugClaims,
    r#"{"type": "object", "properties": {
            "audience": {"type": "string", "minLength": 1, "maxLength": 512},
            "audiencePrefix": {"type": "string", "maxLength": 64},
            "subjectAttributes": {"type": "array", "items": {"type": "string"}},
            "identityToken": {"type": "object", "properties": {"version": {"type": "string", "const": "v2"}}},
            "duration": {"type": "string"}}}"#,
    r#"{"type": "object", "additionalProperties": true}"#
);

impl Open for DebugClaims<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let claims = match text(inputs, &["audience"]) {
            Some(audience) => {
                let seconds = super::oidc::seconds(inputs)?;
                self.0.claims_by_id(context, audience, seconds)?
            }
            None => {
                let prefix = text(inputs, &["audiencePrefix"]).unwrap_or_default();
                let attributes = list(inputs, &["subjectAttributes"]);
                self.0.claims(context, prefix, &attributes)?
            }
        };
        let claims: Result<Json, _> = serde_json::from_str(&claims.to_string());
        Ok(claims.map_or_else(|_| Value::object([]), |claims| Value::from(&claims)))
    }
}
