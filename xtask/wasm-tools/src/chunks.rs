//! Merges small files of the split app. The splitter writes a file (a chunk) for each set of parts
//! that share code, most of them small: requesting one takes longer than loading it with another.
//! So some are merged, which adds unused bytes to the parts that need only one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths::Split;
use crate::{binaryen, output, run, wasm_features};

/// The cost of one more file, in bytes of Wasm before optimization and compression: about 2 kB on
/// the wire.
const FILE: i64 = 13_000;

/// The parts that need a chunk, by the names in the loader module.
type Parts = BTreeSet<String>;

/// The chunks of one file.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    chunks: Vec<String>,
    parts: Parts,
    bytes: i64,
}

impl Group {
    /// The gain of merging both into one file.
    fn gain(&self, other: &Self) -> i64 {
        let count = |parts: usize| i64::try_from(parts).unwrap_or(i64::MAX);
        let only = |a: &Self, b: &Self| count(a.parts.difference(&b.parts).count());
        let both = count(self.parts.intersection(&other.parts).count());
        both * FILE - self.bytes * only(other, self) - other.bytes * only(self, other)
    }

    fn take(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
        self.parts.extend(other.parts);
        self.bytes += other.bytes;
    }
}

/// Merges groups while there is a gain, the best pair first.
fn group(mut groups: Vec<Group>) -> Vec<Group> {
    loop {
        let pairs = (0..groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let best = pairs.map(|(a, b)| (groups[a].gain(&groups[b]), a, b)).max();
        match best {
            // `b` comes before `a`, so its index stays valid.
            Some((gain, a, b)) if gain > 0 => {
                let taken = groups.remove(a);
                groups[b].take(taken);
            }
            _ => return groups,
        }
    }
}

/// Merges the chunks; returns the loader for the new files.
pub(crate) fn merge(split: &Split, link: &str) -> Result<String> {
    let dir = &split.parts;
    let mut chunks = Vec::new();
    for (name, parts) in chunks_of(link) {
        let bytes = i64::try_from(dir.join(format!("{name}.wasm")).metadata()?.len())?;
        chunks.push(Group {
            chunks: vec![name],
            parts,
            bytes,
        });
    }
    let base = dir.join("base");
    base_module(split, link, &chunks, &base)?;
    let groups: BTreeMap<String, Group> = group(chunks)
        .into_iter()
        .enumerate()
        .map(|(index, group)| (format!("group_{index}"), group))
        .collect();
    let groups_in_turn: Vec<_> = groups.iter().collect();
    let half = groups_in_turn.len().div_ceil(2);
    let base = &base;
    // Each call starts a process, which is slow to start: two at a time.
    std::thread::scope(|scope| {
        let halves = groups_in_turn.chunks(half.max(1)).map(|some| {
            scope.spawn(move || {
                some.iter()
                    .try_for_each(|(name, group)| merge_group(split, base, name, group))
            })
        });
        let halves: Vec<_> = halves.collect();
        halves.into_iter().try_for_each(|half| {
            half.join()
                .unwrap_or_else(|_| bail!("merging chunks panicked"))
        })
    })?;
    Ok(relink(link, &groups))
}

/// Writes the module of a group, and removes those of its chunks.
fn merge_group(split: &Split, base: &Path, name: &str, group: &Group) -> Result<()> {
    let dir = &split.parts;
    let mut merge = Command::new(binaryen("wasm-merge", &split.root));
    merge.args(wasm_features()).arg(base).arg("__wasm_split");
    for chunk in &group.chunks {
        merge.arg(dir.join(format!("{chunk}.wasm"))).arg(chunk);
    }
    run(merge.arg("-o").arg(dir.join(format!("{name}.wasm"))))?;
    for chunk in &group.chunks {
        std::fs::remove_file(dir.join(format!("{chunk}.wasm")))?;
    }
    Ok(())
}

/// Each chunk with the parts that need it, from the comment before its loader.
fn chunks_of(link: &str) -> Vec<(String, Parts)> {
    let loaders = link.split("\n/* ").skip(1);
    let chunk = |loader: &str| {
        let (parts, rest) = loader.split_once(" */\nconst __")?;
        let (name, _) = rest.split_once(" = makeLoad(")?;
        Some((
            name.to_owned(),
            parts.split(", ").map(str::to_owned).collect(),
        ))
    };
    loaders.filter_map(chunk).collect()
}

/// The loader with groups instead of chunks.
fn relink(link: &str, groups: &BTreeMap<String, Group>) -> String {
    let owner: BTreeMap<&str, &str> = groups
        .iter()
        .flat_map(|(name, group)| {
            group
                .chunks
                .iter()
                .map(|chunk| (chunk.as_str(), name.as_str()))
        })
        .collect();
    let (head, rest) = link.split_once("\n/* ").unwrap_or((link, ""));
    let exports = rest
        .find("\nexport const ")
        .map_or("", |start| &rest[start..]);
    let mut text = head.replace(
        "__wasm_split: {  } }",
        "__wasm_split: {  } }; sharedImports.main = sharedImports.__wasm_split",
    );
    for (name, group) in groups {
        let parts: Vec<&str> = group.parts.iter().map(String::as_str).collect();
        text.push_str(&format!(
            "\n/* {} */\nconst __{name} = makeLoad(() => {{\n    const src = fetch(new URL(\"./{name}.wasm\", import.meta.url));\n    \
             src.catch(() => {{}});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}}\n, []);",
            parts.join(", ")
        ));
    }
    for line in exports.split_inclusive('\n') {
        match line.strip_prefix(", [") {
            Some(needed) => {
                let needed = needed
                    .trim_end_matches(|c| "]); \n".contains(c))
                    .split(", ");
                let owners: BTreeSet<&str> = needed
                    .filter_map(|chunk| owner.get(chunk.strip_prefix("__")?))
                    .copied()
                    .collect();
                let names: Vec<_> = owners.into_iter().map(|name| format!("__{name}")).collect();
                text.push_str(&format!(", [{}]));\n", names.join(", ")));
            }
            None => text.push_str(line),
        }
    }
    text
}

/// A module that re-exports the common imports of all chunks, so that the merged module imports
/// them once.
fn base_module(split: &Split, link: &str, chunks: &[Group], to: &Path) -> Result<()> {
    let between = |text: &str| {
        Some(
            text.split_once("const { ")?
                .1
                .split_once(" } = initSync(")?
                .0
                .to_owned(),
        )
    };
    let names =
        between(link).context("expected the loader to name what is shared, found nothing")?;
    let names: BTreeSet<&str> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut smallest: Vec<_> = chunks.iter().collect();
    smallest.sort_by_key(|chunk| chunk.bytes);
    let files = smallest
        .iter()
        .map(|chunk| split.parts.join(format!("{}.wasm", chunk.chunks[0])));
    let names = names.into_iter().collect::<Vec<_>>().join(",");
    let mut imports = Command::new("node");
    let imports = output(
        imports
            .arg(split.root.join("web/build/imports.mjs"))
            .arg(names)
            .args(files),
    )?;
    let found: BTreeMap<_, _> = imports.lines().filter_map(import).collect();
    let mut text = "(module\n".to_owned();
    for (name, kind) in &found {
        text.push_str(&format!("(import \"main\" \"{name}\" {kind})\n"));
    }
    for (name, kind) in &found {
        let (word, id) = kind
            .trim_start_matches('(')
            .split_once(' ')
            .unwrap_or_default();
        let id = id.split(' ').next().unwrap_or_default();
        text.push_str(&format!("(export \"{name}\" ({word} {id}))\n"));
    }
    text.push(')');
    if found.is_empty() && !chunks.is_empty() {
        bail!("expected chunks to import the memory, found no imports");
    }
    let source = to.with_extension("wat");
    std::fs::write(&source, text)?;
    run(Command::new(binaryen("wasm-as", &split.root))
        .args(wasm_features())
        .arg(&source)
        .arg("-o")
        .arg(to))
}

/// The name and kind of an import: `(memory $0 21)`.
fn import(line: &str) -> Option<(String, String)> {
    let rest = line.trim().strip_prefix("(import \"__wasm_split\" \"")?;
    let (name, kind) = rest.split_once("\" ")?;
    Some((name.to_owned(), kind.strip_suffix(')')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &str, parts: &[&str], bytes: i64) -> Group {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        Group {
            chunks: vec![name.to_owned()],
            parts,
            bytes,
        }
    }

    #[test]
    fn small_chunks_are_put_together_and_large_ones_stay_apart() {
        let grouped = group(vec![
            chunk("a", &["x", "y"], 500),
            chunk("b", &["y", "z"], 900_000),
            chunk("c", &["x", "y", "z"], 700),
            chunk("d", &["v", "w"], 100),
        ]);
        let names: Vec<_> = grouped.iter().map(|group| group.chunks.join(" ")).collect();
        assert_eq!(names, ["a c", "b", "d"]);
        assert_eq!(grouped[0].parts, chunk("", &["x", "y", "z"], 0).parts);
        assert_eq!(grouped[0].bytes, 1_200);
    }

    #[test]
    fn what_one_part_alone_does_not_need_is_weighed() {
        let (small, large) = (chunk("a", &["x", "y"], 20_000), chunk("b", &["x"], 20_000));
        assert_eq!(small.gain(&large), FILE - 20_000);
        assert_eq!(small.gain(&large), large.gain(&small));
    }

    #[test]
    fn the_loader_names_groups_in_place_of_chunks() {
        let load = |name: &str| {
            format!(
                "makeLoad(() => {{\n    const src = fetch(new URL(\"./{name}.wasm\", import.meta.url));\n}}\n"
            )
        };
        let link = format!(
            "sharedImports = {{ __wasm_split: {{  }} }};\n/* x, y */\nconst __chunk_0 = {}, []);\n/* y, z */\nconst __chunk_1 = {}, []);\n\
             export const __wasm_split_x = wrapAsyncCb({}, [__chunk_0]));\nexport const __wasm_split_y = wrapAsyncCb({}, [__chunk_0, __chunk_1]));\n",
            load("chunk_0"),
            load("chunk_1"),
            load("split_x"),
            load("split_y")
        );
        let chunks = chunks_of(&link);
        assert_eq!(
            chunks
                .iter()
                .map(|(name, parts)| (name.as_str(), parts.len()))
                .collect::<Vec<_>>(),
            [("chunk_0", 2), ("chunk_1", 2)]
        );
        let mut one = chunk("chunk_0", &["x", "y"], 1);
        one.take(chunk("chunk_1", &["y", "z"], 1));
        let text = relink(&link, &BTreeMap::from([("group_0".to_owned(), one)]));
        assert_eq!(
            chunks_of(&text),
            [("group_0".to_owned(), chunk("", &["x", "y", "z"], 0).parts)]
        );
        assert_eq!(text.matches("[__group_0]").count(), 2, "{text}");
        assert!(!text.contains("chunk_"), "{text}");
        assert!(text.contains("sharedImports.main = "), "{text}");
    }
}
