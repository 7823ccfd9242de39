//! An issuer over TLS, from its registration to an exchange: thumbprints, rotation, an outage.

#[path = "keys/support.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of keys share it")]
mod keys;
mod support;

use claimgate_server::config::Config;
use keys::{Authority, Reply, Server, Signer, jwks, server, thumbprint};
use serde_json::json;
use support::Database;
use support::site::{Site, config, standard_policies};

fn publish(server: &Server, signers: &[&Signer]) {
    let url = format!("https://localhost:{}", server.port);
    let discovery = format!(r#"{{"issuer": "{url}", "jwks_uri": "{url}/keys"}}"#);
    let keys = jwks(signers);
    server.answer(move |path| match path {
        "/.well-known/openid-configuration" => Reply::json(discovery.clone()),
        "/keys" => Reply::json(keys.clone()),
        _ => Reply::status(404),
    });
}

#[tokio::test]
async fn an_issuer_is_registered_rotates_its_keys_and_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("root");
    let identity = authority.issue(&server("localhost"));
    let own = thumbprint(&identity.chain[0]);
    let issuer = Server::start(identity).await;
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    publish(&issuer, &[&first]);
    let keys =
        claimgate_server::keys::KeyConfig { allow_networks: vec!["127.0.0.1".parse().unwrap()], ..keys::config() };
    let keys = claimgate_server::keys::KeyConfig { extra_roots_pem: vec![authority.file(&folder)], ..keys };
    let database = Database::sqlite();
    let site = Site::start(Config { keys, ..config(&database.url) }).await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"})).await.expect(200);

    let url = format!("https://localhost:{}", issuer.port);
    let path = "/api/orgs/acme/oidc/issuers";
    let wrong = json!({"name": "CI", "url": url, "thumbprints": ["00".repeat(32)]});
    let message = site.post(path, &site.root, &wrong).await.expect(400)["message"].clone();
    let expected = format!("Calculated thumbprint {own} does not match any of the provided.");
    assert!(message.as_str().unwrap().starts_with(&expected), "{message}");
    let gone = json!({"name": "CI", "url": format!("https://localhost:{}", keys::closed_port())});
    site.post(path, &site.root, &gone).await.expect(400);
    let body = site.post(path, &site.root, &json!({"name": "CI", "url": url})).await.expect(200);
    assert_eq!((&body["thumbprints"], &body["jwks"]), (&json!([own]), &json!(null)));
    let id = body["id"].as_str().unwrap();
    site.set_policies(id, &standard_policies()).await;
    let again = site.post(&format!("{path}/{id}/regenerate-thumbprints"), &site.root, &json!({})).await.expect(200);
    assert_eq!(again["thumbprints"], json!([own]));

    let token = |signer: &Signer| {
        let exp = claimgate_server::now() + 600;
        let claims = json!({"iss": url, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:main", "exp": exp});
        signer.token(&claims.to_string())
    };
    site.exchange(&token(&first), "organization", "").await.expect(200);
    site.exchange(&token(&second), "organization", "").await.expect(400);
    publish(&issuer, &[&first, &second]);
    site.exchange(&token(&second), "organization", "").await.expect(200);
    site.exchange(&token(&first), "organization", "").await.expect(200);

    issuer.answer(|_| Reply::status(503));
    site.exchange(&token(&second), "organization", "").await.expect(200);
    site.exchange(&token(&Signer::new("third")), "organization", "").await.expect(400);
    let metrics = site.get("/metrics", &site.root).await.text;
    assert!(metrics.contains(&format!("claimgate_issuer_keys_stale{{issuer=\"{id}\"}} 0")), "{metrics}");
    let failed = format!("claimgate_issuer_key_failures_total{{issuer=\"{id}\"}} ");
    assert!(metrics.contains(&failed) && !metrics.contains(&format!("{failed}0\n")), "{metrics}");
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_a_refusal_whose_reason_is_in_the_log() {
    let database = Database::sqlite();
    let (site, _, id) = Site::with_issuer(config(&database.url)).await;
    // From static keys to none: nobody answers at its URL.
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    site.patch(&path, &site.root, &json!({"name": "CI", "jwks": null})).await.expect(200);
    let token = support::issuer::Issuer::new().token(json!({}));
    let body = site.exchange(&token, "organization", "").await.expect(400);
    let said = body["error_description"].as_str().unwrap();
    assert!(said.starts_with("the subject token is refused"), "{said}");
    let log = site.get("/api/orgs/acme/oidc/exchanges", &site.root).await.expect(200);
    let summary = log["exchanges"][0]["summary"].as_str().unwrap();
    assert!(summary.contains("ci.example"), "{summary}");
}
