//! `claimgate serve` as people start, stop and kill it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use crate::issuer::Issuer;
use crate::process::{self, Process, ROOT, exchange_body};

/// The name of the file with the bootstrap token.
const BOOTSTRAP_FILE: &str = "claimgate.db.bootstrap-token";

/// The bootstrap token that a start has written among its files.
fn bootstrap(files: &Path) -> Option<String> {
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
fn the_demonstrations_command_works_as_it_is_printed() {
    let files = tempfile::tempdir().unwrap();
    let server = Process::builder(files.path())
        .arguments(&["--demo"])
        .start();
    let printed = server.errors();
    let data: Vec<&str> = printed
        .split_whitespace()
        .skip_while(|word| *word != "curl")
        .collect();
    let pairs = data
        .windows(2)
        .filter(|pair| pair[0] == "-d")
        .map(|pair| pair[1]);
    let body = pairs.collect::<Vec<_>>().join("&");
    let (status, answer) = server.send(
        "POST",
        "/api/oauth/token",
        "",
        "application/x-www-form-urlencoded",
        &body,
    );
    assert_eq!(status, 200, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(
        server.call("GET", "/api/user", token, &Value::Null).1["githubLogin"],
        "demo"
    );
}

#[test]
fn a_database_without_its_token_key_is_refused_unless_all_tokens_are_given_up() {
    let files = tempfile::tempdir().unwrap();
    let mut first = Process::builder(files.path()).without_bootstrap().start();
    let token = bootstrap(files.path()).unwrap();
    assert!(first.stop().success());
    let key = files.path().join("claimgate.db.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let message = Process::builder(files.path()).without_bootstrap().fail();
    assert!(
        message.contains("another token key") && message.contains("--new-token-key"),
        "{message}"
    );

    std::fs::write(&key, kept).unwrap();
    let mut again = Process::builder(files.path()).without_bootstrap().start();
    assert_eq!(
        again.call("GET", "/api/orgs", &token, &Value::Null).0,
        200,
        "with its key all is as before"
    );
    assert!(again.stop().success());

    std::fs::write(&key, "another key, which is as long as it has to be").unwrap();
    let restarted = Process::builder(files.path())
        .without_bootstrap()
        .arguments(&["--new-token-key"])
        .start();
    let other = bootstrap(files.path()).unwrap();
    assert_eq!(
        restarted.call("GET", "/api/orgs", &token, &Value::Null).0,
        401
    );
    assert_eq!(
        restarted.call("GET", "/api/orgs", &other, &Value::Null).0,
        200
    );
}

#[test]
fn secrets_that_others_can_read_are_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = tempfile::tempdir().unwrap();
    let [key, token] = ["secret.key", "secret.token"].map(|name| files.path().join(name));
    let arguments = [
        "--token-key-file",
        "secret.key",
        "--bootstrap-token-file",
        "secret.token",
    ];
    for (mode, is_warned) in [(0o600, false), (0o640, true), (0o604, true), (0o400, false)] {
        for file in [&key, &token] {
            let _ = std::fs::remove_file(file);
            std::fs::write(file, ROOT).unwrap();
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let server = Process::builder(files.path())
            .without_bootstrap()
            .arguments(&arguments)
            .start();
        for (file, what) in [
            ("secret.key", "token key"),
            ("secret.token", "bootstrap token"),
        ] {
            let warning = format!(
                "the {what} is accessible to other users than its owner: expected mode 600"
            );
            let lines = server.errors();
            let count = lines.lines().filter(|line| {
                line.contains("WARN") && line.contains(file) && line.contains(&warning)
            });
            assert_eq!(count.count(), usize::from(is_warned), "{mode:o} {lines}");
        }
    }
}

/// What the server answers with is what the other commands read.
#[test]
fn the_servers_own_list_of_issuers_is_checked_and_explained() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let server = Process::builder(files.path()).start();
    server.set_up(&issuer);
    let list = || {
        server
            .call(
                "GET",
                "/api/orgs/acme/oidc/issuers?policies=true",
                ROOT,
                &Value::Null,
            )
            .1
    };
    let policies = json!([
        {"decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": {"sub": "repo:acme/app.old:*"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "urn:pulumi:org:acme", "sub": "repo:acme/*"}},
    ]);
    let policy = list()["oidcIssuers"][0]["authPolicy"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/orgs/acme/auth/policies/{policy}");
    assert_eq!(
        server
            .call("PATCH", &path, ROOT, &json!({"policies": policies}))
            .0,
        200
    );
    // An answer has more members once it was used.
    assert_eq!(
        server
            .call(
                "POST",
                "/api/oauth/token",
                "",
                &exchange_body(&issuer.token(json!({})))
            )
            .0,
        200
    );
    let list = list();
    assert!(list["oidcIssuers"][0]["lastUsed"].is_string(), "{list}");

    let check = |list: &Value| {
        let text = serde_json::to_string_pretty(list).unwrap();
        std::fs::write(files.path().join("issuers.json"), &text).unwrap();
        let output = process::run(files.path(), &["check", "issuers.json", "--format", "json"]);
        let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
        (checked[0].clone(), text)
    };
    let told = |(checked, text): &(Value, String), list: &str| {
        let remark = |remark: &Value| {
            let [line, column] =
                ["line", "column"].map(|name| remark[name].as_u64().unwrap() as usize - 1);
            let place = text.lines().nth(line).unwrap()[column..]
                .split([':', ','])
                .next()
                .unwrap()
                .to_owned();
            let [code, path] =
                ["code", "path"].map(|name| remark[name].as_str().unwrap().to_owned());
            format!("{code} {path} {place}")
        };
        checked[list]
            .as_array()
            .unwrap()
            .iter()
            .map(remark)
            .collect::<Vec<_>>()
    };
    let good = check(&list);
    assert_eq!(
        (
            &good.0["issuers"],
            &good.0["policies"],
            told(&good, "errors")
        ),
        (&json!(1), &json!(2), vec![])
    );
    let of_policies = "oidcIssuers[0].authPolicy.policies";
    let findings = [
        format!("dot-is-wildcard {of_policies}[0].rules.sub \"repo"),
        format!("report-only {of_policies}[0].reportOnly true"),
        format!("report-only-differs {of_policies}[0] {{"),
    ];
    assert_eq!(told(&good, "findings"), findings);
    std::fs::write(files.path().join("token"), issuer.token(json!({}))).unwrap();
    let output = process::run(
        files.path(),
        &["explain", "token", "--issuers", "issuers.json"],
    );
    assert!(output.status.success(), "{output:?}");

    let wrong = |place: &str, value: Value| {
        let mut list = list.clone();
        *list
            .pointer_mut(&format!("/oidcIssuers/0/{place}"))
            .unwrap() = value;
        told(&check(&list), "errors")
    };
    let decision = wrong("authPolicy/policies/1/decision", json!("alow"));
    assert_eq!(
        decision,
        [format!(
            "policy-wrong-value {of_policies}[1].decision \"alow\""
        )]
    );
    let rules = wrong("authPolicy/policies/1/rules", json!({"a..b": "c"}));
    assert_eq!(
        rules,
        [format!(
            "claim-path-empty-segment {of_policies}[1].rules.a..b \"a..b\""
        )]
    );
    let mark = wrong("authPolicy/policies/0/decision", json!("allow"));
    assert_eq!(
        mark,
        [format!(
            "report-only-allow {of_policies}[0].reportOnly true"
        )]
    );
    let mut twice = list.clone();
    twice["oidcIssuers"][0]["policies"] = policies;
    assert_eq!(
        told(&check(&twice), "errors"),
        ["wrong-value oidcIssuers[0].authPolicy \"authPolicy\""]
    );
}

/// What the unit and the image start, with a folder and a port of the test's.
#[test]
fn the_units_and_the_images_commands_work() {
    let read = |file: &str| {
        std::fs::read_to_string(format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let (unit, image) = (read("packaging/claimgate.service"), read("Dockerfile"));
    let command = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/claimgate serve "))
        .unwrap();
    let of_unit: Vec<_> = unit
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="))
        .collect();
    assert!(image.contains("ENTRYPOINT [\"/usr/local/bin/claimgate\", \"serve\"]"));
    let of_image = image
        .lines()
        .find_map(|line| line.strip_prefix("ENV "))
        .unwrap()
        .split(' ')
        .collect();
    for (arguments, environment) in [(command, of_unit), ("", of_image)] {
        let files = tempfile::tempdir().unwrap();
        let folder = files.path().to_str().unwrap();
        let own = |text: &str| {
            let text = text.replace("/var/lib/claimgate", folder);
            ["127.0.0.1:8080", "0.0.0.0:8080"]
                .iter()
                .fold(text, |text, place| text.replace(place, "127.0.0.1:0"))
        };
        let arguments: Vec<_> = arguments.split_whitespace().map(own).collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut builder = Process::builder(files.path())
            .without_places()
            .without_bootstrap()
            .arguments(&arguments);
        for variable in environment {
            let (name, value) = variable.split_once('=').unwrap();
            builder = builder.environment(name, &own(value));
        }
        let mut server = builder.start();
        assert_eq!(
            server.call("GET", "/api/capabilities", "", &Value::Null).0,
            200
        );
        assert!(server.stop().success());
        let kept = [
            "claimgate.db",
            "claimgate.db.key",
            "claimgate.db.bootstrap-token",
        ]
        .map(|file| files.path().join(file).is_file());
        assert_eq!(kept, [true; 3], "the folder has all that has to stay");
    }
}

#[test]
fn what_cannot_be_is_said_in_a_sentence() {
    let files = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| Process::builder(files.path()).arguments(arguments).fail();
    assert!(refused(&["--database", "postgres://127.0.0.1:1/a"]).contains("--token-key-file"));
    let message = |arguments: &[&str], words: &[&str]| {
        let said = refused(arguments);
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        assert_eq!(
            said.matches(words[words.len() - 1]).count(),
            1,
            "said once: {said}"
        );
    };
    message(
        &["--database", "mysql://user:secret@a/b"],
        &["sqlite:", "postgres://", "found `mysql`"],
    );
    message(
        &["--database", "sqlite::memory:"],
        &["sqlite:", "postgres://", "found `sqlite::memory:`"],
    );
    let [key, short] = ["key", "short"].map(|name| files.path().join(name).display().to_string());
    std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
    std::fs::write(&short, "0123").unwrap();
    let absent = [
        "--database",
        "postgres://user:secret@127.0.0.1:1/a",
        "--token-key-file",
        &key,
    ];
    message(&absent, &["PostgreSQL", "Connection refused"]);
    assert!(!refused(&absent).contains("user:secret"));
    message(
        &["--token-key-file", &short],
        &["short", "at least 32 characters, found 4"],
    );
    let folder = format!("sqlite:{}", files.path().display());
    message(
        &["--database", &folder, "--token-key-file", &key],
        &[&folder[7..], "unable to open database file"],
    );
    assert!(refused(&["--listen", "nonsense"]).contains("expected an address and a port"));
    assert!(refused(&["--tls-key", "a.pem"]).contains("--tls-certificate"));
    assert!(refused(&["--config", "missing.toml"]).contains("missing.toml"));
    assert!(refused(&["--log", "a=b=c"]).contains("log filter"));
    assert!(refused(&["--leeway", "601"]).contains("at most 600 seconds, found 601"));
    std::fs::write(files.path().join("short"), "abc").unwrap();
    assert!(
        refused(&["--bootstrap-token-file", "short"])
            .contains("short: expected a bootstrap token of at least 32")
    );
    std::fs::write(
        files.path().join("garbage.db"),
        "this is no database, whatever else it is".repeat(100),
    )
    .unwrap();
    let garbage = format!("sqlite:{}", files.path().join("garbage.db").display());
    message(
        &["--database", &garbage],
        &["garbage.db: ", "file is not a database"],
    );
    let said = refused(&["--audit-file", "/nonexistent/x"]);
    assert!(
        said.starts_with("error: the audit file `/nonexistent/x` cannot be opened: No such file"),
        "{said}"
    );
}

#[test]
fn a_certificate_that_cannot_be_used_is_noticed_before_anything_is_made_or_printed() {
    let files = tempfile::tempdir().unwrap();
    let make = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [own, other] = [make(), make()];
    for (name, text) in [
        ("own.pem", own.cert.pem()),
        ("own.key", own.signing_key.serialize_pem()),
        ("other.key", other.signing_key.serialize_pem()),
        ("nothing", "nothing".to_owned()),
    ] {
        std::fs::write(files.path().join(name), text).unwrap();
    }
    for (certificate, key, expected) in [
        (
            "nothing",
            "own.key",
            "`nothing` cannot be used: expected certificates in PEM, found none",
        ),
        (
            "own.pem",
            "nothing",
            "`nothing` cannot be used: expected a private key in PEM: ",
        ),
        (
            "own.pem",
            "absent",
            "`absent` cannot be used: expected a private key in PEM: ",
        ),
        (
            "own.pem",
            "other.key",
            "`other.key` cannot be used: expected the key of `own.pem`, found another one",
        ),
    ] {
        let arguments = ["--tls-certificate", certificate, "--tls-key", key];
        let said = Process::builder(files.path())
            .without_bootstrap()
            .arguments(&arguments)
            .fail();
        assert!(
            said.starts_with(&format!("error: {expected}")) && said.lines().count() == 1,
            "{said}"
        );
    }
    assert_eq!(
        std::fs::read_dir(files.path()).unwrap().count(),
        4,
        "neither a database nor a key is made"
    );
}

#[test]
fn switches_in_the_environment_are_read_as_people_write_them() {
    let files = tempfile::tempdir().unwrap();
    let refused = |value| {
        Process::builder(files.path())
            .environment("CLAIMGATE_OPEN_METRICS", value)
            .fail()
    };
    assert!(refused("perhaps").contains("'perhaps'"));
    for (value, is_open) in [
        ("1", true),
        ("true", true),
        ("yes", true),
        ("0", false),
        ("off", false),
    ] {
        let server = Process::builder(files.path())
            .environment("CLAIMGATE_OPEN_METRICS", value)
            .start();
        assert_eq!(
            server.call("GET", "/metrics", "", &Value::Null).0 == 200,
            is_open,
            "{value}"
        );
    }
}

/// Nothing that was acknowledged is lost, the file opens again, and no token works that was not
/// granted. `CLAIMGATE_KILL_ROUNDS=200` for the long run.
#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    let rounds: u32 = std::env::var("CLAIMGATE_KILL_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let files = tempfile::tempdir().unwrap();
    let issuer = Arc::new(Issuer::new());
    let (mut tokens, mut organizations) = (Vec::<String>::new(), Vec::<String>::new());
    for round in 0..rounds {
        let mut server = Process::builder(files.path()).start();
        if round == 0 {
            server.set_up(&issuer);
        }
        for token in tokens.iter().rev().take(50) {
            assert_eq!(
                server.call("GET", "/api/user", token, &Value::Null).0,
                200,
                "a granted token is lost"
            );
        }
        for name in organizations.iter().rev().take(20) {
            assert_eq!(
                server
                    .call("GET", &format!("/api/orgs/{name}"), ROOT, &Value::Null)
                    .0,
                200,
                "{name} is lost"
            );
        }
        let invented = claimgate_server::tokens::AccessToken::generate();
        assert_eq!(
            server
                .call("GET", "/api/user", invented.reveal(), &Value::Null)
                .0,
            401
        );
        let (granted, all_granted) = mpsc::channel();
        let (registered, all_registered) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let address = server.address.clone();
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let (address, issuer, stop) =
                    (address.clone(), Arc::clone(&issuer), Arc::clone(&stop));
                let (granted, registered) = (granted.clone(), registered.clone());
                std::thread::spawn(move || {
                    for number in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let answer = if worker == 0 {
                            let name = format!("o{round}-{number}");
                            let answer = process::call(
                                &address,
                                "POST",
                                "/api/orgs",
                                ROOT,
                                &json!({"name": name}),
                            );
                            answer
                                .filter(|(status, _)| *status == 200)
                                .map(|_| registered.send(name).unwrap())
                        } else {
                            let body = exchange_body(&issuer.token(json!({})));
                            let answer =
                                process::call(&address, "POST", "/api/oauth/token", "", &body);
                            let token = answer.and_then(|(_, body)| {
                                Some(body["access_token"].as_str()?.to_owned())
                            });
                            token.map(|token| granted.send(token).unwrap())
                        };
                        if answer.is_none() {
                            break;
                        }
                    }
                })
            })
            .collect();
        // In the middle of things: some are acknowledged, and more are under way.
        let enough = 3 + round as usize % 20;
        tokens.extend((0..enough).map(|_| {
            all_granted
                .recv_timeout(Duration::from_secs(60))
                .expect("another token is granted within a minute")
        }));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap();
        }
        tokens.extend(all_granted.try_iter());
        organizations.extend(all_registered.try_iter());
    }
    let server = Process::builder(files.path()).start();
    let granted = tokens
        .iter()
        .filter(|token| server.call("GET", "/api/user", token, &Value::Null).0 == 200)
        .count();
    assert_eq!(granted, tokens.len());
    assert!(!organizations.is_empty(), "there was something to lose");
    println!(
        "{rounds} rounds, {} tokens, {} organizations",
        tokens.len(),
        organizations.len()
    );
}

