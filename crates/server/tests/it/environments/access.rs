//! Who may do what: by name, through imports, and in the audit log.

use serde_json::{Value, json};

use super::{ALL, DEV, Tokens, changes, create, members, opened, set_access, site, with_key, yaml};
use crate::support::Database;
use crate::support::site::Site;

#[tokio::test]
async fn nothing_is_allowed_without_a_permission_by_name() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    create(&site, &site.root, "app", "dev", "values: {a: 1}").await;
    create(&site, &site.root, "app", "prod", "values: {a: 1}").await;
    let all = [
        ("member", &tokens.member),
        ("role", &tokens.role),
        ("team", &tokens.team),
        ("user", &tokens.user),
        ("runner", &tokens.runner),
    ];
    let rule = |to: &str, name: &str, environment: &str, permission: &str| json!({"to": to, "name": name, "project": "*", "environment": environment, "permission": permission});
    for (access, dev, prod) in [
        (json!([]), vec![], vec![]),
        // Others' permissions are no one else's.
        (
            json!([
                rule("role", "other", "*", "admin"),
                rule("team", "deploy", "*", "admin"),
                rule("user", "bob", "*", "admin"),
                rule("role", "deployer", "dev*", "read"),
            ]),
            vec!["role"],
            vec![],
        ),
        // A role has nothing of what members may do.
        (
            json!([members("*", "*", "read")]),
            vec!["member", "user"],
            vec!["member", "user"],
        ),
    ] {
        set_access(&site, access).await;
        for (name, token) in all {
            let readers = [("app/dev", &dev), ("app/prod", &prod)];
            let mut listed = 0;
            for (environment, readers) in readers {
                let may_read = readers.contains(&name);
                let answer = site.get(&format!("{ALL}/acme/{environment}"), token).await;
                answer.expect_status(if may_read { 200 } else { 404 });
                listed += usize::from(may_read);
            }
            let list = site.get(ALL, token).await.expect(200);
            assert_eq!(list["environments"].as_array().unwrap().len(), listed);
        }
    }
    // Another organization's token sees nothing, whatever it may do at home.
    site.post("/api/orgs", &site.root, &json!({"name": "other"}))
        .await
        .expect(200);
    for organization in ["other", "none"] {
        let path = format!("{ALL}/{organization}");
        site.get(&path, &tokens.admin).await.expect(404);
    }
}

#[tokio::test]
async fn every_import_is_authorized_for_the_caller() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        let root = site.root.clone();
        create(
            &site,
            &root,
            "base",
            "keys",
            "values: {key: {fn::secret: s3cret}}",
        )
        .await;
        create(
            &site,
            &root,
            "base",
            "middle",
            "imports: [base/keys]\nvalues: {m: \"${key}\"}",
        )
        .await;
        create(
            &site,
            &root,
            "app",
            "dev",
            "imports: [base/middle]\nvalues: {d: \"${m}\"}",
        )
        .await;
        assert_eq!(opened(&site, &root, DEV).await["d"], "s3cret");
        let open = members;
        for (access, words) in [
            (
                json!([open("app", "*", "open")]),
                "environment \"base/middle\" not found",
            ),
            (
                json!([open("app", "*", "open"), open("base", "middle", "open")]),
                "environment \"base/keys\" not found",
            ),
            (
                json!([open("app", "*", "admin"), open("base", "*", "read")]),
                "environment \"base/middle\" not found",
            ),
        ] {
            set_access(&site, access).await;
            let answer = site
                .post(&format!("{DEV}/open"), &tokens.member, &Value::Null)
                .await;
            let said = answer.expect(400);
            assert_eq!(said["diagnostics"][0]["summary"], words, "{said}");
            let list = site
                .get("/api/orgs/acme/changes?code=environment-denied", &root)
                .await
                .expect(200);
            let name = words.split('"').nth(1).unwrap();
            assert_eq!(list["changes"][0]["name"], name, "{list}");
        }
        // Reading is enough to check.
        let checked = site
            .post(&format!("{DEV}/check"), &tokens.member, &Value::Null)
            .await
            .expect(200);
        assert_eq!(checked["properties"]["d"]["unknown"], true);
        set_access(
            &site,
            json!([open("app", "*", "open"), open("base", "*", "open")]),
        )
        .await;
        assert_eq!(opened(&site, &tokens.member, DEV).await["d"], "s3cret");
        // One that does not exist, and one that is hidden, look alike.
        set_access(&site, json!([open("app", "*", "write")])).await;
        for name in ["base/keys", "base/none"] {
            let text = format!("imports: [{name}]");
            let said = yaml(&site, "PATCH", DEV, &tokens.member, &text)
                .await
                .expect(400);
            assert_eq!(said["message"], format!("environment {name:?} not found"));
        }
    }
}

