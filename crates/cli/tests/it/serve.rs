//! `claimgate serve` as people start, stop and kill it.

mod bootstrap;
mod files;
mod openid;
mod settings;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use self::bootstrap::bootstrap;
use crate::issuer::Issuer;
use crate::process::{self, Process, ROOT, exchange_body};

#[test]
fn the_demonstrations_command_works_as_it_is_printed() {
    let files = tempfile::tempdir().unwrap();
    let server = Process::builder(files.path())
        .arguments(&["--demo"])
        .on_terminal()
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
