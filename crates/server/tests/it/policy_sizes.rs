//! How many policies an organization may have, and what reading and saving many of them costs others.

use axum::body::Body;
use axum::http::Request;
use claimgate_server::issuers::{MAX_ISSUERS, MAX_KEY_SET_BYTES, MAX_POLICY_BYTES};
use serde_json::{Value, json};
use sqlx::Connection as _;
use tower::ServiceExt as _;

use crate::support::Database;
use crate::support::site::{Site, config, standard_policies};

const LIST: &str = "/api/orgs/acme/oidc/issuers?policies=true";

/// Policies of more than 64 KiB.
fn many(prefix: &str) -> Value {
    let allow = |index: usize| {
        let subject = format!("repo:acme/{prefix}{index}:*");
        json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": subject, "aud": "a"}})
    };
    (0..1_000).map(allow).collect()
}

/// Another issuer of `acme`, and the path of its policies.
async fn add_issuer(site: &Site, number: usize, jwks: &Value) -> String {
    let body = json!({"name": "CI", "url": format!("https://{number}.example"), "jwks": jwks});
    let path = "/api/orgs/acme/oidc/issuers";
    let issuer = site.post(path, &site.root, &body).await.expect(200);
    policies_path(site, issuer["id"].as_str().unwrap()).await
}

async fn policies_path(site: &Site, issuer: &str) -> String {
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{issuer}");
    let policies = site.get(&path, &site.root).await.expect(200);
    let id = policies["id"].as_str().unwrap();
    format!("/api/orgs/acme/auth/policies/{id}")
}

#[tokio::test]
async fn long_policies_are_the_same_in_every_answer() {
    for database in Database::each() {
        let (site, _, id) = Site::with_issuer(config(&database.url)).await;
        let path = policies_path(&site, &id).await;
        let body = json!({"policies": many("r")});
        let saved = site.patch(&path, &site.root, &body).await;
        assert_eq!(saved.headers["content-type"], "application/json");
        assert_eq!(saved.headers["etag"], "\"3\"");
        let saved = saved.expect(200);
        assert_eq!(saved["policies"].as_array().unwrap().len(), 1_000);
        assert_eq!(saved["policies"][7]["authorizedPermissions"], json!([]));
        let own = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let read = site.get(&own, &site.root).await;
        assert_eq!(read.headers["etag"], "\"3\"");
        assert_eq!(read.expect(200), saved);
        let list = site.get(LIST, &site.root).await.expect(200);
        let listed = &list["oidcIssuers"][0];
        assert_eq!(listed["authPolicy"], saved);
        let revision = format!("{path}/revisions/3");
        let revision = site.get(&revision, &site.root).await.expect(200);
        assert_eq!(revision["policies"], saved["policies"]);
        // What was answered can be sent back, and other policies cannot.
        let issuer = format!("/api/orgs/acme/oidc/issuers/{id}");
        site.patch(&issuer, &site.root, listed).await.expect(200);
        let mut other = listed.clone();
        other["authPolicy"]["policies"] = many("s");
        let refused = site.patch(&issuer, &site.root, &other).await.expect(400);
        assert_eq!(refused["errors"][0]["path"], "authPolicy", "{refused}");
        let path = format!("{path}/revisions/2/restore");
        site.post(&path, &site.root, &Value::Null).await.expect(200);
        let path = path.replace("/2/", "/3/");
        let restored = site.post(&path, &site.root, &Value::Null).await.expect(200);
        assert_eq!(restored["policies"], saved["policies"]);
    }
}

/// Each is in memory until its client has read it.
#[tokio::test]
async fn only_some_long_answers_of_an_organization_are_sent_at_once() {
    let database = Database::sqlite();
    let (site, _, id) = Site::with_issuer(config(&database.url)).await;
    site.set_policies(&id, &many("r")).await;
    let unread = async || {
        let request = Request::get(LIST).header("authorization", format!("token {}", site.root));
        let request = request.body(Body::empty()).unwrap();
        site.server.router().oneshot(request).await.unwrap()
    };
    let mut answers = Vec::new();
    while answers.len() < 4 {
        let answer = unread().await;
        assert_eq!(answer.status(), 200);
        answers.push(answer);
    }
    let own = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    for path in [LIST, &own] {
        let refused = site.get(path, &site.root).await;
        assert_eq!(refused.headers["retry-after"], "1");
        let message = refused.expect(429)["message"].clone();
        assert!(message.as_str().unwrap().contains("slow work"), "{message}");
    }
    let short = "/api/orgs/acme/oidc/issuers";
    site.get(short, &site.root).await.expect(200);
    answers.pop();
    site.get(LIST, &site.root).await.expect(200);
}

