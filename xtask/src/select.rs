//! Checks the options that select tests, before anything is built.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::rust;
use crate::shell::{command, output, root};
use crate::steps::Options;

/// The steps whose tests can be selected by name.
const SELECTABLE: [&str; 5] = ["rust", "wasm", "browser", "clients", "npm"];

/// Refuses options that a chosen step does not take, and names that no test has.
pub(crate) fn check(chosen: &BTreeSet<&'static str>, options: &Options) -> Result<()> {
    let only_for = |option: &str, known: &[&str]| -> Result<()> {
        match chosen.iter().find(|step| !known.contains(step)) {
            None => Ok(()),
            Some(step) => bail!(
                "expected {option} with {} only, found the step `{step}`",
                known.join(", ")
            ),
        }
    };
    if options.repeat > 1 {
        only_for("--repeat", &["browser"])?;
    }
    if options.dev {
        only_for("--dev", &["browser"])?;
    }
    let Some(name) = &options.grep else {
        return Ok(());
    };
    only_for("-g", &SELECTABLE)?;
    match chosen.iter().find(|step| !has_test(step, name)) {
        None => Ok(()),
        Some(step) => {
            bail!("expected a test of the step `{step}` whose name contains `{name}`, found none")
        }
    }
}

/// Whether the sources of a step's tests may contain a test of that name.
fn has_test(step: &str, name: &str) -> bool {
    match step {
        "rust" => rust::has_test(name),
        "wasm" => is_in_sources(name, "crates/wasm"),
        "browser" => has_node_test("tests/browser", name),
        "clients" => has_node_test("tests/server", name),
        "npm" => has_node_test("tests/npm", name),
        _ => false,
    }
}

/// Some names are computed when the tests run: then the words of the name must occur anywhere in
/// the repository.
fn has_node_test(folder: &str, name: &str) -> bool {
    let tests = format!("{folder}/*.test.mjs");
    if is_in(name, &[&tests]) {
        return true;
    }
    let is_computed = ["test(`", "describe(`"]
        .iter()
        .any(|start| is_in(start, &[&tests]));
    is_computed && words(name).all(|word| is_in(word, &[".", ":!*package-lock.json"]))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Whether the sources of a Rust package may contain a test of that name: they contain the last
/// part of its path, or it begins with the path of a file, as names of doc tests do.
pub(crate) fn is_in_sources(name: &str, folder: &str) -> bool {
    let (rust, markdown) = (format!("{folder}/*.rs"), format!("{folder}/*.md"));
    let is_file = |name: &str| name.starts_with(folder) && root().join(name).is_file();
    rust_names(name).iter().any(|name| {
        let (file, item) = name.split_once(" - ").unwrap_or((name, name));
        is_in(last_part(item), &[&rust, &markdown]) || is_file(file)
    })
}

/// `b` of `a::b`, `a::b::` and `a::b (line 7)`.
fn last_part(item: &str) -> &str {
    let path = item.split(" (line").next().unwrap_or(item);
    let path = path.trim_end_matches(':');
    path.rsplit("::").next().unwrap_or(path)
}

/// The name as it is, for doc tests, and in the form of a function's name.
pub(crate) fn rust_names(name: &str) -> Vec<String> {
    let function = name.replace(' ', "_");
    if function == name {
        vec![function]
    } else {
        vec![function, name.to_owned()]
    }
}

/// Whether files of the repository contain the text.
fn is_in(text: &str, files: &[&str]) -> bool {
    let words = ["grep", "--quiet", "--fixed-strings", "--untracked", "-e"];
    let mut git = command("git", &words);
    output(git.arg(text).arg("--").args(files)).is_some()
}

/// The text as a regular expression that matches it alone.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if r"\^$.*+?()[]{}|/".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{check, escape, has_test, is_in_sources, last_part};
    use crate::steps::Options;

    fn problem(steps: &[&'static str], options: &Options) -> Option<String> {
        let chosen = BTreeSet::from_iter(steps.iter().copied());
        check(&chosen, options).err().map(|error| error.to_string())
    }

    #[test]
    fn options_that_a_step_does_not_take_are_refused() {
        let named = |name: &str| Options {
            grep: Some(name.to_owned()),
            ..Options::default()
        };
        let own = named("options_that_a_step_does_not_take");
        assert_eq!(problem(&["rust"], &own), None);
        let found = problem(&["fmt", "rust"], &own).unwrap();
        assert!(found.ends_with("found the step `fmt`"), "{found}");
        let repeated = Options {
            repeat: 20,
            ..Options::default()
        };
        assert_eq!(problem(&["browser"], &repeated), None);
        assert!(problem(&["browser", "npm"], &repeated).is_some());
        let dev = Options {
            dev: true,
            ..Options::default()
        };
        assert!(problem(&["npm"], &dev).is_some());
        assert_eq!(problem(&["browser"], &dev), None);
    }

    #[test]
    fn a_name_that_no_test_has_is_refused() {
        // Not in one piece, because this file is searched too.
        let unknown = ["zzyzx", "quux"].concat();
        for step in super::SELECTABLE {
            assert!(!has_test(step, &unknown), "{step}");
        }
        assert!(has_test("npm", "all three agree"));
        assert!(has_test("browser", "390 px the audit log is searched"));
    }

    #[test]
    fn the_last_part_of_a_path_is_searched() {
        let paths = ["a", "a::b", "a::b::", "a::b (line 7)"];
        assert_eq!(paths.map(last_part), ["a", "b", "b", "b"]);
        let doc = "crates/core/src/lib.rs - (line 3)";
        assert!(is_in_sources(doc, "crates/core"));
        assert!(!is_in_sources(doc, "crates/server"));
    }

    #[test]
    fn every_character_of_a_pattern_is_escaped() {
        assert_eq!(escape("a (b) [c] d.e"), r"a \(b\) \[c\] d\.e");
    }
}
