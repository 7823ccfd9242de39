//! Who may do what: each kind of token, with each permission, on each route.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ALL, DEV, Tokens, create, opened, set_access, with_key, yaml};
use crate::support::Database;
use crate::support::site::{Answer, Site};

const PERMISSIONS: [&str; 5] = ["none", "read", "open", "write", "admin"];

/// What the token of a request needs.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    /// A permission on the environment: without the one to read, it is hidden.
    On(&'static str),
    /// A permission on any environment.
    Any(&'static str),
    /// Admin rights in the organization.
    Admin,
}

/// The path of a route below an environment.
macro_rules! below {
    ($below:literal) => {
        concat!("/api/esc/environments/{org}/{project}/{env}", $below)
    };
}

/// Each route, with its body and what it needs.
const ROUTES: &[(&str, &str, &str, Needs)] = &[
    ("GET", "/api/esc/environments", "", Needs::Nothing),
    ("GET", "/api/esc/environments/{org}", "", Needs::Nothing),
    (
        "POST",
        "/api/esc/environments/{org}",
        r#"{"project": "app", "name": "dev"}"#,
        Needs::On("write"),
    ),
    (
        "POST",
        "/api/esc/environments/{org}/yaml/check",
        "values: {a: 1}",
        Needs::Nothing,
    ),
    (
        "POST",
        "/api/esc/environments/{org}/yaml/open",
        "values: {a: 1}",
        Needs::Any("open"),
    ),
    (
        "GET",
        "/api/esc/environments/{org}/yaml/open/{id}",
        "",
        Needs::Nothing,
    ),
    (
        "GET",
        "/api/orgs/{org}/environments/access",
        "",
        Needs::Admin,
    ),
    (
        "PUT",
        "/api/orgs/{org}/environments/access",
        r#"{"access": []}"#,
        Needs::Admin,
    ),
    ("GET", below!(""), "", Needs::On("read")),
    ("GET", below!("/decrypt"), "", Needs::On("open")),
    (
        "PATCH",
        below!(""),
        "values: {a: {fn::secret: s3cret}}",
        Needs::On("write"),
    ),
    (
        "POST",
        below!("/clone"),
        r#"{"name": "div"}"#,
        Needs::On("write"),
    ),
    ("GET", below!("/versions"), "", Needs::On("read")),
    ("GET", below!("/versions/{version}"), "", Needs::On("read")),
    (
        "GET",
        below!("/versions/{version}/decrypt"),
        "",
        Needs::On("open"),
    ),
    (
        "POST",
        below!("/versions/{version}/open"),
        "",
        Needs::On("open"),
    ),
    (
        "POST",
        below!("/versions/{version}/check"),
        "",
        Needs::On("read"),
    ),
    (
        "POST",
        below!("/versions/{version}/check?showSecrets=true"),
        "",
        Needs::On("open"),
    ),
    (
        "POST",
        below!("/versions/{version}/retract"),
        "{}",
        Needs::On("write"),
    ),
    ("GET", below!("/versions/tags"), "", Needs::On("read")),
    (
        "POST",
        below!("/versions/tags"),
        r#"{"name": "t"}"#,
        Needs::On("write"),
    ),
    ("GET", below!("/versions/tags/{tag}"), "", Needs::On("read")),
    (
        "PATCH",
        below!("/versions/tags/{tag}"),
        "{}",
        Needs::On("write"),
    ),
    (
        "DELETE",
        below!("/versions/tags/{tag}"),
        "",
        Needs::On("write"),
    ),
    ("POST", below!("/check"), "", Needs::On("read")),
    (
        "POST",
        below!("/check?showSecrets=true"),
        "",
        Needs::On("open"),
    ),
    ("POST", below!("/open"), "", Needs::On("open")),
    ("DELETE", below!("/open"), "", Needs::On("admin")),
    ("GET", below!("/open/{id}"), "", Needs::On("open")),
    (
        "GET",
        below!("/open//{id}?property=a"),
        "",
        Needs::On("open"),
    ),
    ("DELETE", below!("/open/{id}"), "", Needs::On("open")),
    ("GET", below!("/tags"), "", Needs::On("read")),
    (
        "POST",
        below!("/tags"),
        r#"{"name": "t", "value": "a"}"#,
        Needs::On("write"),
    ),
    ("GET", below!("/tags/{tag}"), "", Needs::On("read")),
    (
        "PATCH",
        below!("/tags/{tag}"),
        r#"{"newTag": {"name": "", "value": "b"}}"#,
        Needs::On("write"),
    ),
    ("DELETE", below!("/tags/{tag}"), "", Needs::On("write")),
    ("GET", below!("/settings"), "", Needs::On("read")),
    (
        "PATCH",
        below!("/settings"),
        r#"{"deletionProtected": true}"#,
        Needs::On("admin"),
    ),
    ("DELETE", below!(""), "", Needs::On("admin")),
];

/// The routes whose access is tested here, as the OpenAPI document names them.
pub(crate) fn tested_routes() -> BTreeSet<String> {
    let route = |method: &str, path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        format!("{method} {}", path.replace("//", "/"))
    };
    let routes = ROUTES.iter();
    routes
        .map(|(method, path, ..)| route(method, path))
        .collect()
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

/// The outcome for a token with a permission, which may be that of an admin of the organization.
fn expected(needs: Needs, found: usize, is_admin: bool) -> &'static str {
    match needs {
        Needs::On(_) if found == 0 => "hidden",
        Needs::Nothing => "allowed",
        Needs::On(needed) | Needs::Any(needed) if found >= level(needed) => "allowed",
        Needs::Admin if is_admin => "allowed",
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
        // The admins come last: they replace the permissions.
        for (token, found, is_admin) in [
            (&tokens.member, given, false),
            (&tokens.role, given, false),
            (&tokens.team, given, false),
            (&tokens.user, given, false),
            (&tokens.runner, 0, false),
            (&tokens.admin, level("admin"), true),
            (&site.root, level("admin"), true),
        ] {
            for (method, path, body, needs) in ROUTES {
                let concrete = path
                    .replace("{org}", "acme")
                    .replace("{project}", "app")
                    .replace("{env}", "dev")
                    .replace("{version}", "2")
                    .replace("{tag}", "t")
                    .replace("{id}", "0123");
                let answer = yaml(&site, method, &concrete, token, body).await;
                assert_eq!(
                    outcome(&answer),
                    expected(*needs, found, is_admin),
                    "{permission} {method} {path}: {}",
                    answer.text
                );
                count += 1;
            }
            let missing = format!("{ALL}/acme/app/dxv");
            let answer = yaml(&site, "GET", &missing, token, "").await;
            assert_eq!(answer.status.as_u16(), 404);
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
            count += 2;
        }
        yaml(&site, "GET", DEV, "", "").await.expect(401);
    }
    assert_eq!(count, 5 * 7 * (39 + 2));
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
