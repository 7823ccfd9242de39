//! Who may do what: each kind of token, with each permission, on each route.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ALL, DEV, Tokens, create, opened, set_access, with_key, yaml};
use crate::support::Database;
use crate::support::site::{Answer, Site};

const PERMISSIONS: [&str; 5] = ["none", "read", "open", "write", "admin"];

/// Each route below an environment, with the permission that it needs.
const ROUTES: [(&str, &str, &str, &str); 29] = [
    ("GET", "", "", "read"),
    ("GET", "/decrypt", "", "open"),
    ("PATCH", "", "values: {a: {fn::secret: s3cret}}", "write"),
    ("GET", "/versions", "", "read"),
    ("GET", "/versions/2", "", "read"),
    ("GET", "/versions/2/decrypt", "", "open"),
    ("POST", "/versions/2/open", "", "open"),
    ("POST", "/versions/2/check", "", "read"),
    ("POST", "/versions/2/check?showSecrets=true", "", "open"),
    ("POST", "/versions/1/retract", "{}", "write"),
    ("GET", "/versions/tags", "", "read"),
    ("POST", "/versions/tags", r#"{"name": "v"}"#, "write"),
    ("GET", "/versions/tags/v", "", "read"),
    ("PATCH", "/versions/tags/v", "{}", "write"),
    ("DELETE", "/versions/tags/v", "", "write"),
    ("POST", "/check", "", "read"),
    ("POST", "/check?showSecrets=true", "", "open"),
    ("POST", "/open", "", "open"),
    ("DELETE", "/open", "", "admin"),
    ("GET", "/open/0123", "", "open"),
    ("GET", "/open//0123?property=a", "", "open"),
    ("DELETE", "/open/0123", "", "open"),
    ("GET", "/tags", "", "read"),
    ("POST", "/tags", r#"{"name": "t", "value": "a"}"#, "write"),
    ("GET", "/tags/t", "", "read"),
    (
        "PATCH",
        "/tags/t",
        r#"{"newTag": {"name": "", "value": "b"}}"#,
        "write",
    ),
    ("DELETE", "/tags/t", "", "write"),
    ("GET", "/settings", "", "read"),
    (
        "PATCH",
        "/settings",
        r#"{"deletionProtected": true}"#,
        "admin",
    ),
];

/// The other routes: those of an environment's name in the same test, those of an organization in
/// tests of their own, here and in `requests`.
const OTHER_ROUTES: [&str; 10] = [
    "DELETE /api/esc/environments/{org}/{project}/{env}",
    "POST /api/esc/environments/{org}/{project}/{env}/clone",
    "GET /api/esc/environments",
    "GET /api/esc/environments/{org}",
    "POST /api/esc/environments/{org}",
    "POST /api/esc/environments/{org}/yaml/check",
    "POST /api/esc/environments/{org}/yaml/open",
    "GET /api/esc/environments/{org}/yaml/open/{id}",
    "GET /api/orgs/{org}/environments/access",
    "PUT /api/orgs/{org}/environments/access",
];

/// The routes whose access is tested here, as the OpenAPI document names them.
pub(crate) fn tested_routes() -> BTreeSet<String> {
    let general = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        let path = path
            .replace("/versions/1", "/versions/{version}")
            .replace("/versions/2", "/versions/{version}")
            .replace("/tags/v", "/tags/{tag}")
            .replace("/tags/t", "/tags/{tag}");
        path.replace("//0123", "/{id}").replace("/0123", "/{id}")
    };
    let below = ROUTES.iter().map(|(method, path, ..)| {
        let path = general(path);
        format!("{method} /api/esc/environments/{{org}}/{{project}}/{{env}}{path}")
    });
    below.chain(OTHER_ROUTES.map(str::to_owned)).collect()
}

fn level(permission: &str) -> usize {
    PERMISSIONS
        .iter()
        .position(|one| *one == permission)
        .unwrap()
}

/// What the answer says about the permission.
fn outcome(answer: &Answer) -> &'static str {
    match (answer.status.as_u16(), answer.text.as_str()) {
        (403, _) => "denied",
        (404, text) if text.contains("\"environment not found\"") => "hidden",
        (401, _) => "unauthorized",
        (500.., _) => panic!("{}", answer.text),
        _ => "allowed",
    }
}

fn expected(found: usize, needed: usize) -> &'static str {
    match (found, needed) {
        (0, _) => "hidden",
        _ if found >= needed => "allowed",
        _ => "denied",
    }
}

