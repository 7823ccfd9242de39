//! `claimgate test` as a process.

use std::path::Path;

use serde_json::Value;

use crate::findings::assert_valid_sarif;
use crate::support::{code, errors, out, run, run_in};

const FOLDER: &str = "../../examples/tests";

/// A mistake of the gallery, in which one policy cannot decide.
const SHADOWED: &str = "deny-shadows-allow.test.yaml";

fn examples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

/// A folder with a file of policies and one of tests.
fn folder(tests: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policies = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme/web:*"}}]"#;
    std::fs::write(folder.path().join("web.json"), policies).unwrap();
    std::fs::write(folder.path().join("web.test.json"), tests).unwrap();
    folder
}

const FAILING: &str = r#"{
  "issuer": "https://token.actions.githubusercontent.com",
  "cases": [
    {"name": "a <&> \u0007 #1", "claims": {"aud": "acme", "sub": "repo:acme/web:pull_request"}, "expect": "denied"}
  ],
  "properties": [
    {"never": {"sub": "*:pull_request"}},
    {"only": {"aud": "acme"}}
  ]
}
"#;

#[test]
fn the_tests_of_the_gallery_pass_and_cover_its_policies() {
    let mut names: Vec<String> = std::fs::read_dir(examples())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".test.yaml") && name != SHADOWED)
        .collect();
    names.sort();
    let arguments: Vec<&str> = ["test", "--require-coverage"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let output = run_in(&examples(), &arguments, "");
    assert_eq!(code(&output), 0, "{}{}", out(&output), errors(&output));
    assert!(names.len() > 10);
}

#[test]
fn coverage_finds_the_policy_that_cannot_decide() {
    let output = run_in(&examples(), &["test", SHADOWED], "");
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("no case makes it decide: policy 2: allow organization"));
    let output = run_in(&examples(), &["test", "--require-coverage", SHADOWED], "");
    assert_eq!(code(&output), 1);
}

/// Every example of the gallery has tests of the same policies, with its decision among the cases.
#[test]
fn every_example_of_the_gallery_has_tests() {
    let tests: Vec<Value> = std::fs::read_dir(examples())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let value = claimgate_formats::yaml::parse(&text).unwrap();
            serde_json::from_str(&value.to_json()).unwrap()
        })
        .collect();
    let gallery = examples().join("../gallery");
    let mut count = 0;
    for entry in std::fs::read_dir(gallery).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let example: Value = serde_json::from_str(&text).unwrap();
        let has_cases = tests.iter().any(|tests| {
            let is_decided = |case: &Value| case["expect"] == example["expected"]["decision"];
            tests["policies"] == example["issuer"]["policies"]
                && tests["cases"].as_array().unwrap().iter().any(is_decided)
        });
        assert!(has_cases, "{}", example["id"]);
        count += 1;
    }
    assert!(count > 20);
}

#[test]
fn a_folder_is_searched_and_policies_are_found_beside_the_tests() {
    let folder = folder(FAILING);
    for skipped in ["node_modules", ".hidden"] {
        let inner = folder.path().join(skipped);
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("x.test.json"), "{").unwrap();
    }
    let output = run_in(folder.path(), &["test", ".", "--format", "json"], "");
    assert_eq!(code(&output), 1, "{}", errors(&output));
    let reports: Value = serde_json::from_str(&out(&output)).unwrap();
    let reports = reports.as_array().unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["cases"][0]["id"], "web.test.json#a <&> \u{7} #1");
    assert_eq!(reports[0]["cases"][0]["place"]["line"], 4);
    assert_eq!(reports[0]["properties"][0]["passed"], false);
    assert_eq!(reports[0]["properties"][1]["passed"], true);
    std::fs::remove_file(folder.path().join("web.test.json")).unwrap();
    let output = run_in(folder.path(), &["test", "."], "");
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("no file in the folder `.` ends in `.test.json`"));
}

