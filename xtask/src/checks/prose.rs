//! The step `prose`: fails on words that read as translated or archaic in pages, comments and
//! messages. `xtask/prose.toml` has the number that remains in each file, which may only fall.

mod passages;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};

use self::passages::{Language, Passage, Passages, tests_begin};
use self::words::{Finding, WORDS, find};
use crate::jobs::log::Log;
use crate::programs::shell::{root, tracked};

/// The files to read: Markdown, and code for its comments and messages.
const FILES: [&str; 5] = ["*.md", "*.rs", "*.js", "*.mjs", "*.ts"];

/// The folders whose string literals are messages.
const MESSAGES: [&str; 3] = ["crates/", "web/src/", "web/workbench/src/"];

/// The app's views whose strings are still to be rewritten: remove a folder with its last one.
const EXEMPT: [&str; 1] = ["web/src/audit/"];

const ALLOWED: &str = "xtask/prose.toml";

const ALLOWED_HEADER: &str = "\
# The words of xtask/src/checks/prose/words.rs that remain in each file, written by
# `cargo xtask prose --update`. Numbers may only fall; remove this file when it is empty.
";

/// The findings by file.
type Findings = BTreeMap<String, Vec<Finding>>;
type Numbers = BTreeMap<String, usize>;

#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Only files whose path starts with this
    #[arg(value_name = "PATH", default_value = "")]
    path: String,
    /// Write the current number of each file to xtask/prose.toml
    #[arg(long, conflicts_with = "path")]
    update: bool,
}

impl Arguments {
    /// Prints the findings, or writes their number to `prose.toml`.
    pub(crate) fn run(self) -> Result<()> {
        let mut findings = search()?;
        findings.retain(|file, _| file.starts_with(&self.path));
        if self.update {
            return Ok(std::fs::write(root().join(ALLOWED), written(&findings))?);
        }
        for (file, findings) in &findings {
            print!("{}", lines(file, findings));
        }
        println!("{}", summary(&findings));
        Ok(())
    }
}

/// Fails if a file has more findings than allowed, or fewer.
pub(crate) fn check(log: &mut Log) -> Result<()> {
    let findings = search()?;
    let text = std::fs::read_to_string(root().join(ALLOWED)).unwrap_or_default();
    let allowed = toml::from_str(&text).with_context(|| format!("{ALLOWED} does not parse"))?;
    log.say(&summary(&findings));
    let problems = problems(&findings, &allowed);
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{problems}")
}

fn search() -> Result<Findings> {
    let mut findings = Findings::new();
    for file in tracked(&FILES)? {
        let text = std::fs::read_to_string(root().join(&file))
            .with_context(|| format!("cannot read {file}"))?;
        let found: Vec<_> = passages(&file, text).iter().flat_map(find).collect();
        if !found.is_empty() {
            findings.insert(file, found);
        }
    }
    Ok(findings)
}

/// The prose of a file.
fn passages(file: &str, text: String) -> Vec<Passage> {
    let language = match file.rsplit('.').next() {
        Some("md") => return vec![Passage { line: 1, text }],
        Some("rs") => Language::Rust,
        _ => Language::JavaScript,
    };
    let Passages {
        mut comments,
        mut strings,
    } = Passages::read(&text, language);
    if has_messages(file) {
        let tests = tests_begin(&text);
        strings.retain(|string| string.line < tests);
        comments.append(&mut strings);
    }
    comments
}

/// Whether a file's strings are messages rather than test input.
fn has_messages(file: &str) -> bool {
    let is_in = |folders: &[&str]| folders.iter().any(|folder| file.starts_with(folder));
    let is_test = ["/tests/", "/benches/", "/tests.rs", "_tests.rs"];
    is_in(&MESSAGES) && !is_in(&EXEMPT) && !is_test.iter().any(|part| file.contains(part))
}

/// Describes the files whose number differs from the allowed one; empty if there are none.
fn problems(findings: &Findings, allowed: &Numbers) -> String {
    let mut problems = String::new();
    for (file, findings) in findings {
        let allowed = allowed.get(file).copied().unwrap_or(0);
        if findings.len() > allowed {
            let count = findings.len();
            let _ = writeln!(
                problems,
                "{file}: expected at most {allowed} such words, found {count}:"
            );
            problems.push_str(&lines(file, findings));
        }
    }
    let mut is_lower = false;
    for (file, allowed) in allowed {
        let count = findings.get(file).map_or(0, Vec::len);
        if count < *allowed {
            is_lower = true;
            let _ = writeln!(
                problems,
                "{file}: {ALLOWED} allows {allowed} such words, found {count}"
            );
        }
    }
    if is_lower {
        problems.push_str("lower the numbers by `cargo xtask prose --update`\n");
    }
    problems.trim_end().to_owned()
}

