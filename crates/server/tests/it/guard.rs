//! `--shared-issuer-guard`: policies that admit strangers on an issuer that signs tokens for everyone.

use std::collections::BTreeMap;

use claimgate_server::config::Config;
use claimgate_server::guard::GuardMode;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// A site with an organization.
async fn empty_site(database: &Database, guard: GuardMode) -> Site {
    let config = Config {
        guard,
        ..config(&database.url)
    };
    let site = Site::start(config).await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(200);
    site
}

/// Registers an issuer with static keys. Returns the path of the issuer and that of its policies.
async fn register(site: &Site, url: &str) -> (String, String) {
    let body = json!({"name": "CI", "url": url, "jwks": Issuer::new().jwks()});
    let issuer = site
        .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
        .await
        .expect(200);
    let id = issuer["id"].as_str().unwrap();
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    let policies = site.get(&path, &site.root).await.expect(200);
    let policies = policies["id"].as_str().unwrap();
    (
        format!("/api/orgs/acme/oidc/issuers/{id}"),
        format!("/api/orgs/acme/auth/policies/{policies}"),
    )
}

/// A site with GitHub's issuer, and the path of its policies.
async fn site(database: &Database, guard: GuardMode) -> (Site, String) {
    let site = empty_site(database, guard).await;
    let (_, path) = register(&site, GITHUB).await;
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
async fn with_warn_an_open_allow_is_saved_with_a_finding_that_the_audit_log_has() {
    for database in Database::each() {
        let (site, path) = site(&database, GuardMode::Warn).await;
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
        assert_eq!(
            finding["help"],
            "add a rule on `sub` that begins with `repo:OWNER/`"
        );
        let witness = finding["witness"]["sub"].as_str().unwrap();
        assert!(!witness.starts_with("repo:octo-org/"), "{witness}");
        assert_eq!(newest_change(&site).await["findings"], open["findings"]);
        let list = site
            .get("/api/orgs/acme/changes?limit=2", &site.root)
            .await
            .expect(200);
        assert_eq!(list["changes"][0]["warnings"], 1);
        assert_eq!(list["changes"][1].get("warnings"), None);
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
async fn by_default_an_open_allow_that_is_new_is_refused_and_no_unrelated_edit() {
    let database = Database::sqlite();
    let (permissive, path) = site(&database, GuardMode::Off).await;
    let saved = save(&permissive, &path, &[allow("repo:*")])
        .await
        .expect(200);
    assert_eq!(saved.get("findings"), None, "it does not look");
    drop(permissive);
    let site = Site::start(config(&database.url)).await;
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
    let witness = error["witness"]["sub"].as_str().unwrap();
    assert!(
        error["message"].as_str().unwrap().contains(witness),
        "{error}"
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

/// A site whose issuer is open, from before the guard, and was deleted with the bootstrap token just now.
async fn site_with_deleted(database: &Database, policies: &[Value]) -> Site {
    let (permissive, path) = site(database, GuardMode::Off).await;
    save(&permissive, &path, policies).await.expect(200);
    drop(permissive);
    let site = Site::start(config(&database.url)).await;
    delete(&site, &site.root).await;
    site
}

/// Deletes the only issuer.
async fn delete(site: &Site, token: &str) {
    let issuers = site
        .get("/api/orgs/acme/oidc/issuers", &site.root)
        .await
        .expect(200);
    let id = issuers["oidcIssuers"][0]["id"].as_str().unwrap();
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    site.delete(&path, token).await.expect(204);
}

#[tokio::test]
async fn a_deletion_is_undone_by_saving_exactly_what_was_deleted() {
    for database in Database::each() {
        let policies = [allow("repo:octo-org/*"), allow("repo:*")];
        let site = site_with_deleted(&database, &policies).await;
        let (_, path) = register(&site, GITHUB).await;
        // Wider, or only a part of it: judged as new.
        for other in [&[allow("*"), policies[0].clone()][..], &policies[1..]] {
            save(&site, &path, other).await.expect(400);
        }
        let [first, second] = policies.clone();
        let restored = save(&site, &path, &[second, first]).await.expect(200);
        assert_eq!(restored["findings"][0]["code"], "shared-issuer-unpinned");
        let change = newest_change(&site).await;
        assert_eq!(
            (&change["code"], &change["findings"]),
            (&json!("deletion-undone"), &restored["findings"])
        );
        // Once narrowed and deleted again, the open ones are no longer what was deleted.
        save(&site, &path, &policies[..1]).await.expect(200);
        delete(&site, &site.root).await;
        let (_, path) = register(&site, GITHUB).await;
        save(&site, &path, &policies).await.expect(400);
        let closed = save(&site, &path, &policies[..1]).await.expect(200);
        assert_eq!(closed.get("findings"), None);
        assert_eq!(newest_change(&site).await["code"], "deletion-undone");
    }
}

#[tokio::test]
async fn a_deletion_is_undone_only_where_it_was_made_and_only_in_the_first_hour() {
    let policies = [allow("repo:*")];
    let reregister = async |site: &Site, settings: Value| {
        let mut body = json!({"name": "CI", "url": GITHUB, "jwks": Issuer::new().jwks()});
        for (name, value) in settings.as_object().unwrap() {
            body[name] = value.clone();
        }
        let issuers = "/api/orgs/acme/oidc/issuers";
        let issuer = site.post(issuers, &site.root, &body).await.expect(200);
        let id = issuer["id"].as_str().unwrap();
        let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let found = site.get(&path, &site.root).await.expect(200);
        format!(
            "/api/orgs/acme/auth/policies/{}",
            found["id"].as_str().unwrap()
        )
    };

    // With other audiences the same policies admit others.
    let database = Database::sqlite();
    let site = site_with_deleted(&database, &policies).await;
    let path = reregister(
        &site,
        json!({"audiences": ["sts.example", "urn:pulumi:org:acme"]}),
    )
    .await;
    save(&site, &path, &policies).await.expect(400);

    // Policies that were changed since are not those that the issuer is registered with.
    let database = Database::sqlite();
    let site = site_with_deleted(&database, &policies).await;
    let path = reregister(&site, json!({})).await;
    save(&site, &path, &[allow("repo:octo-org/*")])
        .await
        .expect(200);
    save(&site, &path, &policies).await.expect(400);

    // Another administrator's deletion, and one from long ago.
    for change in [
        "UPDATE changes SET author = '{\"kind\":\"organization\",\"token\":\"another\"}' WHERE code = 'issuer-deleted'",
        "UPDATE changes SET id = '00000000-0000-7000-8000-000000000000', at = 0 WHERE code = 'issuer-deleted'",
    ] {
        let database = Database::sqlite();
        let site = site_with_deleted(&database, &policies).await;
        let mut connection = database.connect().await;
        sqlx::query(change).execute(&mut connection).await.unwrap();
        let path = reregister(&site, json!({})).await;
        save(&site, &path, &policies).await.expect(400);
    }
}

#[tokio::test]
async fn audiences_and_denies_that_let_strangers_in_are_judged_too() {
    for database in Database::each() {
        let site = empty_site(&database, GuardMode::default()).await;
        let (issuer, policies) = register(&site, GITHUB).await;
        let open =
            json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:*"}});
        let deny =
            json!({"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:*"}});
        save(&site, &policies, &[open.clone(), deny])
            .await
            .expect(200);
        let change = |member: &str, value: Value| {
            let mut body = json!({"name": "CI"});
            body[member] = value;
            body
        };
        let patch = async |body: Value| site.patch(&issuer, &site.root, &body).await;
        let refused = patch(change("reportOnly", json!(true))).await.expect(400);
        let error = &refused["errors"][0];
        assert_eq!(
            (&error["path"], &error["code"]),
            (&json!("reportOnly"), &json!("shared-issuer-unpinned"))
        );
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with("policy 1: strangers are admitted"),
            "{message}"
        );
        // Other changes of the issuer are not its business, and fewer audiences admit no one else.
        patch(json!({"name": "GitHub", "maxExpiration": 60}))
            .await
            .expect(200);
        patch(change("audiences", json!(["sts.example"])))
            .await
            .expect(200);
        save(&site, &policies, &[open]).await.expect(400);
    }
}

#[tokio::test]
async fn with_warn_wider_audiences_are_saved_with_a_finding_that_the_audit_log_has() {
    let database = Database::sqlite();
    let site = empty_site(&database, GuardMode::Warn).await;
    let (issuer, policies) = register(&site, GITHUB).await;
    let open =
        json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:*"}});
    save(&site, &policies, &[open]).await.expect(200);
    let patch = async |audiences: Value| {
        let body = json!({"name": "GitHub", "audiences": audiences});
        site.patch(&issuer, &site.root, &body).await.expect(200)
    };
    let narrower = patch(json!(["sts.example"])).await;
    assert_eq!(narrower.get("findings"), None);
    let wider = patch(json!(["sts.example", "other.example"])).await;
    let finding = &wider["findings"][0];
    assert_eq!(finding["path"], "audiences");
    assert_eq!(finding["witness"]["aud"], "other.example");
    let change = newest_change(&site).await;
    assert_eq!(
        (&change["code"], &change["findings"]),
        (&json!("issuer-updated"), &wider["findings"])
    );
    // The answer can be sent back.
    site.patch(&issuer, &site.root, &wider).await.expect(200);
}

#[tokio::test]
async fn on_a_shared_issuer_without_documented_claims_an_open_allow_is_saved_with_a_warning() {
    let database = Database::sqlite();
    let site = empty_site(&database, GuardMode::default()).await;
    let (_, path) = register(&site, "https://tokens.cloud.shisho.dev").await;
    let saved = save(&site, &path, &[allow("*")]).await.expect(200);
    let finding = &saved["findings"][0];
    assert_eq!(finding["code"], "shared-issuer-unpinned");
    assert_eq!(finding.get("witness"), None);
    assert_eq!(finding["help"], "add a rule on `sub` without wildcards");
    assert_eq!(newest_change(&site).await["findings"], saved["findings"]);
}

#[tokio::test]
async fn the_documented_policy_and_all_presets_are_saved() {
    let database = Database::sqlite();
    let site = empty_site(&database, GuardMode::default()).await;
    let documented = json!({"decision": "allow", "tokenType": "organization", "authorizedPermissions": [],
        "rules": {"aud": "urn:pulumi:org:acme", "sub": "repo:octo-org/octo-repo:*"}});
    let mut saved = vec![(GITHUB.to_owned(), json!([documented]))];
    for provider in claimgate_providers::all() {
        let filled = provider.fill(&BTreeMap::new(), 1_900_000_000);
        saved.push((filled.url, serde_json::to_value(&filled.policies).unwrap()));
    }
    let mut shared = 0;
    for (url, policies) in saved {
        shared += usize::from(claimgate_providers::shared_issuer(&url).is_some());
        let (issuer, path) = register(&site, &url).await;
        let answer = save(&site, &path, policies.as_array().unwrap()).await;
        assert_eq!(answer.expect(200).get("findings"), None, "{url}");
        site.delete(&issuer, &site.root).await.expect(204);
    }
    assert!(shared >= 7, "{shared}");
}

#[tokio::test]
async fn the_gallery_is_saved_except_for_what_shows_strangers_that_get_in() {
    let database = Database::sqlite();
    let site = empty_site(&database, GuardMode::default()).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gallery");
    let mut refused = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let example: Value = serde_json::from_str(&text).unwrap();
        let policies = example["issuer"]["policies"].as_array().unwrap();
        if policies.is_empty() {
            continue;
        }
        let (issuer, path) = register(&site, example["issuer"]["url"].as_str().unwrap()).await;
        let answer = save(&site, &path, policies).await;
        if answer.status != 200 {
            assert_eq!(
                answer.expect(400)["errors"][0]["code"],
                "shared-issuer-unpinned"
            );
            refused.push(example["id"].as_str().unwrap().to_owned());
        }
        site.delete(&issuer, &site.root).await.expect(204);
    }
    refused.sort();
    assert_eq!(refused, ["wildcard-fork"]);
}
