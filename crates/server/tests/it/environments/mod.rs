//! Environments on the server.

mod access;
mod clones;
mod definitions;
mod keys;
mod lists;
mod opens;
mod quota;
mod revisions;
pub(crate) mod routes;
mod secrets;
mod sessions;
mod tags;
mod transit;
mod unsupported;

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::Request;
use claimgate_server::config::Config;
use claimgate_server::environments::MasterKeys;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config};

/// The path of all environments.
pub(crate) const ALL: &str = "/api/esc/environments";

/// The path of one environment.
pub(crate) const DEV: &str = "/api/esc/environments/acme/app/dev";

/// A definition with a comment, text, a reference and a secret.
pub(crate) const DEFINITION: &str = "# comment
values:
  greeting: hello
  url: \"https://${greeting}.example\"
  key: {fn::secret: s3cret}
  environmentVariables:
    KEY: ${key}
";

static KEY: LazyLock<String> = LazyLock::new(|| MasterKeys::generate().to_string());

pub(crate) fn master(text: &str) -> Option<Arc<MasterKeys>> {
    Some(Arc::new(MasterKeys::parse(text).unwrap()))
}

/// A configuration with a key for environments.
pub(crate) fn with_key(database: &str) -> Config {
    Config {
        environment_keys: master(&KEY),
        ..config(database)
    }
}

/// A server with a key for environments.
pub(crate) async fn site(database: &Database) -> Site {
    Site::with_issuer(with_key(&database.url)).await.0
}

/// The revision that an answer is about.
pub(crate) fn revision(answer: &Answer) -> &str {
    answer.headers["pulumi-esc-revision"].to_str().unwrap()
}

/// Sends requests of the bootstrap token, one after the other: the method, the path below `base`, the body, and the status
/// that is expected.
pub(crate) async fn expect_each(site: &Site, base: &str, rows: &[(&str, &str, Value, u16)]) {
    for (method, below, body, status) in rows {
        let path = format!("{base}{below}");
        let answer = yaml(site, method, &path, &site.root, &body.to_string()).await;
        let found = answer.status.as_u16();
        assert_eq!(found, *status, "{method} {path} {body}: {}", answer.text);
    }
}

/// Sends a definition.
pub(crate) async fn yaml(site: &Site, method: &str, path: &str, token: &str, text: &str) -> Answer {
    yaml_if(site, method, path, token, text, None).await
}

/// Sends a definition with a header.
pub(crate) async fn yaml_if(
    site: &Site,
    method: &str,
    path: &str,
    token: &str,
    text: &str,
    header: Option<(&str, &str)>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .header("authorization", format!("token {token}"));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    site.send(request.body(Body::from(text.to_owned())).unwrap())
        .await
}

/// Creates an environment with a definition.
pub(crate) async fn create(site: &Site, token: &str, project: &str, name: &str, text: &str) {
    let body = json!({"project": project, "name": name});
    site.post(&format!("{ALL}/acme"), token, &body)
        .await
        .expect(200);
    if !text.is_empty() {
        let path = format!("{ALL}/acme/{project}/{name}");
        yaml(site, "PATCH", &path, token, text).await.expect(200);
    }
}

/// Opens an environment. Returns the id of the session.
pub(crate) async fn open(site: &Site, token: &str, path: &str) -> String {
    let answer = site
        .post(&format!("{path}/open"), token, &Value::Null)
        .await
        .expect(200);
    answer["id"].as_str().unwrap().to_owned()
}

/// The plain values that an environment yields.
pub(crate) async fn opened(site: &Site, token: &str, path: &str) -> Value {
    let id = open(site, token, path).await;
    let environment = path.split("/versions/").next().unwrap_or(path);
    let answer = site.get(&format!("{environment}/open/{id}"), token).await;
    plain(&answer.expect(200)["properties"])
}

/// Values without their origins.
pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("trace") => plain(&value["value"]),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// Who may do what. The tokens are for those whom the rules of `access` name.
pub(crate) async fn set_access(site: &Site, access: Value) {
    let path = "/api/orgs/acme/environments/access";
    site.put(path, &site.root, &json!({"access": access}))
        .await
        .expect(200);
}

/// A rule of access for members of the organization.
pub(crate) fn members(project: &str, environment: &str, permission: &str) -> Value {
    json!({"to": "organization", "project": project, "environment": environment, "permission": permission})
}

/// The changes of a code that are recorded, newest first, with their details.
pub(crate) async fn changes(site: &Site, code: &str) -> Vec<Value> {
    let path = format!("/api/orgs/acme/changes?code={code}");
    let list = site.get(&path, &site.root).await.expect(200);
    let mut all = Vec::new();
    for entry in list["changes"].as_array().unwrap() {
        let path = format!("/api/orgs/acme/changes/{}", entry["id"].as_str().unwrap());
        all.push(site.get(&path, &site.root).await.expect(200));
    }
    all
}

/// Tokens of each kind, of a site whose policies grant them.
pub(crate) struct Tokens {
    pub(crate) admin: String,
    pub(crate) member: String,
    pub(crate) role: String,
    pub(crate) team: String,
    pub(crate) user: String,
    pub(crate) runner: String,
}

impl Tokens {
    pub(crate) async fn of(site: &Site, issuer: &Issuer, id: &str) -> Self {
        let rules = json!({"aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:*"});
        let role = json!({"aud": "urn:pulumi:org:acme", "sub": "role:*"});
        let policies = json!([
            {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": rules},
            {"decision": "allow", "tokenType": "organization", "roleID": "deployer", "rules": role},
            {"decision": "allow", "tokenType": "team", "teamName": "deploy*", "rules": rules},
            {"decision": "allow", "tokenType": "personal", "userLogin": "ada", "rules": rules},
            {"decision": "allow", "tokenType": "runner", "runnerID": "r1", "rules": rules},
        ]);
        site.set_policies(id, &policies).await;
        let token = || issuer.token(json!({}));
        Self {
            admin: site.granted(&token(), "organization", "admin").await,
            member: site.granted(&token(), "organization", "").await,
            role: site
                .granted(&issuer.token(json!({"sub": "role:x"})), "organization", "")
                .await,
            team: site.granted(&token(), "team", "team:deployers").await,
            user: site.granted(&token(), "personal", "user:ada").await,
            runner: site.granted(&token(), "runner", "runner:r1").await,
        }
    }
}
