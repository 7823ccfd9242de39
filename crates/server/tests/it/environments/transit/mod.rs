//! Master keys in OpenBao, on a stand-in for its transit engine.

mod bao;

use std::collections::BTreeSet;
use std::sync::Arc;

use claimgate_server::config::Config;
use claimgate_server::db::Store;
use claimgate_server::environments::{MasterKeys, TransitConfig, rewrap};
use claimgate_server::{Server, StartError};
use serde_json::json;

use self::bao::{Bao, TOKEN};
use super::secrets::logged;
use super::{ALL, DEV, create, open, opened, yaml};
use crate::keys::support::Sent;
use crate::support::Database;
use crate::support::site::{Site, config};

const DEFINITION: &str = "values: {a: {fn::secret: s3cret}}";

async fn start_error(config: Config) -> String {
    match Server::start(config).await {
        Err(error @ StartError::Environments(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("expected that the server does not start"),
    }
}

/// The ids of the master keys of a table.
async fn masters(database: &Database, table: &str) -> Vec<String> {
    let mut connection = database.connect().await;
    let select = format!("SELECT DISTINCT master FROM {table} ORDER BY master");
    let rows = sqlx::query_scalar(&select);
    rows.fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn data_keys_are_wrapped_and_unwrapped_by_openbao() {
    for database in Database::each() {
        let bao = Bao::start().await;
        let mut config = bao.config(&database, &bao.address());
        config.openid_issuer = Some("https://esc.example/oidc".to_owned());
        let (site, ..) = Site::with_issuer(config).await;
        bao.requests();
        create(&site, &site.root, "app", "dev", DEFINITION).await;
        // The key is made once, and unwrapped once.
        let [made, used] =
            ["encrypt", "decrypt"].map(|word| format!("/v1/transit/{word}/claimgate"));
        assert_eq!(bao.requests(), [made, used]);
        assert_eq!(opened(&site, &site.root, DEV).await["a"], "s3cret");
        assert_eq!(bao.requests(), [""; 0]);
        for table in ["environment_keys", "signing_keys", "session_secrets"] {
            assert_eq!(masters(&database, table).await, ["transit/claimgate:v1"]);
        }
        // What is unwrapped is bound to its environment.
        let engine = bao.engine.lock().unwrap();
        let data: Vec<_> = engine.encrypted.values().map(|(data, _)| data).collect();
        let distinct: BTreeSet<_> = data.iter().collect();
        assert!(data.iter().all(|data| !data.is_empty()) && distinct.len() + 1 >= data.len());
    }
}

#[tokio::test]
async fn a_server_does_not_start_without_the_key_and_says_why() {
    let database = Database::sqlite();
    let bao = Bao::start().await;
    for (fault, expected) in [
        ((503, "Vault is sealed"), "is sealed"),
        (
            (403, "permission denied"),
            "forbids encryption with the master key `transit/claimgate`: status 403, “permission denied”; expected a valid token",
        ),
        (
            (404, "no handler for route"),
            "has no master key `transit/claimgate`",
        ),
        (
            (400, "encryption key not found"),
            "has no master key `transit/claimgate`",
        ),
        (
            (500, "internal error"),
            "refuses reading with the master key `transit/claimgate`: status 500, “internal error”",
        ),
        ((307, ""), "status 307 without a reason"),
    ] {
        bao.set(|engine| engine.fault = Some(fault));
        let said = start_error(bao.config(&database, &bao.address())).await;
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains(TOKEN), "{said}");
    }
    bao.set(|engine| engine.fault = None);
    for (key, expected) in [
        (
            json!({"type": "rsa-4096"}),
            "has the type `rsa-4096`: expected `aes256-gcm96`",
        ),
        (
            json!({"type": "aes256-gcm96", "derived": true}),
            "has the type `aes256-gcm96, derived`",
        ),
    ] {
        bao.set(|engine| engine.key = Some(key));
        let said = start_error(bao.config(&database, &bao.address())).await;
        assert!(said.contains(expected), "{said}");
    }
    bao.set(|engine| (engine.key, engine.authenticates) = (None, false));
    let said = start_error(bao.config(&database, &bao.address())).await;
    assert!(
        said.contains("does not authenticate associated data"),
        "{said}"
    );
    bao.set(|engine| engine.authenticates = true);
    let other = bao.address().replace("claimgate", "other");
    let said = start_error(bao.config(&database, &other)).await;
    assert!(said.contains("has no master key `transit/other`"), "{said}");
    let closed = "https://localhost:1/v1/transit/keys/claimgate";
    let said = start_error(bao.config(&database, closed)).await;
    assert!(
        said.contains("gives no answer: `localhost` cannot be reached"),
        "{said}"
    );
    // Without the permission to read the key, it can still be used.
    let site = Site::start(bao.config(&database, &bao.address())).await;
    site.server.stop().await;
    std::fs::remove_file(bao.folder.path().join("token")).unwrap();
    let said = start_error(bao.config(&database, &bao.address())).await;
    assert!(
        said.contains("the token for OpenBao cannot be read from"),
        "{said}"
    );
}

#[tokio::test]
async fn openbao_is_called_at_allowed_addresses_with_a_trusted_certificate_only() {
    let database = Database::sqlite();
    let bao = Bao::start().await;
    let with = |change: fn(&mut TransitConfig)| {
        let mut transit = bao.transit();
        change(&mut transit);
        let keys = MasterKeys::read(&bao.address(), Some(transit)).unwrap();
        Config {
            environment_keys: Some(Arc::new(keys)),
            ..config(&database.url)
        }
    };
    let said = start_error(with(|transit| transit.allow_networks.clear())).await;
    assert!(
        said.contains("--transit-network allows the network"),
        "{said}"
    );
    let said = start_error(with(|transit| transit.roots_pem.clear())).await;
    assert!(said.contains("is not trusted"), "{said}");
    assert_eq!(bao.requests(), [""; 0]);
    let namespaced = with(|transit| transit.namespace = Some("team".to_owned()));
    Site::start(namespaced).await.server.stop().await;
    let requests = bao.engine.lock().unwrap().requests.clone();
    let of = |sent: &Sent| sent.header("x-vault-namespace").to_owned();
    let namespaces: Vec<_> = requests.iter().map(of).collect();
    assert!(namespaces.len() > 3 && namespaces.iter().all(|name| name == "team"));
}

#[tokio::test]
async fn without_openbao_nothing_is_decrypted_and_the_answer_says_why() {
    for database in Database::each() {
        let bao = Bao::start().await;
        logged();
        let (site, ..) = Site::with_issuer(bao.config(&database, &bao.address())).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", DEFINITION).await;
        let session = open(&site, &root, DEV).await;
        let importer = "imports: [app/dev]\nvalues: {b: 1}";
        create(&site, &root, "app", "importer", importer).await;
        site.server.stop().await;
        // Another server, which has unwrapped nothing yet.
        let site = Site::start(bao.config(&database, &bao.address())).await;
        for (fault, code) in [
            ((503, "Vault is sealed"), "master-key-sealed"),
            ((403, "permission denied"), "master-key-forbidden"),
            ((404, "nothing"), "master-key-not-found"),
            ((500, "internal"), "master-key-refused"),
        ] {
            bao.set(|engine| engine.fault = Some(fault));
            for (method, path, body) in [
                ("POST", format!("{DEV}/open"), ""),
                ("GET", format!("{DEV}/decrypt"), ""),
                ("POST", format!("{DEV}/check"), ""),
                ("PATCH", DEV.to_owned(), "values: {a: {fn::secret: n3w}}"),
                ("POST", format!("{DEV}/clone"), "{\"name\": \"copy\"}"),
                (
                    "POST",
                    format!("{ALL}/acme"),
                    "{\"project\": \"app\", \"name\": \"new\"}",
                ),
                ("POST", format!("{ALL}/acme/yaml/open"), importer),
                ("POST", format!("{ALL}/acme/yaml/check"), importer),
            ] {
                let answer = yaml(&site, method, &path, &root, body).await;
                let said = answer.expect(503);
                assert_eq!(said["code"], 503, "{method} {path}");
                assert_eq!(said["errors"][0]["code"], code, "{method} {path}");
                let message = said["message"].as_str().unwrap();
                assert!(
                    message.starts_with("the master key cannot be used now: "),
                    "{message}"
                );
                for secret in ["s3cret", "n3w", TOKEN, "localhost"] {
                    assert!(!answer.text.contains(secret), "{}", answer.text);
                }
            }
            // What needs no key goes on.
            site.get(DEV, &root).await.expect_status(200);
            let path = format!("{DEV}/open/{session}");
            let held = site.get(&path, &root).await.expect(200);
            assert_eq!(held["properties"]["a"]["value"], "s3cret");
            assert_eq!(
                site.get(&format!("{DEV}/versions"), &root)
                    .await
                    .expect(200)[0]["number"],
                2
            );
        }
        bao.set(|engine| engine.fault = None);
        assert_eq!(opened(&site, &root, DEV).await["a"], "s3cret");
        // Now it is in memory for a while.
        bao.set(|engine| engine.fault = Some((503, "Vault is sealed")));
        assert_eq!(opened(&site, &root, DEV).await["a"], "s3cret");
        let log = logged();
        assert!(log.contains("is sealed") && log.contains("forbids decryption"));
        for secret in ["s3cret", "n3w", TOKEN] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
        let engine = bao.engine.lock().unwrap();
        for (_, key) in engine.encrypted.values() {
            assert!(!log.contains(key.as_str()), "a key is in the log");
        }
    }
}

#[tokio::test]
async fn an_id_token_is_not_signed_without_openbao() {
    let database = Database::sqlite();
    let bao = Bao::start().await;
    let mut config = bao.config(&database, &bao.address());
    config.openid_issuer = Some("https://esc.example/oidc".to_owned());
    let (site, ..) = Site::with_issuer(config).await;
    let definition = "values: {t: {fn::open::oidc: {audience: a, identityToken: {version: v2}}}}";
    create(&site, &site.root, "app", "dev", definition).await;
    bao.set(|engine| engine.fault = Some((503, "Vault is sealed")));
    let said = yaml(&site, "POST", &format!("{DEV}/open"), &site.root, "").await;
    assert_eq!(said.expect(503)["errors"][0]["code"], "master-key-sealed");
    bao.set(|engine| engine.fault = None);
    opened(&site, &site.root, DEV).await;
}

#[tokio::test]
async fn keys_are_wrapped_again_between_a_file_and_openbao_and_after_a_rotation() {
    for database in Database::each() {
        let bao = Bao::start().await;
        let (file, address) = (MasterKeys::generate(), bao.address());
        let (site, ..) = Site::with_issuer(bao.config(&database, &file)).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", DEFINITION).await;
        let definition = site.get(DEV, &root).await.text;
        let session = open(&site, &root, DEV).await;
        site.server.stop().await;
        let store = Store::open(&database.url).await.unwrap();
        let wrapped_again = async |lines: &str| rewrap(&store, &bao.keys(lines)).await.unwrap();
        // To OpenBao: the file's key is needed until then.
        let said = start_error(bao.config(&database, &address)).await;
        assert!(said.contains("found transit/claimgate"), "{said}");
        let both = format!("{address}\n{}\n", *file);
        let site = Site::start(bao.config(&database, &both)).await;
        assert_eq!(wrapped_again(&both).await, 1);
        assert_eq!(wrapped_again(&both).await, 0);
        assert_eq!(opened(&site, &root, DEV).await["a"], "s3cret");
        site.server.stop().await;
        // A new version of the key: the earlier one is needed until all keys are wrapped again.
        bao.set(|engine| engine.version = 2);
        assert_eq!(wrapped_again(&address).await, 1);
        assert_eq!(wrapped_again(&address).await, 0);
        for table in ["environment_keys", "session_secrets"] {
            assert_eq!(masters(&database, table).await, ["transit/claimgate:v2"]);
        }
        bao.set(|engine| engine.min_version = 2);
        let site = Site::start(bao.config(&database, &address)).await;
        assert_eq!(opened(&site, &root, DEV).await["a"], "s3cret");
        site.server.stop().await;
        // Not wrapped again in time.
        bao.set(|engine| (engine.version, engine.min_version) = (3, 3));
        let said = start_error(bao.config(&database, &address)).await;
        assert!(said.contains("`min_decryption_version`"), "{said}");
        bao.set(|engine| engine.min_version = 1);
        // Back to the file.
        let back = format!("{}\n{address}\n", *file);
        assert_eq!(wrapped_again(&back).await, 1);
        bao.set(|engine| engine.fault = Some((503, "Vault is sealed")));
        let site = Site::start(bao.config(&database, &file)).await;
        assert_eq!(opened(&site, &root, DEV).await["a"], "s3cret");
        assert_eq!(site.get(DEV, &root).await.text, definition);
        // Sessions have stayed open.
        let held = site.get(&format!("{DEV}/open/{session}"), &root).await;
        assert_eq!(held.expect(200)["properties"]["a"]["value"], "s3cret");
        let said = rewrap(&store, &bao.keys(&both))
            .await
            .unwrap_err()
            .to_string();
        assert!(said.contains("is sealed"), "{said}");
    }
}