#[tokio::test]
async fn each_kind_of_token_may_do_what_its_permission_says_on_each_route() {
    let database = Database::sqlite();
    let config = claimgate_server::config::Config {
        limits: claimgate_server::config::Limits {
            address_rate: 0.0,
            ..Default::default()
        },
        ..with_key(&database.url)
    };
    let (site, issuer, id) = Site::with_issuer(config).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    create(
        &site,
        &site.root,
        "app",
        "dev",
        "values: {a: {fn::secret: s3cret}}",
    )
    .await;
    let protect = json!({"deletionProtected": true});
    site.patch(&format!("{DEV}/settings"), &site.root, &protect)
        .await
        .expect(200);
    let mut count = 0;
    for permission in PERMISSIONS {
        let given = level(permission);
        let binding = |to: &str, name: Option<&str>| json!({"to": to, "name": name, "project": "app", "environment": "d?v", "permission": permission});
        set_access(
            &site,
            json!([
                binding("organization", None),
                binding("role", Some("deployer")),
                binding("team", Some("deployers")),
                binding("user", Some("ada")),
            ]),
        )
        .await;
        for (token, found) in [
            (&tokens.member, given),
            (&tokens.role, given),
            (&tokens.team, given),
            (&tokens.user, given),
            (&tokens.runner, 0),
            (&tokens.admin, level("admin")),
            (&site.root, level("admin")),
        ] {
            let delete = ("DELETE", "", "", "admin");
            for (method, path, body, needed) in ROUTES.into_iter().chain([delete]) {
                let answer = yaml(&site, method, &format!("{DEV}{path}"), token, body).await;
                let expected = expected(found, level(needed));
                assert_eq!(
                    outcome(&answer),
                    expected,
                    "{permission} {method} {path}: {}",
                    answer.text
                );
                count += 1;
            }
            let missing = format!("{ALL}/acme/app/dxv");
            let answer = yaml(&site, "GET", &missing, token, "").await;
            assert_eq!(answer.status.as_u16(), 404);
            let name = json!({"project": "app", "name": "dev"});
            let answer = site.post(&format!("{ALL}/acme"), token, &name).await;
            assert_eq!(outcome(&answer), expected(found, level("write")), "create");
            let copy = json!({"name": "div"});
            let answer = site.post(&format!("{DEV}/clone"), token, &copy).await;
            assert_eq!(outcome(&answer), expected(found, level("write")), "clone");
            let list = site.get(ALL, token).await.expect(200);
            let names: Vec<_> = list["environments"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["name"].clone())
                .collect();
            assert_eq!(
                names.contains(&json!("dev")),
                found > 0,
                "{permission}: {list}"
            );
            count += 4;
        }
        yaml(&site, "GET", DEV, "", "").await.expect(401);
    }
    assert_eq!(count, 5 * 7 * (30 + 4));
}

