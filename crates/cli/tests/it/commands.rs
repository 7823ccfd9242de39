//! `claimgate decode`, `explain` and `check` as processes.

use std::process::{Command, Stdio};

use crate::support::{code, errors, example, out, root, run, run_in};

#[test]
fn no_signature_is_ever_shown() {
    let token = example("token.jwt");
    let signature = token.trim().rsplit('.').next().unwrap();
    // Whole, in part, and as the bytes that it stands for: eight characters of it occur nowhere.
    let pieces: Vec<&str> = (0..signature.len() - 8)
        .step_by(8)
        .map(|at| &signature[at..at + 8])
        .collect();
    let broken = format!("{}!", token.trim());
    for input in [token.as_str(), &broken, &format!("{}.more", token.trim())] {
        for arguments in [
            &["decode", "-"][..],
            &["decode", "-", "--format", "json"],
            &["explain", "-"],
            &["explain", "-", "--format", "json"],
            &[
                "explain",
                "-",
                "--skip",
                "issuer,key,signature,time",
                "--issuer",
                "GitLab",
            ],
            &["explain", "-", "--skip", "time", "--format", "json"],
            &["explain", "token.jwt", "--issuers", "-"],
            &["check", "-"],
            &["check", "-", "--github"],
        ] {
            let output = run(arguments, input);
            let shown = out(&output) + &errors(&output);
            assert!(!shown.is_empty());
            assert!(
                pieces.iter().all(|piece| !shown.contains(piece)),
                "{arguments:?}: {shown}"
            );
        }
    }
    for (arguments, words) in [
        (
            &["decode", token.trim()][..],
            "pipe it to `claimgate decode -`",
        ),
        (
            &["explain", token.trim()],
            "pipe it to `claimgate explain -`",
        ),
        (&["check", token.trim()], "expected a file, found a token"),
        (&["who", token.trim()], "expected a file, found a token"),
    ] {
        let output = run(arguments, "");
        let shown = out(&output) + &errors(&output);
        assert_eq!(code(&output), 2, "{shown}");
        assert!(shown.contains(words), "{shown}");
        assert!(!shown.contains("eyJ"), "{shown}");
    }
}

#[test]
fn trouble_ends_with_two() {
    for (arguments, input, words) in [
        (&["decode"][..], "", "required arguments were not provided"),
        (&["decode", "nowhere"], "", "error: cannot read `nowhere`: "),
        (&["decode", "."], "", "error: cannot read `.`: "),
        (
            &["decode", "-", "--now", "soon"],
            "",
            "expected seconds since 1970",
        ),
        (
            &["explain", "claims.json", "--issuers", "nowhere"],
            "",
            "error: cannot read `nowhere`: ",
        ),
        (
            &["explain", "claims.json", "--issuers", "broken.json"],
            "",
            "--> broken.json:8:45",
        ),
        (
            &["explain", "-", "--issuers", "-"],
            "",
            "expected one file from standard input, found both",
        ),
        (
            &["explain", "-"],
            "{",
            "the claims in `standard input` cannot be read",
        ),
        (
            &["explain", "-"],
            "{}",
            "the claims name no issuer (`iss`): choose one with `--issuer`",
        ),
        (
            &["explain", "-"],
            r#"{"iss": "https://a.example"}"#,
            "the claims name the issuer `https://a.example`, which is not registered",
        ),
        (
            &["explain", "claims.json", "--issuer", "a"],
            "",
            "found `a`; known are `GitHub Actions`, `GitLab`",
        ),
        (
            &["explain", "token.jwt", "--issuer", "GitLab"],
            "",
            "`--issuer` requires `--skip issuer`",
        ),
        (
            &["explain", "claims.json", "--scope", "root"],
            "",
            "expected `scope` `admin` or none",
        ),
        (
            &["explain", "claims.json", "--token-type", "team"],
            "",
            "expected `scope` `team:` and the team's name",
        ),
        (
            &["explain", "claims.json", "--team", "a", "--user", "b"],
            "",
            "cannot be used with",
        ),
        (
            &["explain", "claims.json", "--team", ""],
            "",
            "found `team:`",
        ),
        (
            &["explain", "claims.json", "--skip", "policies"],
            "",
            "invalid value 'policies'",
        ),
        (
            &["explain", "token.jwt", "--issuers", "-"],
            r#"{"policies": []}"#,
            "expected issuers in `standard input`, found none",
        ),
        (
            &["check", "claimgate.json", "nowhere"],
            "",
            "error: cannot read `nowhere`: ",
        ),
        (
            &["check", "--github", "--format", "json", "-"],
            "",
            "cannot be used with",
        ),
    ] {
        let output = run(arguments, input);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(
            errors(&output).contains(words),
            "{arguments:?}: {}",
            errors(&output)
        );
        assert_eq!(out(&output), "", "{arguments:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bytes"), [0xff, 0xfe]).unwrap();
    std::fs::write(folder.path().join("large"), vec![b' '; (4 << 20) + 1]).unwrap();
    for (file, words) in [
        ("bytes", "expected UTF-8 in `bytes`"),
        ("large", "expected at most 4194304 bytes, found more"),
    ] {
        let output = run_in(folder.path(), &["decode", file], "");
        assert_eq!(code(&output), 2);
        assert!(errors(&output).contains(words), "{}", errors(&output));
    }
}

