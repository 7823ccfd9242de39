//! The documents say what is so: every code is in the table, every example is true.

#![expect(clippy::disallowed_methods, reason = "the documents are files; the engine itself reads none")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{explain, render_text};
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "js") {
            files.push(path);
        }
    }
}

/// String literals with a hyphen in them that are not codes.
const NOT_CODES: [&str; 6] = ["kebab-case", "rename-all", "release-1x2", "max-age", "cache-control", "signatures-node"];

/// Words that are codes, without a hyphen.
const WORDS: [&str; 3] = ["denied", "expiration", "scope"];

fn is_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.contains('-') && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(is_word)
}

/// The codes in the string literals of the core and the JavaScript around it.
fn used() -> BTreeSet<String> {
    let mut files = Vec::new();
    for dir in ["crates/core/src", "crates/wasm/src"] {
        sources(&root().join(dir), &mut files);
    }
    files.push(root().join("crates/wasm/npm/src/engine.js"));
    let mut codes: BTreeSet<String> = WORDS.map(str::to_owned).into();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // Tests and comments may say what they like.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            codes.extend(line.split('"').filter(|part| is_code(part)).map(str::to_owned));
        }
    }
    codes.extend(
        ["allow-matched", "deny-matched", "default-deny", "admin-not-granted", "role-ambiguous"].map(str::to_owned),
    );
    codes.retain(|code| !NOT_CODES.contains(&code.as_str()));
    codes
}

/// The codes in the first column of the tables.
fn documented() -> BTreeSet<String> {
    let table = read("docs/errors.md");
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    let codes: Vec<String> = cells.collect();
    let unique: BTreeSet<String> = codes.iter().cloned().collect();
    assert_eq!(codes.len(), unique.len(), "a code stands in two tables");
    unique
}

#[test]
fn every_code_is_in_the_table_and_no_other() {
    let (used, documented) = (used(), documented());
    assert!(used.len() > 90, "{} codes are too few to be all", used.len());
    let missing: Vec<_> = used.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&used).collect();
    assert!(missing.is_empty() && stale.is_empty(), "docs/errors.md lacks {missing:?}, and has {stale:?} too many");
}

fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    text.split(start.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_policy_of_the_language_s_page_compiles() {
    let page = read("docs/policy-language.md");
    let policies = blocks(&page, "json");
    assert_eq!(policies.len(), 3);
    for json in policies {
        let definitions = parse_policies(json).unwrap_or_else(|errors| panic!("{json}: {errors:?}"));
        PolicySet::compile(&definitions, Dialect::Pulumi).unwrap_or_else(|errors| panic!("{json}: {errors:?}"));
    }
}

#[test]
fn every_row_of_the_pattern_tables_is_true() {
    let page = read("docs/policy-language.md");
    let (mut dialect, mut rows) = (Dialect::Pulumi, 0);
    for line in page.lines() {
        if line.starts_with("| pattern (`") {
            dialect = if line.contains("stringlike") { Dialect::StringLike } else { Dialect::Pulumi };
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let [pattern, value, matches @ ("yes" | "no")] = cells[..] {
            let (pattern, value) = (pattern.trim_matches('`'), value.trim_matches('`'));
            let answer = Pattern::new(pattern, dialect).unwrap().is_match(value);
            assert_eq!(answer, matches == "yes", "`{pattern}` on `{value}`");
            rows += 1;
        }
    }
    assert_eq!(rows, 16);
}

#[test]
fn the_rendered_examples_are_what_is_rendered() {
    let page = read("docs/explanations.md");
    let rendered = |policies: &str, claims: &str| {
        let set = PolicySet::compile(&parse_policies(policies).unwrap(), Dialect::Pulumi).unwrap();
        let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
        render_text(&explain(&set, &claims, &RequestedToken::Organization { admin: false }))
    };
    let whole = rendered(
        r#"{"decision": "allow", "tokenType": "organization",
            "rules": {"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:*"}}"#,
        r#"{"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo2:ref:refs/heads/main"}"#,
    );
    let noted = rendered(
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"environment": "prod"}}"#,
        r#"{"environment": "Prod"}"#,
    );
    let examples = blocks(&page, "text");
    assert_eq!(examples.len(), 2);
    assert_eq!(examples[0], whole);
    assert!(noted.contains(examples[1]), "{noted}");
}
