//! TLS to PostgreSQL: which servers are accepted, and what is said of the others.

use claimgate_server::db::{Store, StoreError};
use serde_json::json;

use crate::keys::support::{Authority, server};
use crate::support::postgres::Postgres;
use crate::support::site::{Site, config};

/// A PostgreSQL with a certificate for `localhost`, and the file of its authority.
struct Secure {
    postgres: Postgres,
    authority: String,
    folder: tempfile::TempDir,
}

impl Secure {
    /// Nothing where there is no PostgreSQL here.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("authority of the database");
        let [certificate, key] = authority.issue(&server("localhost")).pem();
        let postgres = Postgres::start_with(Some([&certificate, &key]))?;
        let authority = authority.file(&folder).display().to_string();
        Some(Self {
            postgres,
            authority,
            folder,
        })
    }
}

async fn refusal(url: &str) -> StoreError {
    let [error, to_read] = [
        Store::open(url).await.err(),
        Store::open_read_only(url).await.err(),
    ];
    let error = error.unwrap_or_else(|| panic!("it is accepted: {url}"));
    assert_eq!(
        to_read.map(|error| error.to_string()),
        Some(error.to_string()),
        "an upgrade is checked in the same way"
    );
    error
}

/// What a refused TLS says: the problem.
async fn problem(url: &str) -> String {
    match refusal(url).await {
        StoreError::Tls { host, problem, .. } => {
            assert!(url.contains(&host), "{host}");
            problem
        }
        other => panic!("{url}: {other}"),
    }
}

#[tokio::test]
async fn only_the_host_of_the_url_with_a_certificate_of_a_trusted_authority_is_accepted() {
    let Some(secure) = Secure::start() else {
        return;
    };
    let other = tempfile::tempdir().unwrap();
    let other = Authority::new("another authority")
        .file(&other)
        .display()
        .to_string();
    let database = secure.postgres.database_at("localhost");
    let url = |mode: &str, roots: &str| format!("{database}?sslmode={mode}&sslrootcert={roots}");
    let by_address = secure.postgres.database_at("127.0.0.1");

    let right = url("verify-full", &secure.authority);
    let store = Store::open(&right).await.unwrap();
    let name = database.rsplit_once('/').unwrap().1;
    assert!(secure.postgres.all_use_tls(name, true));
    store.close().await;

    for mode in ["verify-ca", "verify-full"] {
        let found = problem(&url(mode, &other)).await;
        assert!(found.contains("UnknownIssuer"), "{mode}: {found}");
        // Public authorities only.
        let found = problem(&format!("{database}?sslmode={mode}")).await;
        assert!(found.contains("UnknownIssuer"), "{mode}: {found}");
    }
    let wrong = format!(
        "{by_address}?sslmode=verify-full&sslrootcert={}",
        secure.authority
    );
    let found = problem(&wrong).await;
    assert!(found.contains("not valid for name"), "{found}");
    let said = refusal(&wrong).await.to_string();
    assert!(said.ends_with("as its certificate does"), "{said}");
    // The driver is stricter than its documentation: it checks the name here too.
    let named = wrong.replace("verify-full", "verify-ca");
    let found = problem(&named).await;
    assert!(found.contains("not valid for name"), "{found}");
    let missing = secure
        .folder
        .path()
        .join("missing.pem")
        .display()
        .to_string();
    let error = refusal(&url("verify-full", &missing)).await.to_string();
    assert!(error.contains("missing.pem"), "{error}");
}

/// Of the pool, and of the writer, which has connections of its own.
#[tokio::test]
async fn all_connections_of_a_server_use_tls() {
    let Some(secure) = Secure::start() else {
        return;
    };
    let database = secure.postgres.database_at("localhost");
    let name = database.rsplit_once('/').unwrap().1;
    let url = format!(
        "{database}?sslmode=verify-full&sslrootcert={}",
        secure.authority
    );
    let (site, issuer, _) = Site::with_issuer(config(&url)).await;
    let answer = site
        .exchange(&issuer.token(json!({})), "organization", "")
        .await;
    answer.expect(200);
    assert!(secure.postgres.all_use_tls(name, true));
    site.server.stop().await;
    // On this machine, TLS is used if it is offered.
    let store = Store::open(&database).await.unwrap();
    assert!(secure.postgres.all_use_tls(name, true));
    store.close().await;
    // Otherwise only where the URL says so.
    let store = Store::open(&format!("{database}?sslmode=disable"))
        .await
        .unwrap();
    assert!(secure.postgres.all_use_tls(name, false));
    store.close().await;
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = postgres.database_at("localhost");
    for mode in ["require", "verify-ca", "verify-full"] {
        let found = problem(&format!("{database}?sslmode={mode}")).await;
        assert_eq!(found, "server does not support TLS", "{mode}");
    }
    let store = Store::open(&database).await.unwrap();
    let name = database.rsplit_once('/').unwrap().1;
    assert!(postgres.all_use_tls(name, false));
    store.close().await;
}
