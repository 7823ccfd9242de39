//! `claimgate env check`: the errors and warnings in definitions of environments.

use std::collections::HashSet;
use std::io::stdout;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use claimgate_environments::Diagnostic;
use serde::Serialize;

use super::evaluated::Evaluated;
use super::folder::Folder;
use crate::ci::github::annotation;
use crate::output::{self, count};

/// The options of `claimgate env check`.
#[derive(clap::Args)]
pub(super) struct Check {
    /// Files of environments, `PROJECT/NAME.yaml`, or folders of projects; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The folder of projects that imports are found in [default: the folder around the file's own]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// How errors and warnings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// Annotations of GitHub Actions, which appear in the changed files
    Github,
}

/// A checked file, as JSON.
#[derive(Serialize)]
struct CheckedFile<'a> {
    file: &'a str,
    environment: &'a str,
    diagnostics: Vec<InFile<'a>>,
}

/// A diagnostic in the shape of the REST API, with its file.
#[derive(Serialize)]
struct InFile<'a> {
    file: &'a str,
    #[serde(flatten)]
    diagnostic: &'a Diagnostic,
}

impl Check {
    /// Checks all files: exit status 0 if there is no error, else 1.
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut checked = Vec::new();
        for name in &self.files {
            match Path::new(name) {
                folder if name != "-" && folder.is_dir() => {
                    let root = self.root.as_deref().unwrap_or(folder);
                    let folder = Folder::new(folder);
                    for environment in folder.environments()? {
                        let file = folder.file(&environment);
                        checked.push(Evaluated::of(&file.to_string_lossy(), Some(root))?);
                    }
                }
                _ => checked.push(Evaluated::of(name, self.root.as_deref())?),
            }
        }
        output::write(&match self.format {
            CheckFormat::Text => text(&checked),
            CheckFormat::Json => json(&checked)?,
            CheckFormat::Github => annotations(&checked),
        })?;
        let mut all = checked.iter().flat_map(|checked| &checked.diagnostics);
        let fails = all.any(|diagnostic| self.strict || diagnostic.is_error());
        Ok(output::status(!fails))
    }
}

/// The diagnostics of all files, with a line that counts those of each. What several files import is shown once.
fn text(checked: &[Evaluated]) -> String {
    let is_colored = output::is_colored(&stdout());
    let mut shown = HashSet::new();
    let mut text = String::new();
    for checked in checked {
        for (source, located) in checked.located() {
            let rendered = source.render(&located, is_colored);
            if shown.insert(rendered.clone()) {
                text += &rendered;
            }
        }
        for remark in checked.remarks() {
            text += &output::lines(&format!("note: {remark}"));
            text += "\n\n";
        }
        text += &output::lines(&counts(checked));
        text.push('\n');
    }
    text
}

fn counts(checked: &Evaluated) -> String {
    let source = checked.source();
    let imports = source.document.as_ref();
    let imports = imports.map_or(0, |document| document.imports().count());
    let all = checked.diagnostics.len();
    let errors = checked.diagnostics.iter().filter(|own| own.is_error());
    let errors = errors.count();
    format!(
        "{}: {}, {}, {}",
        source.title,
        count(imports, "import", "imports"),
        count(errors, "error", "errors"),
        count(all - errors, "warning", "warnings")
    )
}

fn json(checked: &[Evaluated]) -> Result<String> {
    let files = checked.iter().map(|checked| CheckedFile {
        file: &checked.source().title,
        environment: &checked.source().name,
        diagnostics: in_files(checked),
    });
    output::pretty(&files.collect::<Vec<_>>())
}

fn in_files(checked: &Evaluated) -> Vec<InFile<'_>> {
    let in_file = |diagnostic| InFile {
        file: &checked.source_of(diagnostic).title,
        diagnostic,
    };
    checked.diagnostics.iter().map(in_file).collect()
}

fn annotations(checked: &[Evaluated]) -> String {
    let mut shown = HashSet::new();
    let all = checked.iter().flat_map(Evaluated::located);
    let lines = all.map(|(source, located)| annotation(&source.title, &located));
    lines.filter(|line| shown.insert(line.clone())).collect()
}
