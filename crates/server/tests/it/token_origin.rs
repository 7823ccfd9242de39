//! Access tokens with their origins, and their revocation: one, those of an issuer, all.

use claimgate_server::tokens::AccessToken;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::site::{Site, config};

async fn tokens(site: &Site, query: &str) -> Value {
    let path = format!("/api/orgs/acme/tokens{query}");
    site.get(&path, &site.root).await.expect(200)
}

#[tokio::test]
async fn a_token_leads_to_the_exchange_that_granted_it() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        for (kind, scope) in [("organization", "admin"), ("team", "team:deployers")] {
            site.granted(&issuer.token(json!({})), kind, scope).await;
        }
        let listed = tokens(&site, "").await;
        let team = &listed["tokens"][0];
        assert_eq!(
            (&team["tokenType"], &team["policies"], &team["scope"]),
            (&json!("team"), &json!([1]), &json!("team:deployers"))
        );
        assert_eq!(
            (&team["issuer"], &team["issuerName"]),
            (&json!(id), &json!("CI"))
        );
        let exchange = team["exchange"].as_str().unwrap();
        let path = format!("/api/orgs/acme/oidc/exchanges/{exchange}");
        let exchange = site.get(&path, &site.root).await.expect(200);
        assert_eq!(
            (&exchange["code"], &exchange["token"]),
            (&json!("granted"), &team["id"])
        );

        let first = tokens(&site, "?limit=1").await;
        assert_eq!(first["next"], team["id"]);
        let query = format!("?limit=1&before={}", first["next"].as_str().unwrap());
        let second = tokens(&site, &query).await;
        assert_eq!(second["tokens"], json!([listed["tokens"][1]]));
        let of_issuer = tokens(&site, &format!("?issuer={id}")).await;
        assert_eq!(of_issuer["tokens"], listed["tokens"]);
        assert_eq!(tokens(&site, "?issuer=other").await["tokens"], json!([]));
        for query in ["?limit=1001", "?before=x", "?unknown=1"] {
            let path = format!("/api/orgs/acme/tokens{query}");
            site.get(&path, &site.root).await.expect(400);
        }
    }
}

#[tokio::test]
async fn all_tokens_of_an_organization_are_revoked_at_once() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        let grant = async || {
            site.granted(&issuer.token(json!({})), "organization", "admin")
                .await
        };
        let (first, admin) = (grant().await, grant().await);
        let answer = site
            .post("/api/orgs/acme/revoke-tokens", &admin, &json!({}))
            .await
            .expect(200);
        assert_eq!(answer["revoked"], 2);
        for token in [&first, &admin] {
            site.get("/api/user", token).await.expect(401);
        }
        assert_eq!(tokens(&site, "").await["tokens"], json!([]));
        let changes = site
            .get("/api/orgs/acme/changes?limit=1", &site.root)
            .await
            .expect(200);
        assert_eq!(changes["changes"][0]["code"], "all-tokens-revoked");
        // Exchanges go on.
        site.get("/api/user", &grant().await).await.expect(200);
        site.get("/api/orgs", &site.root).await.expect(200);
    }
}

#[test]
fn a_token_has_the_time_of_its_id() {
    let id = claimgate_server::random::first_id(1_764_000_000);
    let [one, other] = [(); 2].map(|()| AccessToken::generate_for(&id));
    assert_ne!(one, other);
    // The prefix, and eight characters of time.
    assert_eq!(one.reveal()[..12], other.reveal()[..12]);
}
