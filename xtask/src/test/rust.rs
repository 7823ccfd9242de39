//! The step `rust`: which packages are tested with which features, by cargo or by nextest.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::names;
use super::options::Options;
use crate::jobs::counts::Runner;
use crate::jobs::log::Log;
use crate::programs::python;
use crate::programs::shell::{cargo, is_ci, on_path, root};

/// Packages that are tested with the same features: cargo unites the features of one call, so all
/// packages would be built with the server's cryptography.
struct Selection {
    packages: &'static [Package],
    /// Options of the calls with a package that depends on the engine.
    options: &'static [&'static str],
}

struct Package {
    name: &'static str,
    folder: &'static str,
    /// Whether it is the engine or depends on it, and so can have its features.
    has_engine: bool,
}

const fn package(name: &'static str, folder: &'static str) -> Package {
    Package {
        name,
        folder,
        has_engine: true,
    }
}

const fn tool(name: &'static str, folder: &'static str) -> Package {
    Package {
        name,
        folder,
        has_engine: false,
    }
}

const SELECTIONS: [Selection; 3] = [
    Selection {
        packages: &[
            package("claimgate", "crates/core"),
            package("claimgate-analysis", "crates/analysis"),
            package("claimgate-formats", "crates/formats"),
            package("claimgate-environments", "crates/environments"),
            package("claimgate-providers", "crates/providers"),
            package("claimgate-workbench", "web/workbench"),
            package("claimgate-wasm", "crates/wasm"),
            package("claimgate-wasm-analysis", "crates/wasm-analysis"),
            tool("xtask", "xtask"),
            tool("wasm-tools", "xtask/wasm-tools"),
        ],
        options: &["--features", "claimgate/schema"],
    },
    Selection {
        packages: &[
            package("claimgate-api", "crates/api"),
            package("claimgate-server", "crates/server"),
            package("claimgate-cli", "crates/cli"),
        ],
        options: &[],
    },
    Selection {
        packages: &[package("claimgate", "crates/core")],
        options: &[
            "--no-default-features",
            "--features",
            "aws_lc_rs",
            "--lib",
            "--test",
            "it",
        ],
    },
];

/// The chosen packages of a selection.
struct Chosen {
    packages: Vec<&'static Package>,
    options: &'static [&'static str],
}

impl Chosen {
    fn words(&self) -> Vec<&'static str> {
        let mut words = flags(self.packages.iter().copied());
        if self.packages.iter().any(|package| package.has_engine) {
            words.extend(self.options);
        }
        words
    }

    /// The words for doc tests, which only libraries have; `None` if there is none, or if the
    /// options name the targets to test.
    fn doc_words(&self) -> Option<Vec<&'static str>> {
        let has_library =
            |package: &&Package| root().join(package.folder).join("src/lib.rs").is_file();
        let packages: Vec<_> = self.packages.iter().copied().filter(has_library).collect();
        if packages.is_empty() || self.options.contains(&"--test") {
            return None;
        }
        let options = self.options;
        Some(Self { packages, options }.words())
    }
}

