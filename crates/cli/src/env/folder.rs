//! Folders of environments, each in a file `project/name.yaml`.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use claimgate_server::environments::Name;

use crate::output;

/// How the names of files end.
const ENDING: &str = ".yaml";

/// A folder of projects; empty for the current one.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The file of an environment.
    pub(super) fn file(&self, name: &Name) -> PathBuf {
        let file = format!("{}{ENDING}", name.name);
        self.0.join(&name.project).join(file)
    }

    /// The folder of projects that a file is in, with the name that its place gives it: `web/prod` in
    /// `environments/web/prod.yaml`.
    pub(super) fn around(file: &Path) -> Option<(Self, Name)> {
        let parent = match file.parent()? {
            parent if parent.as_os_str().is_empty() => Path::new("."),
            parent => parent,
        };
        let (root, project) = match parent.file_name() {
            Some(project) => (parent.parent()?.to_owned(), project.to_owned()),
            None => {
                let project = fs::canonicalize(parent).ok()?.file_name()?.to_owned();
                let up = if parent == Path::new(".") {
                    ""
                } else {
                    parent.to_str()?
                };
                (Path::new(up).join(".."), project)
            }
        };
        let name = named(project.to_str()?, file.file_name()?.to_str()?)?;
        Some((Self(root), name))
    }

    /// The name that a file has in this folder, if it is in it.
    pub(super) fn name_of(&self, file: &Path) -> Result<Option<Name>> {
        let root = fs::canonicalize(self.place());
        let root = root.with_context(|| self.problem())?;
        let Ok(file) = fs::canonicalize(file) else {
            return Ok(None);
        };
        let parts = file.strip_prefix(root).ok().and_then(Path::to_str);
        let parts = parts.and_then(|parts| parts.split_once('/'));
        Ok(parts.and_then(|(project, file)| named(project, file)))
    }

    /// The environments in it, by name. Names that begin with a dot are skipped.
    pub(super) fn environments(&self) -> Result<Vec<Name>> {
        let mut names = Vec::new();
        for project in self.entries(self.place())? {
            let path = project.path();
            if !path.is_dir() {
                continue;
            }
            for entry in self.entries(&path)? {
                let file = entry.file_name();
                let (file, project) = (file.to_string_lossy(), project.file_name());
                let Some(name) = file.strip_suffix(ENDING) else {
                    continue;
                };
                let name = Name::of_new(&project.to_string_lossy(), name);
                let problem = |problem| anyhow!("`{}`: {problem}", entry.path().display());
                names.push(name.map_err(problem)?);
            }
        }
        if names.is_empty() {
            bail!(
                "expected files `PROJECT/NAME{ENDING}` in the folder `{}`, found none",
                self.place().display()
            );
        }
        names.sort();
        Ok(names)
    }

    /// The text of an environment's file; none if there is no file.
    pub(super) fn read(&self, name: &Name) -> Result<Option<String>> {
        let file = self.file(name);
        match file.exists() {
            true => output::read(&file.to_string_lossy()).map(Some),
            false => Ok(None),
        }
    }

    fn place(&self) -> &Path {
        match self.0.as_os_str().is_empty() {
            true => Path::new("."),
            false => &self.0,
        }
    }

    fn entries(&self, folder: &Path) -> Result<Vec<DirEntry>> {
        let entries = fs::read_dir(folder).with_context(|| self.problem())?;
        let entries: Result<Vec<_>, _> = entries.collect();
        let mut entries = entries.with_context(|| self.problem())?;
        entries.retain(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
        Ok(entries)
    }

    fn problem(&self) -> String {
        format!("cannot read the folder `{}`", self.place().display())
    }
}

/// The environment whose file has this name.
fn named(project: &str, file: &str) -> Option<Name> {
    Name::of_new(project, file.strip_suffix(ENDING)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_place_is_its_name() {
        let around = |file: &str| {
            let (folder, name) = Folder::around(Path::new(file))?;
            Some((folder.path().display().to_string(), name.to_string()))
        };
        for (file, folder, name) in [
            ("environments/web/prod.yaml", "environments", "web/prod"),
            ("web/prod.yaml", "", "web/prod"),
            ("./web/prod.yaml", ".", "web/prod"),
            ("/web/prod.yaml", "/", "web/prod"),
        ] {
            let expected = Some((folder.to_owned(), name.to_owned()));
            assert_eq!(around(file), expected, "{file}");
        }
        // Tests run in the folder of the crate.
        let expected = Some(("..".to_owned(), "cli/prod".to_owned()));
        assert_eq!(around("prod.yaml"), expected);
        for file in [
            "web/prod.yml",
            "web/.prod.yaml",
            "a b/prod.yaml",
            "/prod.yaml",
            "yaml/a.yaml",
        ] {
            assert_eq!(around(file), None, "{file}");
        }
    }
}
