//! `gcp-login`: an access token of a service account, by workload identity federation.

use claimgate_environments::{Context, HostError, Inputs, Value};
use serde_json::json;

use super::inputs::{at, list, required, seconds, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use crate::keys::call::{Call, encoded};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The longest lifetime of a service account's token without a setting of the organization, in seconds.
const LIFETIME: i64 = 3_600;

pub(super) struct GcpLogin<'a>(pub(super) &'a Shared);

schemas!(
    "gcp-login",
    GcpLogin,
    r#"{"type": "object", "properties": {
            "project": {"oneOf": [{"type": "number"}, {"type": "string"}]},
            "oidc": {"type": "object", "properties": {
                "workloadPoolId": {"type": "string"}, "providerId": {"type": "string"}, "serviceAccount": {"type": "string"},
                "region": {"type": "string"}, "tokenLifetime": {"type": "string"},
                "subjectAttributes": {"type": "array", "items": {"type": "string"}}},
                "required": ["workloadPoolId", "providerId", "serviceAccount"]},
            "accessToken": {"type": "object", "properties": {
                "accessToken": {"type": "string"}, "serviceAccount": {"type": "string"}, "tokenLifetime": {"type": "string"}},
                "required": ["accessToken"]}},
            "required": ["project"]}"#,
    r#"{"type": "object", "properties": {
            "project": {"oneOf": [{"type": "number"}, {"type": "string"}]}, "accessToken": {"type": "string", "secret": true},
            "tokenType": {"type": "string"}, "expiry": {"type": "string"}},
            "required": ["project", "accessToken", "tokenType"]}"#
);

impl Open for GcpLogin<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let (token, expiry) = match (at(inputs, &["oidc"]), at(inputs, &["accessToken"])) {
            (Some(_), None) => {
                let (federated, sent) = self.federated(inputs, context)?;
                let account = required(inputs, &["oidc", "serviceAccount"])?;
                let lifetime = seconds(inputs, &["oidc", "tokenLifetime"])?;
                self.impersonate(&federated, account, lifetime, &sent)?
            }
            (None, Some(_)) => {
                let given = required(inputs, &["accessToken", "accessToken"])?;
                match text(inputs, &["accessToken", "serviceAccount"]) {
                    Some(account) => {
                        let lifetime = seconds(inputs, &["accessToken", "tokenLifetime"])?;
                        self.impersonate(given, account, lifetime, "")?
                    }
                    None => (given.to_owned(), String::new()),
                }
            }
            _ => return Err("expected either `oidc` or `accessToken`".into()),
        };
        let project = inputs.get("project").cloned();
        let mut outputs = vec![
            ("accessToken", Value::from(token.as_str()).into_secret()),
            ("tokenType", "Bearer".into()),
        ];
        outputs.extend(project.map(|project| ("project", project)));
        if !expiry.is_empty() {
            outputs.push(("expiry", expiry.as_str().into()));
        }
        Ok(Value::object(outputs))
    }
}

impl GcpLogin<'_> {
    /// Exchanges an ID token for a federated access token. Returns what was sent too.
    fn federated(&self, inputs: &Inputs, context: &Context) -> Result<(String, String), HostError> {
        let attributes = list(inputs, &["oidc", "subjectAttributes"]);
        let token = self.0.token(context, "gcp-login", "gcp", &attributes)?;
        let project = at(inputs, &["project"])
            .map(|value| value.to_text(claimgate_environments::Secrets::Revealed));
        let audience = format!(
            "//iam.googleapis.com/projects/{}/locations/global/workloadIdentityPools/{}/providers/{}",
            project.unwrap_or_default(),
            required(inputs, &["oidc", "workloadPoolId"])?,
            required(inputs, &["oidc", "providerId"])?,
        );
        let address = self.0.endpoint("https://sts.googleapis.com");
        let call = Call::post(format!("{address}/v1/token")).json(&json!({
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": audience, "scope": SCOPE,
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt", "subjectToken": token.token,
        }));
        let reply = self.0.call("the exchange at Google's STS", call)?;
        let body = reply.json();
        let sent = token.sent();
        match body["access_token"].as_str() {
            Some(found) => Ok((found.to_owned(), sent)),
            None => {
                let said = reply.described(body["error_description"].as_str().unwrap_or_default());
                let error = "the exchange at Google's STS failed";
                Err(HostError(format!(
                    "{error}: {said}; {sent}, for the provider `{audience}`"
                )))
            }
        }
    }

    /// A token of a service account, and when it expires.
    fn impersonate(
        &self,
        token: &str,
        account: &str,
        lifetime: Option<i64>,
        sent: &str,
    ) -> Result<(String, String), HostError> {
        let lifetime = lifetime.unwrap_or(LIFETIME).min(self.0.seconds);
        let address = self.0.endpoint("https://iamcredentials.googleapis.com");
        let path = format!(
            "{address}/v1/projects/-/serviceAccounts/{}:generateAccessToken",
            encoded(account)
        );
        let call = Call::post(path)
            .header("authorization", Some(&format!("Bearer {token}")))
            .json(&json!({"scope": [SCOPE], "lifetime": format!("{lifetime}s")}));
        let step = "impersonating the service account";
        let reply = self.0.call(step, call)?;
        let body = reply.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        match text("accessToken") {
            Some(token) => Ok((token, text("expireTime").unwrap_or_default())),
            None => {
                let message =
                    reply.described(body["error"]["message"].as_str().unwrap_or_default());
                let sent = match sent.is_empty() {
                    true => String::new(),
                    false => format!("; {sent}"),
                };
                Err(HostError(format!(
                    "{step} `{account}` failed: {message}{sent}"
                )))
            }
        }
    }
}