#[tokio::test]
async fn a_copy_needs_to_open_the_original_and_to_write_the_copy() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    create(
        &site,
        &site.root,
        "app",
        "dev",
        "values: {a: {fn::secret: s}}",
    )
    .await;
    let path = format!("{DEV}/clone");
    for (app, mine, status) in [
        ("none", "admin", 404),
        ("read", "admin", 403),
        ("open", "none", 404),
        ("open", "open", 403),
        ("open", "write", 204),
    ] {
        let access = [members("app", "*", app), members("mine", "*", mine)];
        set_access(&site, json!(access)).await;
        let body = json!({"project": "mine", "name": "a"});
        let answer = site.post(&path, &tokens.member, &body).await;
        answer.expect(status);
    }
}

#[tokio::test]
async fn the_audit_log_says_which_job_opened_what() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        create(
            &site,
            &site.root,
            "base",
            "keys",
            "values: {key: {fn::secret: s3cret}}",
        )
        .await;
        create(&site, &site.root, "app", "prod", "imports: [base/keys]").await;
        set_access(&site, json!([
            {"to": "team", "name": "deployers", "project": "*", "environment": "*", "permission": "open"},
        ])).await;
        let prod = format!("{ALL}/acme/app/prod");
        opened(&site, &tokens.team, &prod).await;
        site.get(&format!("{prod}/decrypt"), &tokens.team)
            .await
            .expect_status(200);
        site.delete(&prod, &tokens.team).await.expect(403);
        site.get(&prod, &tokens.user).await.expect(404);
        let recorded = async |query: &str| {
            let list = site
                .get(&format!("/api/orgs/acme/changes{query}"), &tokens.admin)
                .await
                .expect(200);
            list["changes"].as_array().unwrap().clone()
        };
        let about = recorded("?name=app/prod").await;
        let codes: Vec<_> = about
            .iter()
            .map(|one| one["code"].as_str().unwrap())
            .collect();
        assert_eq!(
            codes,
            [
                "environment-denied",
                "environment-denied",
                "environment-decrypted",
                "environment-opened",
                "environment-updated",
                "environment-created",
            ]
        );
        let opened = &about[3];
        assert_eq!(opened["by"]["kind"], "team");
        assert_eq!(opened["by"]["subject"], "repo:acme/app:ref:refs/heads/main");
        assert_eq!(opened["by"]["issuer"], id);
        // The token's id is the reference of the exchange, with all claims of the job.
        let exchange = opened["by"]["token"].as_str().unwrap();
        let path = format!("/api/orgs/acme/oidc/exchanges/{exchange}");
        let exchange = site.get(&path, &tokens.admin).await.expect(200);
        assert_eq!(exchange["subject"], "repo:acme/app:ref:refs/heads/main");
        let imported = recorded("?name=base/keys&code=environment-imported").await;
        assert_eq!(imported.len(), 1);
        assert_eq!(imported[0]["by"]["token"], opened["by"]["token"]);
        let path = format!("/api/orgs/acme/changes/{}", opened["id"].as_str().unwrap());
        let detail = site.get(&path, &tokens.admin).await.expect(200);
        assert_eq!(
            (&detail["after"]["revision"], &detail["after"]["imports"]),
            (&json!(2), &json!(["base/keys@2"]))
        );
    }
}

