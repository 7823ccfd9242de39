//! What each kind of token may do with each permission on each route.

use std::collections::BTreeSet;

use serde_json::json;

use super::{ALL, DEV, Tokens, create, set_access, with_key, yaml};
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
