//! What a decision, a token, an entry and a mark belong to: an organization and an issuer by their ids and versions, not by
//! their names. Two servers share a database; one of them does not poll, so it decides on what it has read before.

use std::time::Duration;

use claimgate_server::config::Config;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Answer, Site, config, standard_policies};

/// A server of `acme`, another one that does not notice its changes, the issuer and the issuer's id.
struct Pair {
    changing: Site,
    stale: Site,
    issuer: Issuer,
    id: String,
}

impl Pair {
    async fn start(database: &Database) -> Self {
        let (changing, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let stale = Site::start(Config {
            poll: Duration::from_secs(3_600),
            ..config(&database.url)
        })
        .await;
        let pair = Self {
            changing,
            stale,
            issuer,
            id,
        };
        pair.grant("organization", "").await;
        pair
    }

    /// An access token of the server that does not poll.
    async fn grant(&self, kind: &str, scope: &str) -> String {
        let token = self.issuer.token(json!({}));
        self.stale.granted(&token, kind, scope).await
    }

    async fn exchange(&self) -> Answer {
        let token = self.issuer.token(json!({}));
        self.stale.exchange(&token, "organization", "").await
    }

    async fn revoke_tokens(&self) -> Value {
        let path = format!("/api/orgs/acme/oidc/issuers/{}/revoke-tokens", self.id);
        self.changing
            .post(&path, &self.changing.root, &json!({}))
            .await
            .expect(200)
    }

    /// Deletes the organization and creates another one of its name.
    async fn replace_organization(&self) {
        let Site { root, .. } = &self.changing;
        self.changing
            .delete("/api/orgs/acme", root)
            .await
            .expect(204);
        self.changing
            .post("/api/orgs", root, &json!({"name": "acme"}))
            .await
            .expect(200);
    }
}

/// Registers the issuer under its URL in `acme`. Returns its id.
async fn register(site: &Site, issuer: &Issuer, policies: &Value) -> String {
    let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks(), "singleUse": true});
    let answer = site
        .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
        .await
        .expect(200);
    let id = answer["id"].as_str().unwrap().to_owned();
    site.set_policies(&id, policies).await;
    id
}

async fn list(site: &Site, path: &str, member: &str) -> Vec<Value> {
    let answer = site.get(path, &site.root).await.expect(200);
    answer[member].as_array().unwrap().clone()
}

async fn run(connection: &mut AnyConnection, sql: &str) {
    sqlx::query(sql).execute(connection).await.unwrap();
}

fn reference(answer: &Answer) -> String {
    let said = answer.json()["error_description"].to_string();
    let (_, reference) = said.rsplit_once("(reference ").unwrap();
    reference.trim_end_matches(['"', ')']).to_owned()
}

#[tokio::test]
async fn an_exchange_that_was_decided_before_a_revocation_is_decided_again() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        let deny = json!([{"decision": "deny", "tokenType": "organization", "rules": {}}]);
        pair.changing.set_policies(&pair.id, &deny).await;
        assert_eq!(
            pair.exchange().await.status,
            200,
            "policies that were read before the change still decide"
        );
        assert_eq!(pair.revoke_tokens().await["revoked"], 2);
        let answer = pair.exchange().await;
        answer.expect(400);
        let path = format!("/api/orgs/acme/oidc/exchanges/{}", reference(&answer));
        let entry = pair.stale.get(&path, &pair.stale.root).await.expect(200);
        assert_eq!(
            (&entry["decision"], &entry["code"]),
            (&json!("denied"), &json!("denied")),
            "{entry}"
        );
        for site in [&pair.changing, &pair.stale] {
            let tokens = list(site, "/api/orgs/acme/tokens", "tokens").await;
            assert_eq!(tokens, [] as [Value; 0]);
        }
        let exchanges = list(
            &pair.stale,
            "/api/orgs/acme/oidc/exchanges?decision=allowed",
            "exchanges",
        )
        .await;
        assert_eq!(exchanges.len(), 2, "the outdated decision has no entry");
    }
}

