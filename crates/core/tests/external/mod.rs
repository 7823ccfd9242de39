//! External vectors, read in place: `CLAIMGATE_VECTORS`, or `../shared/vectors` from the project's root.

use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "tests read files; only the engine may not")]
/// The vectors' text; nothing, on a loud line, where they are absent. In CI they have to be there.
pub(crate) fn read(name: &str) -> Option<String> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let dir = std::env::var_os("CLAIMGATE_VECTORS").map_or(default, PathBuf::from);
    match std::fs::read_to_string(dir.join(name)) {
        Ok(text) => Some(text),
        Err(error) if std::env::var_os("CI").is_some() => panic!("{}: {error}", dir.join(name).display()),
        Err(_) => {
            eprintln!("NOT RUN: the external vectors {name} are not in {}", dir.display());
            None
        }
    }
}
