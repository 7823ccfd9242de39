//! A database of an earlier version, as its server wrote it: `tests/fixtures/d0b187e/make.mjs`.

use claimgate_server::config::Config;
use claimgate_server::db::Store;
use claimgate_server::tokens::{AccessToken, HashKey};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Site, config, standard_policies};

/// A database of commit d0b187e, and what is known about it.
struct Fixture {
    database: Database,
    known: Value,
}

impl Fixture {
    /// On each kind of database that is there.
    async fn each() -> Vec<Self> {
        let mut fixtures = Vec::new();
        for database in Database::each() {
            fixtures.push(Self::restore(database).await);
        }
        fixtures
    }

    async fn restore(database: Database) -> Self {
        let (dump, known) = if database.url.starts_with("sqlite") {
            (
                include_str!("../fixtures/d0b187e/sqlite.sql"),
                include_str!("../fixtures/d0b187e/sqlite.json"),
            )
        } else {
            (
                include_str!("../fixtures/d0b187e/postgres.sql"),
                include_str!("../fixtures/d0b187e/postgres.json"),
            )
        };
        run(&database, dump).await;
        Self {
            database,
            known: serde_json::from_str(known).unwrap(),
        }
    }

    /// Today's server on it.
    async fn serve(&self) -> Site {
        let known = |name: &str| self.known[name].as_str().unwrap().to_owned();
        Site::start(Config {
            bootstrap: Some(known("bootstrap")),
            token_key: HashKey::new(&known("tokenKey")).unwrap(),
            // Its entries grow older than any limit.
            audit_days: None,
            ..config(&self.database.url)
        })
        .await
    }

    fn token(&self, name: &str) -> &str {
        self.known["tokens"][name].as_str().unwrap()
    }

    fn id_token(&self, name: &str) -> &str {
        self.known["idTokens"][name].as_str().unwrap()
    }
}

/// Runs statements on a database, which may be empty.
async fn run(database: &Database, sql: &str) {
    sqlx::any::install_default_drivers();
    let mode = if database.url.starts_with("sqlite") {
        "?mode=rwc"
    } else {
        ""
    };
    let address = format!("{}{mode}", database.url);
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn exchanges(site: &Site, path: &str) -> Vec<Value> {
    let answer = site.get(path, &site.root).await.expect(200);
    answer["exchanges"].as_array().unwrap().clone()
}

/// Whether every member of `expected` is in `found`, in objects at any depth.
fn contains(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected.iter().all(|(name, value)| {
            let member = found.get(name).unwrap_or(&Value::Null);
            contains(member, value)
        }),
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found
                    .iter()
                    .zip(expected)
                    .all(|(one, other)| contains(one, other))
        }
        _ => found == expected,
    }
}

#[tokio::test]
async fn stored_policies_become_the_first_revision() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        let path = "/api/orgs/acme/oidc/issuers?policies=true";
        let issuers = site.get(path, &site.root).await.expect(200);
        for issuer in issuers["oidcIssuers"].as_array().unwrap() {
            let now = &issuer["authPolicy"];
            let id = now["id"].as_str().unwrap();
            let path = format!("/api/orgs/acme/auth/policies/{id}/revisions");
            let list = site.get(&path, &site.root).await.expect(200);
            let first = json!({"version": now["version"], "created": now["modified"]});
            assert_eq!(list["revisions"], json!([first]));
            let path = format!("{path}/{}", now["version"]);
            let first = site.get(&path, &site.root).await.expect(200);
            assert_eq!(first["policies"], now["policies"]);
        }
    }
}

#[tokio::test]
async fn what_is_stored_is_read_before_it_is_migrated() {
    for fixture in Fixture::each().await {
        let url = &fixture.database.url;
        let store = Store::open_read_only(url).await.unwrap();
        let stored = store.all_issuers().await.unwrap();
        store.close().await;
        let names: Vec<_> = stored
            .iter()
            .map(|(issuer, _)| (issuer.organization.as_str(), issuer.settings.name.as_str()))
            .collect();
        let expected = [
            ("acme", "ci"),
            ("acme", "once"),
            ("acme", "wide"),
            ("again", "ci"),
        ];
        assert_eq!(names, expected);
        assert!(stored.iter().all(|(_, policies)| policies.starts_with('[')));
        run(&fixture.database, "SELECT jti FROM used").await;
        fixture.serve().await;
        let store = Store::open_read_only(url).await.unwrap();
        assert_eq!(store.all_issuers().await.unwrap(), stored);
    }
}

#[tokio::test]
async fn organizations_issuers_and_policies_stay() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        let organizations = site.get("/api/orgs", &site.root).await.expect(200);
        let names: Vec<_> = organizations["organizations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|organization| organization["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["acme", "again"]);
        let issuers = site
            .get("/api/orgs/acme/oidc/issuers?policies=true", &site.root)
            .await
            .expect(200);
        let (found, expected) = (&issuers["oidcIssuers"], &fixture.known["issuers"]);
        assert_eq!(expected.as_array().unwrap().len(), 3);
        assert!(contains(found, expected), "{found:#}\n{expected:#}");
    }
}

