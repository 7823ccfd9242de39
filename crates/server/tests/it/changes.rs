//! Administrators' changes in the audit log.

use claimgate_server::config::Config;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::site::{Site, config, standard_policies};

async fn changes(site: &Site, path: &str, token: &str) -> Vec<Value> {
    let answer = site.get(path, token).await.expect(200);
    answer["changes"].as_array().unwrap().clone()
}

async fn newest(site: &Site) -> Value {
    let all = changes(site, "/api/admin/changes?limit=1", &site.root).await;
    let path = format!("/api/admin/changes/{}", all[0]["id"].as_str().unwrap());
    site.get(&path, &site.root).await.expect(200)
}

#[tokio::test]
async fn each_change_is_recorded_with_its_author_and_what_it_changed() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let subject = "repo:acme/app:ref:refs/heads/main";
        let admin = site
            .granted(&issuer.token(json!({})), "organization", "admin")
            .await;
        let by_admin = |change: &Value| {
            let by = &change["by"];
            assert_eq!(
                (&by["kind"], &by["subject"]),
                (&json!("organization"), &json!(subject))
            );
            assert_eq!(by["issuer"], json!(id));
            assert!(by["token"].is_string());
        };

        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        let body = json!({"name": "CI 2", "maxExpiration": 600});
        site.patch(&path, &admin, &body).await.expect(200);
        let change = newest(&site).await;
        by_admin(&change);
        assert_eq!(
            (&change["code"], &change["issuer"]),
            (&json!("issuer-updated"), &json!(id))
        );
        assert_eq!(change["before"]["name"], "CI");
        assert_eq!(
            change["after"],
            json!({"name": "CI 2", "maxExpiration": 600})
        );

        let mut policies = standard_policies();
        policies[0]["rules"]["sub"] = json!("repo:acme/*");
        site.set_policies(&id, &policies).await;
        let change = newest(&site).await;
        assert_eq!(
            change["by"],
            json!({"kind": "bootstrap", "token": "bootstrap"})
        );
        assert_eq!(change["code"], "policies-replaced");
        let only = |side: &Value| {
            let policies = side["policies"].as_array().unwrap();
            assert_eq!((policies.len(), &policies[0]["index"]), (1, &json!(0)));
            policies[0]["policy"]["rules"]["sub"].clone()
        };
        assert_eq!(only(&change["before"]), "repo:acme/app:*");
        assert_eq!(only(&change["after"]), "repo:acme/*");

        let token = site
            .granted(&issuer.token(json!({})), "organization", "")
            .await;
        let tokens = site
            .get("/api/orgs/acme/tokens", &site.root)
            .await
            .expect(200);
        let token_id = tokens["tokens"][0]["id"].as_str().unwrap().to_owned();
        let revoke = format!("/api/orgs/acme/tokens/{token_id}");
        site.delete(&revoke, &admin).await.expect(204);
        let change = newest(&site).await;
        by_admin(&change);
        assert_eq!(
            (&change["code"], &change["name"]),
            (&json!("token-revoked"), &json!(token_id))
        );
        site.get("/api/user", &token).await.expect(401);

        let form = format!("token={admin}");
        site.form("/api/oauth/revoke", "", &form).await.expect(200);
        let change = newest(&site).await;
        by_admin(&change);
        assert_eq!(change["code"], "token-revoked-itself");
        // Nothing changes, so nothing is recorded.
        site.form("/api/oauth/revoke", "", &form).await.expect(200);
        site.form("/api/oauth/revoke", "", "token=unknown")
            .await
            .expect(200);

        site.post(&format!("{path}/revoke-tokens"), &site.root, &json!({}))
            .await
            .expect(200);
        assert_eq!(newest(&site).await["code"], "issuer-tokens-revoked");

        site.delete(&path, &site.root).await.expect(204);
        let change = newest(&site).await;
        assert_eq!(
            (&change["code"], &change["after"]),
            (&json!("issuer-deleted"), &Value::Null)
        );
        assert_eq!(change["before"]["name"], "CI 2");
        assert_eq!(change["before"]["policies"].as_array().unwrap().len(), 5);

        let own = changes(&site, "/api/orgs/acme/changes", &site.root).await;
        let codes: Vec<_> = own
            .iter()
            .map(|change| change["code"].as_str().unwrap())
            .collect();
        assert_eq!(
            codes,
            [
                "issuer-deleted",
                "issuer-tokens-revoked",
                "token-revoked-itself",
                "token-revoked",
                "policies-replaced",
                "issuer-updated",
                "policies-replaced",
                "issuer-created",
                "organization-created",
            ]
        );
        let query = format!("/api/orgs/acme/changes?code=policies-replaced&issuer={id}&limit=1");
        let page = site.get(&query, &site.root).await.expect(200);
        let next = page["next"].as_str().unwrap();
        let page = format!("{query}&before={next}");
        let page = site.get(&page, &site.root).await.expect(200);
        assert_eq!(page["changes"][0]["id"], own[6]["id"]);
        for query in [
            "?limit=0",
            "?limit=501",
            "?before=x",
            "?since=x",
            "?subject=x",
        ] {
            let path = format!("/api/orgs/acme/changes{query}");
            site.get(&path, &site.root).await.expect(400);
        }
    }
}

