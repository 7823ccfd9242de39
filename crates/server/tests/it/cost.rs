//! What one organization's policies may cost the others: limits when they are saved, decisions on many
//! of them, and decisions that are refused.

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};

use crate::support::Database;
use crate::support::site::{Site, config, standard_policies};

fn allow(rules: &Value) -> Value {
    json!({"decision": "allow", "tokenType": "organization", "rules": rules})
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
