//! `claimgate who` and `claimgate diff` as processes.

use std::process::Command;

use crate::support::{code, errors, out, run, run_in};

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
        text.contains("✓ anyone with an account: not admitted\n    policy 1\n      a job"),
        "{text}"
    );
    let wide = run(&["who", "-"], &github(&allow("repo:acme*")));
    let text = out(&wide);
    assert!(
        text.contains("repo:acme-evil/web:ref:refs/heads/main"),
        "{text}"
    );
    for sign in [
        "! an owner whose name begins like yours: admitted by policy 1",
        "○ a pull request: admitted by policy 1",
    ] {
        assert!(text.contains(sign), "{sign}\n{text}");
    }
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
fn who_asks_for_the_issuer_of_policies_without_one() {
    let alone = format!("[{}]", allow("repo:acme*"));
    let text = out(&run(&["who", "-"], &alone));
    assert!(
        text.contains("names no issuer") && text.contains("`--issuer URL`"),
        "{text}"
    );
    let url = "https://token.actions.githubusercontent.com";
    let text = out(&run(&["who", "-", "--issuer", url], &alone));
    assert!(text.contains("sent by a job"), "{text}");
    assert!(text.contains("anyone with an account"), "{text}");
}

#[test]
fn unknown_issuers_and_providers_are_typing_errors() {
    let alone = format!("[{}]", allow("repo:acme*"));
    for (arguments, words) in [
        (
            &["who", "-", "--issuer", "github"][..],
            "found `github`: did you mean `https://token.actions.githubusercontent.com`?",
        ),
        (&["check", "-", "--issuer", "acme"], "found `acme`"),
        (
            &["who", "-", "--mine", "gihub-actions:acme"],
            "found `gihub-actions`: did you mean `github-actions`?",
        ),
    ] {
        let output = run(arguments, &alone);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(errors(&output).contains(words), "{}", errors(&output));
        assert_eq!(out(&output), "", "{arguments:?}");
    }
}

/// What does not fit the issuers of the file is not ignored.
#[test]
fn options_that_do_not_fit_the_file_are_errors() {
    let own = github(&allow("repo:acme/*"));
    for (arguments, words) in [
        (
            &["who", "-", "--mine", "gitlab:acme"][..],
            "expected names of GitHub Actions, whose tokens the policies are for, found names of `gitlab`",
        ),
        (
            &["who", "-", "--mine", "github-actions:a/b/c/d"],
            "expected at most one owner and one repository of GitHub Actions, found 4 names",
        ),
        (
            &["who", "-", "--issuer", "https://nope.example"],
            "expected policies without an issuer for `--issuer https://nope.example`",
        ),
        (
            &["check", "-", "--issuer", "https://nope.example"],
            "found those of `https://token.actions.githubusercontent.com`",
        ),
    ] {
        let output = run(arguments, &own);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(errors(&output).contains(words), "{}", errors(&output));
    }
    let short = run(&["who", "-", "--mine", "github:acme/web"], &own);
    assert!(
        out(&short).contains("yours, as stated: repository web"),
        "{}",
        errors(&short)
    );
    let without = out(&run(&["who", "-", "--no-facts"], &own));
    assert!(
        without.contains("Without facts, classes of outsiders are not known.\n"),
        "{without}"
    );
}

