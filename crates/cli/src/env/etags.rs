//! Which revisions the files of a folder were exported at, so that an import does not undo later changes of others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use claimgate_server::environments::Name;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::server::Server;
use super::written::{Readers, write};

/// The file in a folder that was exported.
const FILE: &str = ".claimgate.json";

/// The `ETag` of each environment that was exported, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Etags {
    server: String,
    organization: String,
    environments: BTreeMap<String, String>,
}

impl Etags {
    /// Those of a folder; none if it was exported from elsewhere.
    pub(super) fn read(folder: &Folder, server: &Server) -> Result<Self> {
        let file = file(folder);
        let own = Self {
            server: server.url().to_owned(),
            organization: server.organization.clone(),
            environments: BTreeMap::new(),
        };
        if !file.exists() {
            return Ok(own);
        }
        let problem = || format!("cannot read `{}`", file.display());
        let text = std::fs::read_to_string(&file).with_context(problem)?;
        let found: Self = serde_json::from_str(&text).with_context(problem)?;
        let is_same = (&found.server, &found.organization) == (&own.server, &own.organization);
        Ok(if is_same { found } else { own })
    }

    /// That of an environment, if it was exported.
    pub(super) fn of(&self, name: &Name) -> Option<&str> {
        self.environments.get(&name.to_string()).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &Name, etag: String) {
        self.environments.insert(name.to_string(), etag);
    }

    /// Writes them to the folder.
    pub(super) fn write(&self, folder: &Folder) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write(&file(folder), &format!("{text}\n"), Readers::Usual)
    }

    /// Writes them to the folder, if it was exported before.
    pub(super) fn update(&self, folder: &Folder) -> Result<()> {
        match file(folder).exists() {
            true => self.write(folder),
            false => Ok(()),
        }
    }
}

fn file(folder: &Folder) -> PathBuf {
    folder.path().join(FILE)
}
