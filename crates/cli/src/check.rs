//! `claimgate check`: the errors and findings in files of issuers and policies.

mod annotations;
mod checked;
mod database;
mod fingerprint;
mod fix;
mod junit;
mod sarif;
mod splice;
mod stored_limits;
mod text;

use std::process::ExitCode;

use anyhow::{Result, bail};
use claimgate_analysis::catalog;

use crate::document::Document;
use crate::output;
use crate::questions::{issuer_url, source, takes_issuer};

use checked::CheckedFile;

/// The options of `claimgate check`.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Files of issuers (`claimgate.json`, responses of Pulumi Cloud or of the server) or policies,
    /// or `REVISION:FILE` in git; `-` is standard input
    #[arg(required_unless_present = "database", value_name = "FILE")]
    files: Vec<String>,
    /// Check the issuers and policies in a server's database instead, before an upgrade to this
    /// version; reads only
    #[arg(long, value_name = "URL", conflicts_with_all = ["files", "github", "baseline"])]
    database: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// The same as `--format github`
    #[arg(long, conflicts_with = "format")]
    github: bool,
    /// Compare with a file from before a change, or `REVISION:FILE` in git: anything that the
    /// policies admit in addition is an error
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Apply the safe fixes: each is proved to admit nothing more, and keeps the file's layout and
    /// comments
    #[arg(long, conflicts_with = "database")]
    fix: bool,
    /// With `--fix`: show a diff instead of writing the files
    #[arg(long, requires = "fix")]
    dry_run: bool,
    #[command(flatten)]
    looking: Looking,
}

/// What findings are looked for, and which of them fail.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Looking {
    /// The issuer of a file that has only policies
    #[arg(long, value_name = "URL", value_parser = issuer_url)]
    issuer: Option<String>,
    /// Assume nothing about the provider's tokens
    #[arg(long)]
    no_facts: bool,
    /// Leave out the findings with this code; can be repeated
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Treat the findings with this code as errors; can be repeated
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Treat all findings as errors
    #[arg(long)]
    strict: bool,
}

/// How errors and findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions, which appear in the changed files
    Github,
    /// For test reports
    Junit,
}

impl Check {
    /// Checks all files: exit status 0 if there is no error, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        self.looking.check_codes()?;
        if let Some(database) = &self.database {
            return database::run(database, self.format, &self.looking);
        }
        let baseline = self.baseline.as_deref().map(baseline).transpose()?;
        let mut files = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let text = self.fixed(file, source(file)?)?;
            let document = Document::read(text);
            files.push(CheckedFile::new(
                file,
                document,
                &self.looking,
                baseline.as_ref(),
            ));
        }
        let documents = files.iter().map(|file| &file.document).chain(&baseline);
        let definitions = documents.flat_map(|document| &document.definitions);
        let urls: Vec<String> = definitions.map(|own| own.url.clone()).collect();
        takes_issuer(self.looking.issuer.as_deref(), &urls)?;
        let text = match self.format {
            _ if self.github => annotations::annotations(&files),
            CheckFormat::Github => annotations::annotations(&files),
            CheckFormat::Text => text::report(&files),
            CheckFormat::Json => output::pretty(&files)?,
            CheckFormat::Sarif => output::pretty(&sarif::log(&files))?,
            CheckFormat::Junit => junit::report(&files, self.looking.strict),
        };
        output::write(&text)?;
        Ok(output::status(
            files.iter().all(|file| file.is_good(self.looking.strict)),
        ))
    }
}

impl Check {
    /// The text of a file after its fixes, if they are wanted; prints what they change to standard
    /// error, so that the report can be read by programs.
    fn fixed(&self, name: &str, text: String) -> Result<String> {
        if !self.fix {
            return Ok(text);
        }
        let fixed = fix::fixed(name, &text, &self.looking);
        for done in &fixed.done {
            let verb = if self.dry_run { "would fix" } else { "fixed" };
            let line = format!("{verb} {}: {done}", output::title(name));
            output::write_error(&format!("{}\n", output::lines(&line)));
        }
        if self.dry_run {
            output::write_error(&fix::diff(name, &text, &fixed.text));
            return Ok(text);
        }
        let is_file = std::path::Path::new(name).is_file();
        if !fixed.done.is_empty() && !is_file {
            bail!("cannot fix `{name}`, which is not a file: `--dry-run` shows what would change");
        }
        if !fixed.done.is_empty() {
            fix::write(name, &fixed.text)?;
        }
        Ok(fixed.text)
    }
}

impl Looking {
    /// Unknown codes are typing errors.
    fn check_codes(&self) -> Result<()> {
        for code in self.allow.iter().chain(&self.deny) {
            let is_known = catalog().any(|rule| rule.code == code)
                || checked::OTHER_CODES.contains(&code.as_str());
            if !is_known {
                bail!(
                    "no finding has the code `{code}`: `claimgate check --format json` shows codes"
                );
            }
        }
        Ok(())
    }
}

/// The file before a change.
fn baseline(file: &str) -> Result<Document> {
    let document = Document::read(source(file)?);
    if document.errors.is_empty() {
        Ok(document)
    } else {
        bail!("the baseline `{file}` has errors: `claimgate check` shows them")
    }
}
