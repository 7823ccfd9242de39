//! Checks the options that select tests, before anything is built.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::names::{is_in, is_in_sources};
use super::options::Options;
use super::rust;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::options::Options;
    use super::{check, has_test};

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
}
