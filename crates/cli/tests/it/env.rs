//! `claimgate env` as a process.

mod check;
mod eval;
mod server;

use std::path::Path;
use std::process::Output;

use crate::support::{code, errors, out, run_in};

/// A folder with these files.
pub(super) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

pub(super) fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

pub(super) fn env(folder: &Path, arguments: &[&str]) -> Output {
    run_in(folder, &[&["env"], arguments].concat(), "")
}

/// Its exit status, and what it says on standard output and on standard error.
pub(super) fn told(output: &Output) -> (i32, String, String) {
    (code(output), out(output), errors(output))
}
