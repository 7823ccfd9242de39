//! `claimgate env import`: the environments of a server from files.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use claimgate_api::ErrorBody;
use claimgate_server::environments::Name;

use super::etags::Etags;
use super::folder::Folder;
use super::refused::report;
use super::same::{Sameness, compare};
use super::server::{Definition, Refusal, Server, ServerFlags};
use super::tally::{Done, Tally};

/// Why a file is not saved that others have changed since it was exported.
const CHANGED: &str = "it was changed on the server since it was exported: export it to another folder and combine the \
                       changes, or replace it with `--force`";

/// The same while the import runs.
const CHANGED_MEANWHILE: &str = "it was changed on the server in the meantime: import it again";

/// The options of `claimgate env import`.
#[derive(clap::Args)]
pub(super) struct Import {
    /// The folder to read: a file `PROJECT/NAME.yaml` for each environment
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    server: ServerFlags,
    /// Replace definitions that were changed on the server since they were exported to the folder
    #[arg(long)]
    force: bool,
    /// Print what would be created and updated, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A definition to save.
struct Change {
    name: Name,
    text: String,
    /// What the server has; none of an environment to create.
    current: Option<Definition>,
    is_new: bool,
    sameness: Sameness,
}

/// An import that runs.
struct Run<'a> {
    folder: &'a Folder,
    server: &'a Server,
    etags: Etags,
    tally: Tally,
}

impl Import {
    /// Saves what differs: exit status 0, or 1 if there is a conflict or the server refuses a definition.
    pub(super) fn run(self) -> Result<ExitCode> {
        let folder = Folder::new(&self.folder);
        let names = folder.environments()?;
        let server = self.server.open()?;
        let mut run = Run {
            folder: &folder,
            etags: Etags::read(&folder, &server)?,
            server: &server,
            tally: Tally::new(self.dry_run),
        };
        let changes = run.changes(names, self.force)?;
        if self.dry_run {
            run.announce(&changes)?;
        } else {
            let applied = run.apply(changes);
            run.etags.update(&folder)?;
            applied?;
        }
        run.tally.finish()
    }
}

impl Run<'_> {
    /// What has to be saved. Conflicts are reported.
    fn changes(&mut self, names: Vec<Name>, is_forced: bool) -> Result<Vec<Change>> {
        let existing: HashSet<Name> = self.server.environments()?.into_iter().collect();
        let mut changes = Vec::new();
        for name in names {
            let text = self.folder.read(&name)?.unwrap_or_default();
            if !existing.contains(&name) {
                changes.push(Change {
                    name,
                    text,
                    current: None,
                    is_new: true,
                    sameness: Sameness::Different,
                });
                continue;
            }
            let current = match self.server.read(&name, false)? {
                Ok(current) => current,
                Err(refusal) => {
                    self.refused(&name, &text, refusal);
                    continue;
                }
            };
            let sameness = compare(&text, &current.text);
            let exported = self.etags.of(&name);
            if sameness == Sameness::Same {
                self.etags.set(&name, current.etag);
                self.tally.unchanged();
            } else if !is_forced && exported.is_some_and(|exported| exported != current.etag) {
                self.tally
                    .failed(Done::Conflict, &name.to_string(), CHANGED);
            } else {
                changes.push(Change {
                    name,
                    text,
                    current: Some(current),
                    is_new: false,
                    sameness,
                });
            }
        }
        Ok(changes)
    }

    /// Prints what would be done.
    fn announce(&mut self, changes: &[Change]) -> Result<()> {
        for change in changes {
            let done = match (change.is_new, change.sameness) {
                (true, _) => Done::Created,
                (false, Sameness::ButSecrets) => Done::Secrets,
                (false, _) => Done::Updated,
            };
            self.tally.changed(done, &change.name.to_string())?;
        }
        Ok(())
    }

    /// Creates what is missing, then saves. A definition that is refused is sent again once others were saved: it may
    /// refer to one of them.
    fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        let mut pending = Vec::new();
        for mut change in changes {
            if !change.is_new || self.create(&mut change)? {
                pending.push(change);
            }
        }
        while !pending.is_empty() {
            let before = pending.len();
            let mut refused = Vec::new();
            for change in pending {
                refused.extend(self.save(change)?);
            }
            if refused.len() == before {
                for (change, mut body) in refused {
                    if change.is_new {
                        body.message = format!("created without values: {}", body.message);
                    }
                    self.refused(&change.name, &change.text, Refusal::Other(body));
                }
                return Ok(());
            }
            pending = refused.into_iter().map(|(change, _)| change).collect();
        }
        Ok(())
    }

    /// Creates an environment, which has no values at first.
    fn create(&mut self, change: &mut Change) -> Result<bool> {
        let created = match self.server.create(&change.name)? {
            Ok(()) => self.server.read(&change.name, false)?,
            Err(refusal) => Err(refusal),
        };
        match created {
            Ok(current) => change.current = Some(current),
            Err(refusal) => {
                self.refused(&change.name, &change.text, refusal);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Saves a definition. Returns it if the server refuses it.
    fn save(&mut self, change: Change) -> Result<Option<(Change, ErrorBody)>> {
        let Some(current) = &change.current else {
            return Ok(None);
        };
        match self
            .server
            .save(&change.name, &change.text, &current.etag)?
        {
            Ok(saved) => {
                self.etags.set(&change.name, saved.etag);
                let name = change.name.to_string();
                match change.is_new {
                    true => self.tally.changed(Done::Created, &name)?,
                    false if saved.revision == current.revision => self.tally.unchanged(),
                    false => self.tally.changed(Done::Updated, &name)?,
                }
                Ok(None)
            }
            Err(Refusal::Conflict) => {
                self.refused(&change.name, &change.text, Refusal::Conflict);
                Ok(None)
            }
            Err(Refusal::Other(body)) => Ok(Some((change, body))),
        }
    }

    fn refused(&mut self, name: &Name, text: &str, refusal: Refusal) {
        match refusal {
            Refusal::Conflict => {
                self.tally
                    .failed(Done::Conflict, &name.to_string(), CHANGED_MEANWHILE);
            }
            Refusal::Other(body) => {
                report(self.folder, name, text, &body);
                self.tally
                    .failed(Done::Failed, &name.to_string(), &body.message);
            }
        }
    }
}
