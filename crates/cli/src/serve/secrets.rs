//! The server's secrets: the key for hashing access tokens, and a bootstrap token of the administrator's own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use claimgate_server::db::sqlite_file;
use claimgate_server::tokens::HashKey;

/// The variable that may hold the bootstrap token itself.
pub(super) const BOOTSTRAP: &str = "CLAIMGATE_BOOTSTRAP_TOKEN";

/// The key for hashing tokens, from a file, or from the one beside an SQLite database.
pub(super) fn token_key(file: Option<&Path>, database: &str) -> Result<HashKey> {
    let file = match (file, sqlite_file(database)) {
        (Some(file), _) => file.to_owned(),
        (None, Some(database)) => {
            let mut name = database.into_os_string();
            name.push(".key");
            let file = PathBuf::from(name);
            make_key(&file)?;
            file
        }
        (None, None) => bail!(
            "expected --token-key-file with a PostgreSQL database: a file with a secret of 32 characters or more, the same \
             on all replicas"
        ),
    };
    HashKey::new(&secret(&file, "token key")?)
        .map_err(|problem| anyhow!("{}: {problem}", file.display()))
}

/// The content of a file that only its owner should be able to read.
pub(super) fn secret(file: &Path, what: &str) -> Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let shown = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read the {what} {shown}"))?;
    if std::fs::metadata(file).is_ok_and(|about| about.mode() & 0o077 != 0) {
        tracing::warn!(file = %shown, "the {what} is accessible to other users than its owner: expected mode 600");
    }
    Ok(text)
}

/// Warns if anyone may replace a secret file, because anyone may write its folder.
pub(super) fn warn_of_folder(file: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if std::fs::metadata(folder).is_ok_and(|about| about.mode() & 0o002 != 0) {
        let folder = folder.display();
        tracing::warn!(
            %folder,
            "the folder of the bootstrap token's file can be written by every user: expected mode 700"
        );
    }
}

/// The bootstrap token that is configured, if one is.
pub(super) fn bootstrap(file: Option<&Path>) -> Result<Option<String>> {
    if let Some(file) = file {
        return Ok(Some(secret(file, "bootstrap token")?.trim().to_owned()));
    }
    Ok(std::env::var(BOOTSTRAP)
        .ok()
        .filter(|token| !token.is_empty()))
}

/// The key for hashing tokens: created beside an SQLite file on the first start, readable only by its
/// owner.
pub(super) fn make_key(file: &Path) -> Result<()> {
    if file.exists() {
        return Ok(());
    }
    let key = claimgate_server::random::hex(&claimgate_server::random::bytes::<32>());
    match claimgate_server::private_file::create(file, key.as_bytes()) {
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.with_context(|| format!("cannot create the token key {}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::make_key;

    #[test]
    fn the_key_is_made_once_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db.key");
        make_key(&file).unwrap();
        let key = std::fs::read_to_string(&file).unwrap();
        make_key(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }
}