#[tokio::test]
async fn a_check_that_shows_secrets_is_recorded_with_its_imports() {
    let database = Database::sqlite();
    let (site, ..) = Site::with_issuer(with_key(&database.url)).await;
    let root = site.root.clone();
    let keys = "values: {key: {fn::secret: s3cret}}";
    create(&site, &root, "base", "keys", keys).await;
    create(&site, &root, "app", "dev", "imports: [base/keys]").await;
    let check = format!("{DEV}/check");
    site.post(&check, &root, &Value::Null).await.expect(200);
    let recorded = async |name: &str| {
        let path = format!("/api/orgs/acme/changes?code=environment-decrypted&name={name}");
        let list = site.get(&path, &root).await.expect(200);
        list["changes"].as_array().unwrap().clone()
    };
    assert_eq!(recorded("base/keys").await.len(), 0);
    let shown = format!("{check}?showSecrets=true");
    let found = site.post(&shown, &root, &Value::Null).await.expect(200);
    assert_eq!(found["properties"]["key"]["value"], "s3cret");
    assert_eq!(recorded("app/dev").await.len(), 1);
    let imported = recorded("base/keys").await;
    assert_eq!(imported.len(), 1);
    let path = format!(
        "/api/orgs/acme/changes/{}",
        imported[0]["id"].as_str().unwrap()
    );
    let detail = site.get(&path, &root).await.expect(200);
    assert_eq!(
        detail["after"],
        json!({"revision": 2, "through": "app/dev"})
    );
}

#[tokio::test]
async fn permissions_are_replaced_by_admins_only() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        let path = "/api/orgs/acme/environments/access";
        let access = json!([members("*", "*", "read")]);
        let body = json!({"access": access});
        site.put(path, &tokens.member, &body).await.expect(403);
        site.get(path, &tokens.user).await.expect(403);
        let empty = site.get(path, &tokens.admin).await;
        assert_eq!(empty.headers["etag"], "\"0\"");
        assert_eq!(empty.expect(200), json!({"version": 0, "access": []}));
        let saved = site.put(path, &tokens.admin, &body).await.expect(200);
        assert_eq!(saved, site.get(path, &site.root).await.expect(200));
        assert_eq!(saved["access"], access);
        let change = &changes(&site, "environment-access-replaced").await[0];
        assert_eq!(change["before"]["access"], json!([]));
        assert_eq!(change["after"]["access"], access);
        let request = axum::http::Request::put(path)
            .header("authorization", format!("token {}", site.root))
            .header("if-match", "\"0\"")
            .body(axum::body::Body::from(r#"{"access": []}"#));
        site.send(request.unwrap()).await.expect(412);
    }
}

#[tokio::test]
async fn permissions_are_checked() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let path = "/api/orgs/acme/environments/access";
    let right = members("*", "*", "read");
    for (member, value, word) in [
        ("to", json!("everyone"), "everyone"),
        ("to", json!("team"), "`name` of a team"),
        ("name", json!("x"), "no `name`"),
        ("project", json!(""), "`project`"),
        ("permission", json!("all"), "`all`"),
        ("maxOpenSeconds", json!(0), "maxOpenSeconds"),
    ] {
        let mut wrong = right.clone();
        wrong[member] = value;
        let body = json!({"access": [right, wrong]});
        let said = site.put(path, &site.root, &body).await.expect(400);
        let message = said["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
        assert_eq!(said["errors"][0]["path"], "access[1]");
    }
    let many = json!({"access": vec![right; 501]});
    site.put(path, &site.root, &many).await.expect(400);
}
