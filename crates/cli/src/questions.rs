//! What the commands that ask about all tokens share: the policies of a file, and how witnesses and
//! facts are printed.

use std::fmt::Write as _;
use std::io::stderr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use claimgate::claims::Value;
use claimgate::expected::nearest;
use claimgate::issuer::validate_url;
use claimgate::policy::RequestedToken;
use claimgate_analysis::{Facts, Mine, Subject, Terms, Witness};
use claimgate_formats::text::MAX_TEXT;
use claimgate_providers::grammar::{GRAMMARS, Grammar, IssuerForm};

use crate::document::Document;
use crate::output;

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
    /// The issuers of a file, or of a file in a revision of git.
    pub(crate) fn subjects(&self, file: &str) -> Result<Vec<Subject>> {
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
        definitions
            .into_iter()
            .map(|mut definition| {
                if definition.url.is_empty() {
                    definition.url = self.issuer.clone().unwrap_or_default();
                }
                Ok(Subject::new(&definition, dialect, self.terms())?)
            })
            .collect()
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
    let Some((provider, _)) = text.split_once(':') else {
        return Ok(Mine(text.to_owned()));
    };
    let known: Vec<&str> = GRAMMARS.iter().map(|grammar| grammar.id).collect();
    if known.contains(&provider) {
        return Ok(Mine(text.to_owned()));
    }
    let help = match nearest(provider, &known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    Err(format!(
        "expected a provider before `:`, found `{provider}`: {help}"
    ))
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

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
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

    #[test]
    fn providers_of_ones_own_are_known() {
        for text in ["acme/web", "github-actions:acme/web", "gitlab:acme"] {
            assert_eq!(mine(text), Ok(Mine(text.to_owned())));
        }
        let expected = "expected a provider before `:`, found";
        assert_eq!(
            mine("gihub-actions:acme"),
            Err(format!(
                "{expected} `gihub-actions`: did you mean `github-actions`?"
            ))
        );
        let error = mine("zzzzzzzzzzzzzzzzzzzzzz:acme").unwrap_err();
        assert!(
            error.starts_with(&format!(
                "{expected} `zzzzzzzzzzzzzzzzzzzzzz`: known are github-actions, gitlab, "
            )),
            "{error}"
        );
    }
}
