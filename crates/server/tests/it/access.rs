//! Access control: every route with every kind of caller.

use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Answer, Site, config, exchange_body, standard_policies};

/// The status of a route without a token, with a malformed token, a revoked one, a plain token of the
/// organization, a team's, that of an admin of another organization, an admin's, and the bootstrap
/// token.
struct Row {
    method: &'static str,
    path: &'static str,
    body: Value,
    expected: [u16; 8],
}

fn row(method: &'static str, path: &'static str, body: Value, expected: [u16; 8]) -> Row {
    Row {
        method,
        path,
        body,
        expected,
    }
}

/// For admins of the organization.
const ADMIN: [u16; 8] = [401, 401, 401, 403, 403, 403, 200, 200];
/// The same, if the resource does not exist.
const ADMIN_404: [u16; 8] = [401, 401, 401, 403, 403, 403, 404, 404];
/// For the bootstrap token.
const ROOT: [u16; 8] = [401, 401, 401, 403, 403, 403, 403, 200];
/// The same, if the resource does not exist.
const ROOT_404: [u16; 8] = [401, 401, 401, 403, 403, 403, 403, 404];
/// For any valid token.
const ANY: [u16; 8] = [401, 401, 401, 200, 200, 200, 200, 200];
/// Without a token.
const OPEN: [u16; 8] = [200; 8];

fn matrix() -> Vec<Row> {
    let issuer = json!({"name": "x", "url": "https://y.example", "jwks": Issuer::new().jwks()});
    let policy = json!({"policies": [{"decision": "deny", "tokenType": "team", "teamName": "a", "rules": {}}]});
    let sample = json!({"name": "x", "claims": {}});
    vec![
        row("GET", "/healthz", Value::Null, OPEN),
        row("GET", "/readyz", Value::Null, OPEN),
        row(
            "GET",
            "/metrics",
            Value::Null,
            [401, 401, 401, 403, 403, 403, 403, 200],
        ),
        row("GET", "/api/openapi.json", Value::Null, OPEN),
        row("GET", "/api/capabilities", Value::Null, OPEN),
        // Without an issuer, nothing is published.
        row(
            "GET",
            "/oidc/.well-known/openid-configuration",
            Value::Null,
            [404; 8],
        ),
        row("GET", "/oidc/.well-known/jwks", Value::Null, [404; 8]),
        row(
            "GET",
            "/oidc/v2/.well-known/openid-configuration",
            Value::Null,
            [404; 8],
        ),
        row("GET", "/oidc/v2/.well-known/jwks", Value::Null, [404; 8]),
        row("POST", "/api/oauth/token", json!({}), [400; 8]),
        row("POST", "/api/oauth/introspect", json!("token=a"), ANY),
        row("POST", "/api/oauth/revoke", json!("token=a"), OPEN),
        row("GET", "/api/user", Value::Null, ANY),
        row(
            "GET",
            "/api/user/organizations/default",
            Value::Null,
            [401, 401, 401, 200, 200, 200, 200, 404],
        ),
        row("GET", "/api/orgs", Value::Null, ANY),
        row(
            "POST",
            "/api/orgs",
            json!({"name": "acme"}),
            [401, 401, 401, 403, 403, 403, 403, 409],
        ),
        row("GET", "/api/orgs/{org}", Value::Null, ADMIN),
        row("DELETE", "/api/orgs/{org}x", Value::Null, ROOT_404),
        row("GET", "/api/orgs/{org}/oidc/issuers", Value::Null, ADMIN),
        row(
            "POST",
            "/api/orgs/{org}/oidc/issuers",
            issuer,
            [401, 401, 401, 403, 403, 403, 200, 409],
        ),
        row(
            "GET",
            "/api/orgs/{org}/oidc/issuers/{issuer}",
            Value::Null,
            ADMIN,
        ),
        row(
            "PATCH",
            "/api/orgs/{org}/oidc/issuers/{issuer}",
            json!({"name": "x"}),
            ADMIN,
        ),
        row(
            "DELETE",
            "/api/orgs/{org}/oidc/issuers/none",
            Value::Null,
            ADMIN_404,
        ),
        row(
            "POST",
            "/api/orgs/{org}/oidc/issuers/{issuer}/regenerate-thumbprints",
            json!({}),
            [401, 401, 401, 403, 403, 403, 400, 400],
        ),
        row(
            "POST",
            "/api/orgs/{org}/oidc/issuers/none/revoke-tokens",
            json!({}),
            ADMIN,
        ),
        row(
            "GET",
            "/api/orgs/{org}/auth/policies/oidcissuers/{issuer}",
            Value::Null,
            ADMIN,
        ),
        row(
            "PATCH",
            "/api/orgs/{org}/auth/policies/{policy}",
            policy,
            ADMIN,
        ),
        row(
            "GET",
            "/api/orgs/{org}/auth/policies/{policy}/revisions",
            Value::Null,
            ADMIN,
        ),
        row(
            "GET",
            "/api/orgs/{org}/auth/policies/{policy}/revisions/1000",
            Value::Null,
            ADMIN_404,
        ),
        row(
            "POST",
            "/api/orgs/{org}/auth/policies/{policy}/revisions/1000/restore",
            Value::Null,
            ADMIN_404,
        ),
        row(
            "GET",
            "/api/orgs/{org}/oidc/issuers/{issuer}/samples",
            Value::Null,
            ADMIN,
        ),
        row(
            "POST",
            "/api/orgs/{org}/oidc/issuers/{issuer}/samples",
            sample.clone(),
            ADMIN,
        ),
        row(
            "PUT",
            "/api/orgs/{org}/oidc/issuers/{issuer}/samples/missing",
            sample,
            ADMIN_404,
        ),
        row(
            "DELETE",
            "/api/orgs/{org}/oidc/issuers/{issuer}/samples/missing",
            Value::Null,
            ADMIN_404,
        ),
        row(
            "GET",
            "/api/orgs/{org}/oidc/issuers/{issuer}/keys",
            Value::Null,
            ADMIN,
        ),
        row("GET", "/api/orgs/{org}/oidc/statistics", Value::Null, ADMIN),
        row("GET", "/api/orgs/{org}/oidc/exchanges", Value::Null, ADMIN),
        row(
            "GET",
            "/api/orgs/{org}/oidc/exchanges/export",
            Value::Null,
            ADMIN,
        ),
        row(
            "GET",
            "/api/orgs/{org}/oidc/exchanges/none",
            Value::Null,
            ADMIN_404,
        ),
        row("GET", "/api/admin/exchanges", Value::Null, ROOT),
        row("GET", "/api/admin/exchanges/export", Value::Null, ROOT),
        row("GET", "/api/admin/exchanges/none", Value::Null, ROOT_404),
        row("GET", "/api/orgs/{org}/changes", Value::Null, ADMIN),
        row(
            "GET",
            "/api/orgs/{org}/changes/none",
            Value::Null,
            ADMIN_404,
        ),
        row("GET", "/api/admin/changes", Value::Null, ROOT),
        row("GET", "/api/admin/changes/none", Value::Null, ROOT_404),
        row("GET", "/api/orgs/{org}/tokens", Value::Null, ADMIN),
        row(
            "POST",
            "/api/orgs/{org}x/revoke-tokens",
            Value::Null,
            ROOT_404,
        ),
        row(
            "GET",
            "/api/settings",
            Value::Null,
            [401, 401, 401, 403, 403, 200, 200, 200],
        ),
        row(
            "DELETE",
            "/api/orgs/{org}/tokens/none",
            Value::Null,
            ADMIN_404,
        ),
    ]
}

