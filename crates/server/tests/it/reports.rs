//! Mistakes in requests and at discovery, as people have reported them: our own cases, and field
//! reports that are read in place, from `CLAIMGATE_REPORTS` or `../shared/reports`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use claimgate_server::config::Config;
use claimgate_server::keys::KeyConfig;
use serde_json::{Value, json};

use crate::keys::support::{self as keys, Authority, Reply, Server, Signer, jwks, server};
use crate::support::Database;
use crate::support::site::{Answer, Site, TYPE, config, standard_policies};

/// A server of ours that trusts an issuer on this machine.
struct World {
    site: Site,
    issuer: Arc<Server>,
    _database: Database,
    _folder: tempfile::TempDir,
}

const ISSUERS: &str = "/api/orgs/acme/oidc/issuers";

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("root");
        let issuer = Server::start(authority.issue(&server("localhost"))).await;
        let keys = KeyConfig {
            extra_roots_pem: vec![authority.file(&folder)],
            ..keys::config()
        };
        let database = Database::sqlite();
        let site = Site::start(Config {
            keys,
            ..config(&database.url)
        })
        .await;
        site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
            .await
            .expect(200);
        Self {
            site,
            issuer,
            _database: database,
            _folder: folder,
        }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.issuer.port)
    }

    async fn register(&self, url: &str, jwks: Option<&Value>) -> Answer {
        let body = json!({"name": "CI", "url": url, "jwks": jwks});
        self.site.post(ISSUERS, &self.site.root, &body).await
    }

    /// The newest entry of the whole audit log, with its evidence: a request may name no organization.
    async fn audited(&self) -> Value {
        let path = "/api/admin/exchanges";
        let log = self
            .site
            .get(&format!("{path}?limit=1"), &self.site.root)
            .await
            .expect(200);
        let id = log["exchanges"][0]["id"].as_str().unwrap().to_owned();
        self.site
            .get(&format!("{path}/{id}"), &self.site.root)
            .await
            .expect(200)
    }

    async fn exchange(&self, content_type: &str, body: String) -> Answer {
        let request = Request::builder()
            .method("POST")
            .uri("/api/oauth/token")
            .header("content-type", content_type)
            .body(Body::from(body))
            .unwrap();
        self.site.send(request).await
    }
}