#[tokio::test]
async fn a_refused_change_is_not_recorded() {
    let database = Database::sqlite();
    let (site, _, id) = Site::with_issuer(config(&database.url)).await;
    let count = async || changes(&site, "/api/admin/changes", &site.root).await.len();
    let before = count().await;
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    site.patch(&path, &site.root, &json!({"name": ""}))
        .await
        .expect(400);
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(409);
    site.delete("/api/orgs/acme/tokens/none", &site.root)
        .await
        .expect(404);
    site.delete("/api/orgs/acme/oidc/issuers/none", &site.root)
        .await
        .expect(404);
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn an_organization_sees_its_own_changes_and_not_those_of_an_earlier_one_of_its_name() {
    for database in Database::each() {
        let (site, _, _) = Site::with_issuer(config(&database.url)).await;
        site.post("/api/orgs", &site.root, &json!({"name": "other"}))
            .await
            .expect(200);
        let own = changes(&site, "/api/orgs/other/changes", &site.root).await;
        assert_eq!(own.len(), 1);
        let foreign = changes(&site, "/api/orgs/acme/changes", &site.root).await;
        let path = format!(
            "/api/orgs/other/changes/{}",
            foreign[0]["id"].as_str().unwrap()
        );
        site.get(&path, &site.root).await.expect(404);
        site.delete("/api/orgs/acme", &site.root).await.expect(204);
        site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
            .await
            .expect(200);
        let own = changes(&site, "/api/orgs/acme/changes", &site.root).await;
        assert_eq!(
            (own.len(), &own[0]["code"]),
            (1, &json!("organization-created"))
        );
        let all = changes(&site, "/api/admin/changes", &site.root).await;
        let deleted = all
            .iter()
            .find(|change| change["code"] == "organization-deleted");
        assert_eq!(deleted.unwrap()["organization"], "acme");
    }
}

#[tokio::test]
async fn changes_are_in_the_audit_file_too() {
    let database = Database::sqlite();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("audit.jsonl");
    let (_site, _, id) = Site::with_issuer(Config {
        audit_file: Some(file.clone()),
        ..config(&database.url)
    })
    .await;
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let codes: Vec<_> = lines
        .iter()
        .map(|line| line["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "organization-created",
            "issuer-created",
            "policies-replaced"
        ]
    );
    assert_eq!(
        (&lines[2]["issuer"], &lines[2]["by"]["kind"]),
        (&json!(id), &json!("bootstrap"))
    );
    assert!(lines[2]["after"]["policies"].is_array());
}