#[tokio::test]
async fn every_route_answers_every_identity_as_it_should() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let policy = site
        .get(
            &format!("/api/orgs/acme/auth/policies/oidcissuers/{id}"),
            &site.root,
        )
        .await
        .expect(200);
    let policy = policy["id"].as_str().unwrap();
    let grant =
        async |kind: &str, scope: &str| site.granted(&issuer.token(json!({})), kind, scope).await;
    let revoked = grant("organization", "admin").await;
    site.form("/api/oauth/revoke", "", &format!("token={revoked}"))
        .await
        .expect(200);
    let identities = [
        ("nobody", String::new()),
        ("nonsense", "nonsense".to_owned()),
        ("revoked admin", revoked),
        ("organization", grant("organization", "").await),
        ("team", grant("team", "team:deployers").await),
        ("another's admin", other_admin(&site, &issuer).await),
        ("admin", grant("organization", "admin").await),
        ("bootstrap", site.root.clone()),
    ];
    for Row {
        method,
        path,
        body,
        expected,
    } in matrix()
    {
        let path = path
            .replace("{org}", "acme")
            .replace("{issuer}", &id)
            .replace("{policy}", policy);
        for ((who, token), expected) in identities.iter().zip(expected) {
            let answer = match (method, body.as_str()) {
                ("GET", _) => site.get(&path, token).await,
                ("DELETE", _) => site.delete(&path, token).await,
                ("PUT", _) => site.put(&path, token, &body).await,
                ("PATCH", _) => site.patch(&path, token, &body).await,
                (_, Some(form)) => site.form(&path, token, form).await,
                _ => site.post(&path, token, &body).await,
            };
            assert_eq!(
                answer.status, expected,
                "{method} {path} as {who}: {}",
                answer.text
            );
            if answer.status == 401 {
                assert!(answer.headers.contains_key("www-authenticate"));
            }
        }
    }
}

