//! An exchange of a sample token from the page, as a job makes it: without the person's access token.

use claimgate_api::{OauthErrorBody, TokenRequest, TokenResponseBody};
use gloo_net::http::Request;

/// Exchanges a token. A refusal is the server's answer; another failure is a sentence in the same form.
pub(super) async fn exchange(request: &TokenRequest) -> Result<TokenResponseBody, OauthErrorBody> {
    let body = serde_json::to_string(request).map_err(|error| failed(&error.to_string()))?;
    let request = Request::post("/api/oauth/token")
        .header("Content-Type", "application/json")
        .body(body)
        .map_err(|error| failed(&error.to_string()))?;
    let unreachable = |_| failed("the server cannot be reached");
    let response = request.send().await.map_err(unreachable)?;
    let text = response.text().await.map_err(unreachable)?;
    let unreadable = |_| failed("the server's answer cannot be read");
    match response.ok() {
        true => serde_json::from_str(&text).map_err(unreadable),
        false => Err(serde_json::from_str(&text).unwrap_or_else(unreadable)),
    }
}

fn failed(sentence: &str) -> OauthErrorBody {
    OauthErrorBody {
        error: "failed".into(),
        error_description: sentence.to_owned(),
    }
}
