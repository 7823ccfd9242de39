//! External vectors, read in place: `CLAIMGATE_VECTORS`, or `../shared/vectors` from the project's
//! root.

use std::path::PathBuf;

#[expect(
    clippy::disallowed_methods,
    reason = "tests read files; only the engine may not"
)]
/// The vectors' text; `None` and a line that says so where they are absent. In CI they have to be
/// there, unless `CLAIMGATE_VECTORS_OPTIONAL` is set.
pub(crate) fn read(name: &str) -> Option<String> {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let dir = std::env::var_os("CLAIMGATE_VECTORS").map_or(default, PathBuf::from);
    match std::fs::read_to_string(dir.join(name)) {
        Ok(text) => Some(text),
        Err(error) if is_set("CI") && !is_set("CLAIMGATE_VECTORS_OPTIONAL") => {
            panic!("{}: {error}", dir.join(name).display())
        }
        Err(_) => {
            eprintln!(
                "NOT RUN: the external vectors {name} are not in {}",
                dir.display()
            );
            None
        }
    }
}