#[tokio::test]
async fn an_exchange_after_a_revocation_is_granted_if_the_policies_still_allow_it() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        assert_eq!(pair.revoke_tokens().await["revoked"], 1);
        let token = pair.grant("organization", "").await;
        pair.changing.get("/api/user", &token).await.expect(200);
        let tokens = list(&pair.changing, "/api/orgs/acme/tokens", "tokens").await;
        assert_eq!(tokens.len(), 1);
        assert_eq!(pair.revoke_tokens().await["revoked"], 1);
        pair.changing.get("/api/user", &token).await.expect(401);
    }
}

#[tokio::test]
async fn a_single_use_that_was_outdated_is_not_used() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        let path = format!("/api/orgs/acme/oidc/issuers/{}", pair.id);
        let change = json!({"name": "CI", "singleUse": true});
        pair.changing
            .patch(&path, &pair.changing.root, &change)
            .await
            .expect(200);
        let site = Site::start(Config {
            poll: Duration::from_secs(3_600),
            ..config(&database.url)
        })
        .await;
        let token = pair.issuer.token(json!({}));
        site.granted(&pair.issuer.token(json!({})), "organization", "")
            .await;
        pair.revoke_tokens().await;
        site.granted(&token, "organization", "").await;
        site.exchange(&token, "organization", "").await.expect(400);
    }
}

/// A transaction that stores a token may be open while another one revokes: neither sees the other.
#[tokio::test]
async fn a_token_that_is_stored_during_a_revocation_is_not_valid() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        let token = pair.grant("organization", "admin").await;
        pair.changing.get("/api/user", &token).await.expect(200);
        let mut connection = database.connect().await;
        run(
            &mut connection,
            "CREATE TABLE saved AS SELECT * FROM tokens WHERE admin = 1 AND kind <> 'bootstrap'",
        )
        .await;
        let delete = "DELETE FROM tokens WHERE id IN (SELECT id FROM saved)";
        run(&mut connection, delete).await;
        // SQLite has one writer at a time.
        let is_concurrent = database.url.starts_with("postgres");
        let store = "INSERT INTO tokens SELECT * FROM saved";
        if is_concurrent {
            run(&mut connection, "BEGIN").await;
            run(&mut connection, store).await;
        }
        assert_eq!(pair.revoke_tokens().await["revoked"], 1);
        run(
            &mut connection,
            if is_concurrent { "COMMIT" } else { store },
        )
        .await;

        for site in [&pair.changing, &pair.stale] {
            site.get("/api/user", &token).await.expect(401);
            site.get("/api/orgs/acme/oidc/issuers", &token)
                .await
                .expect(401);
            let form = format!("token={token}");
            let answer = site.form("/api/oauth/introspect", &site.root, &form).await;
            assert_eq!(answer.expect(200)["active"], false);
            let tokens = list(site, "/api/orgs/acme/tokens", "tokens").await;
            assert_eq!(tokens, [] as [Value; 0]);
        }
    }
}

#[tokio::test]
async fn an_exchange_for_a_deleted_organization_is_refused() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        pair.changing
            .delete("/api/orgs/acme", &pair.changing.root)
            .await
            .expect(204);
        let answer = pair.exchange().await;
        assert_eq!(answer.expect(400)["error"], "invalid_target");
    }
}