#[test]
fn two_servers_share_one_file() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Arc::new(Issuer::new());
    let servers = [
        Process::builder(files.path()).start(),
        Process::builder(files.path()).start(),
    ];
    servers[0].set_up(&issuer);
    let addresses: Vec<_> = servers
        .iter()
        .map(|server| server.address.clone())
        .collect();
    let workers = (0..8).map(|number| {
        let (addresses, issuer) = (addresses.clone(), Arc::clone(&issuer));
        std::thread::spawn(move || {
            for _ in 0..20 {
                let body = exchange_body(&issuer.token(json!({})));
                let (status, body) = process::call(
                    &addresses[number % 2],
                    "POST",
                    "/api/oauth/token",
                    "",
                    &body,
                )
                .unwrap();
                assert_eq!(status, 200, "{body}");
                let token = body["access_token"].as_str().unwrap();
                let other = &addresses[(number + 1) % 2];
                assert_eq!(
                    process::call(other, "GET", "/api/user", token, &Value::Null)
                        .unwrap()
                        .0,
                    200
                );
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.join().unwrap();
    }
}

/// A limit on the size of files is a disk that is full, and one that gets room again.
#[test]
fn a_full_disk_is_an_error_and_room_is_enough_to_recover() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let server = Process::builder(files.path()).file_blocks(800).start();
    server.set_up(&issuer);
    let exchange = || {
        server.call(
            "POST",
            "/api/oauth/token",
            "",
            &exchange_body(&issuer.token(json!({}))),
        )
    };
    let mut granted = Vec::new();
    let failed = (0..5_000).find_map(|_| match exchange() {
        (200, body) => {
            granted.push(body["access_token"].as_str().unwrap().to_owned());
            None
        }
        other => Some(other),
    });
    let (status, body) = failed.expect("the disk is never full");
    assert_eq!(
        (status, &body["error"]),
        (500, &json!("server_error")),
        "{body}"
    );
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .contains("nothing was granted"),
        "{body}"
    );
    assert_eq!(server.call("GET", "/healthz", "", &Value::Null).0, 200);
    assert_eq!(server.call("GET", "/readyz", "", &Value::Null).0, 503);
    for token in &granted {
        assert_eq!(
            server.call("GET", "/api/user", token, &Value::Null).0,
            200,
            "reading needs no room"
        );
    }
    server.unlimit_files();
    let (status, body) = exchange();
    assert_eq!(
        status,
        200,
        "without a restart: {body}\n{}",
        server.errors()
    );
    assert_eq!(server.call("GET", "/readyz", "", &Value::Null).0, 200);
}

#[test]
fn a_file_that_may_not_be_written_is_an_error_at_the_start() {
    let files = tempfile::tempdir().unwrap();
    Process::builder(files.path()).start().stop();
    let message = Process::builder(files.path()).read_only().fail();
    assert!(
        message.contains("readonly")
            || message.contains("permission")
            || message.contains("Permission"),
        "{message}"
    );
}

#[test]
fn the_page_on_the_server_has_every_setting() {
    let help = Process::help();
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/server.md"))
            .unwrap();
    let flags: Vec<_> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"))
        .collect();
    assert!(flags.len() > 15, "{help}");
    for flag in flags {
        assert!(
            page.contains(&format!("`{flag}")),
            "docs/server.md does not explain {flag}"
        );
    }
    for variable in help
        .split("[env: ")
        .skip(1)
        .filter_map(|rest| rest.split(['=', ']']).next())
    {
        assert!(
            page.contains(variable),
            "docs/server.md does not name {variable}"
        );
    }
}

#[test]
fn each_change_is_a_line_of_the_log_that_says_by_whom() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let mut server = Process::builder(files.path()).start();
    server.set_up(&issuer);
    let granted = server
        .call(
            "POST",
            "/api/oauth/token",
            "",
            &exchange_body(&issuer.token(json!({}))),
        )
        .1;
    let token = granted["access_token"].as_str().unwrap();
    let form = format!("token={token}");
    assert_eq!(
        server
            .send(
                "POST",
                "/api/oauth/revoke",
                "",
                "application/x-www-form-urlencoded",
                &form
            )
            .0,
        200
    );
    // Once it has ended, its log is whole.
    assert!(server.stop().success());
    let log = server.errors();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let changes: Vec<_> = lines
        .filter(|line| line["target"] == "claimgate::changes")
        .collect();
    let told: Vec<_> = changes
        .iter()
        .map(|line| {
            (
                line["message"].as_str().unwrap(),
                line["by"].as_str().unwrap(),
            )
        })
        .collect();
    let by = changes[3]["id"].as_str().unwrap();
    let expected = [
        ("created an organization", "bootstrap"),
        ("registered an issuer", "bootstrap"),
        ("replaced policies", "bootstrap"),
        ("revoked itself", by),
    ];
    assert_eq!(told, expected, "{log}");
    assert_eq!(
        (&changes[1]["id"], &changes[1]["organization"]),
        (&changes[2]["id"], &json!("acme"))
    );
    assert!(
        changes[1]["name"].as_str().unwrap().starts_with("https://"),
        "{}",
        changes[1]
    );
    assert_eq!(changes[3]["subject"], "repo:acme/app:ref:refs/heads/main");
    assert!(!log.contains(token));
}

