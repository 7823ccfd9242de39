//! What one organization's policies may cost the others: limits when they are saved, decisions on many
//! of them, and decisions that are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};
use tokio::task::JoinSet;

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Site, config, exchange_body, standard_policies};

fn allow(rules: &Value) -> Value {
    json!({"decision": "allow", "tokenType": "organization", "rules": rules})
}

/// Costs a quarter of what a decision may: four patterns of 4,000 characters, each 63 steps for each
/// character of the subject.
fn costly_policies(last: &Value) -> Value {
    let costly =
        (0..4).map(|index| allow(&json!({"sub": format!("*{}.c*", "a".repeat(4_000 - index))})));
    costly.chain([last.clone()]).collect()
}

/// A second organization, with the issuer of the first and policies of its own.
async fn add_organization(site: &Site, issuer: &Issuer, policies: &Value) {
    let root = &site.root;
    let name = json!({"name": "other"});
    site.post("/api/orgs", root, &name).await.expect(200);
    let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks()});
    let path = "/api/orgs/other/oidc/issuers";
    let added = site.post(path, root, &body).await.expect(200);
    let id = added["id"].as_str().unwrap();
    let path = format!("/api/orgs/other/auth/policies/oidcissuers/{id}");
    let stored = site.get(&path, root).await.expect(200);
    let id = stored["id"].as_str().unwrap();
    let path = format!("/api/orgs/other/auth/policies/{id}");
    let body = json!({"policies": policies});
    site.patch(&path, root, &body).await.expect(200);
}

#[tokio::test]
async fn costly_decisions_of_one_organization_do_not_hold_up_another() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let open = allow(&json!({"sub": "*"}));
    site.set_policies(&id, &costly_policies(&open)).await;
    add_organization(&site, &issuer, &costly_policies(&open)).await;
    let token = issuer.token(json!({"sub": "a".repeat(30_000)}));
    let own = exchange_body(&token, "organization", "");
    let mut others = own.clone();
    others["audience"] = json!("urn:pulumi:org:other");
    let (site, served) = (Arc::new(site), Arc::new(AtomicUsize::new(0)));
    let mut many = JoinSet::new();
    for _ in 0..60 {
        let (site, served, own) = (Arc::clone(&site), Arc::clone(&served), own.clone());
        many.spawn(async move {
            let answer = site.post("/api/oauth/token", "", &own).await;
            if answer.status == 200 {
                served.fetch_add(1, Ordering::Relaxed);
            }
            answer
        });
    }
    // Until the share of the first organization is used up.
    let mut answers = vec![many.join_next().await.unwrap().unwrap()];
    let other = site.post("/api/oauth/token", "", &others).await;
    let served_before = served.load(Ordering::Relaxed);
    answers.append(&mut many.join_all().await);
    other.expect(200);
    let [granted, refused]: [Vec<_>; 2] = [200, 429].map(|status| {
        let answers = answers.iter();
        answers.filter(|answer| answer.status == status).collect()
    });
    assert_eq!(granted.len() + refused.len(), 60);
    assert!(!refused.is_empty(), "none is over the share");
    assert!(
        served_before + 3 < granted.len(),
        "{served_before} of {} were before it",
        granted.len()
    );
    let refused = refused[0];
    assert_eq!(refused.headers["retry-after"], "1");
    let body = refused.json();
    assert_eq!(body["error"], "too_many_requests");
    let description = body["error_description"].as_str().unwrap();
    let rest = description
        .strip_prefix("too many costly decisions of this organization at once (reference ")
        .unwrap();
    let entry = audit_entry(&site, rest.split(')').next().unwrap()).await;
    assert_eq!(
        (&entry["decision"], &entry["code"], &entry["summary"]),
        (
            &json!("denied"),
            &json!("rate-limited"),
            &json!("denied: too many costly decisions of this organization at once")
        )
    );
}

#[tokio::test]
async fn many_policies_alone_wait_for_no_turn() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let others = (0..3_000).map(|index| allow(&json!({"sub": format!("repo:acme/r{index}:*")})));
    site.set_policies(&id, &others.collect()).await;
    let token = issuer.token(json!({"sub": "repo:acme/r2999:main"}));
    let site = Arc::new(site);
    let mut exchanges = JoinSet::new();
    for _ in 0..40 {
        let (site, token) = (Arc::clone(&site), token.clone());
        exchanges.spawn(async move { site.exchange(&token, "organization", "").await });
    }
    for answer in exchanges.join_all().await {
        answer.expect(200);
    }
}

