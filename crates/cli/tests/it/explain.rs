//! `claimgate explain`, on documents of several kinds.

use std::process::Output;

use crate::support::{code, errors, example, out, run, run_in};

#[test]
fn claims_for_an_audience_that_the_issuer_does_not_list_are_denied() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write(
        "claimgate.json",
        r#"{"issuers": [{"url": "https://ci.example", "audiences": ["urn:pulumi:org:acme"], "policies":
            [{"decision": "allow", "tokenType": "organization", "rules": {"sub": "*"}}]}]}"#,
    );
    write("own.json", r#"{"aud": "urn:pulumi:org:acme", "sub": "a"}"#);
    write("other.json", r#"{"aud": "sigstore", "sub": "a"}"#);
    let explain = |arguments: &[&str]| {
        let all: Vec<&str> = ["explain"].iter().chain(arguments).copied().collect();
        run_in(folder.path(), &all, "")
    };
    assert_eq!(code(&explain(&["own.json"])), 0);
    let refused = explain(&["other.json"]);
    assert_eq!(code(&refused), 1);
    let expected = "DENIED[audience-not-accepted]: denied: expected a value of `aud` that the issuer lists, \
        `urn:pulumi:org:acme`, found `\"sigstore\"`\n";
    assert!(out(&refused).starts_with(expected), "{}", out(&refused));
    let json = out(&explain(&["other.json", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["explanation"]["reason"]["code"],
        "audience-not-accepted"
    );
    let skipped = explain(&["other.json", "--skip", "audience"]);
    assert_eq!(code(&skipped), 0);
    let sentence = "not checked: it was not checked whether the issuer accepts the audience\n";
    assert!(out(&skipped).ends_with(sentence), "{}", out(&skipped));
}

#[test]
fn the_file_of_issuers_can_be_another_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("claims.json"), "{}").unwrap();
    let output = run_in(folder.path(), &["explain", "claims.json"], "");
    assert_eq!(code(&output), 2);
    let expected = "error: expected a file `claimgate.json` with the issuers and their policies, found none: \
        `--issuers FILE` names another one\n";
    assert_eq!(errors(&output), expected);
}

#[test]
fn what_is_no_token_and_no_claims_is_named() {
    let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "a"}}"#;
    let folder = tempfile::tempdir().unwrap();
    let policies = format!(r#"{{"policies": [{policy}]}}"#);
    std::fs::write(folder.path().join("policies.json"), &policies).unwrap();
    for (input, found) in [
        ("", "found nothing"),
        ("hello world", "found other text"),
        (r#"["a"]"#, "found an array"),
        ("eyJhbGciOiJSUzI1NiJ9.e30", "found an invalid token: "),
        (policies.as_str(), "found policies: `--issuers` names"),
        (policy, "found policies: `--issuers` names"),
        (r#"{"issuers": []}"#, "found issuers: `--issuers` names"),
    ] {
        let arguments = ["explain", "-", "--issuers", "policies.json"];
        let output = run_in(folder.path(), &arguments, input);
        assert_eq!(code(&output), 2, "{input}");
        let said = errors(&output);
        assert!(said.contains("in `standard input`, found "), "{said}");
        assert!(said.contains(found), "{input}: {said}");
        assert!(!said.contains("eyJ"), "{said}");
    }
    // Claims may have members of any name.
    let claims = r#"{"sub": "a", "policies": []}"#;
    let arguments = ["explain", "-", "--issuers", "policies.json"];
    assert_eq!(code(&run_in(folder.path(), &arguments, claims)), 0);
}

#[test]
fn the_question_is_the_exchanges() {
    let at = ["--now", "2025-11-24T00:02:00Z"];
    for (options, expected) in [
        (&[][..], 0),
        (&["--token-type", "organization"], 0),
        (&["--scope", "admin"], 1),
        (&["--team", "deployers"], 0),
        (&["--scope", "team:deployers"], 0),
        (&["--token-type", "team", "--scope", "team:deployers"], 0),
        (&["--team", "others"], 1),
        (&["--user", "octocat"], 1),
        (&["--runner", "a"], 1),
        (
            &[
                "--skip",
                "issuer",
                "--issuer",
                "https://token.actions.githubusercontent.com",
            ],
            0,
        ),
    ] {
        let arguments: Vec<&str> = ["explain", "token.jwt"]
            .iter()
            .chain(&at)
            .chain(options)
            .copied()
            .collect();
        let output = run(&arguments, "");
        assert_eq!(
            code(&output),
            expected,
            "{options:?}: {}{}",
            out(&output),
            errors(&output)
        );
    }
    // Over by a minute and a second, and by less with more leeway; the file's own leeway counts
    // too.
    let late = ["explain", "token.jwt", "--now", "2025-11-24T01:01:01Z"];
    assert_eq!(code(&run(&late, "")), 1);
    let leeway = run(&[&late[..], &["--leeway", "601"]].concat(), "");
    assert_eq!(code(&leeway), 2);
    let said = errors(&leeway);
    assert!(said.contains("at most 600 seconds, found 601"), "{said}");
    // A time before 1970 is a time.
    let early = run(&["explain", "token.jwt", "--now", "-5"], "");
    assert!(
        out(&early).contains("token-issued-in-future")
            || out(&early).contains("token-not-yet-valid"),
        "{}{}",
        out(&early),
        errors(&early)
    );
    assert_eq!(
        code(&run(&[&late[..], &["--leeway", "120"]].concat(), "")),
        0
    );
    let file = example("claimgate.json").replacen(
        "\"version\": 1,",
        "\"version\": 1, \"leeway\": 120,",
        1,
    );
    assert_eq!(
        code(&run(&[&late[..], &["--issuers", "-"]].concat(), &file)),
        0
    );
    let file = file.replacen("\"leeway\": 120,", "\"maxSize\": 1000,", 1);
    assert!(
        out(&run(&[&late[..], &["--issuers", "-"]].concat(), &file))
            .contains("DENIED[token-too-large]")
    );
}

#[test]
fn policies_alone_decide_on_claims() {
    let policies =
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"ref": "dev*"}}"#;
    for file in [
        policies.to_owned(),
        format!("[{policies}]"),
        format!(r#"{{"policies": [{policies}]}}"#),
    ] {
        let output = run(
            &[
                "explain",
                "claims.json",
                "--issuers",
                "-",
                "--format",
                "json",
            ],
            &file,
        );
        assert_eq!(code(&output), 0, "{}", errors(&output));
        let answer: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
        assert_eq!(answer["explanation"]["decision"], "allowed");
        assert!(
            answer["unchecked"][0]
                .as_str()
                .unwrap()
                .contains("no issuer, key, signature or time was checked")
        );
    }
}

/// What the server answers with can be checked and asked: its own members are known, and mean what
/// they mean there.
#[test]
fn members_of_the_server() {
    let policy = |decision, rest| {
        format!(
            r#"{{"decision": "{decision}", "tokenType": "organization", "authorizedPermissions": []{rest}}}"#
        )
    };
    let allow = policy(
        "allow",
        r#", "rules": {"sub": "project_path:acme/*", "ref": "*"}"#,
    );
    let deny = policy("deny", r#", "reportOnly": true, "rules": {"ref": "dev*"}"#);
    let issuer = |rest: &str, policies: &str| {
        format!(
            r#"{{"oidcIssuers": [{{"id": "1", "name": "CI", "url": "https://gitlab.com", "issuer": "https://gitlab.com",
            "thumbprints": [], "created": "2026-11-25T00:00:00Z", {rest}, "policies": [{policies}]}}]}}"#
        )
    };
    let marked = issuer(
        r#""singleUse": true, "reportOnly": false"#,
        &format!("{deny}, {allow}"),
    );
    let output = run(&["check", "-"], &marked);
    assert_eq!(code(&output), 0, "{}", out(&output));
    let reports = |output: &Output, path: &str| {
        let shown = out(output);
        shown.contains("note[report-only]: this only reports what it would deny")
            && shown.contains(&format!("^^^^ {path}\n"))
    };
    assert!(
        reports(&output, "issuer 1, policy 1, `reportOnly`"),
        "{}",
        out(&output)
    );
    assert_eq!(code(&run(&["check", "--strict", "-"], &marked)), 1);

    let enforced = deny.replace("true", "false");
    let whole = issuer(
        r#""singleUse": false, "reportOnly": true"#,
        &format!("{enforced}, {allow}"),
    );
    let output = run(&["check", "-"], &whole);
    assert!(
        reports(&output, "issuer 1, `reportOnly`"),
        "{}",
        out(&output)
    );
    let alone = format!(r#"{{"id": "2", "version": 7, "policies": [{deny}, {allow}]}}"#);
    let output = run(&["check", "-"], &alone);
    assert!(
        reports(&output, "policy 1, `reportOnly`"),
        "{}",
        out(&output)
    );

    // The decision is the server's, and what it would be is said.
    for (file, allowed) in [
        (&marked, true),
        (&whole, true),
        (&alone, true),
        (&whole.replace("true", "false"), false),
    ] {
        let output = run(&["explain", "claims.json", "--issuers", "-"], file);
        assert_eq!(
            code(&output),
            i32::from(!allowed),
            "{file}: {}{}",
            out(&output),
            errors(&output)
        );
        let note = "note[report-only]: with report-only policies enforced: denied by policy 1";
        assert_eq!(out(&output).contains(note), allowed, "{}", out(&output));
    }
    let output = run(
        &[
            "explain",
            "claims.json",
            "--issuers",
            "-",
            "--format",
            "json",
        ],
        &alone,
    );
    let answer: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (
            &answer["explanation"]["decision"],
            &answer["explanation"]["report"]["policies"][0]
        ),
        (&"allowed".into(), &0.into())
    );

    let wrong = issuer(r#""singleUse": "yes""#, &deny.replace("deny", "allow"));
    let output = run(&["check", "-"], &wrong);
    assert_eq!(code(&output), 1);
    for expected in [
        "error[wrong-value]: expected `true` or `false`, found `yes`",
        "^^^^^ issuer 1, `singleUse`",
        "error[report-only-allow]: ",
        "^^^^ issuer 1, policy 1, `reportOnly`",
    ] {
        assert!(out(&output).contains(expected), "{}", out(&output));
    }
}
