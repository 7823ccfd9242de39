//! `aws-secrets`: secrets of AWS Secrets Manager, read with the credentials of a login.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claimgate_environments::value::Content;
use claimgate_environments::{Context, HostError, Inputs, Value};
use serde_json::json;
use url::Url;

use super::aws_signature::{Credentials, Request, sign};
use super::inputs::{at, required, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use crate::keys::call::{Call, Reply};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "secretsmanager.GetSecretValue";

/// The longest name of a region.
const MAX_REGION: usize = 40;

pub(super) struct AwsSecrets<'a>(pub(super) &'a Shared);

schemas!(
    "aws-secrets",
    AwsSecrets,
    r#"{"type": "object", "properties": {
            "region": {"type": "string"},
            "login": {"type": "object", "properties": {
                "accessKeyId": {"type": "string"}, "secretAccessKey": {"type": "string"}, "sessionToken": {"type": "string"}},
                "required": ["accessKeyId", "secretAccessKey"]},
            "get": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                "secretId": {"type": "string"}, "versionId": {"type": "string"}, "versionStage": {"type": "string"}},
                "required": ["secretId"]}}},
            "required": ["region", "login", "get"]}"#,
    r#"{"type": "object", "additionalProperties": {"type": "string", "secret": true}}"#
);

impl Open for AwsSecrets<'_> {
    fn open(&self, inputs: &Inputs, _: &Context) -> Result<Value, HostError> {
        let region = required(inputs, &["region"])?;
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=MAX_REGION).contains(&region.len()) || !region.chars().all(is_part) {
            return Err(format!("expected `region`, like `eu-west-1`, found `{region}`").into());
        }
        let wanted = match at(inputs, &["get"]).map(|value| &value.content) {
            Some(Content::Object(wanted)) => wanted,
            _ => return Err("expected `get`".into()),
        };
        let mut secrets = Vec::new();
        for (name, secret) in wanted {
            secrets.push((&**name, self.secret(inputs, region, secret)?));
        }
        Ok(Value::object(secrets))
    }
}

impl AwsSecrets<'_> {
    fn secret(&self, inputs: &Inputs, region: &str, wanted: &Value) -> Result<Value, HostError> {
        self.0.count()?;
        let part = |name| wanted.property(name).and_then(Value::as_str);
        let id = part("secretId").unwrap_or_default();
        let mut body = json!({"SecretId": id});
        for (name, input) in [("VersionId", "versionId"), ("VersionStage", "versionStage")] {
            if let Some(value) = part(input) {
                body[name] = value.into();
            }
        }
        let step = format!("reading the secret `{id}` at AWS Secrets Manager");
        let reply = self
            .0
            .call(&step, self.request(inputs, region, &body.to_string())?)?;
        let found = reply.json();
        let binary = || {
            let bytes = STANDARD.decode(found["SecretBinary"].as_str()?).ok()?;
            String::from_utf8(bytes).ok()
        };
        let secret = found["SecretString"].as_str().map(str::to_owned);
        let secret = secret.or_else(binary).filter(|_| reply.status == 200);
        let secret = secret.ok_or_else(|| HostError(format!("{step} failed: {}", said(&reply))))?;
        Ok(Value::from(secret.as_str()).into_secret())
    }

    fn request(&self, inputs: &Inputs, region: &str, body: &str) -> Result<Call, HostError> {
        let endpoint = format!("https://secretsmanager.{region}.amazonaws.com");
        let endpoint = self.0.endpoint(&endpoint);
        let url = Url::parse(&endpoint).map_err(|error| HostError(error.to_string()))?;
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let session = text(inputs, &["login", "sessionToken"]);
        let credentials = Credentials {
            id: required(inputs, &["login", "accessKeyId"])?,
            secret: required(inputs, &["login", "secretAccessKey"])?,
            session,
        };
        let request = Request {
            service: "secretsmanager",
            region,
            host,
            content_type: CONTENT_TYPE,
            target: TARGET,
            body,
        };
        let (date, authorization) = sign(&request, credentials, self.0.app.clock.now());
        let call = Call::post(format!("{endpoint}/"))
            .header("x-amz-date", Some(&date))
            .header("x-amz-target", Some(TARGET))
            .header("x-amz-security-token", session)
            .header("authorization", Some(&authorization));
        Ok(call.body(CONTENT_TYPE, body))
    }
}

/// What Secrets Manager answered.
fn said(reply: &Reply) -> String {
    let body = reply.json();
    let kind = body["__type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let message = body["message"].as_str().or(body["Message"].as_str());
    reply.described(&format!("{kind}: {}", message.unwrap_or_default()))
}
