//! Running other programs.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::children;

/// The workspace's root, from cargo at run time: the program may have been built for another
/// checkout with the same target folder.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
    let manifest =
        manifest.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().unwrap_or(&manifest).to_path_buf()
}

/// The folder for build output and caches.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A program with arguments, run in the workspace's root, without colors: its output is read for
/// progress, counts and errors.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .env("CARGO_TERM_COLOR", "never")
        // Any text means the same, but Trunk accepts only `true`.
        .env("NO_COLOR", "true")
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Cargo with arguments, separated by spaces.
pub(crate) fn cargo(words: &str) -> Command {
    command("cargo", &words.split(' ').collect::<Vec<_>>())
}

/// Runs a program with its output on the terminal; an error contains the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    println!("$ {shown}");
    let status = children::spawn(command)
        .and_then(|mut child| child.wait())
        .with_context(|| format!("`{shown}` could not be started"))?;
    if status.success() {
        return Ok(());
    }
    bail!("`{shown}` failed ({status})")
}

/// Runs a program quietly and returns its standard output; `None` if it could not be started or
/// failed.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = children::spawn(command).ok()?;
    let mut output = Vec::new();
    child.stdout()?.read_to_end(&mut output).ok()?;
    let status = child.wait().ok()?;
    status
        .success()
        .then(|| String::from_utf8_lossy(&output).into_owned())
}

/// The files of the repository that match one of git's patterns, and new files that are not
/// ignored, relative to the root.
pub(crate) fn tracked(patterns: &[&str]) -> Result<Vec<String>> {
    let words = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ];
    let list = output(command("git", &words).args(patterns))
        .context("expected a git repository, found none")?;
    let files = list.split_terminator('\0').map(str::to_owned);
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

/// Whether this is continuous integration, where nothing may be left out.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// The path of a program on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// The command as a shell would take it.
pub(crate) fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| quote(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quote(word: &str) -> String {
    if word.contains(' ') {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::cargo;

    #[test]
    fn programs_are_told_not_to_use_colors() {
        let command = cargo("test");
        let value = |name: &str| command.get_envs().find(|(key, _)| *key == OsStr::new(name));
        assert_eq!(
            value("CARGO_TERM_COLOR").unwrap().1,
            Some(OsStr::new("never"))
        );
        assert_eq!(value("FORCE_COLOR").unwrap().1, None);
    }
}
