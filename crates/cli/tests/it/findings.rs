//! `claimgate check`: its formats, fixes, baselines and exit codes.

use std::path::Path;

use serde_json::Value;

use crate::support::{code, errors, out, run, run_in};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// A file of an issuer with these policies.
pub(crate) fn issuers(policies: &str) -> String {
    format!(
        "{{\"issuers\": [{{\"name\": \"GitHub\", \"url\": \"{GITHUB}\", \"policies\": [{policies}]}}]}}\n"
    )
}

pub(crate) fn allow(subject: &str) -> String {
    format!(
        r#"{{"decision": "allow", "tokenType": "organization", "rules": {{"aud": "acme", "sub": "{subject}"}}}}"#
    )
}

fn json(arguments: &[&str], input: &str) -> Value {
    let output = run(arguments, input);
    serde_json::from_str(&out(&output))
        .unwrap_or_else(|error| panic!("{error}: {}", errors(&output)))
}

fn codes(checked: &Value) -> Vec<&str> {
    let findings = checked[0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|own| own["code"].as_str().unwrap())
        .collect()
}

#[test]
fn an_error_fails_and_a_warning_does_not() {
    let open = issuers(&allow("repo:acme*"));
    let broad = issuers(&allow("repo:acme/web:*"));
    for (file, arguments, expected) in [
        (&open, &["check", "-"][..], 1),
        (
            &open,
            &["check", "-", "--allow", "name-without-separator"],
            0,
        ),
        (&broad, &["check", "-"], 0),
        (&broad, &["check", "-", "--deny", "any-ref"], 1),
        (&broad, &["check", "-", "--strict"], 1),
        (&broad, &["check", "-", "--deny", "any-reef"], 2),
    ] {
        assert_eq!(code(&run(arguments, file)), expected, "{arguments:?}");
    }
}

#[test]
fn a_finding_shows_the_token_and_its_fix() {
    let shown = out(&run(&["check", "-"], &issuers(&allow("repo:acme*"))));
    for expected in [
        "error[name-without-separator]: ",
        "issuer 1, policy 1, `rules.sub`",
        "repo:acme-evil/web:ref:refs/heads/main",
        "`claimgate check --fix` can end the name with `/`",
        "1 issuer, 1 policy, 1 error, ",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

/// The schema is that of the crate `serde-sarif` 0.8.0, unchanged.
pub(crate) fn assert_valid_sarif(log: &Value) {
    // One of its patterns has a bracket that only some engines take for itself.
    let schema =
        include_str!("sarif-2.1.0.schema.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(log)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{log}\n{wrong:?}");
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let broken = r#"{"issuers": [{"url": "http://a.example"}]}"#;
    let two = issuers(
        &[
            allow("repo:acme*"),
            allow("repo:acme/web:ref:refs/heads/v1.0"),
        ]
        .join(","),
    );
    for file in [
        issuers(&allow("repo:acme*")),
        two,
        "[]".to_owned(),
        broken.to_owned(),
        String::new(),
    ] {
        assert_valid_sarif(&json(&["check", "-", "--format", "sarif"], &file));
    }
    let log = json(
        &["check", "-", "--format", "sarif"],
        &issuers(&allow("repo:acme*")),
    );
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"name-without-separator".into(), &"error".into())
    );
    assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1);
    assert!(result["properties"]["witness"]["claims"]["sub"].is_string());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules
        .iter()
        .find(|rule| rule["id"] == "name-without-separator")
        .unwrap();
    assert!(
        rule["help"]["markdown"]
            .as_str()
            .unwrap()
            .contains("How to fix it")
    );
}

