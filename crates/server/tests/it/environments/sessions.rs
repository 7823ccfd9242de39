//! Open sessions: whose they are, and how long.

use serde_json::{Value, json};

use super::{ALL, DEV, Tokens, create, open, set_access, with_key, yaml};
use crate::support::Database;
use crate::support::site::Site;

#[tokio::test]
async fn a_session_is_read_by_its_token_in_its_environment() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "values: {a: {fn::secret: s}}").await;
        create(&site, &root, "app", "other", "values: {a: 1}").await;
        let everyone = json!([
            {"to": "organization", "project": "*", "environment": "*", "permission": "open"},
            {"to": "team", "name": "deployers", "project": "*", "environment": "*", "permission": "open"},
        ]);
        set_access(&site, everyone).await;
        let session = open(&site, &tokens.member, DEV).await;
        let path = format!("{DEV}/open/{session}");
        site.get(&path, &tokens.member).await.expect(200);
        for other in [&tokens.admin, &tokens.user, &tokens.team, &root] {
            site.get(&path, other).await.expect(404);
            site.delete(&path, other).await.expect(404);
        }
        let elsewhere = format!("{ALL}/acme/app/other/open/{session}");
        site.get(&elsewhere, &tokens.member).await.expect(404);
        let unsaved = format!("{ALL}/acme/yaml/open/{session}");
        site.get(&unsaved, &tokens.member).await.expect(404);
        let cut = format!("{DEV}/open/{}", &session[..47]);
        site.get(&cut, &tokens.member).await.expect(404);
        site.get(&path, &tokens.member).await.expect(200);
        site.delete(&path, &tokens.member).await.expect(204);
        site.get(&path, &tokens.member).await.expect(404);
        // Permissions are looked up each time.
        let session = open(&site, &tokens.member, DEV).await;
        let path = format!("{DEV}/open/{session}");
        set_access(&site, json!([])).await;
        site.get(&path, &tokens.member).await.expect(404);
        // An admin ends all of them.
        let read = json!([{"to": "organization", "project": "*", "environment": "*", "permission": "open"}]);
        set_access(&site, read).await;
        site.get(&path, &tokens.member).await.expect(200);
        site.delete(&format!("{DEV}/open"), &tokens.member)
            .await
            .expect(403);
        site.delete(&format!("{DEV}/open"), &tokens.admin)
            .await
            .expect(204);
        site.get(&path, &tokens.member).await.expect(404);
    }
}

#[tokio::test]
async fn a_session_is_read_only_while_all_that_it_imports_may_be_opened() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    let keys = "values: {key: {fn::secret: s}}";
    create(&site, &site.root, "base", "keys", keys).await;
    create(&site, &site.root, "app", "dev", "imports: [base/keys]").await;
    let allow = async |base: &str| {
        let rule = |project: &str, permission: &str| json!({"to": "organization", "project": project, "environment": "*", "permission": permission});
        set_access(&site, json!([rule("app", "open"), rule("base", base)])).await;
    };
    allow("open").await;
    let member = &tokens.member;
    let saved = format!("{DEV}/open/{}", open(&site, member, DEV).await);
    let unsaved = format!("{ALL}/acme/yaml/open");
    let answer = yaml(&site, "POST", &unsaved, member, "imports: [base/keys]").await;
    let id = answer.expect(200)["id"].as_str().unwrap().to_owned();
    let unsaved = format!("{unsaved}/{id}");
    for (permission, status) in [("open", 200), ("read", 403), ("none", 404), ("write", 200)] {
        allow(permission).await;
        for path in [&saved, &unsaved, &format!("{saved}?property=key")] {
            site.get(path, member).await.expect_status(status);
        }
    }
}

