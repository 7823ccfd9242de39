//! `azure-login`: the token itself is what Entra accepts from the program that uses it.

use claimgate_environments::{Context, HostError, Inputs, Value};

use super::inputs::{at, list, required, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use claimgate_environments::value::Content;

pub(super) struct AzureLogin<'a>(pub(super) &'a Shared);

schemas!(
    "azure-login",
    AzureLogin,
    r#"{"type": "object", "properties": {
            "clientId": {"type": "string"}, "tenantId": {"type": "string"}, "subscriptionId": {"type": "string"},
            "clientSecret": {"type": "string"}, "oidc": {"type": "boolean"},
            "subjectAttributes": {"type": "array", "items": {"type": "string"}}},
            "required": ["clientId", "tenantId", "subscriptionId"]}"#,
    r#"{"type": "object", "properties": {
            "clientId": {"type": "string"}, "tenantId": {"type": "string"}, "subscriptionId": {"type": "string"},
            "clientSecret": {"type": "string", "secret": true},
            "oidc": {"type": "object", "properties": {"token": {"type": "string", "secret": true}}}},
            "required": ["clientId", "tenantId", "subscriptionId"]}"#
);

impl Open for AzureLogin<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let mut outputs = Vec::new();
        for name in ["clientId", "tenantId", "subscriptionId"] {
            outputs.push((name, Value::from(required(inputs, &[name])?)));
        }
        let secret = text(inputs, &["clientSecret"]);
        outputs.extend(secret.map(|secret| ("clientSecret", Value::from(secret).into_secret())));
        let wants_token =
            at(inputs, &["oidc"]).is_some_and(|value| matches!(value.content, Content::Bool(true)));
        if wants_token {
            let attributes = list(inputs, &["subjectAttributes"]);
            let token = self.0.token(context, "azure-login", "azure", &attributes)?;
            let token = Value::from(token.token.as_str()).into_secret();
            outputs.push(("oidc", Value::object([("token", token)])));
        }
        Ok(Value::object(outputs))
    }
}
