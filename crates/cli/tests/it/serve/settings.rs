//! The settings of a server, and what it says of them.

use super::*;

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

#[test]
fn a_folder_that_everyone_may_write_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = tempfile::tempdir().unwrap();
    let folder = files.path().join("state");
    std::fs::create_dir(&folder).unwrap();
    let warning =
        "the folder of the bootstrap token's file can be written by every user: expected mode 700";
    for (mode, is_configured, count) in [
        (0o700, false, 0),
        (0o775, false, 0),
        (0o777, false, 1),
        (0o777, true, 0),
    ] {
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        let server = Process::builder(files.path()).arguments(&["--state-dir", "state"]);
        let server = match is_configured {
            true => server.start(),
            false => server.without_bootstrap().start(),
        };
        let log = server.errors();
        let warnings = log.lines().filter(|line| {
            line.contains("WARN") && line.contains("\"state\"") && line.contains(warning)
        });
        assert_eq!(warnings.count(), count, "{mode:o} {log}");
    }
}

#[test]
fn every_line_of_a_log_in_json_is_json() {
    let files = tempfile::tempdir().unwrap();
    let mut server = Process::builder(files.path())
        .without_bootstrap()
        .arguments(&["--demo"])
        .start();
    assert!(server.stop().success());
    let log = server.errors();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let url = format!("http://{}", server.address);
    let has = |member: &str, expected: &str| lines.iter().any(|line| line[member] == expected);
    assert!(has("url", &url), "{log}");
    assert!(has("tokens", &format!("{url}/demo/tokens")), "{log}");
    let is_command = |line: &Value| {
        let command = line["command"].as_str();
        command.is_some_and(|command| command.starts_with("claimgate bootstrap-token --database "))
    };
    assert!(lines.iter().any(is_command), "{log}");
    assert!(!log.contains("curl"), "{log}");
}

#[test]
fn a_failed_start_is_a_line_of_the_log() {
    let files = tempfile::tempdir().unwrap();
    let fail = |arguments: &[&str]| {
        let wrong = ["--oidc-issuer", "http://a.example"];
        let arguments = [&wrong[..], arguments].concat();
        let builder = Process::builder(files.path()).arguments(&arguments);
        builder.log_of_failure()
    };
    for arguments in [
        &[][..],
        &["--log-format", "json"],
        &["--log", "off"],
        &["--log", "claimgate=loud"],
    ] {
        let log = fail(arguments);
        let mut lines = log.lines().map(|line| {
            let line: Result<Value, _> = serde_json::from_str(line);
            line.unwrap_or_else(|error| panic!("{error}: {log}"))
        });
        let last = lines.next_back().unwrap();
        assert_eq!(last["level"], "ERROR", "{log}");
        assert!(last["timestamp"].as_str().unwrap().ends_with('Z'), "{log}");
        let message = last["message"].as_str().unwrap();
        assert!(message.contains("expected"), "{log}");
    }
    let text = fail(&["--log-format", "text"]);
    assert!(text.starts_with("error: "), "{text}");
}

#[test]
fn a_bootstrap_token_that_cannot_be_sent_is_refused() {
    let files = tempfile::tempdir().unwrap();
    let thirty = "secret-secret-secret-secret-secr";
    for (text, found) in [
        (format!("{thirty} more"), "a space at place 33"),
        (format!("{thirty}\nmore\n"), "a line break at place 33"),
        (format!("{thirty}\tmore"), "a control character at place 33"),
        (format!("{thirty}é"), "another character at place 33"),
    ] {
        std::fs::write(files.path().join("token"), text).unwrap();
        let said = Process::builder(files.path())
            .without_bootstrap()
            .arguments(&["--bootstrap-token-file", "token"])
            .fail();
        let expected = format!(
            "token: expected a bootstrap token of visible ASCII characters without spaces, as it is sent in a header, found {found}"
        );
        assert!(said.contains(&expected), "{said}");
        assert!(!said.contains("secret-"), "{said}");
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