#[tokio::test]
async fn a_request_in_the_wrong_form_gets_the_right_one() {
    let world = World::new().await;
    for (changes, code, expected) in [
        (
            json!({"requested_token_type": format!("{TYPE}personal"), "scope": "user"}),
            "scope",
            "write `user:LOGIN`",
        ),
        (
            json!({"requested_token_type": format!("{TYPE}personal"), "scope": "User:ada"}),
            "scope",
            "write `user:ada`",
        ),
        (
            json!({"requested_token_type": format!("{TYPE}team"), "scope": "ops"}),
            "scope",
            "write `team:ops`",
        ),
        (json!({"scope": "Admin"}), "scope", "write `admin`"),
        (
            json!({"scope": "runner:r1"}),
            "scope",
            "request a token of the type `urn:pulumi:token-type:access_token:runner`",
        ),
        (
            json!({"requested_token_type": "Organization"}),
            "requested-token-type",
            "write `urn:pulumi:token-type:access_token:organization`",
        ),
    ] {
        let mut body = crate::support::site::exchange_body("a.b.c", "organization", "");
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = world
            .exchange("application/json", body.to_string())
            .await
            .expect(400);
        let said = answer["error_description"].as_str().unwrap();
        assert!(said.contains(expected), "{changes}: {said}");
        let entry = world.audited().await;
        assert_eq!(entry["code"], code, "{entry}");
        assert!(
            entry["summary"].as_str().unwrap().contains(expected),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn a_text_that_is_no_token_is_named_in_the_audit_log_only() {
    let world = World::new().await;
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";
    for (text, expected) in [
        (format!("Bearer {token}"), "without `Bearer`"),
        (format!("\"{token}\""), "without quotes"),
        (
            json!({ "value": token }).to_string(),
            "without the JSON around it",
        ),
        ("***".to_owned(), "masked"),
        ("ghs_0123456789".to_owned(), "an access token of GitHub"),
        ("${ID_TOKEN}".to_owned(), "not filled in"),
    ] {
        let body = crate::support::site::exchange_body(&text, "organization", "");
        let answer = world
            .exchange("application/json", body.to_string())
            .await
            .expect(400);
        let said = answer["error_description"].as_str().unwrap();
        assert!(
            said.starts_with("the subject token is refused (reference"),
            "{said}"
        );
        let entry = world.audited().await.to_string();
        assert!(entry.contains(expected), "{text}: {entry}");
        assert!(
            !entry.contains("c2ln") && !entry.contains("0123456789"),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn discovery_takes_what_issuers_have_and_names_what_is_wrong() {
    let world = World::new().await;
    let url = world.url();
    let signer = Signer::new("one");
    let discovery = |jwks_uri: &str| {
        let issuer = format!("{url}/acme-corp");
        json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string()
    };
    let serve = |jwks_uri: &str, keys: Reply| {
        let discovery = discovery(jwks_uri);
        world.issuer.answer(move |path| match path {
            "/acme-corp/.well-known/openid-configuration" => Reply::json(discovery.clone()),
            "/.well-known/jwks" => keys.clone(),
            _ => Reply::status(404),
        });
    };
    let issuer = format!("{url}/acme-corp");
    let at_root = format!("{url}/.well-known/jwks");
    for (jwks_uri, keys, expected) in [
        (at_root.as_str(), "{}", "`keys`"),
        (at_root.as_str(), "[]", "object"),
        (
            "https://10.0.0.1:6443/openid/v1/jwks",
            "{}",
            "a private address",
        ),
        ("https://192.168.1.1/jwks", "{}", "a private address"),
        ("http://ci.example/jwks", "{}", "https"),
    ] {
        serve(jwks_uri, Reply::json(keys));
        let message = world.register(&issuer, None).await.expect(400)["message"].to_string();
        assert!(message.contains(expected), "{jwks_uri} {keys}: {message}");
    }

    // Keys at the root of the host, with the type of RFC 7517, from a server that answers nothing else.
    world.issuer.refuse_accept("application/json");
    let keys = Reply::Plain(
        200,
        vec![(
            "content-type",
            "application/jwk-set+json; charset=UTF-8".to_owned(),
        )],
        jwks(&[&signer]).into_bytes(),
    );
    serve(&at_root, keys);
    let id = world.register(&issuer, None).await.expect(200)["id"].clone();
    world
        .site
        .set_policies(id.as_str().unwrap(), &standard_policies())
        .await;
    let exp = claimgate_server::now() + 600;
    let claims = json!({"iss": issuer, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:main", "exp": exp});
    let token = signer.token(&claims.to_string());
    world
        .site
        .exchange(&token, "organization", "")
        .await
        .expect(200);
}

/// The folder of the field reports; nothing where they are not, unless they are required.
fn reports() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reports");
    let named = std::env::var_os("CLAIMGATE_REPORTS").map(PathBuf::from);
    let is_required = named.is_some();
    let folder = named.unwrap_or(default);
    if folder.join("materialise.mjs").is_file() {
        return Some(folder);
    }
    assert!(
        !is_required,
        "expected field reports in {}, found none",
        folder.display()
    );
    eprintln!(
        "NOT RUN: the field reports, because {} has none",
        folder.display()
    );
    None
}

#[tokio::test]
async fn field_reports_are_answered_as_they_say() {
    let Some(folder) = reports() else { return };
    let mut seen = 0;
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let text = std::fs::read_to_string(path).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap();
        if ["discovery", "exchange"].contains(&report["kind"].as_str().unwrap_or_default()) {
            check(&folder, &text, &report).await;
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen} reports");
}

async fn check(folder: &Path, text: &str, report: &Value) {
    let world = World::new().await;
    let report = materialised(
        folder,
        &here(text, report, &world.url()),
        report["id"].as_str().unwrap(),
    );
    let (decision, code, said) = answered(&world, &report).await;
    let (id, expect) = (&report["id"], &report["expect"]);
    assert_eq!(decision, expect["decision"], "{id}: {said}");
    if let (Some(code), Some(expected)) = (code, expect["code"].as_str()) {
        assert_eq!(code, expected, "{id}: {said}");
    }
    for pattern in expect["mentions"].as_array().into_iter().flatten() {
        let pattern = pattern.as_str().unwrap().to_lowercase();
        let mut alternatives = pattern.split('|');
        assert!(
            alternatives.any(|text| said.to_lowercase().contains(text)),
            "{id}: no {pattern} in {said}"
        );
    }
}

/// The report, with this machine in place of the hosts that answer in it.
fn here(text: &str, report: &Value, url: &str) -> String {
    let http = report["http"].as_object();
    let urls = http
        .into_iter()
        .flat_map(serde_json::Map::keys)
        .map(String::as_str);
    let hosts: BTreeSet<&str> = urls.map(|url| url.split('/').nth(2).unwrap()).collect();
    hosts.iter().fold(text.to_owned(), |text, host| {
        text.replace(&format!("https://{host}"), url)
    })
}

/// The report with keys and tokens, as its own program makes them.
fn materialised(folder: &Path, report: &str, id: &str) -> Value {
    let own = tempfile::tempdir().unwrap();
    std::fs::copy(
        folder.join("materialise.mjs"),
        own.path().join("materialise.mjs"),
    )
    .unwrap();
    std::fs::write(own.path().join(format!("{id}.json")), report).unwrap();
    let output = Command::new("node")
        .args([
            "materialise.mjs",
            "out",
            &claimgate_server::now().to_string(),
        ])
        .current_dir(own.path())
        .output()
        .expect("Node.js makes the tokens of field reports");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let made = std::fs::read_to_string(own.path().join(format!("out/{id}.json"))).unwrap();
    serde_json::from_str(&made).unwrap()
}

/// The decision, its code where the server has one, and all that an administrator sees.
async fn answered(world: &World, report: &Value) -> (&'static str, Option<String>, String) {
    let http = report["http"].as_object().cloned().unwrap_or_default();
    let refused = http
        .values()
        .find_map(|answer| answer["refuseAccept"].as_str());
    if let Some(only) = refused {
        world.issuer.refuse_accept(only);
    }
    let has_http = !http.is_empty();
    let base = world.url();
    world
        .issuer
        .answer(move |path| match http.get(&format!("{base}{path}")) {
            None => Reply::status(404),
            Some(answer) => {
                let status = answer["status"].as_u64().unwrap_or(200).try_into().unwrap();
                let kind = answer["contentType"].as_str().unwrap_or("application/json");
                Reply::Plain(
                    status,
                    vec![("content-type", kind.to_owned())],
                    answer["json"].to_string().into_bytes(),
                )
            }
        });
    let jwks = Some(&report["issuer"]["jwks"]).filter(|jwks| jwks.is_object() && !has_http);
    let registered = world
        .register(report["issuer"]["url"].as_str().unwrap(), jwks)
        .await;
    if report["register"] == true && registered.status != 200 {
        return ("error", None, registered.text);
    }
    let id = registered.expect(200)["id"].as_str().unwrap().to_owned();
    world.site.set_policies(&id, &report["policies"]).await;
    let answer = match report["exchange"].as_object() {
        Some(exchange) => {
            let content_type = exchange["contentType"].as_str().unwrap();
            world
                .exchange(content_type, exchange["body"].as_str().unwrap().to_owned())
                .await
        }
        None => {
            world
                .site
                .exchange(report["token"].as_str().unwrap(), "organization", "")
                .await
        }
    };
    let entry = world.audited().await;
    let code = entry["code"].as_str().unwrap().to_owned();
    let decision = match (answer.status.as_u16(), code.as_str()) {
        (200, _) => return ("allow", None, entry.to_string()),
        (_, "denied") => "deny",
        _ => "error",
    };
    (decision, Some(code), entry.to_string())
}
