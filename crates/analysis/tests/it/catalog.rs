//! Every kind of finding has an issuer that has it and one that does not, and a section of the
//! documentation, which is written from the catalog: `CLAIMGATE_WRITE_DOCS=1` writes it again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use claimgate::IssuerDefinition;
use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate_analysis::{
    CATALOG, CheckOptions, Example, Finding, Group, Rule, apply, catalog, check,
};

fn issuer(example: &Example) -> IssuerDefinition {
    let audiences = example.audiences.iter().map(|text| (*text).to_owned());
    let policies = parse_policies(example.policies)
        .unwrap_or_else(|error| panic!("{}: {error}", example.policies));
    IssuerDefinition {
        url: example.url.to_owned(),
        audiences: (!example.audiences.is_empty()).then(|| audiences.collect()),
        policies: std::iter::repeat_n(policies, example.times)
            .flatten()
            .collect(),
        ..IssuerDefinition::default()
    }
}

/// The findings on an example; compared with an issuer without policies.
fn findings(example: &Example) -> Vec<Finding> {
    let issuer = issuer(example);
    let before = IssuerDefinition {
        policies: Vec::new(),
        ..issuer.clone()
    };
    let options = CheckOptions::new(Dialect::Pulumi).baseline(before);
    check(&issuer, &options).unwrap().findings
}

fn lines(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let own = &finding.diagnostic;
        format!(
            "{:?} {} {}: {}\n",
            own.severity, own.code, own.path, own.message
        )
    };
    findings.iter().map(line).collect()
}