async fn audit_entry(site: &Site, reference: &str) -> Value {
    let path = format!("/api/orgs/acme/oidc/exchanges/{reference}");
    site.get(&path, &site.root).await.expect(200)
}

#[tokio::test]
async fn policies_over_a_limit_are_refused_and_stored_ones_keep_working() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    let policy = site.get(&path, &site.root).await.expect(200);
    let path = format!(
        "/api/orgs/acme/auth/policies/{}",
        policy["id"].as_str().unwrap()
    );
    let patch = async |policies: &Value| {
        site.patch(&path, &site.root, &json!({"policies": policies}))
            .await
    };
    let large: Vec<Value> = (0..300)
        .map(|index| allow(&json!({"sub": format!("{index}{}", "a".repeat(4_000))})))
        .collect();
    let refused = patch(&json!(large)).await.expect(400);
    assert_eq!(
        refused["errors"][0]["code"], "policies-too-large",
        "{refused}"
    );
    patch(&json!(large[..200])).await.expect(200);
    let long = [
        allow(&json!({"sub": "repo:acme/app:*"})),
        allow(&json!({"a".repeat(300): "a"})),
    ];
    let refused = patch(&json!(long)).await.expect(400);
    assert_eq!(
        refused["errors"][0]["code"], "claim-path-too-long",
        "{refused}"
    );

    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url).await.unwrap();
    let stored = sqlx::query("UPDATE policies SET document = $1").bind(json!(long).to_string());
    stored.execute(&mut connection).await.unwrap();
    drop(connection);
    site.server.stop().await;
    let site = Site::start(config(&database.url)).await;
    site.granted(&issuer.token(json!({})), "organization", "")
        .await;
    site.server.stop().await;
}

#[tokio::test]
async fn many_policies_are_evaluated_as_few_are() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let others = (0..1_500).map(|index| allow(&json!({"sub": format!("*?{index}?*")})));
    let own = standard_policies();
    let policies: Vec<Value> = own
        .as_array()
        .unwrap()
        .iter()
        .cloned()
        .chain(others)
        .collect();
    site.set_policies(&id, &json!(policies)).await;
    site.granted(&issuer.token(json!({})), "organization", "")
        .await;
    let denied = issuer.token(json!({"sub": "repo:acme/app:pull_request"}));
    let answer = site.exchange(&denied, "organization", "").await.expect(400);
    let (_, reference) = answer["error_description"]
        .as_str()
        .unwrap()
        .rsplit_once(' ')
        .unwrap();
    let entry = audit_entry(&site, reference.trim_end_matches(')')).await;
    assert_eq!(
        (&entry["code"], &entry["policies"]),
        (&json!("denied"), &json!([4]))
    );
    assert_eq!(
        entry["detail"]["explanation"]["policies"]
            .as_array()
            .unwrap()
            .len(),
        1_505
    );
    site.server.stop().await;
}

#[tokio::test]
async fn a_decision_that_is_too_costly_is_an_invalid_request() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let others = (0..1_500).map(|index| allow(&json!({"sub": format!("*?{index}?*")})));
    let policies: Vec<Value> = others.chain([allow(&json!({"sub": "*"}))]).collect();
    site.set_policies(&id, &json!(policies)).await;
    let token = |length: usize| issuer.token(json!({"sub": "a".repeat(length)}));
    site.granted(&token(1_000), "organization", "").await;
    let answer = site
        .exchange(&token(30_000), "organization", "")
        .await
        .expect(400);
    assert_eq!(answer["error"], "invalid_request");
    let description = answer["error_description"].as_str().unwrap();
    assert!(
        description.starts_with("the decision is too costly (reference "),
        "{description}"
    );
    let (_, reference) = description.rsplit_once(' ').unwrap();
    let entry = audit_entry(&site, reference.trim_end_matches(')')).await;
    assert_eq!(
        (&entry["code"], &entry["policies"]),
        (&json!("decision-too-costly"), &json!([]))
    );
    assert_eq!(entry["detail"]["explanation"]["cost"]["steps"], 45_000_000);
    assert_eq!(entry["differs"], Value::Null);
    site.server.stop().await;
}
