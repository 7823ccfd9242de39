//! Requests to the server's API: to the page's own origin only, with the token in a header only.

use std::time::Duration;

pub(crate) use claimgate_workbench::remote::request_error::RequestError;
use claimgate_workbench::remote::request_error::request_error;
use gloo_net::http::{Request, RequestBuilder, Response};
use serde_json::Value;

/// The most attempts for a rate-limited request.
const TRIES: u32 = 4;

/// A response: its JSON, and its version from the `ETag` header.
pub(crate) struct Answer {
    /// The body; null if empty.
    pub(crate) body: Value,
    /// `ETag`, unparsed.
    pub(crate) version: String,
}

/// Sends a request with that token; `version` goes into `If-Match`.
pub(crate) async fn call(
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
    version: &str,
) -> Result<Answer, RequestError> {
    let response = send(token, method, path, body, version).await?;
    let version = response.headers().get("ETag").unwrap_or_default();
    let text = read(response).await?;
    let unreadable = |_| RequestError::Refused("the server's answer is not JSON".to_owned());
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).map_err(unreadable)?
    };
    Ok(Answer { body, version })
}

/// Requests a text that is not JSON.
pub(crate) async fn text(token: &str, path: &str) -> Result<String, RequestError> {
    read(send(token, "GET", path, None, "").await?).await
}

async fn send(
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
    version: &str,
) -> Result<Response, RequestError> {
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
        let request = request.map_err(|error| RequestError::Refused(error.to_string()))?;
        let response = request
            .send()
            .await
            .map_err(|_| RequestError::Unreachable)?;
        if response.status() != 429 || attempt >= TRIES {
            return Ok(response);
        }
        let wait = response
            .headers()
            .get("Retry-After")
            .and_then(|text| text.parse().ok());
        gloo_timers::future::sleep(Duration::from_secs(wait.unwrap_or(1).min(10))).await;
    }
    Err(RequestError::Unreachable)
}

fn builder(method: &str, path: &str) -> RequestBuilder {
    match method {
        "POST" => Request::post(path),
        "PATCH" => Request::patch(path),
        "PUT" => Request::put(path),
        "DELETE" => Request::delete(path),
        _ => Request::get(path),
    }
}

/// The body of a response, if it is none of an error.
async fn read(response: Response) -> Result<String, RequestError> {
    let (status, is_ok) = (response.status(), response.ok());
    let text = response
        .text()
        .await
        .map_err(|_| RequestError::Unreachable)?;
    match is_ok {
        true => Ok(text),
        false => Err(request_error(status, &text)),
    }
}
