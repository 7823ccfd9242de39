//! What evaluations get without a server: the files of a folder, and no keys.

use std::cell::RefCell;

use claimgate_environments::{Decrypter, Environments, HostError, Loaded};
use claimgate_server::environments::{Name, Reference, Version};

use super::folder::Folder;
use super::source::Source;

/// The environments in a folder, with those that were loaded.
pub(super) struct Files {
    folder: Option<Folder>,
    loaded: RefCell<Vec<Source>>,
    /// Imports of a revision, as they are written.
    revisions: RefCell<Vec<String>>,
}

impl Files {
    pub(super) fn new(folder: Option<Folder>) -> Self {
        Self {
            folder,
            loaded: RefCell::default(),
            revisions: RefCell::default(),
        }
    }

    /// What was loaded, and the imports of revisions, which no folder has.
    pub(super) fn into_loaded(self) -> (Vec<Source>, Vec<String>) {
        (self.loaded.into_inner(), self.revisions.into_inner())
    }
}

impl Environments for Files {
    fn authorize(&self, _: &str, _: &str, _: bool) -> Result<(), HostError> {
        Ok(())
    }

    fn load(&self, name: &str) -> Result<Loaded<'_>, HostError> {
        let absent = |why: String| HostError(format!("environment {name:?} not found: {why}"));
        let reference = Reference::parse(name);
        let reference = reference.ok_or_else(|| absent("expected `project/name`".to_owned()))?;
        let Name { project, name: own } = &reference.name;
        // A name that begins with a dot would lead out of the folder.
        Name::of_new(project, own).map_err(absent)?;
        let folder = self.folder.as_ref();
        let folder = folder.ok_or_else(|| {
            absent("`--root` names the folder that has a folder for each project".to_owned())
        })?;
        let file = folder.file(&reference.name).display().to_string();
        let text = folder.read(&reference.name);
        let text = text.map_err(|error| HostError(format!("{error:#}")))?;
        let text = text.ok_or_else(|| absent(format!("there is no file `{file}`")))?;
        if reference.version != Version::Latest {
            self.revisions.borrow_mut().push(name.to_owned());
        }
        let resolved = reference.name.to_string();
        let source = Source::new(resolved.clone(), file, text.clone());
        self.loaded.borrow_mut().push(source);
        Ok(Loaded {
            name: resolved,
            source: text,
            decrypter: &NoKeys,
        })
    }
}

/// Without a server, there are no keys.
pub(super) struct NoKeys;

impl Decrypter for NoKeys {
    fn decrypt(&self, _: &[u8]) -> Result<Vec<u8>, HostError> {
        Err("an encrypted secret can be decrypted by its server only".into())
    }
}
