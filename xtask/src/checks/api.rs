//! The step `api`: fails if the engine's public API is not the one in `docs/api/claimgate.txt`.
//!
//! The file has one line per public item. `cargo xtask api` writes it, so that a change to the API
//! is a change that a reviewer sees.

mod items;
mod names;

use anyhow::{Context as _, Result, bail};

use crate::jobs::log::Log;
use crate::programs::shell::root;

/// The root of the crate.
const CRATE: &str = "crates/core/src/lib.rs";
const SNAPSHOT: &str = "docs/api/claimgate.txt";
const HEADER: &str =
    "# The public API of the crate `claimgate`. `cargo xtask api` writes this file.\n\n";

/// Writes the file.
pub(crate) fn write() -> Result<()> {
    let file = root().join(SNAPSHOT);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(file, current()?)?)
}

/// Compares the file with the sources.
pub(crate) fn check(log: &mut Log) -> Result<()> {
    let current = current()?;
    let written = std::fs::read_to_string(root().join(SNAPSHOT))
        .with_context(|| format!("cannot read {SNAPSHOT}: `cargo xtask api` writes it"))?;
    let problems = differences(&written, &current);
    if !problems.is_empty() {
        bail!("{SNAPSHOT} is not the public API: `cargo xtask api` updates it\n{problems}");
    }
    log.say(&format!("{} public items", count(&current)));
    Ok(())
}

fn current() -> Result<String> {
    let lines = items::lines(CRATE, &|file| {
        std::fs::read_to_string(root().join(file)).ok()
    })?;
    Ok(format!("{HEADER}{}\n", lines.join("\n")))
}

fn count(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("pub ")).count()
}

/// Lines that only one of the two has.
fn differences(written: &str, current: &str) -> String {
    let only = |mark: char, one: &str, other: &str| {
        let known: std::collections::BTreeSet<_> = other.lines().collect();
        let lines = one.lines().filter(|line| !known.contains(line));
        lines
            .map(|line| format!("{mark} {line}\n"))
            .collect::<String>()
    };
    only('-', written, current) + &only('+', current, written)
}

#[cfg(test)]
mod tests {
    use super::{differences, items};

    #[test]
    fn each_public_item_has_a_line() {
        let files = |file: &str| {
            let text = match file {
                "src/lib.rs" => {
                    "pub mod a; mod b; pub use a::One; pub use b::hidden as seen;
                     #[cfg(test)] pub mod tests {}"
                }
                "src/a.rs" => {
                    "use super::b::Two;
                     #[derive(Clone, Debug)] #[non_exhaustive] pub struct One { pub x: Vec<u8>, y: u8 }
                     impl One { #[must_use] pub fn new(x: &[u8]) -> Option<Self> { None } fn private() {} }
                     impl std::fmt::Display for One { fn fmt(&self) {} }
                     impl Two { pub const ALL: [Self; 2] = []; }
                     pub use super::b::Two as Second;
                     pub trait Check { fn check<'a>(&'a self, text: &'a str) -> bool; }"
                }
                "src/b.rs" => {
                    "pub enum Two { A, B { at: usize }, C(u8) }
                     #[cfg(feature = \"extra\")] pub fn hidden<T: Into<String>>(text: T) {}
                     #[doc(hidden)] pub fn secret() {}
                     pub(crate) fn local() {}"
                }
                _ => return None,
            };
            Some(text.to_owned())
        };
        assert_eq!(
            items::lines("src/lib.rs", &files).unwrap(),
            [
                "pub use One = a::One",
                "pub mod a",
                "pub trait a::Check",
                "pub fn a::Check::check<'a>(&'a self, text: &'a str) -> bool",
                "impl std::fmt::Display for a::One",
                "pub struct a::One #[non_exhaustive] #[derive(Clone, Debug)]",
                "pub fn a::One::new(x: &[u8]) -> Option<Self>",
                "pub field a::One::x: Vec<u8>",
                "pub enum a::Second",
                "pub variant a::Second::A",
                "pub const a::Second::ALL: [Self; 2]",
                "pub variant a::Second::B { at: usize }",
                "pub variant a::Second::C(u8)",
                "pub fn seen<T: Into<String>>(text: T) #[cfg(feature = \"extra\")]",
            ]
        );
    }

    #[test]
    fn differences_are_lines_of_one_side() {
        assert_eq!(differences("a\nb\n", "a\nb\n"), "");
        assert_eq!(differences("a\nb\n", "a\nc\n"), "- b\n+ c\n");
    }
}
