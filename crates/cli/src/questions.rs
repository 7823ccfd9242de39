//! What the commands that ask about all tokens share: the policies of a file, and how witnesses and
//! facts are printed.

use std::fmt::Write as _;
use std::io::stderr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use claimgate::claims::Value;
use claimgate::issuer::{IssuerDefinition, validate_url};
use claimgate::policy::RequestedToken;
use claimgate::text::list;
use claimgate_analysis::{Facts, Mine, Subject, Terms, Witness};
use claimgate_formats::text::MAX_TEXT;
use claimgate_providers::grammar::{GRAMMARS, Grammar, IssuerForm};

use crate::document::Document;
use crate::output;

/// The most URLs that an error lists.
const MOST_LISTED: usize = 5;

/// How questions are asked.
#[derive(clap::Args)]
pub(crate) struct Asking {
    /// The issuer of a file that has only policies
    #[arg(long, value_name = "URL", value_parser = issuer_url)]
    issuer: Option<String>,
    /// Treat report-only policies as if they were enforced
    #[arg(long)]
    enforced: bool,
    /// Assume nothing about the provider's tokens: what is proved then holds whatever they look like
    #[arg(long)]
    no_facts: bool,
    /// Print what is assumed about the provider's tokens
    #[arg(long, conflicts_with = "no_facts")]
    facts: bool,
    /// Print all claims of each token instead of only those that matter
    #[arg(long)]
    claims: bool,
}

impl Asking {
    /// The issuers of each file, or file in a revision of git.
    pub(crate) fn subjects(&self, files: &[&str]) -> Result<Vec<Vec<Subject>>> {
        let mut subjects = Vec::with_capacity(files.len());
        let mut urls = Vec::new();
        for file in files {
            let (own, named) = self.subjects_of(file)?;
            subjects.push(own);
            urls.extend(named);
        }
        takes_issuer(self.issuer.as_deref(), &urls)?;
        Ok(subjects)
    }

    /// Whether nothing is assumed about the provider's tokens.
    pub(crate) fn no_facts(&self) -> bool {
        self.no_facts
    }

    /// The issuers of a file, and their URLs as the file has them.
    fn subjects_of(&self, file: &str) -> Result<(Vec<Subject>, Vec<String>)> {
        let document = Document::read(source(file)?);
        if !document.errors.is_empty() {
            let report = document.report(output::title(file), output::is_colored(&stderr()));
            output::write_error(&report);
            bail!("`{file}` has errors");
        }
        let Document {
            definitions,
            dialect,
            ..
        } = document;
        let urls = definitions.iter().map(|own| own.url.clone()).collect();
        let subject = |mut definition: IssuerDefinition| {
            if definition.url.is_empty() {
                definition.url = self.issuer.clone().unwrap_or_default();
            }
            Ok(Subject::new(&definition, dialect, self.terms())?)
        };
        let subjects: Result<_> = definitions.into_iter().map(subject).collect();
        Ok((subjects?, urls))
    }

    /// The claims of a witness that matter, or all of them, a line each.
    pub(crate) fn witness(&self, witness: &Witness, indent: &str) -> String {
        witness_text(witness, self.claims, indent)
    }

    /// What the answers assume.
    pub(crate) fn facts_text(&self, facts: &Facts) -> String {
        let mut lines = facts.sentence();
        if facts.provider.is_none() {
            return format!("{lines}.\n");
        }
        if !self.facts {
            lines += " (`--facts` lists them, `--no-facts` assumes none).";
        }
        lines.push('\n');
        for fact in facts.facts.iter().filter(|_| self.facts) {
            let _ = writeln!(lines, "  {fact}");
        }
        output::lines(&lines)
    }

    fn terms(&self) -> Terms {
        Terms {
            enforced: self.enforced,
            no_facts: self.no_facts,
        }
    }
}

/// That `--issuer`, if it is there, is for some policies: those without an issuer, or of the same one.
pub(crate) fn takes_issuer(issuer: Option<&str>, urls: &[String]) -> Result<()> {
    let Some(issuer) = issuer else {
        return Ok(());
    };
    if urls.is_empty() || urls.iter().any(|url| url.is_empty() || url == issuer) {
        return Ok(());
    }
    bail!(
        "expected policies without an issuer for `--issuer {issuer}`, found those of {}",
        list::either(
            urls.iter()
                .map(|url| format!("`{url}`"))
                .collect::<Vec<_>>()
                .iter(),
            MOST_LISTED
        )
    )
}

