//! How errors and findings are shown: `claimgate check` and `explain` as processes.

use std::process::Command;

use crate::support::{code, errors, out, run};

const POLICY: &str =
    r#"{"decision": "allow", "tokenType": "organization", "rules": {"a..b": "c"}}"#;

/// Where and what the errors are: place, code, and the text under the carets.
fn marked(report: &str) -> Vec<(String, String, String)> {
    let lines: Vec<&str> = report.lines().collect();
    let mut found = Vec::new();
    for window in lines.windows(5) {
        let Some(place) = window[1].trim_start().strip_prefix("--> standard input") else {
            continue;
        };
        let code = window[0].split(['[', ']']).nth(1).unwrap();
        let carets = window[4];
        let start = carets.find('^').unwrap_or_else(|| panic!("{report}"));
        let length = carets.matches('^').count();
        let text = window[3].chars().skip(start).take(length).collect();
        found.push((place.to_owned(), code.to_owned(), text));
    }
    found
}

#[test]
fn errors_are_marked_where_they_are() {
    for (file, place, code_of, text) in [
        ("[\n1,]", ":2:3", "json-syntax", "]"),
        ("{\"é\": é}", ":1:7", "json-syntax", "é"),
        (
            r#"{"a": 1, "a": 2}"#,
            ":1:10",
            "json-duplicate-member",
            "\"a\"",
        ),
        ("[\n", ":1:1", "json-syntax", "["),
        ("{}", ":1:1", "wrong-value", "{"),
        (
            r#"{"issuers": [], "isuers": 1}"#,
            ":1:17",
            "unknown-key",
            "\"isuers\"",
        ),
        (r#"{"issuers": {}}"#, ":1:2", "wrong-value", "\"issuers\""),
        (r#"{"issuers": [{"url": 7}]}"#, ":1:22", "wrong-value", "7"),
        (r#"{"issuers": [{}]}"#, ":1:14", "url-missing", "{"),
        (r#"{"issuers": [7]}"#, ":1:14", "wrong-value", "7"),
        (
            r#"{"issuers": [], "dialect": "glob"}"#,
            ":1:28",
            "wrong-value",
            "\"glob\"",
        ),
        (
            r#"{"issuers": [], "version": 2}"#,
            ":1:28",
            "wrong-value",
            "2",
        ),
        (
            r#"{"issuers": [], "leeway": -1}"#,
            ":1:27",
            "wrong-value",
            "-1",
        ),
        (POLICY, ":1:62", "claim-path-empty-segment", "\"a..b\""),
        (
            &format!("[{POLICY}]"),
            ":1:63",
            "claim-path-empty-segment",
            "\"a..b\"",
        ),
        (
            &format!("{{\"policies\": [{POLICY}]}}"),
            ":1:76",
            "claim-path-empty-segment",
            "\"a..b\"",
        ),
        (
            r#"{"url": "https://a.example", "thumbprints": ["AA:BB"]}"#,
            ":1:46",
            "wrong-value",
            "\"AA:BB\"",
        ),
        (
            "[{\"url\": \"https://a.example\"},\n{\"url\": \"https://a.example\"}]",
            ":2:9",
            "issuer-repeated",
            "\"https://a.example\"",
        ),
        (
            "resources:\n  gh:\n    type: pulumiservice:OidcIssuer\n",
            ":2:3",
            "wrong-value",
            "gh",
        ),
        ("a: [\n]]", ":2:1", "yaml-syntax", "]"),
    ] {
        let output = run(&["check", "-"], file);
        assert_eq!(code(&output), 1, "{file}");
        let expected = (place.to_owned(), code_of.to_owned(), text.to_owned());
        let found = marked(&out(&output));
        assert!(
            found.contains(&expected),
            "{file}\n{found:?}\n{}",
            out(&output)
        );
    }
}

#[test]
fn every_kind_of_text_has_its_report() {
    let long = format!(
        r#"{{"issuers": [{}{{"name": "b", "url": "http://b.example", "policies": []}}{}]}}"#,
        r#"{"name": "a", "url": "https://a.example", "policies": []}, "#.repeat(3),
        r#", {"name": "é", "url": "https://c.example", "policies": []}"#.repeat(3),
    );
    let program = "import * as pulumiservice from \"@pulumi/pulumiservice\";\n\
        new pulumiservice.OidcIssuer(\"gh\", { organization: \"acme\", name: \"gh\", url: \"http://a.example\" });\n";
    let tabs = "{\n\t\"issuers\": [\n\t\t{ \"url\": \"http://日本.example\\u001b\" }\n\t]\n}\n";
    let mut shown = String::new();
    for (title, text) in [
        ("a long line", long.as_str()),
        ("a program in TypeScript", program),
        ("tabs and wide characters", tabs),
        ("nothing", ""),
        ("no document", "7"),
        ("a text without an end", "{\"issuers\": [\n"),
        (
            "a value over several lines",
            "issuers:\n  - url: |\n      http://a.example\n      b\n",
        ),
    ] {
        let output = run(&["check", "-"], text);
        assert_eq!(code(&output), 1, "{title}");
        shown += &format!("# {title}\n\n{}\n", out(&output));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn json_has_line_and_column_where_they_are_known() {
    let file = "\n{\"issuers\": [{\"url\": \"http://a.example\"}]}";
    let output = run(&["check", "-", "--format", "json"], file);
    let checked: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    let error = &checked[0]["errors"][0];
    assert_eq!((&error["line"], &error["column"]), (&2.into(), &22.into()));
    assert_eq!(error["code"], "url-not-https");

    let output = run(&["check", "-", "--format", "json"], "");
    let checked: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    let error = checked[0]["errors"][0].as_object().unwrap();
    assert!(!error.contains_key("line"), "{error:?}");
    let output = run(&["check", "-", "--github"], "");
    let expected = "::error file=-,title=document-unreadable::";
    assert!(out(&output).starts_with(expected), "{}", out(&output));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let run = |variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
        command.args(["check", "broken.json"]);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cli"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        variable.map(|name| command.env(name, "1"));
        out(&command.output().unwrap())
    };
    let plain = run(None);
    assert!(!plain.contains('\u{1b}'));
    let colored = run(Some("CLICOLOR_FORCE"));
    assert!(colored.contains("\u{1b}["));
    let mut stripped = String::new();
    for (index, part) in colored.split("\u{1b}[").enumerate() {
        let text = part.split_once('m').map_or("", |(_, text)| text);
        stripped += if index == 0 { part } else { text };
    }
    assert_eq!(stripped, plain);
}

#[test]
fn explain_reports_like_check() {
    let checked = out(&run(&["check", "broken.json"], ""));
    let output = run(&["explain", "claims.json", "--issuers", "broken.json"], "");
    assert_eq!((code(&output), out(&output).as_str()), (2, ""));
    let (report, summary) = checked.rsplit_once("broken.json: ").unwrap();
    assert!(summary.contains("3 errors"));
    let expected = format!("{report}error: `broken.json` cannot be used: 3 errors\n");
    assert_eq!(errors(&output), expected);

    let output = run(&["explain", "-"], "\n{\"iss\": tru}");
    assert_eq!(code(&output), 2);
    let found = marked(&errors(&output));
    assert_eq!(found.len(), 1, "{}", errors(&output));
    assert_eq!(
        (found[0].0.as_str(), found[0].1.as_str()),
        (":2:12", "json-syntax")
    );
    assert!(errors(&output).ends_with("error: the claims in `standard input` cannot be read\n"));
}

#[test]
fn a_token_within_a_file_is_shown_without_its_signature() {
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";
    for (file, is_shown) in [
        (format!("{{\"value\": \"{token}\" 7}}"), true),
        (format!("{{\"issuers\": [{{\"url\": \"{token}\"}}]}}"), true),
        (format!("issuers:\n  - url: {token}\n"), true),
        (format!("Bearer {token}"), false),
        (token.to_owned(), false),
    ] {
        let output = run(&["check", "-"], &file);
        assert_eq!(code(&output), 1, "{file}");
        let shown = out(&output);
        assert!(!shown.contains("c2lnbm"), "{file}\n{shown}");
        assert_eq!(
            shown.contains("e30.************"),
            is_shown,
            "{file}\n{shown}"
        );
    }
}

/// A file that is one line of a megabyte, with a finding in every rule: too many to analyze.
#[test]
fn equal_findings_on_one_line_are_shown_once() {
    let policy =
        r#"{"decision":"allow","tokenType":"organization","rules":{"aud":"a.b","sub":"c"}}"#;
    let file = format!("[{}]", vec![policy; 5_000].join(","));
    let output = run(&["check", "-"], &file);
    assert_eq!(code(&output), 0);
    let shown = out(&output);
    assert_eq!(shown.matches("note[dot-is-wildcard]").count(), 1);
    assert!(shown.contains("and 989 more"), "{shown}");
    assert_eq!(shown.matches("[findings-left-out]").count(), 1);
    assert_eq!(shown.matches("[analysis-undecided]").count(), 1);
    assert!(
        shown.ends_with("0 issuers, 5000 policies, 0 errors, 0 warnings, 1003 notes\n"),
        "{shown}"
    );
}
