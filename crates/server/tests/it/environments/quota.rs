//! How much may be open: sessions of a token, and bytes of an organization.

use serde_json::{Value, json};
use sqlx::Row as _;

use super::{DEV, Tokens, create, members, open, set_access, site, with_key};
use crate::support::Database;
use crate::support::site::Site;

/// The quota of an organization, in bytes.
const QUOTA: i64 = 256 * 1024 * 1024;

/// Sets the sizes of the stored sessions that a condition selects.
async fn set_bytes(database: &Database, bytes: i64, condition: &str) {
    let update = format!("UPDATE environment_sessions SET bytes = $1 WHERE {condition}");
    let mut connection = database.connect().await;
    let query = sqlx::query(&update).bind(bytes);
    query.execute(&mut connection).await.unwrap();
}

/// The tokens that stored sessions belong to, and the sizes of these.
async fn stored(database: &Database) -> Vec<(String, i64)> {
    let mut connection = database.connect().await;
    let rows = sqlx::query("SELECT token, bytes FROM environment_sessions")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let rows = rows.iter().map(|row| (row.get("token"), row.get("bytes")));
    rows.collect()
}

#[tokio::test]
async fn the_sessions_of_a_revoked_token_end_and_count_no_more() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        Tokens::of(&site, &issuer, &id).await;
        create(&site, &site.root, "app", "dev", "values: {a: 1}").await;
        set_access(&site, json!([members("*", "*", "open")])).await;
        let opens = format!("{DEV}/open");
        for revoke in [
            "DELETE /api/orgs/acme/tokens/{token}",
            "POST /api/orgs/acme/oidc/issuers/{issuer}/revoke-tokens",
            "POST /api/orgs/acme/revoke-tokens",
            "POST /api/oauth/revoke",
        ] {
            let grant = async || {
                let token = issuer.token(json!({}));
                site.granted(&token, "organization", "").await
            };
            let (idle, token) = (grant().await, grant().await);
            open(&site, &token, DEV).await;
            set_bytes(&database, QUOTA, "token <> 'bootstrap'").await;
            let full = site.post(&opens, &site.root, &Value::Null).await;
            full.expect(429);
            // Revoking another token changes nothing.
            let form = format!("token={idle}");
            site.form("/api/oauth/revoke", "", &form).await.expect(200);
            let full = site.post(&opens, &site.root, &Value::Null).await;
            full.expect(429);
            let (method, path) = revoke.split_once(' ').unwrap();
            let found = stored(&database).await;
            let (owner, _) = found
                .iter()
                .find(|(owner, _)| owner != "bootstrap")
                .unwrap();
            let path = path.replace("{token}", owner).replace("{issuer}", &id);
            let answer = match (method, path.as_str()) {
                (_, "/api/oauth/revoke") => {
                    let form = format!("token={token}");
                    site.form(&path, "", &form).await
                }
                ("DELETE", _) => site.delete(&path, &site.root).await,
                _ => site.post(&path, &site.root, &Value::Null).await,
            };
            assert!(answer.status.is_success(), "{revoke}: {}", answer.text);
            open(&site, &site.root, DEV).await;
            let left = stored(&database).await;
            let are_others = left.iter().all(|(owner, _)| owner == "bootstrap");
            assert!(are_others, "{revoke}: {left:?}");
        }
    }
}

#[tokio::test]
async fn a_token_has_a_bounded_number_of_sessions() {
    let database = Database::sqlite();
    let site = site(&database).await;
    create(&site, &site.root, "app", "dev", "values: {a: 1}").await;
    for _ in 0..55 {
        open(&site, &site.root, DEV).await;
    }
    let last = open(&site, &site.root, DEV).await;
    let last = format!("{DEV}/open/{last}");
    site.get(&last, &site.root).await.expect(200);
    assert_eq!(stored(&database).await.len(), 50);
    // Those that have expired do not end one that has not.
    let mut connection = database.connect().await;
    let update = "UPDATE environment_sessions SET expires = 1, bytes = $1 WHERE hash NOT IN
                      (SELECT hash FROM environment_sessions ORDER BY created, hash LIMIT 1)";
    let query = sqlx::query(update).bind(QUOTA);
    query.execute(&mut connection).await.unwrap();
    open(&site, &site.root, DEV).await;
    assert_eq!(stored(&database).await.len(), 2);
}

#[tokio::test]
async fn concurrent_opens_do_not_exceed_the_quota() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        Tokens::of(&site, &issuer, &id).await;
        create(&site, &site.root, "app", "dev", "values: {a: 1}").await;
        set_access(&site, json!([members("*", "*", "open")])).await;
        let mut tokens = Vec::new();
        for _ in 0..4 {
            let token = issuer.token(json!({}));
            tokens.push(site.granted(&token, "organization", "").await);
        }
        open(&site, &tokens[0], DEV).await;
        let [(_, bytes)] = stored(&database).await[..] else {
            panic!("expected one session");
        };
        let opens = format!("{DEV}/open");
        for round in 0..5 {
            // There is room for one more.
            set_bytes(&database, 0, "1 = 1").await;
            let first = "hash = (SELECT MIN(hash) FROM environment_sessions)";
            set_bytes(&database, QUOTA - bytes * 3 / 2, first).await;
            let post = |index: usize| site.post(&opens, &tokens[index], &Value::Null);
            let (a, b, c, d) = tokio::join!(post(0), post(1), post(2), post(3));
            let mut statuses = [a, b, c, d].map(|answer| answer.status.as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 429, 429, 429], "round {round}");
        }
    }
}
