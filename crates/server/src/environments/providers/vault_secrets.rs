//! `vault-secrets`: what Vault or OpenBao has at paths, read with the token of a login.

use claimgate_environments::value::Content;
use claimgate_environments::{Context, HostError, Inputs, Json, Value};

use super::inputs::{at, required, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use super::vault::{address, path, said};
use crate::keys::call::Call;

pub(super) struct VaultSecrets<'a>(pub(super) &'a Shared);

schemas!(
    "vault-secrets",
    VaultSecrets,
    r#"{"type": "object", "properties": {
            "login": {"type": "object", "properties": {
                "address": {"type": "string"}, "namespace": {"type": "string"}, "token": {"type": "string"}},
                "required": ["address", "token"]},
            "read": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                "path": {"type": "string"}}, "required": ["path"]}}},
            "required": ["login", "read"]}"#,
    r#"{"type": "object", "additionalProperties": {"type": "object", "secret": true, "additionalProperties": true}}"#
);

impl Open for VaultSecrets<'_> {
    fn open(&self, inputs: &Inputs, _: &Context) -> Result<Value, HostError> {
        let address = address(inputs, &["login", "address"])?;
        let wanted = match at(inputs, &["read"]).map(|value| &value.content) {
            Some(Content::Object(wanted)) => wanted,
            _ => return Err("expected `read`".into()),
        };
        let mut secrets = Vec::new();
        for (name, secret) in wanted {
            let path = secret.property("path").and_then(Value::as_str);
            secrets.push((
                &**name,
                self.read(inputs, &address, path.unwrap_or_default())?,
            ));
        }
        Ok(Value::object(secrets))
    }
}

impl VaultSecrets<'_> {
    fn read(&self, inputs: &Inputs, address: &str, wanted: &str) -> Result<Value, HostError> {
        self.0.count()?;
        let call = Call::get(format!("{address}/v1/{}", path("path", wanted)?))
            .header("x-vault-namespace", text(inputs, &["login", "namespace"]))
            .header(
                "x-vault-token",
                Some(required(inputs, &["login", "token"])?),
            );
        let step = format!("reading `{wanted}` at Vault");
        let reply = self.0.call(&step, call)?;
        // Numbers keep their text.
        let body = serde_json::from_str::<Json>(&reply.body).ok();
        let data = match &body {
            Some(Json::Object(members)) if reply.status == 200 => members.get("data"),
            _ => None,
        };
        let data = data.filter(|data| matches!(data, Json::Object(_)));
        let data = data.ok_or_else(|| HostError(format!("{step} failed: {}", said(&reply))))?;
        Ok(Value::from(data).into_secret())
    }
}
