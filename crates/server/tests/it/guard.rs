//! `--shared-issuer-guard`: policies that admit strangers on an issuer that signs tokens for everyone.

use claimgate_server::config::Config;
use claimgate_server::guard::GuardMode;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// A site with GitHub's issuer, and the path of its policies.
async fn site(database: &Database, guard: GuardMode) -> (Site, String) {
    let config = Config {
        guard,
        ..config(&database.url)
    };
    let site = Site::start(config).await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(200);
    let body = json!({"name": "GitHub", "url": GITHUB, "jwks": Issuer::new().jwks()});
    let issuer = site
        .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
        .await
        .expect(200);
    let id = issuer["id"].as_str().unwrap();
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    let policies = site.get(&path, &site.root).await.expect(200);
    let path = format!(
        "/api/orgs/acme/auth/policies/{}",
        policies["id"].as_str().unwrap()
    );
    (site, path)
}

fn allow(subject: &str) -> Value {
    json!({"decision": "allow", "tokenType": "organization", "rules": {"aud": "urn:pulumi:org:acme", "sub": subject}})
}

async fn save(site: &Site, path: &str, policies: &[Value]) -> Answer {
    site.patch(path, &site.root, &json!({"policies": policies}))
        .await
}

async fn newest_change(site: &Site) -> Value {
    let changes = site
        .get("/api/orgs/acme/changes?limit=1", &site.root)
        .await
        .expect(200);
    let id = changes["changes"][0]["id"].as_str().unwrap().to_owned();
    site.get(&format!("/api/orgs/acme/changes/{id}"), &site.root)
        .await
        .expect(200)
}

#[tokio::test]
async fn by_default_an_open_allow_is_saved_with_a_finding_that_the_audit_log_has() {
    for database in Database::each() {
        let (site, path) = site(&database, GuardMode::default()).await;
        let closed = save(&site, &path, &[allow("repo:octo-org/*")])
            .await
            .expect(200);
        assert_eq!(closed.get("findings"), None);
        assert_eq!(newest_change(&site).await.get("findings"), None);
        let open = save(&site, &path, &[allow("repo:octo-org/*"), allow("repo:*")])
            .await
            .expect(200);
        let finding = &open["findings"][0];
        assert_eq!(
            (&finding["path"], &finding["code"]),
            (&json!("policies[1]"), &json!("shared-issuer-unpinned"))
        );
        assert!(finding["help"].as_str().unwrap().contains("pin the tenant"));
        let witness = finding["witness"]["sub"].as_str().unwrap();
        assert!(!witness.starts_with("repo:octo-org/"), "{witness}");
        assert_eq!(newest_change(&site).await["findings"], open["findings"]);
        // It is not new any more.
        let again = save(
            &site,
            &path,
            &[allow("repo:*"), allow("repo:octo-org/app:*")],
        )
        .await
        .expect(200);
        assert_eq!(again.get("findings"), None);
    }
}

#[tokio::test]
async fn the_guard_refuses_an_open_allow_that_is_new_and_no_unrelated_edit() {
    let database = Database::sqlite();
    let (permissive, path) = site(&database, GuardMode::Off).await;
    let saved = save(&permissive, &path, &[allow("repo:*")])
        .await
        .expect(200);
    assert_eq!(saved.get("findings"), None, "it does not look");
    drop(permissive);
    let config = Config {
        guard: GuardMode::Enforce,
        ..config(&database.url)
    };
    let site = Site::start(config).await;
    let named = json!({"name": "stored before", "decision": "allow", "tokenType": "organization",
        "rules": {"sub": "repo:*", "aud": "urn:pulumi:org:acme"}});
    save(&site, &path, &[allow("repo:octo-org/*"), named])
        .await
        .expect(200);
    let refused = save(&site, &path, &[allow("repo:octo-org/*"), allow("*")])
        .await
        .expect(400);
    let error = &refused["errors"][0];
    assert_eq!(
        (&error["path"], &error["code"]),
        (&json!("policies[1]"), &json!("shared-issuer-unpinned"))
    );
    // What was there may be given up, and then not be brought back.
    save(&site, &path, &[allow("repo:octo-org/*")])
        .await
        .expect(200);
    let restore = format!("{path}/revisions/2/restore");
    let refused = site
        .post(&restore, &site.root, &json!({}))
        .await
        .expect(400);
    assert_eq!(refused["errors"][0]["code"], "shared-issuer-unpinned");
}
