//! Limits on what callers without an access token may cause.

use axum::body::Body;
use axum::http::Request;
use claimgate_server::config::{Config, Limits};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::support::Database;
use crate::support::site::{Answer, Site, config};

/// A request without a body, from an address that a proxy names.
async fn from(site: &Site, address: &[u8], path: &str) -> Answer {
    let request = Request::get(path)
        .header("x-forwarded-for", address)
        .header("authorization", format!("token {}", site.root));
    site.send(request.body(Body::empty()).unwrap()).await
}

fn two_requests(database: &Database) -> Config {
    Config {
        limits: Limits {
            address_rate: 0.001,
            address_burst: 2.0,
            ..Limits::default()
        },
        trusted_proxies: 1,
        ..config(&database.url)
    }
}

#[tokio::test]
async fn one_too_many_is_429_in_the_form_of_the_other_errors_of_the_path() {
    let database = Database::sqlite();
    let site = Site::start(two_requests(&database)).await;
    for (path, address) in [
        ("/api/orgs", "192.0.2.1"),
        ("/api/no-such-route", "192.0.2.2"),
        ("/api/oauth/introspect", "192.0.2.3"),
        ("/readyz", "192.0.2.4"),
        ("/metrics", "192.0.2.4"),
    ] {
        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(from(&site, address.as_bytes(), path).await);
        }
        let limited = answers.last().unwrap();
        assert_eq!(limited.status, 429, "{path}");
        assert!(limited.headers.contains_key("retry-after"), "{path}");
        let sentence = "too many requests from this address, try again in";
        match path {
            "/readyz" | "/metrics" => assert!(limited.text.starts_with(sentence)),
            "/api/oauth/introspect" => {
                let body = limited.json();
                assert_eq!(body["error"], "too_many_requests");
                assert!(
                    body["error_description"]
                        .as_str()
                        .unwrap()
                        .starts_with(sentence)
                );
            }
            _ => {
                let body = limited.json();
                assert_eq!(body["code"], 429, "{path}");
                assert!(body["message"].as_str().unwrap().starts_with(sentence));
                let before = &answers[0];
                let shape = |body: &Value| {
                    body.as_object()
                        .unwrap()
                        .keys()
                        .cloned()
                        .collect::<Vec<_>>()
                };
                if !before.status.is_success() {
                    assert_eq!(shape(&before.json()), shape(&body), "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_408_in_the_form_of_the_other_errors_of_the_path() {
    let database = Database::sqlite();
    let site = Site::start(Config {
        timeout: std::time::Duration::from_millis(200),
        ..config(&database.url)
    })
    .await;
    // Every write waits for this.
    let mut other = database.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let sentence = "the request took too long";
    let body = json!({"name": "acme"});
    let answer = site.post("/api/orgs", &site.root, &body).await.expect(408);
    assert_eq!(answer, json!({"code": 408, "message": sentence}));
    let form = format!("token={}", site.root);
    let answer = site.form("/api/oauth/revoke", "", &form).await.expect(408);
    let expected = json!({"error": "invalid_request", "error_description": sentence});
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn probes_do_not_share_the_limit_of_the_api() {
    let database = Database::sqlite();
    let site = Site::start(two_requests(&database)).await;
    for _ in 0..3 {
        from(&site, b"192.0.2.1", "/api/orgs").await;
    }
    assert_eq!(from(&site, b"192.0.2.1", "/api/orgs").await.status, 429);
    assert_eq!(from(&site, b"192.0.2.1", "/readyz").await.status, 200);
    assert_eq!(from(&site, b"192.0.2.1", "/healthz").await.status, 200);
}

#[tokio::test]
async fn a_client_cannot_hide_its_address_behind_bytes_of_its_own() {
    let database = Database::sqlite();
    let site = Site::start(two_requests(&database)).await;
    for header in [
        &b"\xff\xfe, 192.0.2.1"[..],
        b"192.0.2.1:1111",
        b"6.6.6.6,192.0.2.1",
    ] {
        from(&site, header, "/api/orgs").await;
    }
    assert_eq!(
        from(&site, b"\xc3\xa9,192.0.2.1:2222", "/api/orgs")
            .await
            .status,
        429
    );
    assert_eq!(from(&site, b"192.0.2.2", "/api/orgs").await.status, 200);
}

#[tokio::test]
async fn a_member_that_occurs_twice_is_refused_wherever_an_admin_sends_json() {
    let database = Database::sqlite();
    let (site, _, issuer) = Site::with_issuer(config(&database.url)).await;
    let policy = format!("/api/orgs/acme/auth/policies/oidcissuers/{issuer}");
    let policy = site.get(&policy, &site.root).await.expect(200);
    let policy = format!(
        "/api/orgs/acme/auth/policies/{}",
        policy["id"].as_str().unwrap()
    );
    let issuer = format!("/api/orgs/acme/oidc/issuers/{issuer}");
    let key = r#"{"kty": "OKP", "crv": "Ed25519", "kid": "a", "kid": "b", "x": "AAAA"}"#;
    let rule =
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "a", "sub": "b"}}"#;
    for (method, path, body, member) in [
        (
            "POST",
            "/api/orgs",
            r#"{"name": "a", "name": "b"}"#.to_owned(),
            "name",
        ),
        (
            "POST",
            "/api/orgs/acme/oidc/issuers",
            format!(r#"{{"name": "a", "url": "https://b.example", "jwks": {{"keys": [{key}]}}}}"#),
            "kid",
        ),
        (
            "PATCH",
            &issuer,
            format!(r#"{{"name": "a", "jwks": {{"keys": [{key}]}}}}"#),
            "kid",
        ),
        (
            "PATCH",
            &policy,
            format!(r#"{{"policies": [{rule}]}}"#),
            "sub",
        ),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("token {}", site.root))
            .body(Body::from(body))
            .unwrap();
        let answer = site.send(request).await.expect(400);
        let expected = format!("member `{member}` occurs twice");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(&expected), "{method} {path}: {message}");
    }
    let set = json!({"keys": []});
    let unchanged = site.get(&issuer, &site.root).await.expect(200);
    assert_ne!(unchanged["jwks"], set);
}
