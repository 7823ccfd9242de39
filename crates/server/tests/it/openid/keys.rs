//! The keys that sign ID tokens: published, replaced, encrypted, exported.

use std::sync::Arc;

use claimgate_server::config::Config;
use claimgate_server::db::Store;
use claimgate_server::environments::{MasterKeys, rewrap};
use claimgate_server::openid::export;
use claimgate_server::{Clock, Server, StartError};
use serde_json::Value;

use super::{ISSUER, JWKS, error_of, jwks, verified, with_issuer, yields};
use crate::environments::{master, with_key};
use crate::support::Database;
use crate::support::site::{Site, config};

const DAY: u64 = 86_400;

const AZURE: &str = "values: {a: {fn::open::azure-login: {clientId: c, tenantId: t, subscriptionId: s, oidc: true}}}";

async fn token(site: &Site) -> String {
    let opened = yields(site, "web/prod", AZURE).await;
    opened["a"]["oidc"]["token"].as_str().unwrap().to_owned()
}

fn ids(keys: &Value) -> Vec<String> {
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_last_one_until_its_tokens_are_dead() {
    for database in Database::each() {
        let clock = Clock::default();
        let config = Config {
            clock: clock.clone(),
            ..with_issuer(&database.url)
        };
        let (site, ..) = Site::with_issuer(config).await;
        let keys = jwks(&site, JWKS).await;
        let [first, second] = <[String; 2]>::try_from(ids(&keys)).unwrap();
        for key in keys["keys"].as_array().unwrap() {
            let mut names: Vec<_> = key.as_object().unwrap().keys().collect();
            names.sort();
            assert_eq!(
                names,
                ["alg", "e", "kid", "kty", "n", "use"],
                "no private part"
            );
        }
        let early = token(&site).await;
        assert_eq!(kid(&early), first);
        // The next key signs after thirty days, and the one after it is published then.
        clock.advance(30 * DAY - 60);
        site.server.clean_up().await.unwrap();
        assert_eq!(
            ids(&jwks(&site, JWKS).await),
            [first.clone(), second.clone()]
        );
        let last = token(&site).await;
        assert_eq!(kid(&last), first);
        clock.advance(120);
        site.server.clean_up().await.unwrap();
        let rotated = jwks(&site, JWKS).await;
        assert_eq!(ids(&rotated)[..2], [first.clone(), second.clone()]);
        assert_eq!(ids(&rotated).len(), 3);
        let late = token(&site).await;
        assert_eq!(kid(&late), second);
        for token in [&early, &last, &late] {
            verified(&rotated, token, ISSUER, "azure:acme").unwrap();
        }
        // A day after the last token of the first key has expired, that key is gone.
        clock.advance(2 * DAY);
        site.server.clean_up().await.unwrap();
        let after = jwks(&site, JWKS).await;
        assert_eq!(ids(&after), ids(&rotated)[1..]);
        assert_eq!(
            verified(&after, &last, ISSUER, "azure:acme").unwrap_err(),
            "no key"
        );
        verified(&after, &late, ISSUER, "azure:acme").unwrap();
    }
}

#[tokio::test]
async fn replicas_have_the_same_keys() {
    for database in Database::each() {
        let clock = Clock::default();
        let with = || Config {
            clock: clock.clone(),
            ..with_issuer(&database.url)
        };
        let (one, ..) = Site::with_issuer(with()).await;
        let other = Site::start(with()).await;
        assert_eq!(jwks(&one, JWKS).await, jwks(&other, JWKS).await);
        clock.advance(31 * DAY);
        let (first, second) = tokio::join!(one.server.clean_up(), other.server.clean_up());
        first.unwrap();
        second.unwrap();
        let keys = jwks(&one, JWKS).await;
        assert_eq!(ids(&keys).len(), 3);
        assert_eq!(keys, jwks(&other, JWKS).await);
        verified(&keys, &token(&other).await, ISSUER, "azure:acme").unwrap();
    }
}

#[tokio::test]
async fn the_documents_are_those_of_the_configured_issuer() {
    let database = Database::sqlite();
    let config = Config {
        openid_issuer: Some("https://static.example/esc/".to_owned()),
        ..with_key(&database.url)
    };
    let (site, ..) = Site::with_issuer(config).await;
    let answer = site.get("/oidc/.well-known/openid-configuration", "").await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
    let document = answer.expect(200);
    assert_eq!(document["issuer"], "https://static.example/esc");
    assert_eq!(
        document["jwks_uri"],
        "https://static.example/esc/.well-known/jwks"
    );
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        serde_json::json!(["RS256"])
    );
    let second = site
        .get("/oidc/v2/.well-known/openid-configuration", "")
        .await;
    assert_eq!(
        second.expect(200)["issuer"],
        "https://static.example/esc/v2"
    );
    let token = token(&site).await;
    let keys = jwks(&site, JWKS).await;
    verified(&keys, &token, "https://static.example/esc", "azure:acme").unwrap();
    // What is published elsewhere is what the server says.
    let store = Store::open(&database.url).await.unwrap();
    let exported = export(&store, "https://static.example/esc/").await.unwrap();
    let paths: Vec<_> = exported
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    let expected = [
        ".well-known/openid-configuration",
        ".well-known/jwks",
        "v2/.well-known/openid-configuration",
        "v2/.well-known/jwks",
    ];
    assert_eq!(paths, expected);
    for file in &exported.files {
        let served = site.get(&format!("/oidc/{}", file.path), "").await;
        assert_eq!(served.expect(200), file.content, "{}", file.path);
    }
    let days = (exported.complete_until - claimgate_server::now()) / 86_400;
    assert!((59..=60).contains(&days), "{days}");
}

