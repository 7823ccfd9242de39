//! External vectors, read in place: `CLAIMGATE_VECTORS`, or `../shared/vectors` from the project's root.

use std::path::PathBuf;

/// The folder of vectors of this name; `None` and a line that says so where it is absent. In CI it has to be
/// there, unless `CLAIMGATE_VECTORS_OPTIONAL` is set.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let dir = std::env::var_os("CLAIMGATE_VECTORS").map_or(default, PathBuf::from);
    let folder = dir.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        !is_set("CI") || is_set("CLAIMGATE_VECTORS_OPTIONAL"),
        "expected the external vectors in {}",
        folder.display()
    );
    eprintln!(
        "NOT RUN: the external vectors {name} are not in {}",
        dir.display()
    );
    None
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests read files; only the language may not"
)]
pub(crate) fn text(path: &std::path::Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}
