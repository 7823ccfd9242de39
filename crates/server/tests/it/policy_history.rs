//! The revisions of policies: they are listed, read and restored.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config, standard_policies};

/// A site whose issuer has had its first policies, `[]`, and the standard ones; and the path of them.
async fn site(database: &Database) -> (Site, Issuer, String) {
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
    let policies = site.get(&path, &site.root).await.expect(200);
    let policies = policies["id"].as_str().unwrap();
    let path = format!("/api/orgs/acme/auth/policies/{policies}");
    (site, issuer, path)
}

async fn restore(site: &Site, path: &str, version: i64, expected: Option<i64>) -> Answer {
    let mut request = Request::post(format!("{path}/revisions/{version}/restore"))
        .header("authorization", format!("token {}", site.root));
    if let Some(expected) = expected {
        request = request.header("if-match", format!("\"{expected}\""));
    }
    site.send(request.body(Body::empty()).unwrap()).await
}

fn allow(subject: &str) -> Value {
    json!([{"decision": "allow", "tokenType": "organization", "rules": {"sub": subject}}])
}

#[tokio::test]
async fn every_revision_is_kept_with_its_author_and_can_be_restored() {
    for database in Database::each() {
        let (site, issuer, path) = site(&database).await;
        let admin = site
            .granted(&issuer.token(json!({})), "organization", "admin")
            .await;
        let body = json!({"policies": allow("none")});
        site.patch(&path, &admin, &body).await.expect(200);
        let list = site
            .get(&format!("{path}/revisions"), &admin)
            .await
            .expect(200);
        let revisions = list["revisions"].as_array().unwrap();
        let columns = |name: &str| {
            revisions
                .iter()
                .map(|one| one[name].clone())
                .collect::<Value>()
        };
        assert_eq!(columns("version"), json!([3, 2, 1]));
        assert_eq!(columns("count"), json!([1, 5, 0]));
        assert_eq!(revisions[0]["by"]["kind"], "organization");
        assert_eq!(
            revisions[0]["by"]["subject"],
            "repo:acme/app:ref:refs/heads/main"
        );
        assert_eq!(revisions[1]["by"]["kind"], "bootstrap");
        assert!(revisions[0]["created"].as_str().unwrap().ends_with('Z'));
        assert_eq!(list["next"], Value::Null);
        let page = site
            .get(&format!("{path}/revisions?limit=1&before=3"), &admin)
            .await
            .expect(200);
        assert_eq!(
            (&page["revisions"][0]["version"], &page["next"]),
            (&json!(2), &json!(2))
        );

        let second = site
            .get(&format!("{path}/revisions/2"), &admin)
            .await
            .expect(200);
        assert_eq!(second["version"], 2);
        assert_eq!(second["policies"].as_array().unwrap().len(), 5);
        // The present policies allow nothing; the earlier ones still allow this token.
        let refused = site
            .exchange(&issuer.token(json!({})), "organization", "")
            .await;
        refused.expect(400);
        restore(&site, &path, 2, Some(2)).await.expect(412);
        let restored = restore(&site, &path, 2, Some(3)).await;
        assert_eq!(restored.headers["etag"], "\"4\"");
        let restored = restored.expect(200);
        assert_eq!(
            (&restored["version"], &restored["policies"]),
            (&json!(4), &second["policies"])
        );
        site.granted(&issuer.token(json!({})), "organization", "")
            .await;

        let list = site
            .get(&format!("{path}/revisions?limit=1"), &site.root)
            .await
            .expect(200);
        assert_eq!(
            (
                &list["revisions"][0]["version"],
                &list["revisions"][0]["restored"]
            ),
            (&json!(4), &json!(2))
        );
        let changes = site
            .get("/api/orgs/acme/changes?limit=1", &site.root)
            .await
            .expect(200);
        assert_eq!(changes["changes"][0]["code"], "policies-restored");
    }
}

#[tokio::test]
async fn what_is_not_a_revision_is_not_found_and_an_empty_one_is_not_restored() {
    let database = Database::sqlite();
    let (site, issuer, path) = site(&database).await;
    let get = async |path: String| site.get(&path, &site.root).await.status.as_u16();
    assert_eq!(get(format!("{path}/revisions/9")).await, 404);
    assert_eq!(get(format!("{path}/revisions/x")).await, 400);
    assert_eq!(get(format!("{path}/revisions?limit=0")).await, 400);
    let other = "/api/orgs/acme/auth/policies/00000000-0000-7000-8000-000000000000";
    assert_eq!(get(format!("{other}/revisions")).await, 404);
    restore(&site, &path, 9, None).await.expect(404);
    let said = restore(&site, &path, 1, None).await.expect(400);
    assert_eq!(said["message"], "policy definition can not be empty");
    // Of another organization there is nothing to see.
    site.post("/api/orgs", &site.root, &json!({"name": "other"}))
        .await
        .expect(200);
    assert_eq!(
        get(format!("{}/revisions", path.replace("acme", "other"))).await,
        404
    );
    let member = site
        .granted(&issuer.token(json!({})), "organization", "")
        .await;
    site.get(&format!("{path}/revisions"), &member)
        .await
        .expect(403);
}

#[tokio::test]
async fn the_oldest_revisions_go_when_there_are_too_many_bytes() {
    for database in Database::each() {
        let (site, _, path) = site(&database).await;
        // A quarter of what may be kept, so that the fifth displaces the first.
        let large = json!({"policies": standard_policies()});
        site.patch(&path, &site.root, &large).await.expect(200);
        let mut connection = database.connect().await;
        let bytes = "UPDATE policy_revisions SET bytes = 40000000";
        sqlx::Executor::execute(&mut connection, bytes)
            .await
            .unwrap();
        site.patch(&path, &site.root, &json!({"policies": allow("a")}))
            .await
            .expect(200);
        let list = site
            .get(&format!("{path}/revisions"), &site.root)
            .await
            .expect(200);
        let versions = list["revisions"].as_array().unwrap().iter();
        let versions: Value = versions.map(|one| one["version"].clone()).collect();
        assert_eq!(
            versions,
            json!([4, 3]),
            "of those that take too much, one fits"
        );
    }
}

#[tokio::test]
async fn revisions_go_with_their_issuer() {
    for database in Database::each() {
        let (site, _, path) = site(&database).await;
        let issuers = site
            .get("/api/orgs/acme/oidc/issuers", &site.root)
            .await
            .expect(200);
        let id = issuers["oidcIssuers"][0]["id"].as_str().unwrap().to_owned();
        let issuer = format!("/api/orgs/acme/oidc/issuers/{id}");
        site.delete(&issuer, &site.root).await.expect(204);
        site.get(&format!("{path}/revisions"), &site.root)
            .await
            .expect(404);
        let mut connection = database.connect().await;
        let left = sqlx::query("SELECT version FROM policy_revisions");
        assert!(left.fetch_all(&mut connection).await.unwrap().is_empty());
    }
}
