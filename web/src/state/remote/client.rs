//! Requests to the server's API: to the page's own origin, with the token in a header and nowhere
//! else.

use std::time::Duration;

use gloo_net::http::{Request, RequestBuilder, Response};
use serde_json::Value;

/// How often a request is sent again that came too early for the server's limits.
const TRIES: u32 = 4;

/// Why the server has not done what it was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// 401: the token is none, or no longer.
    SignedOut,
    /// 412: somebody else was faster.
    Changed,
    /// 404: it is not there.
    Missing,
    /// Any other refusal, in the server's words.
    Refused(String),
    /// There was no answer.
    Unreachable,
}

impl Failure {
    /// That in a sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::SignedOut => "the server does not know this token, or no longer".to_owned(),
            Self::Changed => "somebody else has changed it meanwhile".to_owned(),
            Self::Missing => "the server does not have it, or no longer".to_owned(),
            Self::Refused(message) => message.clone(),
            Self::Unreachable => "the server cannot be reached".to_owned(),
        }
    }
}

/// An answer: its JSON, and the version that its `ETag` names.
pub(crate) struct Answer {
    /// The body; null where it is empty.
    pub(crate) body: Value,
    /// `ETag`, as it is.
    pub(crate) version: String,
}

/// A request with that token; `version` goes into `If-Match`.
pub(crate) async fn call(
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
    version: &str,
) -> Result<Answer, Failure> {
    let text = body.map(|body| body.to_string());
    for attempt in 1.. {
        let request = builder(method, path).header("Authorization", &format!("token {token}"));
        let request = request.header("Accept", "application/vnd.pulumi+8");
        let request = if version.is_empty() {
            request
        } else {
            request.header("If-Match", version)
        };
        let request = match &text {
            Some(text) => request
                .header("Content-Type", "application/json")
                .body(text.as_str()),
            None => request.build(),
        };
        let request = request.map_err(|error| Failure::Refused(error.to_string()))?;
        let response = request.send().await.map_err(|_| Failure::Unreachable)?;
        if response.status() != 429 || attempt >= TRIES {
            return read(response).await;
        }
        let wait = response
            .headers()
            .get("Retry-After")
            .and_then(|text| text.parse().ok());
        gloo_timers::future::sleep(Duration::from_secs(wait.unwrap_or(1).min(10))).await;
    }
    Err(Failure::Unreachable)
}

fn builder(method: &str, path: &str) -> RequestBuilder {
    match method {
        "POST" => Request::post(path),
        "PATCH" => Request::patch(path),
        "DELETE" => Request::delete(path),
        _ => Request::get(path),
    }
}

async fn read(response: Response) -> Result<Answer, Failure> {
    let version = response.headers().get("ETag").unwrap_or_default();
    let status = response.status();
    let text = response.text().await.map_err(|_| Failure::Unreachable)?;
    if response.ok() {
        let unreadable = |_| Failure::Refused("the server's answer is no JSON".to_owned());
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).map_err(unreadable)?
        };
        return Ok(Answer { body, version });
    }
    Err(failure(status, &text))
}

/// What a status and the body of an error come to.
fn failure(status: u16, body: &str) -> Failure {
    match status {
        401 => Failure::SignedOut,
        404 => Failure::Missing,
        412 => Failure::Changed,
        _ => {
            let body: Option<Value> = serde_json::from_str(body).ok();
            let message = body
                .as_ref()
                .and_then(|body| body["message"].as_str())
                .unwrap_or_default();
            Failure::Refused(match message {
                "" => format!("the server answered with status {status}"),
                message => message.to_owned(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, failure};

    #[test]
    fn an_error_keeps_the_servers_words() {
        let body = r#"{"code":400,"message":"the issuer name is required"}"#;
        assert_eq!(
            failure(400, body),
            Failure::Refused("the issuer name is required".to_owned())
        );
        let plain = Failure::Refused("the server answered with status 502".to_owned());
        assert_eq!(failure(502, "<html>"), plain);
        assert_eq!(failure(502, "{}"), plain);
    }

    #[test]
    fn what_is_done_about_it_depends_on_the_status() {
        let of = |status| failure(status, "{}");
        assert_eq!(
            [of(401), of(404), of(412)],
            [Failure::SignedOut, Failure::Missing, Failure::Changed]
        );
    }
}
