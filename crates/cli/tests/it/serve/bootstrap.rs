//! The bootstrap token, and its file.

use super::*;

/// The name of the file with the bootstrap token.
const BOOTSTRAP_FILE: &str = "claimgate.db.bootstrap-token";

/// The bootstrap token that a start has written among its files.
pub(super) fn bootstrap(files: &Path) -> Option<String> {
    let text = std::fs::read_to_string(files.join(BOOTSTRAP_FILE)).ok()?;
    Some(text.trim().to_owned())
}

/// Revokes a token by itself.
fn revoke(server: &Process, token: &str) {
    let (kind, form) = (
        "application/x-www-form-urlencoded",
        format!("token={token}"),
    );
    let answer = server.send("POST", "/api/oauth/revoke", "", kind, &form);
    assert_eq!(answer.0, 200);
}

/// The entries of a folder whose names start with that of the token's file.
fn token_files(files: &Path) -> Vec<String> {
    let names = std::fs::read_dir(files).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(BOOTSTRAP_FILE)).collect()
}

#[test]
fn the_bootstrap_token_is_in_a_file_until_it_is_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = tempfile::tempdir().unwrap();
    let start = || Process::builder(files.path()).without_bootstrap().start();
    let print = || {
        let state = files.path().to_str().unwrap();
        process::run(files.path(), &["bootstrap-token", "--state-dir", state])
    };
    let mut first = start();
    let token = bootstrap(files.path()).unwrap();
    let file = files.path().join(BOOTSTRAP_FILE);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(token_files(files.path()).len(), 1, "no draft is left over");
    let printed = print();
    assert!(printed.status.success());
    assert_eq!(
        String::from_utf8(printed.stdout).unwrap(),
        format!("{token}\n")
    );
    // A start before it is used changes nothing. The server stops on a signal.
    assert!(first.stop().success());
    let mut second = start();
    assert_eq!(bootstrap(files.path()).as_deref(), Some(token.as_str()));
    let wrong = format!("{}x", &token[..token.len() - 1]);
    second.call("GET", "/api/orgs", &wrong, &Value::Null);
    assert!(file.is_file(), "another token is not its use");
    let body = json!({"name": "acme"});
    assert_eq!(second.call("POST", "/api/orgs", &token, &body).0, 200);
    assert!(!file.exists(), "it was used");
    let refused = print();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("the token was already used"), "{said}");
    assert!(second.stop().success());
    for server in [&first, &second] {
        let log = server.errors();
        let shown = file.display().to_string();
        assert!(
            log.lines()
                .any(|line| line.starts_with('{') && line.contains(&shown))
        );
        assert!(!log.contains("cgt_"), "{log}");
    }
    let mut third = start();
    assert!(!file.exists(), "{}", third.errors());
    assert_eq!(
        third.call("GET", "/api/orgs/acme", &token, &Value::Null).0,
        200
    );
    // Once it is revoked, the next start writes another.
    revoke(&third, &token);
    assert!(third.stop().success());
    let fourth = start();
    let other = bootstrap(files.path()).unwrap();
    for (token, status) in [(&token, 401), (&other, 200)] {
        let answer = fourth.call("GET", "/api/orgs/acme", token, &Value::Null);
        assert_eq!(answer.0, status);
    }
    assert!(!file.exists());
}

#[test]
fn a_bootstrap_token_that_is_revoked_unused_leaves_no_file() {
    let files = tempfile::tempdir().unwrap();
    let server = Process::builder(files.path()).without_bootstrap().start();
    revoke(&server, &bootstrap(files.path()).unwrap());
    assert_eq!(token_files(files.path()), [""; 0]);
}

#[test]
fn a_configured_bootstrap_token_takes_the_place_of_a_written_one() {
    let files = tempfile::tempdir().unwrap();
    let mut first = Process::builder(files.path()).without_bootstrap().start();
    let token = bootstrap(files.path()).unwrap();
    assert!(first.stop().success());
    let second = Process::builder(files.path()).start();
    assert_eq!(token_files(files.path()), [""; 0]);
    for (token, status) in [(token.as_str(), 401), (ROOT, 200)] {
        let answer = second.call("GET", "/api/orgs", token, &Value::Null);
        assert_eq!(answer.0, status);
    }
}

#[test]
fn two_servers_of_one_file_write_one_bootstrap_token() {
    let files = tempfile::tempdir().unwrap();
    let servers: Vec<_> = std::thread::scope(|scope| {
        let start = || Process::builder(files.path()).without_bootstrap().start();
        let starting = [scope.spawn(start), scope.spawn(start)];
        starting.map(|starting| starting.join().unwrap()).into()
    });
    let token = bootstrap(files.path()).unwrap();
    assert_eq!(token_files(files.path()), [BOOTSTRAP_FILE]);
    for server in &servers {
        assert_eq!(server.call("GET", "/api/orgs", &token, &Value::Null).0, 200);
        assert_eq!(token_files(files.path()), [""; 0]);
    }
}

