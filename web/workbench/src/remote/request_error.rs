//! Why a request to the server failed.

use serde_json::Value;

use crate::policies::place_name::place_name;

/// Why a request to the server failed.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestError {
    /// 401: the token is unknown or has expired.
    SignedOut,
    /// 412: someone else has changed it since.
    Changed,
    /// 404: it does not exist.
    Missing,
    /// The issuer's certificate is not trusted: the server's message, and the SHA-256 thumbprint of
    /// that certificate, which the message has too. A request with the thumbprint trusts it.
    Untrusted {
        /// The server's message.
        message: String,
        /// The thumbprint.
        thumbprint: String,
    },
    /// The guard of shared issuers refuses policies: what it has found, and how to fix it.
    Guarded(String),
    /// The server could not fetch the issuer's keys, with its message.
    KeysUnfetched(String),
    /// Any other refusal, with the server's message.
    Refused(String),
    /// There was no response.
    Unreachable,
}

impl RequestError {
    /// The error as a message.
    pub fn message(&self) -> String {
        match self {
            Self::SignedOut => {
                "the server does not accept this token: it is unknown, expired or revoked"
                    .to_owned()
            }
            Self::Changed => "someone else has changed it in the meantime".to_owned(),
            Self::Missing => "the server does not have it: it may have been deleted".to_owned(),
            Self::KeysUnfetched(message) => {
                format!("{message}; to continue without fetching, paste the keys into `JWKS`")
            }
            Self::Untrusted { message, .. } | Self::Guarded(message) | Self::Refused(message) => {
                message.clone()
            }
            Self::Unreachable => "the server cannot be reached".to_owned(),
        }
    }
}

/// The error for a status and a response body.
pub fn request_error(status: u16, body: &str) -> RequestError {
    match status {
        401 => RequestError::SignedOut,
        404 => RequestError::Missing,
        412 => RequestError::Changed,
        _ => refusal(status, serde_json::from_str(body).unwrap_or_default()),
    }
}

fn refusal(status: u16, body: Value) -> RequestError {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let first = &body["errors"][0];
    if let (Some(message), Some(thumbprint)) = (text(&first["message"]), text(&first["thumbprint"]))
    {
        return RequestError::Untrusted {
            message,
            thumbprint,
        };
    }
    let code = first["code"].as_str().unwrap_or_default();
    if code == "shared-issuer-unpinned" {
        return RequestError::Guarded(strangers(&body["errors"]));
    }
    match text(&body["message"]).filter(|message| !message.is_empty()) {
        Some(message) if code.starts_with("keys-") => RequestError::KeysUnfetched(message),
        Some(message) => RequestError::Refused(message),
        None => RequestError::Refused(format!("the server answered with status {status}")),
    }
}

/// What the guard has found, and how to fix it.
fn strangers(errors: &Value) -> String {
    let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let told = errors.iter().map(|error| {
        let place = place_name(&text(error, "path"));
        format!("{place}: {}", text(error, "message"))
    });
    let told: Vec<_> = told.collect();
    let help = errors.first().map(|error| text(error, "help"));
    let help = help.filter(|help| !help.is_empty());
    let help = help.map_or_else(String::new, |help| format!("; {help}"));
    format!("{}{help}", told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::{RequestError, request_error};

    #[test]
    fn an_error_keeps_the_servers_message() {
        let body = r#"{"code":400,"message":"the issuer name is required"}"#;
        assert_eq!(
            request_error(400, body),
            RequestError::Refused("the issuer name is required".to_owned())
        );
        let plain = RequestError::Refused("the server answered with status 502".to_owned());
        assert_eq!(request_error(502, "<html>"), plain);
        assert_eq!(request_error(502, "{}"), plain);
    }

    #[test]
    fn a_certificate_to_be_compared_has_its_thumbprint() {
        let body = r#"{"code":400,"message":"not trusted; compare it","errors":
            [{"path":"url","code":"keys-certificate-untrusted","message":"not trusted","help":"compare it","thumbprint":"ab"}]}"#;
        let expected = RequestError::Untrusted {
            message: "not trusted".to_owned(),
            thumbprint: "ab".to_owned(),
        };
        assert_eq!(request_error(400, body), expected);
    }

    #[test]
    fn keys_that_cannot_be_fetched_can_be_pasted() {
        let body = r#"{"code":400,"message":"no such host","errors":
            [{"path":"url","code":"keys-host-unknown","message":"no such host","help":null}]}"#;
        let error = request_error(400, body);
        assert_eq!(
            error,
            RequestError::KeysUnfetched("no such host".to_owned())
        );
        assert!(error.message().contains("paste the keys"));
    }

    #[test]
    fn what_is_done_about_it_depends_on_the_status() {
        let of = |status| request_error(status, "{}");
        assert_eq!(
            [of(401), of(404), of(412)],
            [
                RequestError::SignedOut,
                RequestError::Missing,
                RequestError::Changed
            ]
        );
    }

    #[test]
    fn what_the_guard_refuses_is_named_as_on_the_screen_with_its_remedy() {
        let body = r#"{"code":400,"message":"policies[1]: x","errors":[
            {"path":"policies[1]","code":"shared-issuer-unpinned","message":"strangers are admitted","help":"pin the tenant"},
            {"path":"policies[2]","code":"shared-issuer-unpinned","message":"strangers are admitted","help":"pin the tenant"}]}"#;
        let message =
            "policy 2: strangers are admitted; policy 3: strangers are admitted; pin the tenant";
        assert_eq!(
            request_error(400, body),
            RequestError::Guarded(message.to_owned())
        );
    }
}
