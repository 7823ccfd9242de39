//! The audiences that an issuer lists: set by the API, obeyed by the exchange, and in the evidence.

use serde_json::{Value, json};

use crate::support::Database;
use crate::support::site::{Site, config};

#[tokio::test]
async fn an_issuer_with_audiences_accepts_no_other() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        let patch = async |audiences: Value| {
            let change = json!({"name": "CI", "audiences": audiences});
            site.patch(&path, &site.root, &change).await
        };
        let before = site.get(&path, &site.root).await.expect(200);
        assert_eq!(before.get("audiences"), None);
        // The policies allow `urn:pulumi:org:acme`.
        let token = issuer.token(json!({}));
        site.exchange(&token, "organization", "").await.expect(200);

        let changed = patch(json!(["https://other.example"])).await.expect(200);
        assert_eq!(changed["audiences"], json!(["https://other.example"]));
        site.exchange(&token, "organization", "").await.expect(400);
        let log = site
            .get("/api/orgs/acme/oidc/exchanges", &site.root)
            .await
            .expect(200);
        let record = format!(
            "/api/orgs/acme/oidc/exchanges/{}",
            log["exchanges"][0]["id"].as_str().unwrap()
        );
        let record = site.get(&record, &site.root).await.expect(200);
        assert_eq!(record["code"], "audience-not-accepted");
        assert_eq!(record.get("differs"), None);
        let check = &record["detail"]["checks"][6];
        assert_eq!(
            (&check["id"], &check["status"]),
            (&json!("audience"), &json!("failed"))
        );
        let sentence = "expected a value of `aud` that the issuer lists, `https://other.example`, found \
                        `\"urn:pulumi:org:acme\"`";
        assert_eq!(check["sentence"], sentence);

        patch(json!(["https://other.example", "urn:pulumi:org:*"]))
            .await
            .expect(200);
        site.exchange(&token, "organization", "").await.expect(200);
        // What is not sent stays, and `null` removes the list.
        let renamed = site
            .patch(&path, &site.root, &json!({"name": "Other"}))
            .await
            .expect(200);
        assert_eq!(
            renamed["audiences"],
            json!(["https://other.example", "urn:pulumi:org:*"])
        );
        let removed = patch(Value::Null).await.expect(200);
        assert_eq!(removed.get("audiences"), None);
        site.exchange(&token, "organization", "").await.expect(200);
    }
}

#[tokio::test]
async fn an_empty_list_of_audiences_is_refused() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    for (audiences, message) in [
        (json!([]), "expected 1 to 100 audiences, found 0"),
        (
            json!(["a", ""]),
            "expected an audience of 1 to 1000 characters, found 0",
        ),
    ] {
        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        let change = json!({"name": "CI", "audiences": audiences});
        let answer = site.patch(&path, &site.root, &change).await;
        assert!(answer.text.contains(message), "{}", answer.text);
        answer.expect(400);
        let new = json!({"name": "B", "url": "https://b.example", "jwks": issuer.jwks(), "audiences": audiences});
        site.post("/api/orgs/acme/oidc/issuers", &site.root, &new)
            .await
            .expect(400);
    }
    let new =
        json!({"name": "B", "url": "https://b.example", "jwks": issuer.jwks(), "audiences": ["a"]});
    let answer = site
        .post("/api/orgs/acme/oidc/issuers", &site.root, &new)
        .await
        .expect(200);
    assert_eq!(answer["audiences"], json!(["a"]));
}

#[tokio::test]
async fn names_and_notes_of_policies_are_kept() {
    let database = Database::sqlite();
    let (site, _, id) = Site::with_issuer(config(&database.url)).await;
    let policies = json!([{
        "name": "Deploys", "note": "since the move", "decision": "allow", "tokenType": "organization",
        "authorizedPermissions": [], "rules": {"sub": "a"}
    }]);
    site.set_policies(&id, &policies).await;
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    assert_eq!(
        site.get(&path, &site.root).await.expect(200)["policies"],
        policies
    );
}

#[tokio::test]
async fn a_set_without_a_key_that_can_be_used_is_refused() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let unusable = json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "b", "pub": "AA"});
    let post = async |keys: Value| {
        let new = json!({"name": "B", "url": "https://b.example", "jwks": {"keys": keys}});
        site.post("/api/orgs/acme/oidc/issuers", &site.root, &new)
            .await
    };
    let answer = post(json!([unusable])).await;
    let message =
        "expected a usable key of the issuer, found none: key `b`: key type `AKP` is not supported";
    assert!(answer.text.contains(message), "{}", answer.text);
    answer.expect(400);
    let usable = issuer.jwks()["keys"][0].clone();
    post(json!([unusable, usable])).await.expect(200);
}