#[test]
fn every_kind_is_found_where_its_example_has_it_and_nowhere_else() {
    let mut wrong = String::new();
    for rule in catalog() {
        let has =
            |findings: &[Finding]| findings.iter().any(|own| own.diagnostic.code == rule.code);
        let (bad, good) = (findings(&rule.found_in), findings(&rule.not_in));
        if !has(&bad) {
            writeln!(wrong, "{} is not found:\n{}", rule.code, lines(&bad)).unwrap();
        }
        if has(&good) {
            writeln!(
                wrong,
                "{} is found in the other example:\n{}",
                rule.code,
                lines(&good)
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn findings_have_sentences_and_fixes_that_fix() {
    for rule in catalog() {
        let found = findings(&rule.found_in);
        let own: Vec<_> = found
            .iter()
            .filter(|own| own.diagnostic.code == rule.code)
            .collect();
        for finding in &own {
            let diagnostic = &finding.diagnostic;
            assert!(
                diagnostic.message.split_whitespace().count() > 3,
                "{diagnostic:?}"
            );
            assert!(
                diagnostic.help.is_some() && diagnostic.basis.is_some(),
                "{diagnostic:?}"
            );
            for fix in &finding.fixes {
                let example = issuer(&rule.found_in);
                let policies = apply(&example.policies, &fix.edits);
                let fixed = IssuerDefinition {
                    policies,
                    ..example
                };
                let after = check(&fixed, &CheckOptions::new(Dialect::Pulumi))
                    .unwrap()
                    .findings;
                let is_same = |other: &Finding| {
                    other.diagnostic.code == rule.code && other.diagnostic.path == diagnostic.path
                };
                assert!(
                    !after.iter().any(is_same),
                    "{}: {}",
                    rule.code,
                    lines(&after)
                );
            }
        }
    }
}

#[test]
fn codes_are_unique_and_texts_are_whole() {
    let codes: Vec<_> = catalog().map(|rule| rule.code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    for rule in catalog() {
        let is_sentence = |text: &str| text.ends_with('.') && text.starts_with(char::is_uppercase);
        assert!(is_sentence(rule.title), "{}: {}", rule.code, rule.title);
        assert!(
            rule.about.ends_with('.') && rule.incident.ends_with('.'),
            "{}",
            rule.code
        );
        assert!(
            !rule.remedy.ends_with('.'),
            "{}: {}",
            rule.code,
            rule.remedy
        );
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings")
}

/// Each page is as the catalog says.
#[test]
fn the_pages_are_those_of_the_catalog() {
    let mut pages = vec![("README".to_owned(), index())];
    pages.extend(
        CATALOG
            .iter()
            .map(|group| (group.page.to_owned(), page(group))),
    );
    for (name, text) in pages {
        let path = folder().join(format!("{name}.md"));
        if std::env::var_os("CLAIMGATE_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, text).unwrap();
            continue;
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "docs/findings/{name}.md is out of date: run the test with CLAIMGATE_WRITE_DOCS=1"
        );
    }
}

/// Every code that the sources give a finding has a section.
#[test]
fn every_code_of_a_finding_is_in_the_catalog() {
    let codes: BTreeSet<_> = catalog().map(|rule| rule.code).collect();
    let mut seen = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for rest in code.split("Diagnostic::note(").skip(1) {
            let Some(rest) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            let code = rest.split('"').next().unwrap();
            seen += 1;
            assert!(codes.contains(code), "{}: {code}", file.display());
        }
    }
    assert!(seen > 8, "{seen}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let within = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    };
    paths.flat_map(within).collect()
}

/// `docs/errors.md` lists all codes.
#[test]
fn the_list_of_errors_has_them_all() {
    let path = folder().join("../errors.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page
        .split_once("explains those on\npolicies, with examples.\n")
        .unwrap();
    let (found, after) = rest
        .split_once("\nOthers, which have no section there")
        .unwrap();
    let mut table = "\n| code | what it means | how to fix it |\n|---|---|---|\n".to_owned();
    for rule in catalog() {
        let title = rule.title.trim_end_matches('.');
        // A hint with the same code means the same.
        if after.contains(&format!("| `{}` |", rule.code)) {
            continue;
        }
        writeln!(table, "| `{}` | {title} | {} |", rule.code, rule.remedy).unwrap();
    }
    if std::env::var_os("CLAIMGATE_WRITE_DOCS").is_some() {
        let text = page.replacen(found, &table, 1);
        assert!(text.starts_with(before) && text.ends_with(after));
        return std::fs::write(&path, text).unwrap();
    }
    assert_eq!(found, table, "run the test with CLAIMGATE_WRITE_DOCS=1");
}

fn index() -> String {
    let mut text = "# Findings\n\n\
        What `claimgate check` finds in policies that are valid. Findings never affect decisions. An *error* admits\n\
        strangers or does not do what it says, a *warning* is likely not what was meant, a *note* deserves a second look.\n\n\
        Each says what it rests on: *proved* holds for every token, by the meaning of the policies alone; *facts* holds if\n\
        what is known of the provider is true; *heuristic* is read off the text of patterns and may be mistaken. The\n\
        token of a finding has been evaluated by the engine that decides; a fix is offered only if it is proved that the\n\
        changed policies admit nothing more. [docs/analysis.md](../analysis.md) says how.\n\n\
        The engine of the npm package gives findings of some of these codes without an analysis\n\
        ([docs/policy-language.md](../policy-language.md#findings)). Those on who is admitted are all *heuristic*, so they can\n\
        differ from the ones here: in severity, in the code where several fit, and in whether there is one. They do not see that a\n\
        `.` in an owner's name admits another owner, that a deny keeps strangers out, or that no token has such a claim.\n\n\
        This page and those it links are written from `crates/analysis/src/check`.\n"
        .to_owned();
    for group in &CATALOG {
        write!(text, "\n## {}\n\n{}\n\n", group.title, group.about).unwrap();
        text += "| code | severity | basis | what is wrong |\n|---|---|---|---|\n";
        for rule in group.rules {
            writeln!(
                text,
                "| [`{0}`]({1}.md#{0}) | {2} | {3} | {4} |",
                rule.code,
                group.page,
                severity(rule),
                basis(rule),
                rule.title.trim_end_matches('.')
            )
            .unwrap();
        }
    }
    text
}

fn page(group: &Group) -> String {
    let mut text = format!(
        "# {}\n\n{} [All findings](README.md). Written from `crates/analysis/src/check`.\n",
        group.title, group.about
    );
    for rule in group.rules {
        text += &section(rule);
    }
    text
}

fn section(rule: &Rule) -> String {
    let mut remedy = rule.remedy.to_owned();
    remedy.replace_range(..1, &rule.remedy[..1].to_uppercase());
    format!(
        "\n## {}\n\n{} *{}, {}.*\n\n{}\n\n{}\n\n**What it costs.** {}\n\n**How to fix it.** {remedy}.\n\n{}\n",
        rule.code,
        rule.title,
        severity(rule),
        basis(rule),
        rule.about,
        example("Found in", &rule.found_in),
        rule.incident,
        example("Not found in", &rule.not_in),
    )
}

fn example(title: &str, example: &Example) -> String {
    let place = match example.url {
        "" => "policies of an unknown issuer".to_owned(),
        url => format!("policies of `{url}`"),
    };
    let audiences = match example.audiences {
        [] => String::new(),
        list => format!(", whose audiences are `{}`", list.join("`, `")),
    };
    let times = match example.times {
        1 => String::new(),
        times => format!(", {times} times the same"),
    };
    format!(
        "{title} {place}{audiences}{times}:\n\n```json\n{}\n```",
        example.policies
    )
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

fn basis(rule: &Rule) -> &'static str {
    match rule.basis {
        Basis::Proved => "proved",
        Basis::Facts => "facts",
        _ => "heuristic",
    }
}
