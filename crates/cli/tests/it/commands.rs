//! `claimgate decode`, `explain` and `check` as processes. What people see is on `docs/cli.md`,
//! whose examples are run here; `CLAIMGATE_WRITE_DOCS=1` writes them again.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PAGE: &str = "docs/cli.md";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("examples/cli").join(name)).unwrap()
}

/// Runs it among the examples, with that on standard input.
pub(crate) fn run(arguments: &[&str], input: &str) -> Output {
    run_in(&root().join("examples/cli"), arguments, input)
}

pub(crate) fn run_in(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(arguments).current_dir(folder);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Where nothing is read, the pipe is closed.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The answer to the lines of an example that begin with `$`.
fn session(commands: &[&str]) -> String {
    let mut text = String::new();
    let mut last = 0;
    for command in commands {
        text += &format!("$ {command}\n");
        if *command == "echo $?" {
            text += &format!("{last}\n");
            continue;
        }
        let (command, input) = command.split_once(" < ").unwrap_or((command, ""));
        let input = if input.is_empty() {
            String::new()
        } else {
            example(input)
        };
        let words: Vec<&str> = command
            .strip_prefix("claimgate ")
            .unwrap()
            .split(' ')
            .collect();
        let output = run(&words, &input);
        last = code(&output);
        text += &(out(&output) + &errors(&output));
    }
    text
}

#[test]
fn the_examples_of_the_page() {
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let mut parts = page.split("```console\n");
    let mut expected = parts.next().unwrap().to_owned();
    let mut examples = 0;
    for part in parts {
        let (example, rest) = part.split_once("```\n").unwrap();
        let commands: Vec<&str> = example
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
            .collect();
        expected += &format!("```console\n{}```\n{rest}", session(&commands));
        examples += 1;
    }
    assert!(examples > 5, "{PAGE} has its examples");
    if std::env::var_os("CLAIMGATE_WRITE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(
            page == expected,
            "{PAGE} is not what the program says; CLAIMGATE_WRITE_DOCS=1 writes it again"
        );
    }
}

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
    let output = run(&["decode", token.trim()], "");
    assert_eq!(code(&output), 2);
    assert!(
        pieces.iter().all(|piece| !errors(&output).contains(piece)),
        "{}",
        errors(&output)
    );
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
        reports(&output, "oidcIssuers[0].policies[0].reportOnly"),
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
        reports(&output, "oidcIssuers[0].reportOnly"),
        "{}",
        out(&output)
    );
    let alone = format!(r#"{{"id": "2", "version": 7, "policies": [{deny}, {allow}]}}"#);
    let output = run(&["check", "-"], &alone);
    assert!(
        reports(&output, "policies[0].reportOnly"),
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
        "^^^^^ oidcIssuers[0].singleUse",
        "error[report-only-allow]: ",
        "^^^^ oidcIssuers[0].policies[0].reportOnly",
    ] {
        assert!(out(&output).contains(expected), "{}", out(&output));
    }
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

fn github(policies: &str) -> String {
    let url = "https://token.actions.githubusercontent.com";
    format!(r#"{{"issuers": [{{"name": "GitHub", "url": "{url}", "policies": [{policies}]}}]}}"#)
}

fn allow(sub: &str) -> String {
    format!(
        r#"{{"decision": "allow", "tokenType": "organization", "rules": {{"aud": "a", "sub": "{sub}"}}}}"#
    )
}

#[test]
fn who_names_outsiders_with_a_token_or_a_proof() {
    let narrow = github(&allow("repo:acme/web:ref:refs/heads/main"));
    let answer = run(&["who", "-", "--explain"], &narrow);
    let text = out(&answer);
    assert_eq!(code(&answer), 0, "{}", errors(&answer));
    assert!(
        text.contains("✕ anyone with an account: not admitted\n    a job"),
        "{text}"
    );
    let wide = run(&["who", "-"], &github(&allow("repo:acme*")));
    let text = out(&wide);
    assert!(
        text.contains("repo:acme-evil/web:ref:refs/heads/main"),
        "{text}"
    );
    let stated = out(&run(
        &["who", "-", "--mine", "umbrella"],
        &github(&allow("repo:acme*")),
    ));
    assert!(
        stated.contains("yours, as stated: owner umbrella"),
        "{stated}"
    );
    let json = out(&run(&["who", "-", "--format", "json"], &narrow));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["rungs"][0]["answer"]["answer"], "no");
}

#[test]
fn diff_tells_what_opens_and_closes_and_fails_if_something_opens() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let main = file(
        "main.json",
        &github(&allow("repo:acme/web:ref:refs/heads/main")),
    );
    let any = file("any.json", &github(&allow("repo:acme/web:*")));
    let alone = file("alone.json", &format!("[{}]", allow("repo:acme/web:*")));
    let none = file("none.json", r#"{"issuers": []}"#);
    for (old, new, status, expected) in [
        (&main, &any, 1, ": wider: "),
        (&any, &main, 0, ": narrower: "),
        (&any, &any, 0, ": equivalent: "),
        (&any, &alone, 0, ": equivalent: "),
        (&none, &any, 1, ": wider: "),
        (&any, &none, 0, ": narrower: "),
    ] {
        let answer = run(&["diff", old, new], "");
        assert_eq!(code(&answer), status, "{old} {new}: {}", errors(&answer));
        assert!(
            out(&answer).contains(expected),
            "{old} {new}: {}",
            out(&answer)
        );
    }
    let broken = file("broken.json", &github(r#"{"decision": "allow"}"#));
    let answer = run(&["diff", &broken, &any], "");
    assert_eq!(code(&answer), 2);
    assert!(
        errors(&answer).contains("has errors"),
        "{}",
        errors(&answer)
    );
}

#[test]
fn diff_compares_with_a_revision_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let mut command = Command::new("git");
        command
            .args(identity)
            .args(arguments)
            .current_dir(folder.path());
        assert!(command.output().unwrap().status.success(), "{arguments:?}");
    };
    let path = folder.path().join("claimgate.json");
    std::fs::write(&path, github(&allow("repo:acme/web:ref:refs/heads/main"))).unwrap();
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "policies"]);
    std::fs::write(&path, github(&allow("repo:acme/*"))).unwrap();
    let answer = run_in(
        folder.path(),
        &["diff", "HEAD:claimgate.json", "claimgate.json"],
        "",
    );
    assert_eq!(code(&answer), 1, "{}", errors(&answer));
    assert!(out(&answer).contains(": wider: "), "{}", out(&answer));
    let answer = run_in(
        folder.path(),
        &["diff", "HEAD:other.json", "claimgate.json"],
        "",
    );
    assert_eq!(code(&answer), 2);
    assert!(
        errors(&answer).contains("git cannot show `HEAD:other.json`"),
        "{}",
        errors(&answer)
    );
}
