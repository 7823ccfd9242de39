//! What the commands that ask about all tokens share: the policies of a file, and how witnesses and
//! facts are printed.

use std::fmt::Write as _;
use std::io::stderr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use claimgate::claim_path::ClaimPath;
use claimgate::claims::Value;
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::RequestedToken;
use claimgate_analysis::{Facts, PolicyModel, RequestKind, Witness};
use claimgate_formats::text::MAX_TEXT;

use crate::check::count;
use crate::document::Document;
use crate::output;

/// How questions are asked.
#[derive(clap::Args)]
pub(crate) struct Asking {
    /// The issuer of a file that has only policies
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Treat report-only policies as if they were enforced
    #[arg(long)]
    enforced: bool,
    /// Do without what is known of the provider's tokens: what is proved then holds whatever tokens
    /// look like
    #[arg(long)]
    no_facts: bool,
    /// Print what is taken for granted of the provider's tokens
    #[arg(long, conflicts_with = "no_facts")]
    facts: bool,
    /// Print all claims of each token, in place of those that make the difference
    #[arg(long)]
    claims: bool,
}

/// An issuer of a file, whose policies questions are about.
pub(crate) struct Subject {
    /// The URL; empty for policies without an issuer.
    pub(crate) url: String,
    pub(crate) model: PolicyModel,
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
                let model = PolicyModel::new(&definition, dialect)?;
                Ok(Subject {
                    url: definition.url,
                    model: self.apply(model),
                })
            })
            .collect()
    }

    /// An issuer with that URL that has no policies.
    pub(crate) fn nothing(&self, like: &Subject) -> Result<Subject> {
        let definition = IssuerDefinition {
            url: like.url.clone(),
            ..IssuerDefinition::default()
        };
        let model = PolicyModel::new(&definition, like.model.dialect())?;
        Ok(Subject {
            url: definition.url,
            model: self.apply(model),
        })
    }

    /// The claims of a witness that matter, or all of them, a line each.
    pub(crate) fn witness(&self, witness: &Witness, indent: &str) -> String {
        let claims: Vec<(&str, String)> = if self.claims {
            let all = witness.claims.iter();
            all.map(|(name, value)| (name, text(value))).collect()
        } else {
            let paths = witness.matters.iter();
            paths
                .filter_map(|path| Some((path.as_str(), text(at(witness, path)?))))
                .collect()
        };
        let mut lines = columns(&claims, indent);
        if let RequestedToken::Team { name } = &witness.request {
            let _ = writeln!(lines, "{indent}for team {name}");
        }
        if !witness.when.is_empty() {
            let _ = writeln!(lines, "{indent}sent by {}", witness.when);
        }
        output::lines(&lines)
    }

    /// What the answers take for granted.
    pub(crate) fn facts_text(&self, facts: &Facts) -> String {
        let Some(provider) = &facts.provider else {
            let nothing =
                "Nothing is taken for granted of the issuer's tokens but `iss` and `exp`.";
            return format!("{nothing}\n");
        };
        let as_of = facts.as_of.as_deref().unwrap_or("an unknown day");
        let count = count(facts.facts.len(), "fact", "facts");
        let mut lines = format!("Taken for granted: {count} about {provider}, as of {as_of}");
        if !self.facts {
            lines += " (`--facts` lists them, `--no-facts` does without).";
        }
        lines.push('\n');
        for fact in facts.facts.iter().filter(|_| self.facts) {
            let _ = writeln!(lines, "  {fact}");
        }
        output::lines(&lines)
    }

    fn apply(&self, mut model: PolicyModel) -> PolicyModel {
        if self.enforced {
            model = model.enforced();
        }
        if self.no_facts {
            model = model.without_facts();
        }
        model
    }
}

/// The text of a file; of `REVISION:FILE` in git if there is no file of that name.
fn source(name: &str) -> Result<String> {
    let is_in_git = name.contains(':') && !Path::new(name).exists();
    if is_in_git {
        revision(name)
    } else {
        output::read(name)
    }
}

fn revision(name: &str) -> Result<String> {
    let shown = Command::new("git")
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

/// The tokens of a kind of request: "organization tokens with admin".
pub(crate) fn kind(kind: &RequestKind) -> String {
    match kind {
        RequestKind::Organization { admin: false } => "organization tokens".to_owned(),
        RequestKind::Organization { admin: true } => "organization tokens with admin".to_owned(),
        RequestKind::Team => "team tokens".to_owned(),
        RequestKind::Personal { login } => format!("personal tokens of {login}"),
        RequestKind::Runner { name } => format!("runner tokens of {name}"),
        _ => "other tokens".to_owned(),
    }
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

/// The value of a claim at a path.
fn at<'a>(witness: &'a Witness, path: &str) -> Option<&'a Value> {
    let path = ClaimPath::parse(path).ok()?;
    let (first, rest) = path.segments().split_first()?;
    rest.iter()
        .try_fold(witness.claims.get(first)?, |value, segment| {
            value.member(segment)
        })
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}