#[tokio::test]
async fn an_organization_has_a_limited_number_of_issuers() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let jwks = issuer.jwks();
    for number in 1..MAX_ISSUERS {
        add_issuer(&site, number, &jwks).await;
    }
    let body = json!({"name": "CI", "url": "https://more.example", "jwks": jwks});
    let path = "/api/orgs/acme/oidc/issuers";
    let refused = site.post(path, &site.root, &body).await.expect(400);
    assert_eq!(
        refused["message"],
        "expected at most 200 issuers of an organization, found 201: delete those that are not used"
    );
    let one = format!("{path}/{id}");
    let rename = json!({"name": "renamed"});
    site.patch(&one, &site.root, &rename).await.expect(200);
    site.delete(&one, &site.root).await.expect_status(204);
    site.post(path, &site.root, &body).await.expect(200);
    let name = json!({"name": "other"});
    site.post("/api/orgs", &site.root, &name).await.expect(200);
    let other = path.replace("acme", "other");
    site.post(&other, &site.root, &body).await.expect(200);
}

/// Sets how many bytes the policies of the first issuer seem to have: with as many, this would take minutes.
async fn pretend(database: &Database, bytes: usize) {
    let mut connection = database.connect().await;
    let update = "UPDATE policy_revisions SET bytes = $1 WHERE version = 3";
    let update = sqlx::query(update).bind(i64::try_from(bytes).unwrap());
    let updated = update.execute(&mut connection).await.unwrap();
    assert_eq!(updated.rows_affected(), 1);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn policies_of_all_issuers_are_limited_and_stored_ones_keep_working() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        // The third revision is of the first issuer alone.
        site.set_policies(&id, &standard_policies()).await;
        let path = add_issuer(&site, 1, &issuer.jwks()).await;
        let save = async |policies: &Value| {
            let body = json!({"policies": policies});
            site.patch(&path, &site.root, &body).await
        };
        let all = many("r");
        let few = json!(all.as_array().unwrap()[..2]);
        save(&few).await.expect(200);
        pretend(&database, MAX_POLICY_BYTES - 1_000).await;
        site.get(LIST, &site.root).await.expect(200);
        let refused = save(&all).await.expect(400);
        let message = refused["message"].as_str().unwrap();
        let expected = "expected at most 16777216 bytes of policies in an organization, found 1";
        assert!(message.starts_with(expected), "{message}");

        // As if they had been stored before there was a limit.
        pretend(&database, MAX_POLICY_BYTES + 1).await;
        let refused = site.get(LIST, &site.root).await.expect(400);
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains("oidcissuers/{id}"), "{message}");
        let own = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        site.get(&own, &site.root).await.expect(200);
        site.granted(&issuer.token(json!({})), "organization", "")
            .await;
        save(&all).await.expect(400);
        let fewer = json!(few.as_array().unwrap()[..1]);
        save(&fewer).await.expect(200);
        site.server.stop().await;
    }
}

#[tokio::test]
async fn static_keys_are_limited() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let mut jwks = issuer.jwks();
    jwks["more"] = json!("a".repeat(MAX_KEY_SET_BYTES));
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    let body = json!({"name": "CI", "jwks": jwks});
    let refused = site.patch(&path, &site.root, &body).await.expect(400);
    assert_eq!(refused["errors"][0]["code"], "jwks-too-large", "{refused}");
    let body = json!({"name": "CI", "url": "https://b.example", "jwks": jwks});
    let path = "/api/orgs/acme/oidc/issuers";
    let refused = site.post(path, &site.root, &body).await.expect(400);
    assert_eq!(refused["errors"][0]["code"], "jwks-too-large", "{refused}");
}
