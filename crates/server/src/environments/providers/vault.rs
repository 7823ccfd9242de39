//! `vault-login`: a token of Vault or OpenBao.

use claimgate_environments::{Context, HostError, Inputs, Value};
use serde_json::json;
use url::Url;

use super::inputs::{at, list, required, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use crate::keys::call::{Call, Reply, encoded};

/// The auth method where the inputs name none.
const MOUNT: &str = "jwt";

pub(super) struct VaultLogin<'a>(pub(super) &'a Shared);

schemas!(
    "vault-login",
    VaultLogin,
    r#"{"type": "object", "properties": {
            "address": {"type": "string"}, "namespace": {"type": "string"},
            "jwt": {"type": "object", "properties": {
                "role": {"type": "string"}, "mount": {"type": "string"},
                "subjectAttributes": {"type": "array", "items": {"type": "string"}}}, "required": ["role"]},
            "token": {"type": "object", "properties": {
                "token": {"type": "string"}, "displayName": {"type": "string"}, "maxTtl": {"type": "string"},
                "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                "policies": {"type": "array", "items": {"type": "string"}}}, "required": ["token"]}},
            "required": ["address"]}"#,
    r#"{"type": "object", "properties": {
            "address": {"type": "string"}, "namespace": {"type": "string"}, "token": {"type": "string", "secret": true}},
            "required": ["address", "token"]}"#
);

impl Open for VaultLogin<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let address = address(inputs, &["address"])?;
        let namespace = text(inputs, &["namespace"]);
        let token = match (at(inputs, &["jwt"]), at(inputs, &["token"])) {
            (Some(_), None) => self.by_jwt(inputs, context, &address, namespace)?,
            (None, Some(_)) => self.by_token(inputs, &address, namespace)?,
            _ => return Err("expected either `jwt` or `token`".into()),
        };
        let mut outputs = vec![("address", address.as_str().into())];
        outputs.extend(namespace.map(|namespace| ("namespace", namespace.into())));
        outputs.push(("token", Value::from(token.as_str()).into_secret()));
        Ok(Value::object(outputs))
    }
}

impl VaultLogin<'_> {
    fn by_jwt(
        &self,
        inputs: &Inputs,
        context: &Context,
        address: &str,
        namespace: Option<&str>,
    ) -> Result<String, HostError> {
        let role = required(inputs, &["jwt", "role"])?;
        let mount = text(inputs, &["jwt", "mount"]).unwrap_or(MOUNT);
        let mount = path("jwt.mount", mount)?;
        let attributes = list(inputs, &["jwt", "subjectAttributes"]);
        let token = self.0.token(context, "vault-login", "", &attributes)?;
        let call = Call::post(format!("{address}/v1/auth/{mount}/login"))
            .header("x-vault-namespace", namespace)
            .json(&json!({"role": role, "jwt": token.token}));
        let reply = self.0.call("the login at Vault", call)?;
        client_token(&reply).ok_or_else(|| {
            HostError(format!(
                "the login at Vault failed: {}; {}, role `{role}`",
                said(&reply),
                token.sent()
            ))
        })
    }

    fn by_token(
        &self,
        inputs: &Inputs,
        address: &str,
        namespace: Option<&str>,
    ) -> Result<String, HostError> {
        let name = text(inputs, &["token", "displayName"]).unwrap_or("pulumi");
        let mut body = json!({
            "display_name": name, "ttl": format!("{}s", self.0.seconds),
            "policies": list(inputs, &["token", "policies"]),
        });
        if let Some(max) = text(inputs, &["token", "maxTtl"]) {
            body["explicit_max_ttl"] = max.into();
        }
        if let Some(metadata) = at(inputs, &["token", "metadata"]) {
            let plain = metadata.to_json(claimgate_environments::Secrets::Revealed);
            body["meta"] = serde_json::to_value(plain).unwrap_or_default();
        }
        let call = Call::post(format!("{address}/v1/auth/token/create"))
            .header("x-vault-namespace", namespace)
            .header(
                "x-vault-token",
                Some(required(inputs, &["token", "token"])?),
            )
            .json(&body);
        let reply = self.0.call("making a token at Vault", call)?;
        client_token(&reply)
            .ok_or_else(|| HostError(format!("making a token at Vault failed: {}", said(&reply))))
    }
}

/// The address at a path of names: a scheme and a host.
///
/// # Errors
/// What was expected and found.
pub(super) fn address(inputs: &Inputs, path: &[&str]) -> Result<String, HostError> {
    let found = required(inputs, path)?;
    let parsed = Url::parse(found).ok();
    let is_host =
        |url: &Url| url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    parsed
        .filter(is_host)
        .map(|url| url.origin().ascii_serialization())
        .ok_or_else(|| {
            let name = path.join(".");
            let example = "https://vault.example:8200";
            format!("expected `{name}` of a scheme and a host, like `{example}`, found `{found}`")
                .into()
        })
}

/// A path in Vault as a part of a URL.
///
/// # Errors
/// What was expected and found.
pub(super) fn path(name: &str, text: &str) -> Result<String, HostError> {
    let segments: Vec<_> = text.trim_matches('/').split('/').collect();
    if segments
        .iter()
        .any(|segment| matches!(*segment, "" | "." | ".."))
    {
        return Err(
            format!("expected `{name}`, a path like `secret/data/app`, found `{text}`").into(),
        );
    }
    let encoded: Vec<_> = segments.into_iter().map(encoded).collect();
    Ok(encoded.join("/"))
}

fn client_token(reply: &Reply) -> Option<String> {
    let body = reply.json();
    Some(body["auth"]["client_token"].as_str()?.to_owned())
}

/// What Vault answered.
pub(super) fn said(reply: &Reply) -> String {
    reply.described(&reply.errors())
}
