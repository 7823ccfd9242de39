//! The step `imports`: fails on import circles between files, and on packages that depend upward.

mod circles;
mod modules;
mod packages;
mod resolve;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use self::circles::circles;
use self::modules::{Crate, Mention};
use self::resolve::Edges;
use crate::jobs::log::Log;
use crate::programs::shell::{root, tracked};

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
    problems.extend(problems_of(&edges));
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let files: BTreeSet<_> = edges.keys().flat_map(|(from, to)| [from, to]).collect();
    log.say(&format!(
        "{} imports between {} files",
        edges.len(),
        files.len()
    ));
    Ok(())
}

fn read(file: &str) -> Option<String> {
    std::fs::read_to_string(root().join(file)).ok()
}

/// A sentence for each circle, with its imports.
fn problems_of(edges: &Edges) -> Vec<String> {
    let problem = |circle: BTreeSet<&str>| {
        let files = circle.iter().copied().collect::<Vec<_>>().join(", ");
        let imports = imports(edges, |from, to| {
            circle.contains(from) && circle.contains(to)
        });
        let count = circle.len();
        format!("expected no circle of imports, found one of {count} files: {files}{imports}")
    };
    circles(edges).into_iter().map(problem).collect()
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

#[cfg(test)]
mod tests {
    use super::{Edges, Mention, problems_of};

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
    fn a_circle_is_reported_with_its_imports() {
        let (ab, ba) = (
            "\n  src/a.rs → b.rs by `use super::b::X`, line 3",
            "\n  src/b.rs → a.rs by `use super::a::X`, line 3",
        );
        assert_eq!(problems_of(&edges("a>b b>c")), [""; 0]);
        assert_eq!(
            problems_of(&edges("a>b b>a b>c")),
            [format!(
                "expected no circle of imports, found one of 2 files: src/a.rs, src/b.rs{ab}{ba}"
            )]
        );
        assert_eq!(problems_of(&edges("a>b b>a c>d d>c")).len(), 2);
    }
}
