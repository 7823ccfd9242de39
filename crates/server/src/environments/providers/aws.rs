//! `aws-login`: credentials of a role, by AssumeRoleWithWebIdentity.

use claimgate_environments::{Context, HostError, Inputs, Value};

use super::inputs::{at, list, required, seconds, text};
use super::schemas::{Open, schemas};
use super::shared::Shared;
use crate::keys::call::{Call, Reply};

/// The bounds of a role's sessions, in seconds.
const SHORTEST: i64 = 900;
const LONGEST: i64 = 43_200;

/// How long sessions are where neither the inputs nor the role say, in seconds.
const DEFAULT: i64 = 3_600;

/// The region whose STS is called.
const REGION: &str = "us-east-1";

pub(super) struct AwsLogin<'a>(pub(super) &'a Shared);

schemas!(
    "aws-login",
    AwsLogin,
    r#"{"type": "object", "properties": {
            "oidc": {"type": "object", "properties": {
                "roleArn": {"type": "string"}, "sessionName": {"type": "string"}, "duration": {"type": "string"},
                "policyArns": {"type": "array", "items": {"type": "string"}},
                "subjectAttributes": {"type": "array", "items": {"type": "string"}}},
                "required": ["roleArn", "sessionName"]},
            "static": {"type": "object", "properties": {
                "accessKeyId": {"type": "string"}, "secretAccessKey": {"type": "string"}, "sessionToken": {"type": "string"}},
                "required": ["accessKeyId", "secretAccessKey"]}}}"#,
    r#"{"type": "object", "properties": {
            "accessKeyId": {"type": "string", "secret": true}, "secretAccessKey": {"type": "string", "secret": true},
            "sessionToken": {"type": "string", "secret": true}}, "required": ["accessKeyId", "secretAccessKey"]}"#
);

impl Open for AwsLogin<'_> {
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        match (at(inputs, &["oidc"]), at(inputs, &["static"])) {
            (Some(_), None) => self.assume(inputs, context),
            (None, Some(_)) => {
                let names = ["accessKeyId", "secretAccessKey", "sessionToken"];
                let given = names.into_iter().filter_map(|name| {
                    let value = text(inputs, &["static", name])?;
                    Some((name, Value::from(value).into_secret()))
                });
                Ok(Value::object(given.collect::<Vec<_>>()))
            }
            _ => Err("expected either `oidc` or `static`".into()),
        }
    }
}

impl AwsLogin<'_> {
    fn assume(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let role = required(inputs, &["oidc", "roleArn"])?;
        let attributes = list(inputs, &["oidc", "subjectAttributes"]);
        let wanted = seconds(inputs, &["oidc", "duration"])?.unwrap_or(DEFAULT);
        let lifetime = wanted
            .min(self.0.seconds)
            .clamp(SHORTEST, LONGEST)
            .to_string();
        let token = self.0.token(context, "aws-login", "aws", &attributes)?;
        let mut form = vec![
            ("Action".to_owned(), "AssumeRoleWithWebIdentity".to_owned()),
            ("Version".to_owned(), "2011-06-15".to_owned()),
            ("RoleArn".to_owned(), role.to_owned()),
            (
                "RoleSessionName".to_owned(),
                required(inputs, &["oidc", "sessionName"])?.to_owned(),
            ),
            ("DurationSeconds".to_owned(), lifetime.clone()),
            ("WebIdentityToken".to_owned(), token.token.clone()),
        ];
        for (number, policy) in (1..).zip(list(inputs, &["oidc", "policyArns"])) {
            form.push((format!("PolicyArns.member.{number}.arn"), policy));
        }
        let address = self
            .0
            .endpoint(&format!("https://sts.{REGION}.amazonaws.com"));
        let call = Call::post(format!("{address}/")).form(&form);
        let reply = self.0.call("assuming the role at AWS STS", call)?;
        let part = |name| element(&reply.body, name);
        let all = [
            ("accessKeyId", "AccessKeyId"),
            ("secretAccessKey", "SecretAccessKey"),
            ("sessionToken", "SessionToken"),
        ];
        let found: Option<Vec<_>> = all
            .into_iter()
            .map(|(name, tag)| Some((name, Value::from(part(tag)?.as_str()).into_secret())))
            .collect();
        found
            .filter(|_| reply.status == 200)
            .map(Value::object)
            .ok_or_else(|| {
                HostError(format!(
                    "assuming the role `{role}` for {lifetime} seconds at AWS STS failed: {}; {}",
                    said(&reply),
                    token.sent()
                ))
            })
    }
}

/// What STS answered.
fn said(reply: &Reply) -> String {
    let parts = ["Code", "Message"].map(|name| element(&reply.body, name));
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    reply.described(&parts.join(": "))
}

/// The text of the first element with a name, in XML of this simple form.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    let unescaped = entities
        .into_iter()
        .fold(text.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        });
    Some(unescaped)
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn elements_are_found_by_their_names() {
        let xml = "<A><Code>AccessDenied</Code><Message>a &amp;lt; b</Message></A>";
        assert_eq!(element(xml, "Code").as_deref(), Some("AccessDenied"));
        assert_eq!(element(xml, "Message").as_deref(), Some("a &lt; b"));
        assert_eq!(element(xml, "Other"), None);
        assert_eq!(element("<Code>open", "Code"), None);
    }
}
