//! Import circles: strongly connected components of the graph of files.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Edges;

/// The sets of files that all import each other, directly or through other files.
pub(super) fn circles(edges: &Edges) -> BTreeSet<BTreeSet<&str>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        next.entry(from).or_default().push(to);
    }
    let reachable: BTreeMap<&str, BTreeSet<&str>> = next
        .keys()
        .map(|file| (*file, reachable(file, &next)))
        .collect();
    let reaches = |from: &str, to: &str| reachable.get(from).is_some_and(|all| all.contains(to));
    let mut circles = BTreeSet::new();
    for (file, all) in &reachable {
        if all.contains(file) {
            circles.insert(
                all.iter()
                    .copied()
                    .filter(|other| reaches(other, file))
                    .collect(),
            );
        }
    }
    circles
}

/// The files that a file imports, directly or not; the file itself only if it is in a circle.
fn reachable<'a>(file: &'a str, next: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left = vec![file];
    while let Some(file) = left.pop() {
        left.extend(
            next.get(file)
                .into_iter()
                .flatten()
                .filter(|other| found.insert(**other)),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::circles;
    use crate::checks::imports::modules::Mention;

    #[test]
    fn files_that_reach_each_other_are_a_circle() {
        for (edges, expected) in [
            ("a>b b>c a>c", vec![]),
            ("a>b b>a", vec!["a b"]),
            ("a>b b>c c>a c>d d>e", vec!["a b c"]),
            ("a>b b>a b>c c>d d>c", vec!["a b", "c d"]),
            ("a>b b>a b>c c>b", vec!["a b c"]),
        ] {
            let edges = edges.split(' ').filter_map(|edge| edge.split_once('>'));
            let edges = edges.map(|(from, to)| {
                let mention = Mention {
                    path: vec![],
                    line: 1,
                    is_use: true,
                };
                ((from.to_owned(), to.to_owned()), mention)
            });
            let edges = edges.collect();
            let found = circles(&edges)
                .into_iter()
                .map(|circle| Vec::from_iter(circle).join(" "));
            assert_eq!(Vec::from_iter(found), expected);
        }
    }
}