#[tokio::test]
async fn a_session_ends_with_what_was_asked_for_the_permission_or_the_token() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        create(
            &site,
            &site.root,
            "app",
            "dev",
            "values: {d: \"${context.pulumi.openDuration}\"}",
        )
        .await;
        set_access(&site, json!([
            {"to": "organization", "project": "app", "environment": "*", "permission": "open"},
            {"to": "user", "name": "ada", "project": "app", "environment": "*", "permission": "open", "maxOpenSeconds": 90},
            {"to": "team", "name": "deployers", "project": "app", "environment": "*", "permission": "open",
             "maxOpenSeconds": 90},
        ])).await;
        let seconds = async |token: &str, query: &str| {
            site.post(&format!("{DEV}/open{query}"), token, &Value::Null)
                .await
                .expect(200);
            let changes = "/api/orgs/acme/changes?code=environment-opened&limit=1";
            let list = site.get(changes, &site.root).await.expect(200);
            let id = list["changes"][0]["id"].as_str().unwrap().to_owned();
            let change = site
                .get(&format!("/api/orgs/acme/changes/{id}"), &site.root)
                .await
                .expect(200);
            change["after"]["seconds"].as_i64().unwrap()
        };
        assert_eq!(seconds(&site.root, "").await, 7_200);
        assert_eq!(seconds(&site.root, "?duration=1h0m0s").await, 3_600);
        assert_eq!(seconds(&site.root, "?duration=100h0m0s").await, 86_400);
        assert_eq!(seconds(&tokens.team, "?duration=1h0m0s").await, 90);
        assert_eq!(seconds(&tokens.team, "?duration=5s").await, 5);
        // The user has the permission of members too, which has no limit; the token ends at some time.
        let of_user = seconds(&tokens.user, "?duration=100h0m0s").await;
        assert!((90..=86_400).contains(&of_user), "{of_user}");
        let mut connection = database.connect().await;
        let longer = "SELECT environment_sessions.hash FROM environment_sessions JOIN tokens ON tokens.id = environment_sessions.token
                      WHERE environment_sessions.expires > tokens.expires";
        let longer = sqlx::query(longer).fetch_all(&mut connection).await;
        assert!(longer.unwrap().is_empty());
        // An import that may be open for a shorter time shortens the session.
        create(&site, &site.root, "base", "keys", "values: {a: 1}").await;
        create(&site, &site.root, "app", "importer", "imports: [base/keys]").await;
        let importer = format!("{ALL}/acme/app/importer");
        set_access(
            &site,
            json!([
                {"to": "organization", "project": "app", "environment": "*", "permission": "open"},
                {"to": "organization", "project": "base", "environment": "*", "permission": "open", "maxOpenSeconds": 7},
            ]),
        )
        .await;
        site.post(&format!("{importer}/open"), &tokens.member, &Value::Null)
            .await
            .expect(200);
        let list = site
            .get(
                "/api/orgs/acme/changes?name=app/importer&limit=1",
                &site.root,
            )
            .await
            .expect(200);
        let change = format!(
            "/api/orgs/acme/changes/{}",
            list["changes"][0]["id"].as_str().unwrap()
        );
        let change = site.get(&change, &site.root).await.expect(200);
        assert_eq!(change["after"]["seconds"], 7);
        for wrong in ["0s", "-1h", "2", "1d"] {
            site.post(
                &format!("{DEV}/open?duration={wrong}"),
                &site.root,
                &Value::Null,
            )
            .await
            .expect(400);
        }
        sqlx::query("UPDATE environment_sessions SET expires = 1")
            .execute(&mut connection)
            .await
            .unwrap();
        let id = open(&site, &site.root, DEV).await;
        site.get(&format!("{DEV}/open/{id}"), &site.root)
            .await
            .expect(200);
        site.server.clean_up().await.unwrap();
        let left = sqlx::query("SELECT hash FROM environment_sessions")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(left.len(), 1);
        sqlx::query("UPDATE environment_sessions SET expires = 1")
            .execute(&mut connection)
            .await
            .unwrap();
        site.get(&format!("{DEV}/open/{id}"), &site.root)
            .await
            .expect(404);
    }
}