#[tokio::test]
async fn nothing_is_allowed_without_a_permission_by_name() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    create(&site, &site.root, "app", "dev", "values: {a: 1}").await;
    create(&site, &site.root, "app", "prod", "values: {a: 1}").await;
    let all = [
        &tokens.member,
        &tokens.role,
        &tokens.team,
        &tokens.user,
        &tokens.runner,
    ];
    for token in all {
        site.get(DEV, token).await.expect(404);
        assert_eq!(
            site.get(ALL, token).await.expect(200)["environments"],
            json!([])
        );
    }
    // Others' permissions are no one else's.
    set_access(&site, json!([
        {"to": "role", "name": "other", "project": "*", "environment": "*", "permission": "admin"},
        {"to": "team", "name": "deploy", "project": "*", "environment": "*", "permission": "admin"},
        {"to": "user", "name": "bob", "project": "*", "environment": "*", "permission": "admin"},
        {"to": "role", "name": "deployer", "project": "app", "environment": "dev*", "permission": "read"},
    ])).await;
    for token in all {
        let status = if token == &tokens.role { 200 } else { 404 };
        site.get(DEV, token).await.expect_status(status);
        site.get(&format!("{ALL}/acme/app/prod"), token)
            .await
            .expect(404);
    }
    // A role has nothing of what members may do.
    set_access(
        &site,
        json!([
            {"to": "organization", "project": "*", "environment": "*", "permission": "read"},
        ]),
    )
    .await;
    for (token, status) in [
        (&tokens.member, 200),
        (&tokens.user, 200),
        (&tokens.role, 404),
        (&tokens.team, 404),
    ] {
        site.get(DEV, token).await.expect_status(status);
    }
    // Another organization's token sees nothing, whatever it may do at home.
    site.post("/api/orgs", &site.root, &json!({"name": "other"}))
        .await
        .expect(200);
    site.get(&format!("{ALL}/other"), &tokens.admin)
        .await
        .expect(404);
    site.get(&format!("{ALL}/none"), &tokens.admin)
        .await
        .expect(404);
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
        let open = |project: &str, environment: &str, permission: &str| json!({"to": "organization", "project": project, "environment": environment, "permission": permission});
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
    let clone =
        async |app: &str, mine: &str, name: &str| {
            set_access(&site, json!([
            {"to": "organization", "project": "app", "environment": "*", "permission": app},
            {"to": "organization", "project": "mine", "environment": "*", "permission": mine},
        ])).await;
            let body = json!({"project": "mine", "name": name});
            site.post(&format!("{DEV}/clone"), &tokens.member, &body)
                .await
                .status
                .as_u16()
        };
    assert_eq!(clone("none", "admin", "a").await, 404);
    assert_eq!(clone("read", "admin", "a").await, 403);
    assert_eq!(clone("open", "none", "a").await, 404);
    assert_eq!(clone("open", "open", "a").await, 403);
    assert_eq!(clone("open", "write", "a").await, 204);
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
        let changes = async |query: &str| {
            let list = site
                .get(&format!("/api/orgs/acme/changes{query}"), &tokens.admin)
                .await
                .expect(200);
            list["changes"].as_array().unwrap().clone()
        };
        let about = changes("?name=app/prod").await;
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
        let imported = changes("?name=base/keys&code=environment-imported").await;
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
async fn permissions_are_replaced_by_admins_only_and_checked() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        let path = "/api/orgs/acme/environments/access";
        let first =
            json!({"to": "organization", "project": "*", "environment": "*", "permission": "read"});
        site.put(path, &tokens.member, &json!({"access": [first]}))
            .await
            .expect(403);
        site.get(path, &tokens.user).await.expect(403);
        let empty = site.get(path, &tokens.admin).await;
        assert_eq!(empty.headers["etag"], "\"0\"");
        assert_eq!(empty.expect(200), json!({"version": 0, "access": []}));
        let saved = site
            .put(path, &tokens.admin, &json!({"access": [first]}))
            .await
            .expect(200);
        assert_eq!(saved, site.get(path, &site.root).await.expect(200));
        assert_eq!(saved["access"], json!([first]));
        let change = site
            .get(
                "/api/orgs/acme/changes?code=environment-access-replaced",
                &site.root,
            )
            .await
            .expect(200);
        let change = change["changes"][0]["id"].as_str().unwrap().to_owned();
        let change = site
            .get(&format!("/api/orgs/acme/changes/{change}"), &site.root)
            .await
            .expect(200);
        assert_eq!(
            (&change["before"]["access"], &change["after"]["access"]),
            (&json!([]), &json!([first]))
        );
        for (wrong, word) in [
            (
                json!({"to": "everyone", "project": "*", "environment": "*", "permission": "read"}),
                "everyone",
            ),
            (
                json!({"to": "team", "project": "*", "environment": "*", "permission": "read"}),
                "`name` of a team",
            ),
            (
                json!({"to": "organization", "name": "x", "project": "*", "environment": "*", "permission": "read"}),
                "no `name`",
            ),
            (
                json!({"to": "organization", "project": "", "environment": "*", "permission": "read"}),
                "`project`",
            ),
            (
                json!({"to": "organization", "project": "*", "environment": "*", "permission": "all"}),
                "`all`",
            ),
            (
                json!({"to": "organization", "project": "*", "environment": "*", "permission": "open", "maxOpenSeconds": 0}),
                "maxOpenSeconds",
            ),
        ] {
            let said = site
                .put(path, &site.root, &json!({"access": [first, wrong]}))
                .await
                .expect(400);
            assert!(said["message"].as_str().unwrap().contains(word), "{said}");
            assert_eq!(said["errors"][0]["path"], "access[1]");
        }
        let request = axum::http::Request::put(path)
            .header("authorization", format!("token {}", site.root))
            .header("if-match", "\"0\"")
            .body(axum::body::Body::from(r#"{"access": []}"#));
        site.send(request.unwrap()).await.expect(412);
        let many = json!({"access": vec![first; 501]});
        site.put(path, &site.root, &many).await.expect(400);
    }
}