#[test]
fn fingerprints_stay_while_the_file_changes_elsewhere() {
    let fingerprint = |file: &str| {
        let log = json(&["check", "-", "--format", "sarif"], file);
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let own = results
            .into_iter()
            .find(|own| own["ruleId"] == "name-without-separator");
        own.unwrap()["partialFingerprints"]["primaryLocationLineHash"].clone()
    };
    let first = fingerprint(&issuers(&allow("repo:acme*")));
    let later = [
        allow("repo:other/web:ref:refs/heads/main"),
        allow("repo:acme*"),
    ]
    .join(",\n\n");
    assert_eq!(fingerprint(&issuers(&later)), first);
    let turned = allow("repo:acme*").replace(
        r#""aud": "acme", "sub": "repo:acme*""#,
        r#""sub": "repo:acme*", "aud": "acme""#,
    );
    assert_eq!(fingerprint(&issuers(&turned)), first);
    assert_ne!(fingerprint(&issuers(&allow("repo:acme2*"))), first);
    // Two equal policies have two.
    let log = json(
        &["check", "-", "--format", "sarif"],
        &issuers(&[allow("repo:acme*"), allow("repo:acme*")].join(",")),
    );
    let results = log["runs"][0]["results"].as_array().unwrap();
    let prints: Vec<_> = results
        .iter()
        .map(|own| own["partialFingerprints"]["primaryLocationLineHash"].as_str())
        .collect();
    let unique: std::collections::BTreeSet<_> = prints.iter().collect();
    assert_eq!(unique.len(), prints.len(), "{prints:?}");
}

#[test]
fn junit_has_a_case_for_each_policy() {
    let file = issuers(&[allow("repo:acme*"), allow("repo:a/b:ref:refs/heads/<&>")].join(","));
    let report = out(&run(&["check", "-", "--format", "junit"], &file));
    assert!(
        report.contains("<testsuite name=\"-\" tests=\"2\" failures=\"1\" errors=\"0\">"),
        "{report}"
    );
    assert!(
        report.contains("<failure type=\"name-without-separator\""),
        "{report}"
    );
    assert!(report.contains("name=\"issuer 1, policy 2\""), "{report}");
    assert!(!report.contains("<&"), "{report}");
}

#[test]
fn fixes_keep_layout_and_comments() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# our issuers\nissuers:\n  - name: GitHub\n    url: https://token.actions.githubusercontent.com\n    policies:\n      - decision: allow # deploys\n        tokenType: organization\n        rules:\n          aud: acme\n          sub: repo:acme* # all of ours\n      - decision: allow\n        tokenType: organization\n        rules: {aud: acme, sub: 'repo:acme/web:ref:refs/heads/main'}\n";
    let path = folder.path().join("policies.yaml");
    std::fs::write(&path, text).unwrap();
    let read = || std::fs::read_to_string(&path).unwrap();

    let output = run_in(
        folder.path(),
        &["check", "policies.yaml", "--fix", "--dry-run"],
        "",
    );
    assert_eq!((code(&output), read().as_str()), (1, text));
    let diff = errors(&output);
    for line in [
        "--- a/policies.yaml",
        "-          sub: repo:acme* # all of ours",
        "+          sub: \"repo:acme/*\" # all of ours",
    ] {
        assert!(diff.lines().any(|own| own == line), "{line}\n{diff}");
    }

    let output = run_in(folder.path(), &["check", "policies.yaml", "--fix"], "");
    let fixed = read();
    assert_eq!(code(&output), 0, "{}", out(&output));
    assert!(
        errors(&output).contains(
            "fixed policies.yaml: issuer 1, policy 1, `rules.sub`: end the name with `/`"
        ),
        "{}",
        errors(&output)
    );
    let expected = text.replace("repo:acme* #", "\"repo:acme/*\" #");
    let expected = expected.split("      - decision: allow\n").next().unwrap();
    // All of the owner's repositories includes pull requests.
    let deny = "      - decision: \"deny\"\n        tokenType: \"organization\"\n        rules:\n          event_name: \"pull_request*\"\n";
    assert_eq!(fixed, format!("{expected}{deny}"));
    // There is nothing left to fix.
    let output = run_in(folder.path(), &["check", "policies.yaml", "--fix"], "");
    assert_eq!((errors(&output).as_str(), read()), ("", fixed));
}

