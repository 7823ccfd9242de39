//! No secret is stored, logged or told to others in plain text.

use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use claimgate_server::config::Config;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::json;
use sqlx::{Column as _, Row as _};

use super::{ALL, DEV, Tokens, create, open, set_access, with_key, yaml};
use crate::support::Database;
use crate::support::site::Site;

/// What all servers of this process log.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    log
});

/// What all servers of this process have logged since the first call, with all details.
pub(super) fn logged() -> String {
    let log = LOG.0.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&log).into_owned()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A secret with a mark that is nowhere else, and with characters that YAML, JSON and SQL quote.
fn secrets(count: usize) -> Vec<(String, String)> {
    let mut runner = TestRunner::new_with_rng(
        Cases::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let odd = "[ '\"\\\\{}:#$%\u{e4}\u{1f511}\n-]{0,8}";
    let strategy = (any::<u64>(), odd).prop_map(|(mark, odd)| {
        let mark = format!("plainmark{mark:016x}");
        let text = format!("{odd}{mark}{odd}");
        (mark, text)
    });
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// A definition that has the secret in a form of its own.
fn definition(index: usize, secret: &str) -> String {
    let quoted = serde_json::to_string(secret).unwrap();
    match index % 4 {
        0 => format!("values: {{a: {{fn::secret: {quoted}}}, b: \"x${{a}}\"}}\n"),
        1 => format!(
            "values:\n  list:\n  - fn::secret: {quoted} # end\n  - {{fn::toBase64: \"${{list[0]}}\"}}\n"
        ),
        2 => format!("other: {{fn::secret: {quoted}}}\nvalues: {{a: {{fn::secret: {quoted}}}}}\n"),
        _ => format!(
            "values:\n  a: {{fn::secret: {quoted}}}\n  b: {{fn::fromJSON: {{fn::toJSON: \"${{a}}\"}}}}\n  environmentVariables: {{A: \"${{a}}\"}}\n"
        ),
    }
}

/// Everything in the database, as text.
async fn dump(database: &Database) -> String {
    let mut connection = database.connect().await;
    let tables = if database.url.starts_with("sqlite") {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let tables = sqlx::query(tables)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut all = String::new();
    for table in tables {
        let name: String = table.get("name");
        let select = format!("SELECT * FROM {name}");
        let rows = sqlx::query(&select);
        for row in rows.fetch_all(&mut connection).await.unwrap() {
            for column in row.columns() {
                let text: Option<String> = row.try_get(column.ordinal()).unwrap_or_default();
                all += &text.unwrap_or_default();
                all.push('\n');
            }
        }
    }
    all
}

/// The bytes of the files of a database.
fn files(database: &Database) -> Vec<u8> {
    let Some(file) = claimgate_server::db::sqlite_file(&database.url) else {
        return Vec::new();
    };
    let folder = file.parent().unwrap();
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// Does with an environment what may be done, and returns what those without the permission to open get.
async fn use_everything(site: &Site, tokens: &Tokens, path: &str, text: &str) -> String {
    let root = &site.root;
    let mut told = String::new();
    yaml(site, "PATCH", path, root, text).await.expect(200);
    let id = open(site, root, path).await;
    site.get(&format!("{path}/open/{id}"), root)
        .await
        .expect(200);
    site.get(&format!("{path}/decrypt"), root)
        .await
        .expect_status(200);
    let broken = format!("{text}  wrong: ${{nope}}\n");
    told += &yaml(site, "PATCH", path, root, &broken).await.text;
    told += &yaml(
        site,
        "POST",
        &format!("{ALL}/acme/yaml/open"),
        root,
        &broken,
    )
    .await
    .text;
    let not_text = text.replace("values:", "values: [");
    told += &yaml(site, "PATCH", path, root, &not_text).await.text;
    for token in [&tokens.member, &tokens.team, &tokens.runner] {
        for (method, below) in [
            ("GET", ""),
            ("GET", "/versions"),
            ("GET", "/versions/2"),
            ("GET", "/decrypt"),
            ("POST", "/check"),
            ("POST", "/check?showSecrets=true"),
            ("POST", "/open"),
            ("GET", &*format!("/open/{id}")),
            ("GET", "/tags"),
            ("POST", "/clone"),
        ] {
            told += &yaml(
                site,
                method,
                &format!("{path}{below}"),
                token,
                "{\"name\": \"x\"}",
            )
            .await
            .text;
        }
    }
    told
}

#[tokio::test]
async fn no_secret_is_in_a_table_a_file_a_log_a_message_or_an_answer_to_others() {
    let log = LOG.clone();
    for database in Database::each() {
        let folder = tempfile::tempdir().unwrap();
        let audit = folder.path().join("audit.jsonl");
        let config = Config {
            audit_file: Some(audit.clone()),
            open_metrics: true,
            limits: claimgate_server::config::Limits {
                address_rate: 0.0,
                ..Default::default()
            },
            ..with_key(&database.url)
        };
        let (site, issuer, id) = Site::with_issuer(config).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        set_access(
            &site,
            json!([
                {"to": "organization", "project": "*", "environment": "*", "permission": "read"},
            ]),
        )
        .await;
        create(&site, &site.root, "app", "dev", "").await;
        let secrets = secrets(12);
        let mut told = String::new();
        for (index, (_, secret)) in secrets.iter().enumerate() {
            told += &use_everything(&site, &tokens, DEV, &definition(index, secret)).await;
        }
        let copy = json!({"name": "copy", "preserveHistory": true});
        site.post(&format!("{DEV}/clone"), &site.root, &copy)
            .await
            .expect(204);
        told += &site
            .get(&format!("{ALL}/acme/app/copy"), &tokens.member)
            .await
            .text;
        told += &site
            .get("/api/orgs/acme/changes?limit=500", &tokens.admin)
            .await
            .text;
        told += &site.get("/metrics", "").await.text;
        let stored = dump(&database).await;
        let files = files(&database);
        let audit = std::fs::read(&audit).unwrap();
        let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(told.contains("unknown property") && stored.contains("ZXNjeAAAAAE"));
        assert!(contains(&audit, "environment-opened") && contains(&log, "opened an environment"));
        for (mark, secret) in &secrets {
            let coded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
            for text in [mark, &coded] {
                for (place, found) in [
                    ("a table", contains(stored.as_bytes(), text)),
                    ("the database's files", contains(&files, text)),
                    ("the audit file", contains(&audit, text)),
                    ("the log", contains(&log, text)),
                    ("an answer", contains(told.as_bytes(), text)),
                ] {
                    assert!(!found, "{text} is in {place}");
                }
            }
        }
        // It is there for those who may open it.
        let decrypted = site.get(&format!("{DEV}/decrypt"), &site.root).await;
        let (mark, _) = secrets.last().unwrap();
        assert!(decrypted.text.contains(mark));
    }
}