#[test]
fn a_file_that_cannot_be_run_ends_with_2() {
    for (file, expected) in [
        ("{", "error[json-syntax]"),
        (r#"{"cases": [{"nmae": 1}]}"#, "did you mean `name`?"),
        (
            r#"{"policies": "gone.json", "cases": []}"#,
            "error[test-file-unreadable]",
        ),
        (
            r#"{"policies": "web.test.json", "cases": []}"#,
            "`web.test.json` has 2 errors",
        ),
        (
            r#"{"provider": "githup-actions", "cases": []}"#,
            "did you mean `github-actions`?",
        ),
    ] {
        let folder = folder(file);
        let output = run_in(folder.path(), &["test", "web.test.json"], "");
        assert_eq!(code(&output), 2, "{file}");
        assert!(out(&output).contains(expected), "{}", out(&output));
        let github = run_in(
            folder.path(),
            &["test", "--format", "github", "web.test.json"],
            "",
        );
        assert!(
            out(&github).starts_with("::error file=web.test.json"),
            "{}",
            out(&github)
        );
        let junit = run_in(
            folder.path(),
            &["test", "--format", "junit", "web.test.json"],
            "",
        );
        assert!(out(&junit).contains("<error type="), "{}", out(&junit));
    }
    let output = run(&["test", "-"], r#"{"cases": []}"#);
    assert_eq!(code(&output), 2);
    assert!(out(&output).contains("expected `policies`, found none"));
}

#[test]
fn formats_of_ci_systems() {
    let folder = folder(FAILING);
    let written = |format: &str| {
        let arguments = [
            "test",
            "--require-coverage",
            "--format",
            format,
            "web.test.json",
        ];
        let output = run_in(folder.path(), &arguments, "");
        assert_eq!(code(&output), 1);
        out(&output)
    };
    let junit = written("junit");
    let xml = roxmltree::Document::parse(&junit).unwrap();
    let suite = xml.root_element().first_element_child().unwrap();
    let counts = ["tests", "failures", "errors"].map(|name| suite.attribute(name).unwrap());
    assert_eq!(counts, ["4", "2", "0"]);
    let tests: Vec<_> = suite
        .children()
        .filter(roxmltree::Node::is_element)
        .collect();
    assert_eq!(tests[0].attribute("name"), Some("a <&> \\u{7} #1"));
    assert_eq!(tests[0].attribute("line"), Some("4"));
    let failure = tests[0].first_element_child().unwrap();
    assert_eq!(failure.attribute("type"), Some("case-failed"));
    assert!(failure.text().unwrap().contains("ALLOWED[allow-matched]"));
    let counterexample = tests[1].first_element_child().unwrap();
    assert!(
        counterexample
            .text()
            .unwrap()
            .contains("repo:acme/web:pull_request")
    );
    assert!(tests[2].first_element_child().is_none());

    let tap = written("tap");
    let lines: Vec<&str> = tap.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        lines,
        [
            "TAP version 14",
            "1..4",
            "not ok 1 - web.test.json\\#a <&> \\u{7} \\#1",
            "not ok 2 - web.test.json\\#never sub ~ *:pull_request",
            "ok 3 - web.test.json\\#only aud ~ acme",
            "ok 4 - web.test.json\\#coverage",
        ]
    );
    let block = tap.split("  ---\n").nth(1).unwrap();
    let block: Vec<&str> = block.lines().take_while(|line| *line != "  ...").collect();
    let block = block.iter().map(|line| format!("{}\n", &line[2..]));
    let block = claimgate_formats::yaml::parse(&block.collect::<String>()).unwrap();
    assert_eq!(
        block
            .member("code")
            .and_then(claimgate::json::Value::as_str),
        Some("case-failed")
    );

    let github = written("github");
    let lines: Vec<&str> = github.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("::error file=web.test.json,line=4,col=5,title=case-failed::a <&>")
    );
    assert!(
        lines[1].starts_with(
            "::error file=web.test.json,line=7,col=5,title=property-failed::never sub"
        )
    );
}

