//! Samples of an issuer on the server.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config};

async fn site(database: &Database) -> (Site, Issuer, String) {
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    (
        site,
        issuer,
        format!("/api/orgs/acme/oidc/issuers/{id}/samples"),
    )
}

fn sample(name: &str) -> Value {
    json!({
        "name": name, "claims": {"sub": "repo:acme/app:ref:refs/heads/main", "aud": ["a", "b"]},
        "request": {"tokenType": "team", "team": "deployers"}, "expect": "allowed",
    })
}

async fn put(site: &Site, path: &str, version: i64, body: &Value) -> Answer {
    let request = Request::put(path)
        .header("authorization", format!("token {}", site.root))
        .header("if-match", format!("\"{version}\""));
    site.send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

#[tokio::test]
async fn samples_are_added_changed_and_deleted() {
    for database in Database::each() {
        let (site, _, path) = site(&database).await;
        let created = site.post(&path, &site.root, &sample("main")).await;
        assert_eq!(created.headers["etag"], "\"1\"");
        let created = created.expect(200);
        let (id, version) = (created["id"].as_str().unwrap(), &created["version"]);
        assert_eq!(version, 1);
        for (member, value) in sample("main").as_object().unwrap() {
            assert_eq!(created[member], *value, "{member}");
        }
        let plain = json!({"name": "plain", "claims": {}});
        let plain = site.post(&path, &site.root, &plain).await.expect(200);
        assert_eq!((&plain["request"], plain.get("expect")), (&json!({}), None));
        let own = format!("{path}/{id}");
        put(&site, &own, 2, &sample("x")).await.expect(412);
        let changed = put(&site, &own, 1, &sample("renamed")).await.expect(200);
        assert_eq!(
            (&changed["name"], &changed["version"]),
            (&json!("renamed"), &json!(2))
        );
        let list = site.get(&path, &site.root).await.expect(200);
        assert_eq!(list["samples"], json!([changed, plain]));
        site.delete(&own, &site.root).await.expect(204);
        site.delete(&own, &site.root).await.expect(404);
        let list = site.get(&path, &site.root).await.expect(200);
        assert_eq!(list["samples"], json!([plain]));
        let changes = site
            .get("/api/orgs/acme/changes?limit=4", &site.root)
            .await
            .expect(200);
        let codes: Vec<_> = changes["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["code"])
            .collect();
        assert_eq!(
            codes,
            [
                "sample-deleted",
                "sample-changed",
                "sample-created",
                "sample-created"
            ]
        );
        let shown = changes.to_string();
        assert!(
            !shown.contains("deployers"),
            "the log has nothing of a sample: {shown}"
        );
        // They go with their issuer.
        site.delete(path.trim_end_matches("/samples"), &site.root)
            .await
            .expect(204);
        site.get(&path, &site.root).await.expect(404);
        let mut connection = database.connect().await;
        let left = sqlx::query("SELECT id FROM samples")
            .fetch_all(&mut connection)
            .await;
        assert!(left.unwrap().is_empty());
    }
}

#[tokio::test]
async fn only_admins_read_samples() {
    let database = Database::sqlite();
    let (site, issuer, path) = site(&database).await;
    site.post(&path, &site.root, &sample("main"))
        .await
        .expect(200);
    let admin = site
        .granted(&issuer.token(json!({})), "organization", "admin")
        .await;
    let member = site
        .granted(&issuer.token(json!({})), "organization", "")
        .await;
    site.get(&path, &admin).await.expect(200);
    site.get(&path, &member).await.expect(403);
    site.post(&path, &member, &sample("other"))
        .await
        .expect(403);
    site.get(&path, "").await.expect(401);
}

#[tokio::test]
async fn what_is_no_sample_is_refused() {
    let database = Database::sqlite();
    let (site, issuer, path) = site(&database).await;
    let token = issuer.token(json!({}));
    let (header_and_claims, _) = token.rsplit_once('.').unwrap();
    for (body, words) in [
        (
            json!({"name": "", "claims": {}}),
            "expected `name` of 1 to 200 characters, found 0",
        ),
        (
            json!({"name": "a", "claims": []}),
            "expected `claims`, an object",
        ),
        (
            json!({"name": "a", "claims": token}),
            "expected `claims`, an object",
        ),
        (
            json!({"name": "a", "claims": {"id_token": token}}),
            "found a token",
        ),
        (
            json!({"name": "a", "claims": {"x": [{"y": format!("Bearer {header_and_claims}.")}]}}),
            "found a token",
        ),
        (
            json!({"name": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "claims": {}}),
            "found a token",
        ),
        (
            json!({"name": "a", "claims": {"a": "b".repeat(65_536)}}),
            "at most 65536 bytes",
        ),
        (
            json!({"name": "a", "claims": {}, "expect": "maybe"}),
            "found `maybe`",
        ),
        (
            json!({"name": "a", "claims": {}, "request": {"tokenType": "x"}}),
            "found `x`",
        ),
        (json!({"name": "a", "claims": {}, "clams": {}}), "clams"),
        (json!({"claims": {}}), "name"),
        (json!(["a", {}]), "expected an object, found an array"),
        (
            json!({"name": "a", "claims": {}, "request": [null]}),
            "expected `request`, an object",
        ),
    ] {
        let said = site.post(&path, &site.root, &body).await.expect(400);
        let said = said["message"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
        assert!(!said.contains(header_and_claims), "{said}");
    }
    let twice = r#"{"name": "a", "claims": {"a": 1, "a": 2}}"#;
    let request = Request::post(&path).header("authorization", format!("token {}", site.root));
    site.send(request.body(Body::from(twice)).unwrap())
        .await
        .expect(400);
}

#[tokio::test]
async fn an_issuer_has_a_hundred_samples_at_most() {
    for database in Database::each() {
        let (site, _, path) = site(&database).await;
        for number in 0..100 {
            site.post(&path, &site.root, &sample(&number.to_string()))
                .await
                .expect(200);
        }
        let said = site
            .post(&path, &site.root, &sample("one more"))
            .await
            .expect(400);
        assert_eq!(
            said["message"],
            "expected at most 100 samples of an issuer: delete one first"
        );
    }
}