/// An empty value is seen, and the facts behind findings are named.
#[test]
fn empty_texts_and_facts_are_shown() {
    let empty = r#"{"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:acme/web:*", "head_ref": ""}}"#;
    let text = out(&run(&["who", "-"], &github(empty)));
    assert!(
        text.contains("head_ref") && text.contains("  \"\"\n"),
        "{text}"
    );
    let checked = out(&run(&["check", "-"], &github(&allow("repo:acme/web:*"))));
    assert!(
        checked.ends_with("(`--format json` lists them).\n") && checked.contains("\nThis assumes "),
        "{checked}"
    );
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
    let answer = run(&["diff", "-", &alone], "[]");
    let shown = out(&answer);
    assert!(
        shown.contains(
            "opens: new policy 1 gives organization tokens to this token; no old policy allows it:"
        ),
        "{shown}"
    );
    assert!(!shown.contains("sent by"), "{shown}");
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

const LEGEND: &str = "✓ proved: not admitted   ! strangers are admitted   ○ admitted, within what is yours   ? not known\n";

/// Each policy has a token of its own, denies are shown, and the signs are explained once.
#[test]
fn who_shows_a_token_for_each_policy_and_what_denies_take_away() {
    let team = |sub: &str| {
        format!(
            r#"{{"decision": "allow", "tokenType": "team", "teamName": "ops", "rules": {{"aud": "a", "sub": "{sub}"}}}}"#
        )
    };
    let deny = |more: &str, rules: &str| {
        format!(
            r#"{{"decision": "deny", "tokenType": "organization", {more} "rules": {{{rules}}}}}"#
        )
    };
    let policies = [
        allow("repo:acme/web:*"),
        team("repo:acme/docs:environment:x"),
        deny("", r#""sub": "*:pull_request""#),
        deny(r#""reportOnly": true,"#, r#""ref": "refs/tags/*""#),
    ];
    let text = out(&run(&["who", "-"], &github(&policies.join(","))));
    assert!(text.starts_with(LEGEND), "{text}");
    assert_eq!(text.matches(LEGEND).count(), 1);
    for expected in [
        "○ a job on a self-hosted runner: admitted by policies 1 and 2\n    policy 1 gives organization tokens:\n      aud                 a\n      runner_environment  self-hosted\n      sub                 repo:acme/web:ref:refs/heads/main\n",
        "    policy 2 gives tokens of team ops:\n      aud                 a\n      runner_environment  self-hosted\n      sub                 repo:acme/docs:environment:x\n",
        "! someone who registers a name of yours once it has been renamed or deleted: admitted by policies 1 and 2\n",
        "policy 3 denies: organization tokens where `sub` matches `*:pull_request`\n  Without it, policy 1 would admit, for example:\n    aud  a\n    sub  repo:acme/web:pull_request\n",
        "policy 4 only reports what it would deny: organization tokens where `ref` matches `refs/tags/*`\n  Once it is enforced, policy 1 will not admit, for example:\n",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

/// Roles, teams and the reason are part of a change.
#[test]
fn diff_names_roles_and_says_why_something_closes() {
    let folder = tempfile::tempdir().unwrap();
    let role = |role: &str, sub: &str| {
        allow(sub).replacen(r#""rules""#, &format!(r#""roleID": "{role}", "rules""#), 1)
    };
    let write = |name: &str, policies: &[String]| {
        let text = github(&policies.join(","));
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    let (sub, wide) = ("repo:acme/web:ref:refs/heads/main", "repo:acme/web:*");
    write("reader.json", &[role("reader", sub)]);
    write("writer.json", &[role("writer", sub)]);
    write("both.json", &[role("reader", sub), role("writer", wide)]);
    let diff = |new: &str, more: &[&str]| {
        let arguments = [&["diff", "reader.json", new], more].concat();
        let answer = run_in(folder.path(), &arguments, "");
        assert_eq!(code(&answer), 1, "{}", errors(&answer));
        out(&answer)
    };
    let shown = diff("writer.json", &[]);
    for expected in [
        ": neither wider nor narrower: ",
        "  opens another role: new policy 1 gives organization tokens with role writer to this token; old policy 1 gives it the role `reader`:\n",
        "  closes a role: old policy 1 gave organization tokens with role reader to this token; new policy 1 gives it the role `writer`:\n",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    let shown = diff("both.json", &[]);
    for expected in [
        "  opens: new policy 2 gives organization tokens with role writer to this token; no old policy allows it:\n",
        "  closes: old policy 1 gave organization tokens with role reader to this token; new policies 1 and 2 match it and give different roles, `reader` and `writer`, so it is refused:\n",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    let comment = diff("writer.json", &["--format", "markdown"]);
    assert!(
        comment.contains("opens another role\\: new policy 1"),
        "{comment}"
    );
    assert!(comment.contains("the role `reader`\n"), "{comment}");
    assert!(
        comment.contains("\nThis assumes ")
            && comment.contains(" facts about GitHub Actions, as of "),
        "{comment}"
    );
}