#[test]
fn sarif_has_what_failed() {
    let folder = folder(FAILING);
    let log = |arguments: &[&str]| {
        let all = [&["test", "--format", "sarif", "web.test.json"], arguments].concat();
        let log: Value = serde_json::from_str(&out(&run_in(folder.path(), &all, ""))).unwrap();
        assert_valid_sarif(&log);
        log
    };
    let log_of_two = log(&[]);
    let results = log_of_two["runs"][0]["results"].as_array().unwrap();
    let codes: Vec<_> = results.iter().map(|own| &own["ruleId"]).collect();
    assert_eq!(codes, ["case-failed", "property-failed"]);
    let region =
        |own: &Value| own["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
    assert_eq!(
        (region(&results[0]), region(&results[1])),
        (4.into(), 7.into())
    );
    let property = &results[1];
    let message = property["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with("never sub ~ *:pull_request: expected"),
        "{message}"
    );
    assert_eq!(
        property["properties"]["witnesses"][0]["claims"]["sub"],
        "repo:acme/web:pull_request"
    );
    // Other tests of the file do not change what identifies a failure.
    let path = folder.path().join("web.test.json");
    let longer = FAILING.replacen("\"cases\": [", "\"note\": \"-\",\n\n  \"cases\": [", 1);
    std::fs::write(&path, longer).unwrap();
    let again = log(&["--require-coverage"]);
    let prints = |log: &Value| -> Vec<Value> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results
            .map(|own| own["partialFingerprints"].clone())
            .collect()
    };
    assert_eq!(prints(&again), prints(&log_of_two));
    std::fs::write(&path, r#"{"cases": [{"nmae": 1}, {"nmae": 1}]}"#).unwrap();
    let unreadable = log(&[]);
    let prints = prints(&unreadable);
    let unique: std::collections::BTreeSet<_> = prints.iter().map(Value::to_string).collect();
    assert!(
        prints.len() > 3 && unique.len() == prints.len(),
        "{unreadable}"
    );
}

#[test]
fn counterexamples_are_kept_once() {
    let folder = folder(FAILING);
    let path = folder.path().join("web.test.json");
    let output = run_in(folder.path(), &["test", "--keep", "web.test.json"], "");
    assert_eq!(code(&output), 1);
    assert_eq!(errors(&output), "web.test.json: added 1 counterexample\n");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.starts_with(FAILING.split("\n  ],").next().unwrap()));
    assert!(kept.contains("\"name\": \"counterexample of never sub ~ *:pull_request\""));
    let output = run_in(folder.path(), &["test", "--keep", "web.test.json"], "");
    assert_eq!(errors(&output), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    // A narrower policy, and the case passes.
    let narrow = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}}]"#;
    std::fs::write(folder.path().join("web.json"), narrow).unwrap();
    let output = run_in(folder.path(), &["test", "web.test.json"], "");
    assert_eq!(code(&output), 0, "{}", out(&output));
    let output = run(&["test", "--keep", "-"], FAILING);
    assert_eq!(code(&output), 2);
}

/// A property may compare with a revision in git.
#[test]
fn a_revision_is_a_baseline() {
    let tests = r#"{"issuer": "https://token.actions.githubusercontent.com", "properties": [{"atMost": "HEAD:./web.json"}]}"#;
    let folder = folder(tests);
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@t.test"]);
        let output = git
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "policies"]);
    let path = folder.path().join("web.test.json");
    let run = || run(&["test", path.to_str().unwrap()], "");
    assert_eq!(code(&run()), 0, "{}", out(&run()));
    let wide = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme/*"}}]"#;
    std::fs::write(folder.path().join("web.json"), wide).unwrap();
    let output = run();
    assert_eq!(code(&output), 1);
    assert!(
        out(&output).contains("found one that policy 1 admits"),
        "{}",
        out(&output)
    );
}
