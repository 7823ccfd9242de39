//! The documentation of findings, compared with the findings.

mod answers;
mod brute;
mod catalog;
mod clean;
mod closing;
mod github;
mod laws;
mod policy_test_files;
mod policy_tests;
mod presets;
mod provider_facts;
mod random;
mod realistic;
mod schema;
mod solver;
mod who;

use std::collections::BTreeSet;
use std::path::Path;

use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, parse_policies};
use claimgate_analysis::{Policies, findings};

/// `docs/policy-language.md`: the line of a block `json policies` names all findings on it, and a
/// table lists all codes.
fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join("docs/policy-language.md")).unwrap()
}

#[test]
fn the_examples_have_the_findings_that_they_name() {
    let page = page();
    let mut named = BTreeSet::new();
    let mut count = 0;
    for block in page.split("\n```json policies").skip(1) {
        let (line, rest) = block.split_once('\n').unwrap();
        let text = rest.split("\n```").next().unwrap();
        let expected: Vec<_> = line.split_whitespace().collect();
        let definitions = parse_policies(text).unwrap();
        assert!(PolicySet::compile(&definitions, Dialect::Pulumi).is_ok());
        let found = findings(&Policies::new(&definitions, Dialect::Pulumi));
        let found: Vec<_> = found.iter().map(|finding| &*finding.code).collect();
        assert_eq!(found, expected, "{text}");
        named.extend(expected);
        count += 1;
    }
    assert!(count > 5 && named.len() == 10, "{count} blocks, {named:?}");
}

#[test]
fn the_table_lists_every_finding() {
    let page = page();
    let section = page.split("\n## Findings\n").nth(1).unwrap();
    let rows = section.split("\n## ").next().unwrap().lines();
    let codes = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    let codes: BTreeSet<_> = codes.map(|code| code.replace('-', "_")).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/findings");
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    let names: BTreeSet<_> = files
        .map(|name| name.into_string().unwrap())
        .filter(|name| name != "mod")
        .collect();
    assert_eq!(codes, names);
}

#[test]
fn findings_come_in_the_order_of_the_policies() {
    let json = r#"[
        {"decision": "allow", "tokenType": "team", "teamName": "*", "rules": {"aud": "a.b", "sub": "x\\*"}},
        {"decision": "deny", "tokenType": "organization", "rules": {}},
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a.b"}}
    ]"#;
    let found = findings(&Policies::new(
        &parse_policies(json).unwrap(),
        Dialect::Pulumi,
    ));
    let found = found.iter().map(|finding| (&*finding.path, &*finding.code));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("policies[0].teamName", "matches-anything"),
            ("policies[0].rules.aud", "dot-is-wildcard"),
            ("policies[0].rules.sub", "escape-not-portable"),
            ("policies[1]", "denies-everything"),
            ("policies[2].rules.aud", "dot-is-wildcard"),
            ("policies[2]", "audience-only"),
        ]
    );
}
