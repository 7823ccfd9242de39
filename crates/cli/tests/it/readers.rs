//! `claimgate check` as its readers see it: what fixes take away, how policies are counted, what help says.

use std::path::Path;

use crate::findings::{allow, issuers};
use crate::support::{errors, out, run, run_in};

/// What a policy names is meant, and so may be a family of names: nothing is taken away from either.
#[test]
fn fixes_take_nothing_away_that_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let fixes = |text: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("claimgate.json"), text).unwrap();
        let arguments = [
            &["check", "claimgate.json", "--fix", "--dry-run"],
            arguments,
        ]
        .concat();
        errors(&run_in(folder.path(), &arguments, ""))
    };
    let rules = |rules: &str| {
        format!(
            r#"{{"decision": "allow", "tokenType": "team", "teamName": "previews", "rules": {{"aud": "acme", {rules}}}}}"#
        )
    };
    for own in [
        r#""sub": "repo:acme/web:pull_request""#,
        r#""sub": "repo:acme/*:pull_request""#,
        r#""repository": "acme/web", "event_name": "pull_request""#,
        r#""repository": "acme/web", "event_name": "*pull_request*""#,
        r#""repository": "acme/web", "ref": "refs/pull/*""#,
        r#""sub": "repo:acme/web:*", "head_ref": "preview-*""#,
    ] {
        let wide = rules(r#""sub": "repo:acme/web:*""#);
        for text in [rules(own), format!("{wide}, {}", rules(own))] {
            assert_eq!(fixes(&issuers(&text), &[]), "", "{text}");
            assert_eq!(fixes(&issuers(&text), &["--no-facts"]), "", "{text}");
        }
    }
    let terraform = r#"{"issuers": [{"name": "T", "url": "https://app.terraform.io", "audiences": ["acme"], "policies": [
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "organization:acme:project:core:workspace:SUB"}}
    ]}]}"#;
    for sub in ["prod-*:run_phase:apply", "prod-*", "prod*:run_phase:apply"] {
        assert_eq!(fixes(&terraform.replace("SUB", sub), &[]), "", "{sub}");
    }
    // No owner's name ends with `-`.
    assert_eq!(
        fixes(&issuers(&allow("repo:acme-*")), &[])
            .matches("end the name")
            .count(),
        0
    );
    // Those of the documentation were all wrong once.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/who");
    for file in [
        "platform.json",
        "delivery.json",
        "delivery-proposed.json",
        "clusters.json",
    ] {
        let output = run_in(&folder, &["check", file, "--fix", "--dry-run"], "");
        assert_eq!(errors(&output), "", "{file}");
    }
}

/// People count policies from one, wherever they read.
#[test]
fn policies_are_counted_from_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/who");
    for file in [
        "platform.json",
        "platform-proposed.json",
        "delivery-proposed.json",
        "clusters.json",
    ] {
        for format in ["text", "github", "junit"] {
            let shown = out(&run_in(&folder, &["check", file, "--format", format], ""));
            assert!(!shown.contains("policies["), "{file} {format}: {shown}");
        }
    }
    let shown = out(&run_in(&folder, &["check", "delivery-proposed.json"], ""));
    assert!(
        shown.contains("see also at line 42 (issuer 2, policy 2)"),
        "{shown}"
    );
}

/// The help keeps the environment of the subject that it is about.
#[test]
fn the_help_on_immutable_subjects_is_on_the_own_subject() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/who");
    let shown = out(&run_in(&folder, &["check", "platform.json"], ""));
    let expected = "help: add a policy for the form with identifiers, `repo:northwind@OWNER_ID/shop@REPOSITORY_ID:environment:production`, or pin `repository_id` and `environment` instead of `sub`";
    assert!(shown.contains(expected), "{shown}");
}

/// The server and the npm package read the same table.
#[test]
fn the_same_issuers_are_refused_with_the_same_codes_everywhere() {
    let keys = crate::issuer::Issuer::new().jwks();
    for case in claimgate_testing::issuer_cases(&keys) {
        let output = run(
            &["check", "-", "--format", "json"],
            &case.document().to_string(),
        );
        let report: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
        let errors = report[0]["errors"].as_array();
        case.check(errors.map_or(&[], Vec::as_slice));
    }
}

#[test]
fn a_leeway_and_a_size_of_a_file_are_within_those_of_the_server() {
    for (member, path) in [
        (r#""leeway": 601"#, "leeway"),
        (r#""maxSize": 0"#, "maxSize"),
    ] {
        let file = format!(r#"{{"issuers": [], {member}}}"#);
        let found = out(&run(&["check", "-", "--format", "json"], &file));
        assert!(
            found.contains("wrong-value") && found.contains(path),
            "{found}"
        );
    }
}