#[tokio::test]
async fn without_a_key_or_an_issuer_nothing_is_signed() {
    let database = Database::sqlite();
    let without_key = Config {
        openid_issuer: Some(ISSUER.to_owned()),
        ..config(&database.url)
    };
    let (site, ..) = Site::with_issuer(without_key).await;
    for path in [
        JWKS,
        "/oidc/.well-known/openid-configuration",
        "/oidc/v2/.well-known/jwks",
    ] {
        let said = site.get(path, "").await.expect(404);
        assert!(
            said["message"]
                .as_str()
                .unwrap()
                .contains("no OpenID provider"),
            "{said}"
        );
    }
    site.server.stop().await;
    let site = Site::start(with_key(&database.url)).await;
    site.get(JWKS, "").await.expect(404);
    let said = error_of(&site, "web/prod", AZURE).await;
    assert_eq!(
        said,
        "this server signs no ID tokens: it was started without --oidc-issuer"
    );
    let store = Store::open(&database.url).await.unwrap();
    let error = export(&store, ISSUER).await.unwrap_err().to_string();
    assert!(error.contains("start `claimgate serve` once"), "{error}");
}

#[tokio::test]
async fn signing_keys_are_encrypted_with_the_master_key() {
    for database in Database::each() {
        let (old, new) = (MasterKeys::generate(), MasterKeys::generate());
        let both = format!("{}\n{}\n", *new, *old);
        let with = |text: &str| Config {
            environment_keys: master(text),
            ..with_issuer(&database.url)
        };
        let (site, ..) = Site::with_issuer(with(&old)).await;
        let keys = jwks(&site, JWKS).await;
        site.server.stop().await;
        match Server::start(with(&new)).await {
            Err(StartError::Environments(problem)) => {
                assert!(!problem.to_string().contains(&**old));
            }
            other => panic!("{other:?}"),
        }
        // There are no environments: data keys need not be wrapped again, the signing keys have to be.
        let masters = Arc::new(MasterKeys::parse(&both).unwrap());
        let store = Store::open(&database.url).await.unwrap();
        assert_eq!(rewrap(&store, &masters).await.unwrap(), 4);
        assert_eq!(rewrap(&store, &masters).await.unwrap(), 0);
        let site = Site::start(with(&new)).await;
        assert_eq!(jwks(&site, JWKS).await, keys);
        verified(&keys, &token(&site).await, ISSUER, "azure:acme").unwrap();
        // A key whose public half was replaced signs nothing.
        site.server.stop().await;
        let mut connection = database.connect().await;
        let swap = "UPDATE signing_keys SET jwk = (SELECT MAX(jwk) FROM signing_keys WHERE purpose = 'id-token-v2')";
        sqlx::query(swap).execute(&mut connection).await.unwrap();
        let site = Site::start(with(&new)).await;
        let said = error_of(&site, "web/prod", AZURE).await;
        assert_eq!(
            said,
            "the ID token cannot be signed; the server's log says why"
        );
    }
}