#[test]
fn what_a_database_holds_is_checked_while_the_server_runs_and_after() {
    let files = tempfile::tempdir().unwrap();
    let mut server = Process::builder(files.path()).start();
    server.set_up(&Issuer::new());
    let path = "/api/orgs/acme/oidc/issuers?policies=true";
    let (_, issuers) = server.call("GET", path, ROOT, &Value::Null);
    let policy = issuers["oidcIssuers"][0]["authPolicy"]["id"]
        .as_str()
        .unwrap();
    let policies = json!({"policies": [
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "urn:acme", "sub": "repo:acme/app.js:*"}}
    ]});
    let path = format!("/api/orgs/acme/auth/policies/{policy}");
    assert_eq!(server.call("PATCH", &path, ROOT, &policies).0, 200);
    let check = |more: &[&str]| {
        let arguments = [&["check", "--database", "sqlite:claimgate.db"], more].concat();
        let output = process::run(files.path(), &arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(errors, "");
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, text) = check(&[]);
    assert_eq!(code, Some(0), "{text}");
    let finding = "note[dot-is-wildcard]: policies[0].rules.sub: ";
    assert!(text.starts_with(finding), "{text}");
    assert!(text.contains("\n--> acme: https://ci.example\n"), "{text}");
    assert!(
        text.contains("claimgate.db: 1 issuer, 1 policy, 0 errors, "),
        "{text}"
    );
    assert!(server.stop().success());
    assert_eq!(check(&[]), (code, text));
    assert_eq!(check(&["--strict"]).0, Some(1));
    let (_, json) = check(&["--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["organization"], "acme");
    assert_eq!(json[0]["findings"][0]["path"], "policies[0].rules.sub");
    // It is never created.
    let output = process::run(files.path(), &["check", "--database", "sqlite:missing.db"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!files.path().join("missing.db").exists());
}
