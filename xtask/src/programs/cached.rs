//! The user's cache folder, where slow tools are kept by version.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::children;
use super::shell::target;
use crate::jobs::log::Log;

/// The folder for tools: `CLAIMGATE_CACHE`, or `claimgate` in the user's cache folder.
pub(crate) fn cache() -> PathBuf {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = folder("CLAIMGATE_CACHE") {
        return folder;
    }
    let home = || folder("HOME").unwrap_or_else(target);
    let user = match cfg!(target_os = "macos") {
        true => home().join("Library/Caches"),
        false => folder("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache")),
    };
    user.join("claimgate")
}

/// A cached program with its checksum.
pub(crate) struct CachedProgram {
    pub(crate) folder: PathBuf,
    pub(crate) program: &'static str,
}

impl CachedProgram {
    /// The cached program, if its checksum is correct; otherwise `install` is called with a new
    /// folder for it.
    pub(crate) fn find_or(
        &self,
        log: &mut Log,
        fits: impl Fn(&Path) -> bool,
        install: impl FnOnce(&mut Log, &Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let file = self.folder.join("bin").join(self.program);
        let sum = self.folder.join("sha256");
        if std::fs::read_to_string(&sum)
            .is_ok_and(|sum| sha256(&file).is_ok_and(|found| found == sum))
            && fits(&file)
        {
            return Ok(file);
        }
        let draft = draft_of(&self.folder)?;
        install(log, &draft)?;
        let built = draft.join("bin").join(self.program);
        if !fits(&built) {
            bail!(
                "{} was installed, but {} has another version",
                self.program,
                built.display()
            );
        }
        std::fs::write(draft.join("sha256"), sha256(&built)?)?;
        replace(&draft, &self.folder)?;
        Ok(file)
    }
}

/// A new folder beside a cached one, which is complete before it gets its name: an interrupted
/// build leaves nothing that looks like a tool. Removes the drafts of builds that were interrupted.
pub(crate) fn draft_of(folder: &Path) -> Result<PathBuf> {
    let parent = folder.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)?;
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if is_abandoned(&entry.file_name().to_string_lossy()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let draft = parent.join(format!("{name}.{}.new", std::process::id()));
    if draft.is_dir() {
        std::fs::remove_dir_all(&draft)?;
    }
    std::fs::create_dir(&draft).with_context(|| format!("cannot write {}", draft.display()))?;
    Ok(draft)
}

/// Whether a folder is the draft, `NAME.PROCESS.new`, of a process that is gone.
fn is_abandoned(name: &str) -> bool {
    let process = name
        .strip_suffix(".new")
        .and_then(|name| name.rsplit('.').next()?.parse().ok());
    process.is_some_and(|process| !children::is_alive(process))
}

pub(crate) fn replace(draft: &Path, folder: &Path) -> Result<()> {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::rename(draft, folder).with_context(|| format!("cannot write {}", folder.display()))
}

fn sha256(file: &Path) -> Result<String> {
    Ok(Sha256::digest(std::fs::read(file)?)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{draft_of, is_abandoned, replace};

    #[test]
    fn drafts_of_interrupted_builds_are_removed() {
        let own = std::process::id();
        // The largest number that Linux gives to a process is 4194304.
        let gone = "trunk-0.21.999999999.new";
        assert!(is_abandoned(gone));
        for kept in [
            &format!("trunk-0.21.14.{own}.new"),
            "trunk-0.21.14",
            "a.new",
        ] {
            assert!(!is_abandoned(kept), "{kept}");
        }
        let cache = std::env::temp_dir().join(format!("claimgate-tools-{own}"));
        std::fs::create_dir_all(cache.join(gone)).unwrap();
        let folder = cache.join("trunk-0.21.14");
        let draft = draft_of(&folder).unwrap();
        assert!(!cache.join(gone).exists() && !folder.exists());
        replace(&draft, &folder).unwrap();
        assert!(folder.is_dir() && !draft.exists());
        std::fs::remove_dir_all(cache).unwrap();
    }
}