fn flags(packages: impl Iterator<Item = &'static Package>) -> Vec<&'static str> {
    packages.flat_map(|package| ["-p", package.name]).collect()
}

/// Builds the tests.
pub(crate) fn build(log: &mut Log, options: &Options) -> Result<()> {
    chosen(options)
        .iter()
        .try_for_each(|chosen| log.build(cargo("test --no-run").args(chosen.words())))
}

/// Runs the tests of all selections; a failure in one does not hide those in another.
pub(crate) fn run(log: &mut Log, options: &Options) -> Result<()> {
    let nextest = on_path("cargo-nextest").is_some();
    let mut errors = Vec::new();
    for chosen in chosen(options) {
        let solver = solver(log, &chosen)?;
        for (runner, mut command) in runs(&chosen, nextest, options) {
            command.envs(solver.iter().map(|python| ("CLAIMGATE_CVC5", python)));
            if let Err(error) = log.test(runner, cases(&mut command, options)) {
                errors.push(format!("{error:#}"));
            }
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    bail!("{}", errors.join("\n\n"))
}

/// The Python with the solver that the tests of the analysis ask; in CI they have to.
fn solver(log: &mut Log, chosen: &Chosen) -> Result<Option<PathBuf>> {
    let is_wanted = |package: &&Package| package.name == "claimgate-analysis";
    if !chosen.packages.iter().any(is_wanted) {
        return Ok(None);
    }
    match python::cvc5(log) {
        Ok(Some(python)) => Ok(Some(python)),
        Ok(None) if is_ci() => bail!("expected Python, which asks cvc5, found none"),
        Err(error) if is_ci() => Err(error),
        // The test says that it did not run.
        _ => Ok(None),
    }
}

/// The calls of test runners for a selection.
fn runs(chosen: &Chosen, nextest: bool, options: &Options) -> Vec<(Runner, Command)> {
    let mut runs = Vec::new();
    let with = |words: &str, more: Vec<&str>| {
        let mut command = cargo(words);
        command.args(more);
        command
    };
    if nextest {
        // Skipped tests report themselves in their output.
        let words = "nextest run --no-tests pass --no-fail-fast --success-output final";
        let is_filtered = options.grep.is_some();
        let mut command = with(words, chosen.words());
        command.args(options.grep.iter().map(|_| "--"));
        runs.push((Runner::Nextest { is_filtered }, command));
        // nextest does not run doc tests.
        if let Some(words) = chosen.doc_words() {
            let mut command = with("test --doc --no-fail-fast", words);
            command.args(["--", "--show-output"]);
            runs.push((Runner::Cargo, command));
        }
    } else {
        let mut command = with("test --no-fail-fast", chosen.words());
        command.args(["--", "--show-output"]);
        runs.push((Runner::Cargo, command));
    }
    if let Some(name) = &options.grep {
        for (_, command) in &mut runs {
            command.args(names::rust_names(name));
        }
    }
    runs
}

/// All selections; with `-g`, only the packages whose sources contain the text.
fn chosen(options: &Options) -> Vec<Chosen> {
    let is_chosen = |package: &&Package| match &options.grep {
        None => true,
        Some(name) => names::is_in_sources(name, package.folder),
    };
    let chosen = SELECTIONS.iter().map(|selection| Chosen {
        packages: selection.packages.iter().filter(is_chosen).collect(),
        options: selection.options,
    });
    chosen
        .filter(|chosen| !chosen.packages.is_empty())
        .collect()
}

/// Whether the sources of any package contain the name.
pub(crate) fn has_test(name: &str) -> bool {
    let packages = SELECTIONS.iter().flat_map(|selection| selection.packages);
    packages
        .into_iter()
        .any(|package| names::is_in_sources(name, package.folder))
}

/// Fixed cases, or with `--full` many new ones.
fn cases<'a>(command: &'a mut Command, options: &Options) -> &'a mut Command {
    match options.full {
        true => command
            .env("CLAIMGATE_CASES", "50")
            .env("CLAIMGATE_CVC5_PAIRS", "2000")
            .env("PROPTEST_CASES", "12800"),
        false => command.env("PROPTEST_RNG_SEED", "7"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::Options;
    use super::{Chosen, SELECTIONS, chosen, runs};
    use crate::programs::shell::{root, show};

    fn only(name: &str) -> Options {
        Options {
            grep: Some(name.to_owned()),
            ..Options::default()
        }
    }

    fn words(options: &Options) -> Vec<String> {
        chosen(options)
            .iter()
            .map(|chosen| chosen.words().join(" "))
            .collect()
    }

    #[test]
    fn every_package_is_where_it_is_said_to_be() {
        for package in SELECTIONS.iter().flat_map(|selection| selection.packages) {
            let manifest = root().join(package.folder).join("Cargo.toml");
            let manifest = std::fs::read_to_string(manifest).unwrap();
            let name = format!("\nname = \"{}\"\n", package.name);
            assert!(manifest.contains(&name), "{}", package.name);
        }
    }

    #[test]
    fn every_member_is_tested_and_only_the_engine_is_published() {
        // The app and the random policies have no native tests, and the runner runs others.
        let untested = ["web", "crates/testing", "xtask/wasm-test-runner"];
        let read = |manifest: &str| -> toml::Table {
            let text = std::fs::read_to_string(root().join(manifest)).unwrap();
            toml::from_str(&text).unwrap()
        };
        let tested: Vec<_> = SELECTIONS
            .iter()
            .flat_map(|selection| selection.packages)
            .map(|package| package.folder)
            .collect();
        let workspace = read("Cargo.toml");
        for member in workspace["workspace"]["members"].as_array().unwrap() {
            let folder = member.as_str().unwrap();
            assert!(
                tested.contains(&folder) || untested.contains(&folder),
                "{folder} is in no selection"
            );
            let manifest = read(&format!("{folder}/Cargo.toml"));
            let is_internal = manifest["package"].get("publish") == Some(&false.into());
            assert_eq!(is_internal, folder != "crates/core", "{folder}");
        }
    }

    #[test]
    fn a_name_chooses_the_packages_that_contain_it_with_their_features() {
        let own = "every_package_is_where_it_is_said_to_be";
        let module = "rust::tests::every package is where";
        for name in [own, module] {
            assert_eq!(words(&only(name)), ["-p xtask"], "{name}");
        }
        let all = words(&Options::default());
        assert_eq!(all.len(), SELECTIONS.len());
        let engine = words(&only("parse_policies"));
        assert!(
            engine[0].starts_with("-p claimgate ")
                && engine[0].ends_with("--features claimgate/schema"),
            "{engine:?}"
        );
        let last = engine.last().unwrap();
        assert!(last.contains("aws_lc_rs"), "{engine:?}");
    }

    #[test]
    fn text_that_is_no_regular_expression_is_searched_as_it_is() {
        assert_eq!(words(&only("no_such_(test_as_[this")), ["-p xtask"]);
    }

    #[test]
    fn nextest_runs_doc_tests_only_of_libraries() {
        let of = |index: usize| Chosen {
            packages: SELECTIONS[index].packages.iter().collect(),
            options: SELECTIONS[index].options,
        };
        let shown = |index: usize| -> Vec<String> {
            let runs = runs(&of(index), true, &Options::default());
            runs.iter().map(|(_, command)| show(command)).collect()
        };
        let [all, doc] = &shown(0)[..] else {
            panic!("expected two calls")
        };
        assert!(all.contains("--success-output final"), "{all}");
        assert!(doc.contains("-p claimgate-wasm"), "{doc}");
        assert!(!doc.contains("xtask"), "{doc}");
        assert_eq!(shown(2).len(), 1);
    }
}