#[test]
fn a_replica_elsewhere_deletes_its_file_when_the_token_is_used() {
    let [files, elsewhere] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let first = Process::builder(files.path()).without_bootstrap().start();
    let database = format!("sqlite:{}", files.path().join("claimgate.db").display());
    let state = elsewhere.path().to_str().unwrap();
    let arguments = ["--database", &database, "--state-dir", state];
    let second = Process::builder(elsewhere.path())
        .without_bootstrap()
        .arguments(&arguments)
        .start();
    assert_eq!(token_files(elsewhere.path()), [""; 0]);
    let token = bootstrap(files.path()).unwrap();
    assert_eq!(second.call("GET", "/api/orgs", &token, &Value::Null).0, 200);
    // The first one learns of it when it polls.
    let started = std::time::Instant::now();
    while bootstrap(files.path()).is_some() {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the file stays"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(first);
}

#[test]
fn a_terminal_shows_the_bootstrap_token_and_nothing_is_written() {
    let files = tempfile::tempdir().unwrap();
    // Of a token that is valid no more.
    std::fs::write(files.path().join(BOOTSTRAP_FILE), "cgt_old").unwrap();
    let server = Process::builder(files.path())
        .without_bootstrap()
        .on_terminal()
        .start();
    assert_eq!(token_files(files.path()), [""; 0]);
    let shown = server.errors();
    let mut words = shown.split_whitespace();
    let token = words.find(|word| word.starts_with("cgt_")).unwrap();
    assert_eq!(server.call("GET", "/api/orgs", token, &Value::Null).0, 200);
    let is_logged = |line: &str| line.starts_with('{') && line.contains(token);
    assert!(!shown.lines().any(is_logged), "a log has it");
}

#[test]
fn databases_in_one_folder_have_files_of_their_own() {
    let files = tempfile::tempdir().unwrap();
    let start = |name: &str, more: &[&str]| {
        let database = format!("sqlite:{}", files.path().join(name).display());
        let arguments = [&["--database", &database], more].concat();
        let builder = Process::builder(files.path()).without_bootstrap();
        builder.arguments(&arguments).start()
    };
    let servers = ["a.db", "b.db"].map(|name| start(name, &[]));
    for (name, server) in ["a.db", "b.db"].into_iter().zip(&servers) {
        let database = format!("sqlite:{name}");
        let printed = process::run(files.path(), &["bootstrap-token", "--database", &database]);
        let token = String::from_utf8(printed.stdout).unwrap();
        let answer = server.call("GET", "/api/orgs", token.trim(), &Value::Null);
        assert_eq!(answer.0, 200, "{name}");
    }
}

#[test]
fn the_file_of_another_database_is_neither_overwritten_nor_deleted() {
    let [state, one, other] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let folder = state.path().to_str().unwrap();
    let builder = |files: &Path| {
        let builder = Process::builder(files).without_bootstrap();
        builder.arguments(&["--state-dir", folder])
    };
    let mut first = builder(one.path()).start();
    let token = bootstrap(state.path()).unwrap();
    let said = builder(other.path()).fail();
    assert!(said.contains("which is not of this database"), "{said}");
    assert!(said.contains("--state-dir"), "{said}");
    // A configured token makes a file superfluous, but only the own one.
    let configured = Process::builder(other.path()).arguments(&["--state-dir", folder]);
    drop(configured.start());
    assert_eq!(bootstrap(state.path()).as_deref(), Some(token.as_str()));
    assert!(first.stop().success());
    let first = builder(one.path()).start();
    assert_eq!(first.call("GET", "/api/orgs", &token, &Value::Null).0, 200);
    assert_eq!(bootstrap(state.path()), None, "it was used");
    // Without a name of a database, the folder has to have one file.
    let print = || process::run(state.path(), &["bootstrap-token", "--state-dir", folder]);
    std::fs::write(state.path().join("a.bootstrap-token"), "cgt_a").unwrap();
    assert_eq!(print().stdout, b"cgt_a\n");
    std::fs::write(state.path().join("b.bootstrap-token"), "cgt_b").unwrap();
    let said = String::from_utf8(print().stderr).unwrap();
    assert!(
        said.contains("expected --database") && said.contains("b.bootstrap-token"),
        "{said}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_leaves_no_token_behind() {
    let files = tempfile::tempdir().unwrap();
    let missing = files.path().join("missing");
    let said = Process::builder(files.path())
        .without_bootstrap()
        .arguments(&["--state-dir", missing.to_str().unwrap()])
        .fail();
    let expected = format!(
        "the bootstrap token cannot be written to `{}`",
        missing.join(BOOTSTRAP_FILE).display()
    );
    assert!(said.contains(&expected), "{said}");
    // No token was created that is lost.
    let _server = Process::builder(files.path()).without_bootstrap().start();
    assert!(bootstrap(files.path()).is_some());
}

#[test]
fn a_start_without_the_file_of_an_unused_token_says_how_to_replace_it() {
    let files = tempfile::tempdir().unwrap();
    let start = || Process::builder(files.path()).without_bootstrap().start();
    let says_so = |server: &mut Process| {
        assert!(server.stop().success());
        let log = server.errors();
        let warnings = log.lines().filter(|line| line.contains("WARN"));
        warnings
            .filter(|line| {
                line.contains("not in its file") && line.contains("--bootstrap-token-file")
            })
            .count()
    };
    assert_eq!(says_so(&mut start()), 0);
    assert_eq!(says_so(&mut start()), 0, "it is there");
    std::fs::remove_file(files.path().join(BOOTSTRAP_FILE)).unwrap();
    assert_eq!(says_so(&mut start()), 1);
    assert_eq!(says_so(&mut Process::builder(files.path()).start()), 0);
    assert_eq!(says_so(&mut start()), 0, "another one was configured");
}
