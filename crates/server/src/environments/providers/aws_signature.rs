//! Signatures of requests to AWS ([Signature Version
//! 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html)).

use aws_lc_rs::{digest, hmac};
use claimgate::time::format_utc;

use crate::random::hex;

/// Credentials that sign.
#[derive(Clone, Copy)]
pub(super) struct Credentials<'a> {
    pub(super) id: &'a str,
    pub(super) secret: &'a str,
    pub(super) session: Option<&'a str>,
}

/// A `POST` request to the root of a service.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) host: &'a str,
    pub(super) content_type: &'a str,
    pub(super) target: &'a str,
    pub(super) body: &'a str,
}

/// The values of `x-amz-date` and `authorization`, at a time in seconds since 1970.
pub(super) fn sign(
    request: &Request<'_>,
    credentials: Credentials<'_>,
    now: i64,
) -> (String, String) {
    // `2026-11-30T09:32:35Z` without its separators.
    let time = format_utc(now).replace(['-', ':'], "");
    let day = time.split('T').next().unwrap_or_default();
    let mut headers = vec![
        ("content-type", request.content_type),
        ("host", request.host),
        ("x-amz-date", &time),
    ];
    headers.extend(
        credentials
            .session
            .map(|token| ("x-amz-security-token", token)),
    );
    headers.push(("x-amz-target", request.target));
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"));
    let canonical = format!(
        "POST\n/\n\n{}\n{names}\n{}",
        lines.collect::<String>(),
        hash(request.body)
    );
    let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(&canonical));
    let first = format!("AWS4{}", credentials.secret);
    let parts = [day, request.region, request.service, "aws4_request"];
    let key = parts
        .into_iter()
        .fold(first.into_bytes(), |key, part| keyed(&key, part));
    let signature = hex(&keyed(&key, &text));
    let id = credentials.id;
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    );
    (time, authorization)
}

fn hash(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Request, sign};

    /// The signatures are those of botocore 1.x for the same requests.
    #[test]
    fn signatures_are_those_of_the_aws_sdk() {
        let request = Request {
            service: "secretsmanager",
            region: "eu-west-1",
            host: "secretsmanager.eu-west-1.amazonaws.com",
            content_type: "application/x-amz-json-1.1",
            target: "secretsmanager.GetSecretValue",
            body: r#"{"SecretId":"db"}"#,
        };
        for (session, signature) in [
            (
                None,
                "4757091fe5de9f4cae47eb07aa8e01891f67508198e6a7f23aa1e1e698206914",
            ),
            (
                Some("session"),
                "5968cc9bd72ed25169ab9338ba3a4df16a46a2d8e40eb11df076085d7095dc2c",
            ),
        ] {
            let credentials = Credentials {
                id: "AKIDEXAMPLE",
                secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                session,
            };
            let (date, authorization) = sign(&request, credentials, 1_796_031_155);
            assert_eq!(date, "20261130T093235Z");
            assert!(authorization.ends_with(signature), "{authorization}");
        }
    }
}