#[tokio::test]
async fn an_organization_of_the_same_name_inherits_nothing() {
    for database in Database::each() {
        let pair = Pair::start(&database).await;
        let admin = pair.grant("organization", "admin").await;
        pair.changing
            .get("/api/orgs/acme", &admin)
            .await
            .expect(200);
        // As a transaction that was open during the deletion leaves it.
        let mut connection = database.connect().await;
        pair.replace_organization().await;
        run(&mut connection, "UPDATE tokens SET revoked = NULL").await;
        for site in [&pair.changing, &pair.stale] {
            for path in [
                "/api/user",
                "/api/orgs",
                "/api/orgs/acme",
                "/api/orgs/acme/oidc/issuers",
                "/api/orgs/acme/oidc/exchanges",
                "/api/orgs/acme/tokens",
            ] {
                assert_eq!(site.get(path, &admin).await.status, 401, "{path}");
            }
            let body = json!({"name": "CI", "url": URL, "jwks": pair.issuer.jwks()});
            site.post("/api/orgs/acme/oidc/issuers", &admin, &body)
                .await
                .expect(401);
        }
        for (path, member) in [
            ("/api/orgs/acme/oidc/exchanges", "exchanges"),
            ("/api/orgs/acme/tokens", "tokens"),
            ("/api/orgs/acme/oidc/issuers", "oidcIssuers"),
        ] {
            let found = list(&pair.changing, path, member).await;
            assert_eq!(found, [] as [Value; 0], "{path}");
        }
        // The new organization has the same issuer, whose policies allow nothing yet.
        let deny = json!([{"decision": "deny", "tokenType": "organization", "rules": {}}]);
        register(&pair.changing, &pair.issuer, &deny).await;
        let answer = pair.exchange().await;
        assert_eq!(answer.expect(400)["error"], "invalid_request");
        let entries = list(&pair.changing, "/api/orgs/acme/oidc/exchanges", "exchanges").await;
        assert_eq!(entries.len(), 1);
        let earlier = list(
            &pair.changing,
            "/api/admin/exchanges?unknown=true",
            "exchanges",
        )
        .await;
        assert_eq!(earlier.len(), 2);
        for entry in &earlier {
            assert_eq!(entry["organization"], "acme");
            assert_ne!(entry["organizationId"], entries[0]["organizationId"]);
        }
    }
}

#[tokio::test]
async fn an_invalid_request_is_in_the_log_of_the_organization_that_it_names() {
    let database = Database::sqlite();
    let pair = Pair::start(&database).await;
    let path = "/api/orgs/acme/oidc/exchanges?decision=denied";
    let body = json!({"audience": "urn:pulumi:org:acme", "grant_type": "none"});
    let answer = pair.stale.post("/api/oauth/token", "", &body).await;
    answer.expect(400);
    let entries = list(&pair.changing, path, "exchanges").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["id"], json!(reference(&answer)));
    pair.replace_organization().await;
    assert_eq!(list(&pair.changing, path, "exchanges").await.len(), 0);
}

#[tokio::test]
async fn an_issuer_that_is_registered_again_does_not_accept_used_tokens() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let issuers = "/api/orgs/acme/oidc/issuers";
        let remove = async |id: &str| {
            site.delete(&format!("{issuers}/{id}"), &site.root)
                .await
                .expect(204);
        };
        remove(&id).await;
        let id = register(&site, &issuer, &standard_policies()).await;
        let token = issuer.token(json!({}));
        site.granted(&token, "organization", "").await;
        remove(&id).await;
        site.exchange(&token, "organization", "").await.expect(400);
        let again = register(&site, &issuer, &standard_policies()).await;
        assert_ne!(id, again);
        let answer = site.exchange(&token, "organization", "").await;
        answer.expect(400);
        let entry = site
            .get(
                &format!("/api/orgs/acme/oidc/exchanges/{}", reference(&answer)),
                &site.root,
            )
            .await
            .expect(200);
        assert_eq!(entry["code"], "token-replayed");
        site.granted(&issuer.token(json!({})), "organization", "")
            .await;
    }
}

#[tokio::test]
async fn a_jti_may_have_2048_bytes_whatever_the_database() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        site.delete(&format!("/api/orgs/acme/oidc/issuers/{id}"), &site.root)
            .await
            .expect(204);
        register(&site, &issuer, &standard_policies()).await;
        let long = |length: usize, last: &str| {
            let jti: String = ('a'..='z').cycle().take(length - last.len()).collect();
            issuer.token(json!({"jti": jti + last}))
        };
        for last in ["1", "2", "\0", "\u{fffd}"] {
            let token = long(2_048, last);
            site.granted(&token, "organization", "").await;
            site.exchange(&token, "organization", "").await.expect(400);
        }
        let answer = site.exchange(&long(2_049, "1"), "organization", "").await;
        answer.expect(400);
        let entry = site
            .get(
                &format!("/api/orgs/acme/oidc/exchanges/{}", reference(&answer)),
                &site.root,
            )
            .await
            .expect(200);
        assert_eq!(entry["code"], "token-without-jti");
    }
}