/// An admin of the organization `other`, by an issuer of its own with the same URL and keys.
async fn other_admin(site: &Site, issuer: &Issuer) -> String {
    site.post("/api/orgs", &site.root, &json!({"name": "other"}))
        .await
        .expect(200);
    let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks()});
    let answer = site
        .post("/api/orgs/other/oidc/issuers", &site.root, &body)
        .await
        .expect(200);
    let path = format!(
        "/api/orgs/other/auth/policies/oidcissuers/{}",
        answer["id"].as_str().unwrap()
    );
    let policy = site.get(&path, &site.root).await.expect(200);
    let policies = json!({"policies": standard_policies()});
    site.patch(
        &format!(
            "/api/orgs/other/auth/policies/{}",
            policy["id"].as_str().unwrap()
        ),
        &site.root,
        &policies,
    )
    .await
    .expect(200);
    let mut body = exchange_body(&issuer.token(json!({})), "organization", "admin");
    body["audience"] = json!("urn:pulumi:org:other");
    let answer = site.post("/api/oauth/token", "", &body).await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

/// The matrix has every route of the OpenAPI document, and that every route of the server but those
/// for machines.
#[tokio::test]
async fn the_matrix_is_complete() {
    let document = serde_json::to_value(claimgate_server::openapi_document()).unwrap();
    let mut documented: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let general = |path: &str| {
        let path = path
            .replace("{org}x", "{org}")
            .replace("{issuer}", "{id}")
            .replace("{policy}", "{id}")
            .replace("/1000", "/{version}")
            .replace("/missing", "/{sample}");
        path.replace("/none", "/{id}")
    };
    let mut tested: Vec<String> = matrix()
        .iter()
        .map(|row| format!("{} {}", row.method, general(row.path)))
        .collect();
    tested.retain(|route| {
        let is_api = route.contains("/api/") || route.contains("/oidc/");
        is_api && !route.ends_with("openapi.json")
    });
    tested.extend(crate::environments::routes::tested_routes());
    documented.sort();
    tested.sort();
    assert_eq!(documented, tested);
}

#[tokio::test]
async fn what_is_no_route_is_said_so_and_methods_too() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    assert_eq!(
        site.get("/api/nothing", &site.root).await.expect(404)["code"],
        404
    );
    assert_eq!(site.delete("/api/user", &site.root).await.status, 405);
    assert_eq!(site.post("/", "", &json!({})).await.status, 405);
    let misplaced = site.post("/oauth/token", "", &json!({})).await;
    assert_eq!(misplaced.status, 404);
    assert!(misplaced.text.contains("/api"), "{}", misplaced.text);
    // Without the app inside, its pages are not there, and say why.
    let answer = site.get("/playground", "").await;
    assert!(
        answer.status == 404 || answer.text.contains("<html"),
        "{}",
        answer.text
    );
}

/// What no admin of an organization can see, the bootstrap token finds; and by a reference alone,
/// anything.
#[tokio::test]
async fn exchanges_of_no_organization_are_found_by_the_bootstrap_token() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        let reference = |answer: &Answer| {
            let said = answer.expect(400)["error_description"]
                .as_str()
                .unwrap()
                .to_owned();
            said.rsplit_once("(reference ")
                .unwrap()
                .1
                .trim_end_matches(')')
                .to_owned()
        };
        let unreadable = reference(&site.post("/api/oauth/token", "", &json!({})).await);
        let mut body = exchange_body(&issuer.token(json!({})), "organization", "");
        body["audience"] = json!("urn:pulumi:org:nobody");
        let unknown = reference(&site.post("/api/oauth/token", "", &body).await);
        let denied = site
            .exchange(
                &issuer.token(json!({"sub": "repo:other/app:main"})),
                "organization",
                "",
            )
            .await;
        let denied = reference(&denied);
        site.granted(&issuer.token(json!({})), "organization", "")
            .await;

        let list = async |query: &str| {
            let found = site
                .get(&format!("/api/admin/exchanges{query}"), &site.root)
                .await
                .expect(200);
            let found = found["exchanges"].as_array().unwrap().iter();
            found
                .map(|entry| entry["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(list("").await.len(), 4);
        assert_eq!(
            list("?unknown=true").await,
            [unknown.clone(), unreadable.clone()]
        );
        assert_eq!(
            list(&format!("?unknown=true&before={unknown}")).await,
            std::slice::from_ref(&unreadable)
        );
        assert_eq!(list("?unknown=false&decision=denied").await.len(), 3);
        for (id, organization) in [
            (&unreadable, Value::Null),
            (&unknown, json!("nobody")),
            (&denied, json!("acme")),
        ] {
            let entry = site
                .get(&format!("/api/admin/exchanges/{id}"), &site.root)
                .await
                .expect(200);
            assert_eq!(
                (&entry["organization"], &entry["decision"]),
                (&organization, &json!("denied")),
                "{entry}"
            );
        }
        let admin = site
            .granted(&issuer.token(json!({})), "organization", "admin")
            .await;
        site.get(&format!("/api/orgs/acme/oidc/exchanges/{unknown}"), &admin)
            .await
            .expect(404);
        site.get("/api/orgs/acme/oidc/exchanges?unknown=true", &admin)
            .await
            .expect(400);
        // An organization that is created later does not get what was asked of its name before.
        site.post("/api/orgs", &site.root, &json!({"name": "nobody"}))
            .await
            .expect(200);
        assert_eq!(list("?unknown=true").await, [unknown, unreadable]);
    }
}