/// The URL of an issuer, as `--issuer` has it.
pub(crate) fn issuer_url(text: &str) -> Result<String, String> {
    let Err(error) = validate_url(text) else {
        return Ok(text.to_owned());
    };
    match url_of_provider(text) {
        Some(url) => Err(format!("{error}: did you mean `{url}`?")),
        None => Err(error.to_string()),
    }
}

/// The URL of the provider whose identifier begins so: that of GitHub Actions for `github`.
fn url_of_provider(text: &str) -> Option<&'static str> {
    let start = text.to_ascii_lowercase();
    let is_it = |grammar: &&&Grammar| start.len() > 2 && grammar.id.starts_with(&start);
    let url = |form: &IssuerForm| match form {
        IssuerForm::Exact(url) => Some(*url),
        _ => None,
    };
    let grammar = GRAMMARS.iter().find(is_it)?;
    grammar.issuers.iter().find_map(url)
}

/// What is one's own, as `--mine` has it: a provider that is not known is a typing error.
pub(crate) fn mine(text: &str) -> Result<Mine, String> {
    Mine::parse(text).map_err(|error| error.to_string())
}

/// The claims of a token that matter, or all of them, a line each.
pub(crate) fn witness_text(witness: &Witness, has_all: bool, indent: &str) -> String {
    let claims: Vec<(&str, String)> = if has_all {
        let all = witness.claims.iter();
        all.map(|(name, value)| (name, text(value))).collect()
    } else {
        let paths = witness.matters.iter();
        paths
            .filter_map(|path| Some((path.as_str(), text(witness.claim(path)?))))
            .collect()
    };
    let mut lines = columns(&claims, indent);
    if let RequestedToken::Team { name } = &witness.request {
        let _ = writeln!(lines, "{indent}for team {name}");
    }
    if let Some(sender) = witness.sender() {
        let _ = writeln!(lines, "{indent}sent by {sender}");
    }
    output::lines(&lines)
}

/// A requested token: "an organization token with admin".
pub(crate) fn request_text(request: &RequestedToken) -> String {
    match request {
        RequestedToken::Organization { admin: false } => "an organization token".to_owned(),
        RequestedToken::Organization { admin: true } => {
            "an organization token with admin".to_owned()
        }
        RequestedToken::Team { name } => format!("a token of team {name}"),
        RequestedToken::Personal { login } => format!("a personal token of {login}"),
        RequestedToken::Runner { name } => format!("a token of runner {name}"),
    }
}

/// The text of a file; of `REVISION:FILE` in git if there is no file of that name.
pub(crate) fn source(name: &str) -> Result<String> {
    source_in(Path::new(""), name)
}

/// The same, of a file in a folder; the folder is empty for the current one.
pub(crate) fn source_in(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    if name.contains(':') && !path.exists() {
        return revision(folder, name);
    }
    match name {
        "-" => output::read(name),
        _ => output::read(&path.to_string_lossy()),
    }
}

fn revision(folder: &Path, name: &str) -> Result<String> {
    let mut git = Command::new("git");
    if !folder.as_os_str().is_empty() {
        git.current_dir(folder);
    }
    let shown = git
        .args(["show", "--no-textconv", "--end-of-options", name])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run git for `{name}`"))?;
    if !shown.status.success() {
        let error = String::from_utf8_lossy(&shown.stderr);
        bail!("git cannot show `{name}`: {}", error.trim());
    }
    if shown.stdout.len() > MAX_TEXT {
        bail!(
            "expected at most {MAX_TEXT} bytes in `{name}`, found {}",
            shown.stdout.len()
        );
    }
    String::from_utf8(shown.stdout)
        .ok()
        .with_context(|| format!("expected UTF-8 in `{name}`, found other bytes"))
}

/// A column of names and one of values.
fn columns(claims: &[(&str, String)], indent: &str) -> String {
    let widths = claims.iter().map(|(path, _)| path.chars().count());
    let width = widths.max().unwrap_or(0);
    let mut lines = String::new();
    for (path, value) in claims {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{indent}{path:width$}  {value}");
    }
    lines
}

/// A value as it is; an empty text, which would not be seen, as JSON.
fn text(value: &Value) -> String {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map_or_else(|| value.to_json(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_urls() {
        let github = "https://token.actions.githubusercontent.com";
        assert_eq!(issuer_url(github), Ok(github.to_owned()));
        let expected = "expected a URL that starts with `https://`, found";
        assert_eq!(
            issuer_url("GitHub"),
            Err(format!("{expected} `GitHub`: did you mean `{github}`?"))
        );
        assert_eq!(issuer_url("acme"), Err(format!("{expected} `acme`")));
        assert_eq!(
            issuer_url(""),
            Err("expected the issuer's URL, found nothing".to_owned())
        );
    }
}
