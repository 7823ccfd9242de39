//! Searches the names of tests in the sources.

use crate::programs::shell::{command, output, root};

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
pub(crate) fn is_in(text: &str, files: &[&str]) -> bool {
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
    use super::{escape, is_in_sources, last_part};

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