#[tokio::test]
async fn tokens_stay_valid_except_those_of_deleted_organizations() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        let status = async |name: &str| {
            let answer = site.get("/api/user", fixture.token(name)).await;
            answer.status.as_u16()
        };
        for name in ["organization", "admin", "team", "ofDeletedIssuer", "wide"] {
            assert_eq!(status(name).await, 200, "{name}");
        }
        for name in ["revoked", "former"] {
            assert_eq!(status(name).await, 401, "{name}");
        }
        let admin = fixture.token("admin");
        site.get("/api/orgs/acme/oidc/issuers", admin)
            .await
            .expect(200);
        site.get("/api/orgs/again/oidc/issuers", admin)
            .await
            .expect(403);
        let issuer = fixture.known["issuers"][0]["id"].as_str().unwrap();
        let path = format!("/api/orgs/acme/oidc/issuers/{issuer}/revoke-tokens");
        let answer = site.post(&path, admin, &json!({})).await.expect(200);
        assert_eq!(answer["revoked"], 3);
        assert_eq!(status("organization").await, 401);
        assert_eq!(status("wide").await, 200);
    }
}

#[tokio::test]
async fn used_id_tokens_stay_used() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        site.exchange(fixture.id_token("used"), "organization", "")
            .await
            .expect(400);
        let newest = &exchanges(&site, "/api/orgs/acme/oidc/exchanges?limit=1").await[0];
        assert_eq!(newest["code"], "token-replayed");
        let unused = fixture.id_token("unused");
        site.granted(unused, "organization", "").await;
        site.exchange(unused, "organization", "").await.expect(400);
    }
}

#[tokio::test]
async fn the_audit_log_keeps_its_decisions_and_says_which_rules_explain_them() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        let expected = fixture.known["audit"].as_array().unwrap();
        let found = exchanges(&site, "/api/admin/exchanges?limit=500").await;
        assert_eq!(found.len(), expected.len());
        let mut replayed = 0;
        for (found, expected) in found.iter().zip(expected) {
            assert!(contains(found, expected), "{found:#}\n{expected:#}");
            let id = expected["id"].as_str().unwrap();
            let path = format!("/api/admin/exchanges/{id}");
            let entry = site.get(&path, &site.root).await.expect(200);
            assert!(contains(&entry, expected), "{entry:#}\n{expected:#}");
            if entry["rules"] == Value::Null {
                continue;
            }
            replayed += 1;
            assert_eq!(entry["rules"]["decided"], 1);
            let note = entry["detail"]["note"].as_str().unwrap();
            assert!(note.contains("under version 1 of the rules"), "{note}");
        }
        // Those that got as far as a key.
        assert_eq!(replayed, 14);
    }
}

#[tokio::test]
async fn the_audit_log_of_an_earlier_organization_is_for_the_bootstrap_token() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        let organizations: Vec<_> = exchanges(&site, "/api/admin/exchanges?unknown=true")
            .await
            .iter()
            .map(|entry| entry["organization"].as_str().map(str::to_owned))
            .collect();
        let expected = [None, Some("missing".to_owned()), Some("again".to_owned())];
        assert_eq!(organizations, expected);
        let again = exchanges(&site, "/api/orgs/again/oidc/exchanges").await;
        assert_eq!(again, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn policies_beyond_a_later_limit_still_decide() {
    for fixture in Fixture::each().await {
        let site = fixture.serve().await;
        site.granted(fixture.id_token("wide"), "organization", "")
            .await;
    }
}

#[tokio::test]
async fn a_database_of_the_first_version_is_migrated_with_its_log() {
    for database in Database::each() {
        let issuer = Issuer::new();
        let token = AccessToken::generate();
        let hash = config(&database.url).token_key.hash(token.reveal());
        let detail = r#"{"summary":"allowed by policy 1","note":"as it was written"}"#;
        let rows = format!(
            "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
             {}
             INSERT INTO counters (name, value) VALUES ('schema', 1);
             INSERT INTO organizations (name, created, version) VALUES ('acme', 1000, 3);
             INSERT INTO issuers (id, organization, name, url, thumbprints, jwks, single_use, report_only, version, created, modified)
             VALUES ('i', 'acme', 'CI', '{URL}', '[]', '{}', 0, 0, 1, 1000, 1000);
             INSERT INTO policies (id, issuer, version, created, modified, document) VALUES ('p', 'i', 1, 1000, 1000, '{}');
             INSERT INTO tokens (hash, id, kind, organization, admin, issuer, scope, created)
             VALUES ('{hash}', 't', 'organization', 'acme', 1, 'i', 'admin', 2000);
             INSERT INTO audit (id, at, organization, issuer, decision, code, summary, policies, detail)
             VALUES ('0', 2000, 'acme', 'i', 'allowed', 'granted', 'allowed by policy 1', '[0]', '{detail}');",
            include_str!("../../src/db/migrations/1.sql"),
            issuer.jwks(),
            standard_policies(),
        );
        run(&database, &rows).await;
        let site = Site::start(Config {
            audit_days: None,
            ..config(&database.url)
        })
        .await;
        let admin = token.reveal();
        site.get("/api/orgs/acme/oidc/issuers", admin)
            .await
            .expect(200);
        let entry = site
            .get("/api/orgs/acme/oidc/exchanges/0", admin)
            .await
            .expect(200);
        assert_eq!(entry["detail"]["note"], "as it was written");
        assert_eq!(entry["rules"], Value::Null);
        site.granted(&issuer.token(json!({})), "organization", "")
            .await;
    }
}