#[test]
fn several_tokens_are_decoded_and_one_that_is_none_shows() {
    let output = run(
        &["decode", "token.jwt", "not-a-token.jwt", "--format", "json"],
        "",
    );
    assert_eq!(code(&output), 1);
    let decoded: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        decoded[0]["claims"]["sub"],
        "repo:octo-org/octo-repo:environment:prod"
    );
    assert_eq!(
        (&decoded[0]["header"]["kid"], &decoded[0]["error"]),
        (&"example-key".into(), &().into())
    );
    assert_eq!(
        (&decoded[1]["error"]["code"], &decoded[1]["claims"]),
        (&"token-segments".into(), &().into())
    );
}

#[test]
fn what_terminals_act_upon_is_not_passed_on() {
    let claims =
        r#"{"iss": "https://gitlab.com", "aud": "\u001b[31mred\u009b2J", "sub": "a\u202eb"}"#;
    let output = run(&["explain", "-"], claims);
    assert_eq!(code(&output), 1);
    assert!(
        out(&output).contains(r"\u{1b}[31mred\u{9b}2J"),
        "{}",
        out(&output)
    );
    assert!(
        out(&output)
            .chars()
            .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}')
    );
    let file = r#"{"issuers": [{"url": "https://a.example", "x\u001b\u202e": 1}]}"#;
    for arguments in [
        &["check", "-"][..],
        &["check", "-", "--github"],
        &["check", "-", "--format", "json"],
    ] {
        let output = run(arguments, file);
        assert_eq!(code(&output), 1);
        assert!(
            out(&output)
                .chars()
                .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
            "{}",
            out(&output)
        );
    }
}

#[test]
fn a_mark_before_the_text_and_white_space_around_it_mean_nothing() {
    let token = format!("\u{feff}\r\n{}\r\n", example("token.jwt").trim());
    assert_eq!(code(&run(&["decode", "-"], &token)), 0);
    let file = format!("\u{feff}{}", example("claimgate.json"));
    assert_eq!(code(&run(&["check", "-"], &file)), 0);
}

#[test]
fn what_copying_puts_around_a_token_is_removed_and_named() {
    let token = example("token.jwt");
    let token = token.trim();
    for (text, removed) in [
        (format!("Bearer {token}\n"), "`Bearer`"),
        (
            format!("export ID_TOKEN='{token}'"),
            "a variable's name and quotes",
        ),
        (format!(r#"{{"value": "{token}"}}"#), "the JSON around it"),
    ] {
        let said = format!("the token was read without {removed}");
        let at = ["--now", "2025-11-24T00:02:00Z"];
        for command in [["decode", "-"], ["explain", "-"]] {
            let output = run(&[&command[..], &at[..]].concat(), &text);
            assert_eq!(code(&output), 0, "{}", errors(&output));
            assert!(out(&output).contains(&said), "{}", out(&output));
        }
    }
    let alone = out(&run(&["decode", "-"], &format!("{token}\n")));
    assert!(!alone.contains("was read without"), "{alone}");
}

#[test]
fn findings_count_where_that_is_wanted() {
    assert_eq!(code(&run(&["check", "claimgate.json"], "")), 0);
    assert_eq!(code(&run(&["check", "claimgate.json", "--strict"], "")), 1);
    assert_eq!(
        code(&run(&["check", "--strict", "-"], r#"{"issuers": []}"#)),
        0
    );
    let output = run(
        &["check", "claimgate.json", "broken.json", "--format", "json"],
        "",
    );
    assert_eq!(code(&output), 1);
    let checked: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (&checked[0]["issuers"], &checked[0]["policies"]),
        (&2.into(), &4.into())
    );
    let findings = checked[0]["findings"].as_array().unwrap();
    let paths: Vec<_> = findings
        .iter()
        .map(|own| own["path"].as_str().unwrap())
        .collect();
    assert!(
        paths.contains(&"issuers[0].policies[0].rules.aud"),
        "{paths:?}"
    );
    assert_eq!(checked[1]["errors"][0]["line"], 8);
}

#[test]
fn annotations_are_escaped_as_github_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a,b:c%.json";
    std::fs::write(folder.path().join(name), r#"{"issuers": [], "100%": 1}"#).unwrap();
    let output = run_in(folder.path(), &["check", "--github", name], "");
    let expected = "::error file=a%2Cb%3Ac%25.json,line=1,col=17,title=unknown-key::100%25: unknown key `100%25`%0Ahelp: ";
    assert!(out(&output).starts_with(expected), "{}", out(&output));
    assert_eq!(out(&output).lines().count(), 1);
    let output = run(&["check", "--github", "claimgate.json"], "");
    let expected = "::notice file=claimgate.json,line=25,col=20,title=dot-is-wildcard::";
    assert!(out(&output).contains(expected), "{}", out(&output));
    assert_eq!(code(&output), 0);
}

#[test]
fn who_stops_reading_gets_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    let folder = root().join("examples/cli");
    let files = vec!["token.jwt"; 200];
    command
        .arg("decode")
        .args(files)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), errors(&output)), (0, String::new()));
}