/// A deny is a fix too. That of a note is not applied if it refuses something.
#[test]
fn fixes_add_denies_and_leave_notes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claimgate.json");
    let admin = r#"{"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": {"aud": "acme", "sub": "repo:acme/web:environment:production"}}"#;
    let text = issuers(&[allow("repo:acme/web:*").as_str(), admin].join(", "));
    std::fs::write(&path, &text).unwrap();
    let checked = json(&["check", "-", "--format", "json"], &text);
    let findings = checked[0]["findings"].as_array().unwrap();
    let runner = findings
        .iter()
        .find(|own| own["code"] == "self-hosted-runner");
    assert_eq!(runner.unwrap()["fixes"][0]["effect"], "narrower");

    let output = run_in(folder.path(), &["check", "claimgate.json", "--fix"], "");
    let done = errors(&output);
    assert_eq!(
        done,
        "fixed claimgate.json: issuer 1, policy 1: deny jobs of pull requests [pull-request-admitted]\n"
    );
    let deny = r#", {"decision":"deny","tokenType":"organization","rules":{"event_name":"pull_request*"}}]"#;
    let fixed = std::fs::read_to_string(&path).unwrap();
    assert_eq!(fixed, text.replace("]}]}", &format!("{deny}}}]}}")));

    // Where an allow is for pull requests, a deny would be no fix.
    let meant = issuers(
        &[
            allow("repo:acme/web:*"),
            allow("repo:acme/docs:pull_request"),
        ]
        .join(","),
    );
    let checked = json(&["check", "-", "--format", "json"], &meant);
    let findings = checked[0]["findings"].as_array().unwrap();
    let admitted = findings
        .iter()
        .filter(|own| own["code"] == "pull-request-admitted");
    let admitted: Vec<_> = admitted.collect();
    assert!(
        admitted.len() == 2 && admitted.iter().all(|own| own["fixes"].is_null()),
        "{findings:?}"
    );
}

#[test]
fn standard_input_is_not_fixed_in_place() {
    let output = run(&["check", "-", "--fix"], &issuers(&allow("repo:acme*")));
    assert_eq!(code(&output), 2);
    assert!(
        errors(&output).contains("which is not a file"),
        "{}",
        errors(&output)
    );
}

#[test]
fn a_baseline_is_compared_by_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let main = allow("repo:acme/web:ref:refs/heads/main");
    write("old.json", &issuers(&main));
    write(
        "same.json",
        &issuers(&format!("\n\n{}", main.replace(": ", ":"))),
    );
    write(
        "wider.json",
        &issuers(&[main, allow("repo:acme/api:ref:refs/heads/main")].join(",")),
    );
    let check = |file: &str| {
        run_in(
            folder.path(),
            &["check", file, "--baseline", "old.json"],
            "",
        )
    };
    assert_eq!(code(&check("same.json")), 0);
    let wider = check("wider.json");
    assert_eq!(code(&wider), 1);
    let shown = out(&wider);
    assert!(
        shown.contains("error[wider-than-baseline]")
            && shown.contains("repo:acme/api:ref:refs/heads/main"),
        "{shown}"
    );
    write("broken.json", "{");
    let output = run_in(
        folder.path(),
        &["check", "old.json", "--baseline", "broken.json"],
        "",
    );
    assert_eq!(code(&output), 2);
}

#[test]
fn policies_without_an_issuer_can_name_one() {
    let file = format!("[{}]", allow("repo:acme*"));
    let checked = json(&["check", "-", "--format", "json"], &file);
    assert_eq!(checked[0]["findings"][0]["basis"], "heuristic");
    let checked = json(
        &["check", "-", "--format", "json", "--issuer", GITHUB],
        &file,
    );
    assert!(codes(&checked).contains(&"name-without-separator"));
    assert_eq!(checked[0]["findings"][0]["basis"], "facts");
    assert!(checked[0]["findings"][0]["witness"]["claims"]["iss"].is_string());
}

/// The examples of the documentation are checked as files, too.
#[test]
fn the_examples_of_the_gallery_can_be_checked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cli");
    let output = run_in(
        &folder,
        &["check", "claimgate.json", "--format", "sarif"],
        "",
    );
    assert_eq!(code(&output), 0, "{}", errors(&output));
}
