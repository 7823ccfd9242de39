//! The step `imports`: fails on import circles between files, and on packages that depend upward.
//! [`EXCEPTIONS`] lists the circles that remain.

mod circles;
mod modules;
mod packages;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use self::circles::circles;
use self::modules::{Crate, Mention};
use self::resolve::Edges;
use crate::log::Log;
use crate::shell::{root, tracked};

/// A known circle, and why it remains.
struct Exception {
    folder: &'static str,
    /// Its files within the folder, separated by spaces, without `.rs`.
    files: &'static str,
    reason: &'static str,
}

/// Each circle must be exactly as listed: it may neither grow nor shrink unnoticed.
const EXCEPTIONS: [Exception; 1] = [Exception {
    folder: "xtask/wasm-tools/src",
    files: "chunks split",
    reason: "cut when the splitting changes next",
}];

/// The root files of the crates to check, as git patterns.
const ROOTS: [&str; 6] = [
    "crates/*/src/lib.rs",
    "crates/*/src/main.rs",
    "web/src/lib.rs",
    "web/src/main.rs",
    "web/workbench/src/lib.rs",
    "xtask/*src/main.rs",
];

/// Checks the crates of `crates`, `web` and `xtask`.
pub(crate) fn check(log: &mut Log) -> Result<()> {
    let mut edges = Edges::new();
    for root in tracked(&ROOTS)? {
        edges.extend(Crate::read(&root, &read)?.edges());
    }
    let mut problems = packages::check()?;
    problems.extend(unexpected(&edges, &EXCEPTIONS));
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let files: BTreeSet<_> = edges.keys().flat_map(|(from, to)| [from, to]).collect();
    log.say(&format!(
        "{} imports between {} files",
        edges.len(),
        files.len()
    ));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for exception in &EXCEPTIONS {
        *reasons.entry(exception.reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        log.say(&format!("known circles: {count}, {reason}"));
    }
    Ok(())
}

fn read(file: &str) -> Option<String> {
    std::fs::read_to_string(root().join(file)).ok()
}

impl Exception {
    fn paths(&self) -> BTreeSet<String> {
        let names = self.files.split_whitespace();
        names
            .map(|name| format!("{}/{name}.rs", self.folder))
            .collect()
    }
}

/// Circles that are not listed, and listed ones that no longer exist.
fn unexpected(edges: &Edges, exceptions: &[Exception]) -> Vec<String> {
    let circles = circles(edges);
    let known: Vec<_> = exceptions.iter().map(Exception::paths).collect();
    let shares = |circle: &BTreeSet<&str>, known: &BTreeSet<String>| {
        circle.iter().any(|file| known.contains(*file))
    };
    let found = circles.iter().filter_map(|circle| {
        match known.iter().find(|known| shares(circle, known)) {
            None => Some(new_circle(circle, edges)),
            Some(known) => changed_circle(circle, known, edges),
        }
    });
    let obsolete = known
        .iter()
        .filter(|known| !circles.iter().any(|circle| shares(circle, known)));
    let obsolete = obsolete.map(|known| {
        let files = list(known.iter().map(String::as_str));
        format!("expected a circle of the files {files}, found none: remove it from EXCEPTIONS")
    });
    found.chain(obsolete).collect()
}

fn new_circle(circle: &BTreeSet<&str>, edges: &Edges) -> String {
    let files = list(circle.iter().copied());
    let imports = imports(edges, |from, to| {
        circle.contains(from) && circle.contains(to)
    });
    format!(
        "expected no circle of imports, found one of {} files: {files}{imports}",
        circle.len()
    )
}

/// `None` if the circle is exactly the known one.
fn changed_circle(
    circle: &BTreeSet<&str>,
    known: &BTreeSet<String>,
    edges: &Edges,
) -> Option<String> {
    let joined: BTreeSet<_> = circle
        .iter()
        .copied()
        .filter(|file| !known.contains(*file))
        .collect();
    let left: Vec<_> = known
        .iter()
        .map(String::as_str)
        .filter(|file| !circle.contains(file))
        .collect();
    let first = circle.first()?;
    let mut problems = Vec::new();
    if !joined.is_empty() {
        let imports = imports(edges, |from, to| {
            circle.contains(from)
                && circle.contains(to)
                && (joined.contains(from) || joined.contains(to))
        });
        let files = list(joined.iter().copied());
        problems.push(format!(
            "expected the circle of {first} not to grow, found {files}{imports}"
        ));
    }
    if !left.is_empty() {
        problems.push(format!(
            "expected {} in the circle of {first}, found them outside: remove them from EXCEPTIONS",
            list(left.into_iter())
        ));
    }
    (!problems.is_empty()).then(|| problems.join("\n"))
}

/// The imports to show, one per line.
fn imports(edges: &Edges, is_shown: impl Fn(&str, &str) -> bool) -> String {
    let shown = edges.iter().filter(|((from, to), _)| is_shown(from, to));
    shown
        .map(|((from, to), mention)| format!("\n  {}", import(from, to, mention)))
        .collect()
}

/// `crates/core/src/a.rs → b.rs by `use super::b::B`, line 12`
fn import(from: &str, to: &str, mention: &Mention) -> String {
    let folder = &from[..from.rfind('/').map_or(0, |slash| slash + 1)];
    let to = to.strip_prefix(folder).unwrap_or(to);
    let keyword = if mention.is_use { "use " } else { "" };
    let path = mention.path.join("::");
    format!("{from} → {to} by `{keyword}{path}`, line {}", mention.line)
}

fn list<'a>(files: impl Iterator<Item = &'a str>) -> String {
    files.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Edges, Exception, Mention, unexpected};

    fn edges(text: &str) -> Edges {
        let edges = text.split(' ').filter_map(|edge| edge.split_once('>'));
        edges
            .map(|(from, to)| {
                let path = ["super", to, "X"].map(str::to_owned).to_vec();
                let mention = Mention {
                    path,
                    line: 3,
                    is_use: true,
                };
                ((format!("src/{from}.rs"), format!("src/{to}.rs")), mention)
            })
            .collect()
    }

    #[test]
    fn circles_and_exceptions_must_be_the_same() {
        let exceptions = |files: &[&'static str]| -> Vec<Exception> {
            let exception = |files| Exception {
                folder: "src",
                files,
                reason: "",
            };
            files.iter().copied().map(exception).collect()
        };
        let (ab, ba) = (
            "\n  src/a.rs → b.rs by `use super::b::X`, line 3",
            "\n  src/b.rs → a.rs by `use super::a::X`, line 3",
        );
        for (found, known, expected) in [
            ("a>b b>c", &[][..], vec![]),
            ("a>b b>a", &["a b"], vec![]),
            ("a>b b>a b>c c>d d>c", &["c d", "b a"], vec![]),
            (
                "a>b b>a b>c",
                &[],
                vec![format!(
                    "expected no circle of imports, found one of 2 files: src/a.rs, src/b.rs{ab}{ba}"
                )],
            ),
            (
                "a>b b>c",
                &["a b"],
                vec![
                    "expected a circle of the files src/a.rs, src/b.rs, found none: remove it from \
                     EXCEPTIONS"
                        .to_owned(),
                ],
            ),
            (
                "a>b b>a c>d d>c b>c c>b",
                &["b c d"],
                vec![format!(
                    "expected the circle of src/a.rs not to grow, found src/a.rs{ab}{ba}"
                )],
            ),
            (
                "a>b b>a b>c",
                &["a b c"],
                vec![
                    "expected src/c.rs in the circle of src/a.rs, found them outside: remove them \
                     from EXCEPTIONS"
                        .to_owned(),
                ],
            ),
        ] {
            assert_eq!(
                unexpected(&edges(found), &exceptions(known)),
                expected,
                "{found}"
            );
        }
    }
}
