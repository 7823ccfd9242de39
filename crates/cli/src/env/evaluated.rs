//! A definition that was evaluated without a server.

use std::path::Path;

use anyhow::Result;
use claimgate_environments::{
    ANONYMOUS, Diagnostic, Document, Environment, Evaluation, Host, Options, check, ciphertexts,
};
use claimgate_server::environments::{ServerProviders, unknown_context};

use super::folder::Folder;
use super::host::{Files, NoKeys};
use super::source::Source;
use crate::output;
use crate::report::Located;

/// A definition, what it imports, and what was found.
pub(super) struct Evaluated {
    /// The file itself, then those that it imports.
    sources: Vec<Source>,
    /// The values, as far as they can be evaluated.
    pub(super) environment: Environment,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Imports of a revision, in place of which a file was read.
    revisions: Vec<String>,
}

impl Evaluated {
    /// Evaluates a file. Imports are found in the folder `root`, or in the one that the file is in by its place.
    pub(super) fn of(file: &str, root: Option<&Path>) -> Result<Self> {
        let text = output::read(file)?;
        let path = Path::new(file);
        let (folder, name) = match root {
            Some(root) => {
                let folder = Folder::new(root);
                let name = if file == "-" {
                    None
                } else {
                    folder.name_of(path)?
                };
                (Some(folder), name)
            }
            None if file == "-" => (None, None),
            None => Folder::around(path).unzip(),
        };
        let name = name.map_or_else(|| ANONYMOUS.to_owned(), |name| name.to_string());
        let source = Source::new(name, output::title(file).to_owned(), text);
        Ok(Self::new(source, folder))
    }

    fn new(source: Source, folder: Option<Folder>) -> Self {
        let files = Files::new(folder);
        let host = Host {
            providers: &ServerProviders::unopened(),
            environments: &files,
            decrypter: &NoKeys,
            context: &unknown_context(),
        };
        let (document, mut diagnostics) = Document::parse(&source.name, &source.text);
        let evaluation = document.map_or_else(Evaluation::default, |document| {
            check(&source.name, &document, host, Options::default())
        });
        diagnostics.extend(evaluation.diagnostics);
        let (loaded, revisions) = files.into_loaded();
        let sources = std::iter::once(source).chain(loaded);
        Self {
            sources: sources.collect(),
            environment: evaluation.environment.unwrap_or_default(),
            diagnostics,
            revisions,
        }
    }

    /// The file itself.
    pub(super) fn source(&self) -> &Source {
        &self.sources[0]
    }

    /// The diagnostics, each with the file that it is about.
    pub(super) fn located(&self) -> impl Iterator<Item = (&Source, Located)> {
        self.diagnostics.iter().map(|diagnostic| {
            let source = self.source_of(diagnostic);
            (source, source.located(diagnostic))
        })
    }

    /// The file that a diagnostic is about.
    pub(super) fn source_of(&self, diagnostic: &Diagnostic) -> &Source {
        let name = diagnostic.range.as_ref().map(|range| &*range.environment);
        let mut sources = self.sources.iter();
        let found = sources.find(|source| Some(source.name.as_str()) == name);
        found.unwrap_or_else(|| self.source())
    }

    /// What a reader has to know besides: that a folder has one revision of each environment.
    pub(super) fn remarks(&self) -> impl Iterator<Item = String> {
        self.revisions.iter().map(|import| {
            let (name, _) = import.split_once('@').unwrap_or((import, ""));
            format!(
                "a folder has no revisions: the file of `{name}` is read in place of `{import}`"
            )
        })
    }

    /// Whether one of the files has an encrypted secret.
    pub(super) fn has_ciphertext(&self) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|source| ciphertexts(&source.text).is_ok_and(|found| !found.is_empty()))
    }
}
