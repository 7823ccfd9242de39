//! Where the file of a generated bootstrap token is.

use std::path::{Path, PathBuf};

use crate::db::error::StoreError;
use crate::db::sqlite::sqlite_file;
use crate::db::url::engine;

/// What the names of these files end with.
const SUFFIX: &str = ".bootstrap-token";

/// The place of the file that holds a generated bootstrap token until its first use. Its name begins with
/// that of the database, so that databases in one folder do not share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapPath {
    file: PathBuf,
    /// Whether no other database may have a file of that name. In a folder for state, databases of equal
    /// names from different places may meet.
    is_own: bool,
}

impl BootstrapPath {
    /// The file for the database of a URL: in a folder for state, or beside the file of an SQLite
    /// database. `None` if there is neither.
    ///
    /// # Errors
    /// [`StoreError::Url`] and [`StoreError::Address`], if the URL cannot be used.
    pub fn of(database: &str, state_dir: Option<&Path>) -> Result<Option<Self>, StoreError> {
        let name = format!("{}{SUFFIX}", engine(database)?.name());
        Ok(match (state_dir, sqlite_file(database)) {
            (Some(folder), _) => Some(Self {
                file: folder.join(name),
                is_own: false,
            }),
            (None, Some(database)) => Some(Self {
                file: database.with_file_name(name),
                is_own: true,
            }),
            (None, None) => None,
        })
    }

    /// The files of bootstrap tokens in a folder for state, in the order of their names.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn all_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
        let is_one = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default();
            name.to_string_lossy().ends_with(SUFFIX)
        };
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files: Vec<_> = entries.collect::<Result<_, _>>()?;
        files.retain(is_one);
        files.sort();
        Ok(files)
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn is_own(&self) -> bool {
        self.is_own
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::BootstrapPath;

    #[test]
    fn a_file_is_named_after_its_database() {
        for (url, folder, expected) in [
            ("sqlite:a.db", None, Some("a.db.bootstrap-token")),
            (
                "sqlite:///var/lib/a.db",
                None,
                Some("/var/lib/a.db.bootstrap-token"),
            ),
            (
                "sqlite:/var/lib/a.db",
                Some("/run/state"),
                Some("/run/state/a.db.bootstrap-token"),
            ),
            ("postgres://localhost/a", None, None),
            (
                "postgres://user:secret@localhost/team%2Fa",
                Some("/run/state"),
                Some("/run/state/team%2Fa.bootstrap-token"),
            ),
            (
                "postgres://localhost",
                Some("/run/state"),
                Some("/run/state/postgres.bootstrap-token"),
            ),
        ] {
            let found = BootstrapPath::of(url, folder.map(Path::new)).unwrap();
            let file = found.as_ref().map(BootstrapPath::file);
            assert_eq!(file, expected.map(Path::new), "{url}");
            assert!(found.is_none_or(|path| path.is_own() == folder.is_none()));
        }
        assert!(BootstrapPath::of("mysql://a/b", None).is_err());
    }
}
