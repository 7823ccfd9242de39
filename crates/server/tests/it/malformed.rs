//! Malformed requests: every route of the OpenAPI document with odd names, queries and bodies. The
//! server must not fail.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::site::{Site, config, standard_policies};

/// Names in a path.
const NAMES: [&str; 10] = [
    "acme",
    "none",
    "%20",
    "%00",
    "a%00b",
    "..%2f..",
    "%27%20OR%201%3D1--",
    "%F0%9F%A6%80",
    "%FF%FE",
    "%25%5F\\",
];

const QUERIES: [&str; 12] = [
    "",
    "?limit=0",
    "?limit=-9223372036854775808",
    "?limit=99999999999999999999",
    "?limit=a",
    "?since=9223372036854775807&until=-9223372036854775808",
    "?since=yesterday",
    "?subject=%00%25_%5C%27&decision=%00&code=%27&issuer=%00&before=%00",
    "?subject=a&subject=b",
    "?nothing=1",
    "?%FF",
    "?decision",
];

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let texts = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "{\"name\": 1}".to_owned(),
        "{\"name\": \"a\", \"name\": \"b\"}".to_owned(),
        "{\"name\": \"a\\u0000b\", \"url\": \"https://a.example\", \"jwks\": {\"keys\": []}}".to_owned(),
        "{\"name\": \"a\", \"url\": \"https://a.example/\\u0000\", \"jwks\": {\"keys\": []}}".to_owned(),
        "{\"name\": \"a\", \"url\": \"https://c.example\", \"jwks\": {\"keys\": [{\"kty\": \"a\\u0000\"}]}}".to_owned(),
        "{\"name\": \"a\", \"maxExpiration\": 9223372036854775807}".to_owned(),
        "{\"name\": \"a\", \"maxExpiration\": 9223372036854775808}".to_owned(),
        "{\"name\": \"a\", \"thumbprints\": {}}".to_owned(),
        "{\"name\": \"a\", \"jwks\": []}".to_owned(),
        "{\"policies\": {}}".to_owned(),
        "{\"policies\": [null]}".to_owned(),
        "{\"policies\": [{\"decision\": \"deny\", \"tokenType\": \"team\", \"teamName\": \"\\u0000\", \"rules\": {\"a\": \"\\u0000\"}}]}"
            .to_owned(),
        "token=".to_owned(),
        "token=%00".to_owned(),
        "token=a&token=b".to_owned(),
        "token=%FF".to_owned(),
        "grant_type=%GG".to_owned(),
        deep,
    ];
    let kinds = [
        "application/json",
        "application/x-www-form-urlencoded",
        "nonsense",
    ];
    let texts = texts
        .into_iter()
        .map(String::into_bytes)
        .chain([vec![0xff, 0xfe, 0], b"{\"a\": \"\xff\"}".to_vec()]);
    texts
        .flat_map(|text| kinds.map(|kind| (kind, text.clone())))
        .collect()
}

#[tokio::test]
async fn no_request_makes_the_server_fail() {
    let document = serde_json::to_value(claimgate_server::openapi_document()).unwrap();
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let policy = site
            .get(
                &format!("/api/orgs/acme/auth/policies/oidcissuers/{id}"),
                &site.root,
            )
            .await
            .expect(200);
        let policy = policy["id"].as_str().unwrap();
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                for path in paths(path, &id, policy) {
                    let requests: Vec<_> = match method.as_str() {
                        "get" | "delete" => QUERIES
                            .iter()
                            .map(|query| (format!("{path}{query}"), "", Vec::new()))
                            .collect(),
                        _ => bodies()
                            .into_iter()
                            .map(|(kind, body)| (path.clone(), kind, body))
                            .collect(),
                    };
                    // The organization that all of this is about stays.
                    if method == "delete" && (path == "/api/orgs/acme" || path.ends_with(&id)) {
                        continue;
                    }
                    for (uri, kind, body) in requests {
                        let Ok(request) = Request::builder()
                            .method(method.to_uppercase().as_str())
                            .uri(&uri)
                            .header("authorization", format!("token {}", site.root))
                            .header("content-type", kind)
                            .body(Body::from(body.clone()))
                        else {
                            continue;
                        };
                        let answer = site.send(request).await;
                        count += 1;
                        let sent = String::from_utf8_lossy(&body)
                            .chars()
                            .take(200)
                            .collect::<String>();
                        assert!(
                            answer.status.as_u16() < 500,
                            "{method} {uri} {kind} {sent}: {}",
                            answer.text
                        );
                        if answer.status.is_client_error() {
                            let body =
                                serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
                            let is_said = body["message"].is_string() || body["error"].is_string();
                            assert!(
                                is_said,
                                "{method} {uri} {kind} {sent}: {} {}",
                                answer.status, answer.text
                            );
                            if let Some(description) = body["error_description"].as_str() {
                                // RFC 6749, section 5.2.
                                let is_permitted =
                                    |c| matches!(c, ' '..='~') && c != '"' && c != '\\';
                                assert!(
                                    description.chars().all(is_permitted),
                                    "{method} {uri} {kind} {sent}: {description}"
                                );
                            }
                        }
                    }
                }
            }
        }
        assert!(count > 1_000, "{count}");
        // It still does what it is there for.
        site.patch(
            &format!("/api/orgs/acme/oidc/issuers/{id}"),
            &site.root,
            &json!({"name": "CI", "maxExpiration": 60}),
        )
        .await;
        site.set_policies(&id, &standard_policies()).await;
        site.exchange(&issuer.token(json!({})), "organization", "")
            .await
            .expect(200);
    }
}

/// A path with odd names in its places, one at a time, and with those that are there.
fn paths(pattern: &str, issuer: &str, policy: &str) -> Vec<String> {
    let own = if pattern.ends_with("/auth/policies/{id}") {
        policy
    } else {
        issuer
    };
    let mut paths = vec![pattern.replace("{org}", "acme").replace("{id}", own)];
    for name in NAMES {
        if pattern.contains("{org}") {
            paths.push(pattern.replace("{org}", name).replace("{id}", own));
        }
        if pattern.contains("{id}") && !pattern.ends_with("/oidc/issuers/{id}") {
            paths.push(pattern.replace("{org}", "acme").replace("{id}", name));
        }
    }
    paths
}

#[tokio::test]
async fn a_content_type_that_is_not_text_is_named_as_that() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    for (value, expected) in [
        (
            &b"application/json\xff"[..],
            "found `bytes that are not ASCII text`",
        ),
        (b"text/plain", "found `text/plain`"),
    ] {
        let request = Request::post("/api/oauth/token").header("content-type", value);
        let answer = site.send(request.body(Body::from("{}")).unwrap()).await;
        let description = answer.expect(400)["error_description"].clone();
        assert!(
            description.as_str().unwrap().contains(expected),
            "{description}"
        );
    }
}