/// `docs/a.md:12: nobody → no one`
fn lines(file: &str, findings: &[Finding]) -> String {
    let line = |Finding { line, found, word }: &Finding| {
        format!("{file}:{line}: {found} → {}\n", WORDS[*word].instead)
    };
    findings.iter().map(line).collect()
}

/// The number of findings per word.
fn summary(findings: &Findings) -> String {
    let mut counts = [0; WORDS.len()];
    for finding in findings.values().flatten() {
        counts[finding.word] += 1;
    }
    let each: Vec<_> = WORDS
        .iter()
        .zip(counts)
        .map(|(word, count)| format!("{} {count}", word.forms[0]))
        .collect();
    let all: usize = counts.iter().sum();
    format!(
        "{all} words in {} files: {}",
        findings.len(),
        each.join(", ")
    )
}

fn written(findings: &Findings) -> String {
    let mut text = ALLOWED_HEADER.to_owned();
    for (file, findings) in findings {
        let _ = writeln!(text, "\"{file}\" = {}", findings.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Findings, Numbers, find, has_messages, passages, problems, summary, written};

    fn findings(files: &[(&str, &str)]) -> Findings {
        let each = files.iter().map(|(file, text)| {
            let passages = passages(file, (*text).to_owned());
            ((*file).to_owned(), passages.iter().flat_map(find).collect())
        });
        each.filter(|(_, found): &(_, Vec<_>)| !found.is_empty())
            .collect()
    }

    #[test]
    fn the_number_of_a_file_may_neither_rise_nor_stay_too_high() {
        let found = findings(&[
            ("a.md", "nobody\n\nmends"),
            ("b.md", "anew"),
            ("c.md", "fine"),
        ]);
        for (allowed, expected) in [
            ("\"a.md\" = 2\n\"b.md\" = 1", vec![]),
            (
                "\"a.md\" = 1\n\"b.md\" = 1",
                vec![
                    "a.md: expected at most 1 such words, found 2:",
                    "a.md:1: nobody → no one, or what it is: no client, no policy",
                    "a.md:3: mends → fix",
                ],
            ),
            (
                "\"a.md\" = 3\n\"b.md\" = 1\n\"c.md\" = 1",
                vec![
                    "a.md: xtask/prose.toml allows 3 such words, found 2",
                    "c.md: xtask/prose.toml allows 1 such words, found 0",
                    "lower the numbers by `cargo xtask prose --update`",
                ],
            ),
        ] {
            let allowed: Numbers = toml::from_str(allowed).unwrap();
            assert_eq!(problems(&found, &allowed), expected.join("\n"));
        }
        let allowed: Numbers = toml::from_str(&written(&found)).unwrap();
        assert_eq!(problems(&found, &allowed), "");
        assert!(
            summary(&found).starts_with("3 words in 2 files: nobody 1, whoever 0, anew 1, mend 1")
        );
    }

    #[test]
    fn strings_are_read_where_they_are_messages() {
        for (file, expected) in [
            ("crates/core/src/a.rs", true),
            ("crates/wasm/npm/src/engine.js", true),
            ("web/src/state/a.rs", true),
            ("web/src/editor/a.rs", true),
            ("web/src/audit/a.rs", false),
            ("crates/core/tests/it/a.rs", false),
            ("web/src/formats/tests.rs", false),
            ("xtask/src/checks/prose/words.rs", false),
        ] {
            assert_eq!(has_messages(file), expected, "{file}");
        }
        let code = "f(\"nobody\"); // nobody\n\n#[cfg(test)]\nmod tests {\n    // anew\n    f(\"anew\");\n}";
        for (file, expected) in [
            ("crates/core/src/a.rs", 3),
            ("xtask/src/a.rs", 2),
            ("a.mjs", 2),
        ] {
            assert_eq!(findings(&[(file, code)])[file].len(), expected, "{file}");
        }
    }
}
