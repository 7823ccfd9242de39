//! A server with the organization `acme`, asked without a network in between.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use claimgate_server::Server;
use claimgate_server::config::Config;
use claimgate_server::tokens::HashKey;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::issuer::{Issuer, URL};

pub(crate) const TYPE: &str = "urn:pulumi:token-type:access_token:";

pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) root: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Expects a status, whatever the body is.
    pub(crate) fn expect_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
    }

    /// The answer's JSON, where the status is as expected.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
}

pub(crate) fn config(database: &str) -> Config {
    let key = HashKey::new("0123456789abcdef0123456789abcdef").unwrap();
    Config {
        bootstrap: Some("the-bootstrap-token-of-all-the-tests".to_owned()),
        ..Config::new(database, key)
    }
}

impl Site {
    pub(crate) async fn start(config: Config) -> Self {
        let root = config.bootstrap.clone().unwrap_or_default();
        Self {
            server: Server::start(config).await.unwrap(),
            root,
        }
    }

    /// With organization `acme` and an issuer whose policies let its main branch in.
    pub(crate) async fn with_issuer(config: Config) -> (Self, Issuer, String) {
        let site = Self::start(config).await;
        let issuer = Issuer::new();
        site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
            .await
            .expect(200);
        let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks()});
        let answer = site
            .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
            .await
            .expect(200);
        let id = answer["id"].as_str().unwrap().to_owned();
        site.set_policies(&id, &standard_policies()).await;
        (site, issuer, id)
    }

    pub(crate) async fn set_policies(&self, issuer: &str, policies: &Value) {
        let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{issuer}");
        let policy = self.get(&path, &self.root).await.expect(200);
        let path = format!(
            "/api/orgs/acme/auth/policies/{}",
            policy["id"].as_str().unwrap()
        );
        self.patch(&path, &self.root, &json!({"policies": policies}))
            .await
            .expect(200);
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(request("GET", path, token, Body::empty())).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(request("POST", path, token, Body::from(body.to_string())))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(request("PATCH", path, token, Body::from(body.to_string())))
            .await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(request("PUT", path, token, Body::from(body.to_string())))
            .await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.send(request("DELETE", path, token, Body::empty()))
            .await
    }

    pub(crate) async fn form(&self, path: &str, token: &str, body: &str) -> Answer {
        let mut request = request("POST", path, token, Body::from(body.to_owned()));
        let form = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers_mut().insert("content-type", form);
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.server.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Exchanges a token as JSON.
    pub(crate) async fn exchange(&self, token: &str, kind: &str, scope: &str) -> Answer {
        self.post("/api/oauth/token", "", &exchange_body(token, kind, scope))
            .await
    }

    /// An access token.
    pub(crate) async fn granted(&self, token: &str, kind: &str, scope: &str) -> String {
        let answer = self.exchange(token, kind, scope).await.expect(200);
        answer["access_token"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn exchange_body(token: &str, kind: &str, scope: &str) -> Value {
    json!({
        "audience": "urn:pulumi:org:acme",
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": format!("{TYPE}{kind}"),
        "subject_token": token,
        "scope": scope,
    })
}

pub(crate) fn standard_policies() -> Value {
    let rules = json!({"aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:*"});
    json!([
        {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": rules},
        {"decision": "allow", "tokenType": "team", "teamName": "deploy*", "rules": rules},
        {"decision": "allow", "tokenType": "personal", "userLogin": "ada", "rules": rules},
        {"decision": "allow", "tokenType": "runner", "runnerID": "r1", "rules": rules},
        {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
    ])
}

fn request(method: &str, path: &str, token: &str, body: Body) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    if !token.is_empty() {
        request = request.header("authorization", format!("token {token}"));
    }
    request.body(body).unwrap()
}
