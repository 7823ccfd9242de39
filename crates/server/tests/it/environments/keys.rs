//! Master keys: missing, wrong, and replaced.

use std::sync::Arc;

use claimgate_server::config::Config;
use claimgate_server::db::Store;
use claimgate_server::environments::{MasterKeys, rewrap};
use claimgate_server::{Server, StartError};

use super::{DEV, create, master, opened, with_key};
use crate::support::Database;
use crate::support::site::{Site, config};

async fn refusal(config: Config) -> String {
    match Server::start(config).await {
        Err(error @ StartError::Environments(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("expected that the server does not start"),
    }
}

async fn with_environment(database: &Database, key: &str) {
    let config = Config {
        environment_keys: master(key),
        ..config(&database.url)
    };
    let (site, ..) = Site::with_issuer(config).await;
    create(
        &site,
        &site.root,
        "app",
        "dev",
        "values: {a: {fn::secret: s3cret}}",
    )
    .await;
    site.server.stop().await;
}

#[tokio::test]
async fn the_server_does_not_start_with_a_missing_or_another_key() {
    for database in Database::each() {
        let (key, other) = (MasterKeys::generate(), MasterKeys::generate());
        with_environment(&database, &key).await;
        let said = refusal(config(&database.url)).await;
        assert!(said.contains("their key is missing"), "{said}");
        let wrong = Config {
            environment_keys: master(&other),
            ..config(&database.url)
        };
        let said = refusal(wrong).await;
        let keys = MasterKeys::parse(&key).unwrap();
        assert!(said.contains(keys.names()[0]), "{said}");
        assert!(!said.contains(&**key) && !said.contains(&**other), "{said}");
        let right = Config {
            environment_keys: master(&key),
            ..config(&database.url)
        };
        let site = Site::start(right).await;
        assert_eq!(opened(&site, &site.root, DEV).await["a"], "s3cret");
    }
}

#[tokio::test]
async fn another_key_is_refused_before_there_are_environments() {
    let database = Database::sqlite();
    let (key, other) = (MasterKeys::generate(), MasterKeys::generate());
    let with = |text: &str| Config {
        environment_keys: master(text),
        ..config(&database.url)
    };
    Site::start(with(&key)).await.server.stop().await;
    let said = refusal(with(&other)).await;
    assert!(said.contains("another key"), "{said}");
    // Without environments, the server can do without the key.
    Site::start(config(&database.url)).await.server.stop().await;
}

#[tokio::test]
async fn keys_are_wrapped_again_and_definitions_stay() {
    for database in Database::each() {
        let (old, new) = (MasterKeys::generate(), MasterKeys::generate());
        with_environment(&database, &old).await;
        let both = format!("{}\n{}\n", *new, *old);
        let with = |text: &str| Config {
            environment_keys: master(text),
            ..config(&database.url)
        };
        let site = Site::start(with(&both)).await;
        let before = site.get(DEV, &site.root).await.text;
        let store = Store::open(&database.url).await.unwrap();
        let keys = MasterKeys::parse(&both).unwrap();
        assert_eq!(rewrap(&store, &keys).await.unwrap(), 1);
        assert_eq!(rewrap(&store, &keys).await.unwrap(), 0);
        // The server goes on meanwhile.
        assert_eq!(opened(&site, &site.root, DEV).await["a"], "s3cret");
        site.server.stop().await;
        let site = Site::start(with(&new)).await;
        assert_eq!(opened(&site, &site.root, DEV).await["a"], "s3cret");
        assert_eq!(site.get(DEV, &site.root).await.text, before);
        site.server.stop().await;
        refusal(with(&old)).await;
    }
}

#[tokio::test]
async fn what_was_moved_between_environments_in_the_database_is_not_decrypted() {
    for database in Database::each() {
        let (site, ..) = Site::with_issuer(with_key(&database.url)).await;
        let root = site.root.clone();
        create(
            &site,
            &root,
            "app",
            "dev",
            "values: {a: {fn::secret: s3cret}}",
        )
        .await;
        create(
            &site,
            &root,
            "app",
            "mine",
            "values: {a: {fn::secret: own}}",
        )
        .await;
        let mut connection = database.connect().await;
        let copy = "UPDATE environment_revisions SET definition = (SELECT definition FROM environment_revisions
                        JOIN environments ON environments.id = environment WHERE name = 'dev' AND number = 2)
                    WHERE number = 2 AND environment = (SELECT id FROM environments WHERE name = 'mine')";
        sqlx::query(copy).execute(&mut connection).await.unwrap();
        let mine = "/api/esc/environments/acme/app/mine";
        let said = site
            .get(&format!("{mine}/decrypt"), &root)
            .await
            .expect(400);
        assert!(
            said["message"]
                .as_str()
                .unwrap()
                .contains("not of this environment"),
            "{said}"
        );
        // Nor is it with the keys, which are bound to their environment too.
        let steal = "UPDATE environment_keys SET environment = (SELECT id FROM environments WHERE name = 'mine')";
        sqlx::query(steal).execute(&mut connection).await.unwrap();
        let answer = site.get(&format!("{mine}/decrypt"), &root).await;
        assert_eq!(answer.status.as_u16(), 500);
        assert!(!answer.text.contains("s3cret"));
    }
}

#[tokio::test]
async fn deleting_an_organization_deletes_the_keys_of_its_environments() {
    for database in Database::each() {
        let (site, ..) = Site::with_issuer(with_key(&database.url)).await;
        create(
            &site,
            &site.root,
            "app",
            "dev",
            "values: {a: {fn::secret: s}}",
        )
        .await;
        opened(&site, &site.root, DEV).await;
        site.delete("/api/orgs/acme", &site.root).await.expect(204);
        let mut connection = database.connect().await;
        for table in [
            "environments",
            "environment_keys",
            "environment_revisions",
            "environment_sessions",
        ] {
            let select = format!("SELECT * FROM {table}");
            let rows = sqlx::query(&select);
            let rows = rows.fetch_all(&mut connection).await.unwrap();
            assert!(rows.is_empty(), "{table}");
        }
    }
}

#[test]
fn keys_are_shown_by_their_fingerprints_only() {
    let key = MasterKeys::generate();
    let keys = Arc::new(MasterKeys::parse(&key).unwrap());
    assert!(!format!("{keys:?}").contains(&**key));
}
