//! `claimgate env export`: the environments of a server as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use claimgate_server::environments::Name;

use super::etags::Etags;
use super::folder::Folder;
use super::server::{Refusal, Server, ServerFlags};
use super::tally::{Done, Tally};
use super::written::{Readers, write};
use crate::output;

/// The options of `claimgate env export`.
#[derive(clap::Args)]
pub(super) struct Export {
    /// The folder to write to, a file `PROJECT/NAME.yaml` for each environment that the token may read
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    server: ServerFlags,
    /// Write secrets in plain text, to files that only their owner can read; the token needs the permission to
    /// open the environments
    #[arg(long)]
    show_secrets: bool,
    /// Print which files would be written, and write none
    #[arg(long)]
    dry_run: bool,
}

impl Export {
    /// Writes the files: exit status 0, or 1 if the server refuses one of the definitions.
    pub(super) fn run(self) -> Result<ExitCode> {
        let folder = Folder::new(&self.folder);
        let server = self.server.open()?;
        let names = server.environments()?;
        let mut etags = Etags::read(&folder, &server)?;
        let mut tally = Tally::new(self.dry_run);
        let mut exported = Ok(());
        for name in &names {
            exported = self.export(&folder, &server, name, &mut etags, &mut tally);
            if exported.is_err() {
                break;
            }
        }
        if !self.dry_run {
            etags.write(&folder)?;
        }
        exported?;
        if self.show_secrets && !self.dry_run {
            output::write_error("note: the files have secrets in plain text\n");
        }
        tally.finish()
    }

    fn export(
        &self,
        folder: &Folder,
        server: &Server,
        name: &Name,
        etags: &mut Etags,
        tally: &mut Tally,
    ) -> Result<()> {
        let definition = match server.read(name, self.show_secrets)? {
            Ok(definition) => definition,
            Err(Refusal::Other(body)) => {
                tally.failed(Done::Failed, &name.to_string(), &body.message);
                return Ok(());
            }
            Err(Refusal::Conflict) => {
                tally.failed(
                    Done::Failed,
                    &name.to_string(),
                    "it was changed in the meantime",
                );
                return Ok(());
            }
        };
        let found = folder.read(name)?;
        let path = folder.file(name);
        let file = path.display().to_string();
        let readers = match self.show_secrets {
            true => Readers::Owner,
            false => Readers::Usual,
        };
        let is_same = found.as_ref() == Some(&definition.text);
        if !self.dry_run && (!is_same || readers == Readers::Owner) {
            write(&path, &definition.text, readers)?;
        }
        etags.set(name, definition.etag);
        match found {
            _ if is_same => tally.unchanged(),
            Some(_) => tally.changed(Done::Updated, &file)?,
            None => tally.changed(Done::Created, &file)?,
        }
        Ok(())
    }
}
