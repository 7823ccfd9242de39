//! `claimgate diff`: what a change of policies opens and closes.

mod markdown;

use std::process::ExitCode;

use anyhow::Result;
use claimgate_analysis::{Change, Difference, KindDifference, OfIssuer, Relation, differences};

use crate::output;
use crate::questions::Asking;

/// The options of `claimgate diff`.
#[derive(clap::Args)]
pub(crate) struct Diff {
    /// The file before: issuers or policies, or `REVISION:FILE` in git
    #[arg(value_name = "OLD")]
    old: String,
    /// The file after
    #[arg(value_name = "NEW")]
    new: String,
    #[command(flatten)]
    asking: Asking,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
}

/// How differences are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// What changes for an issuer.
type Compared = OfIssuer<Difference>;

impl Diff {
    /// Compares the issuers of both files: exit status 0 if all are proved to admit nothing more than
    /// before, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut subjects = self.asking.subjects(&[&self.old, &self.new])?;
        let (new, old) = (subjects.remove(1), subjects.remove(0));
        let compared = differences(old, &new);
        let text = match self.format {
            DiffFormat::Json => output::pretty(&compared)?,
            DiffFormat::Text => compared
                .iter()
                .map(|compared| self.text(compared))
                .collect::<Vec<_>>()
                .join("\n"),
            DiffFormat::Markdown => markdown::comment(&compared, &self.asking),
        };
        output::write(&text)?;
        Ok(output::status(compared.iter().all(OfIssuer::opens_nothing)))
    }
}

impl Diff {
    fn text(&self, compared: &Compared) -> String {
        let difference = &compared.report;
        let title = output::lines(title(compared));
        let mut text = format!("{title}: {}\n", difference.relation.sentence());
        for of_kind in &difference.kinds {
            if of_kind.relation != Relation::Equivalent {
                text += &self.kind_text(of_kind);
            }
        }
        text += &self.asking.facts_text(&difference.facts);
        text
    }

    fn kind_text(&self, of_kind: &KindDifference) -> String {
        let mut text = format!("{}\n", output::lines(&of_kind.kind.phrase()));
        for (verb, is_new, changes) in changes(of_kind) {
            for change in changes {
                text += &self.change_text(verb, is_new, change);
            }
        }
        for undecided in &of_kind.undecided {
            text += &format!("  ? {}\n", undecided.sentence());
        }
        text
    }

    fn change_text(&self, verb: &str, is_new: bool, change: &Change) -> String {
        let line = reason(verb, is_new, change);
        let token = self.asking.witness(&change.witness, "      ");
        format!("  {}:\n{token}", output::lines(&line))
    }
}

/// What is opened and closed for a kind of requests: a verb, whether the new policies admit it, and the changes.
fn changes(of_kind: &KindDifference) -> [(&'static str, bool, &[Change]); 4] {
    [
        ("opens", true, of_kind.opened.as_slice()),
        ("closes", false, of_kind.closed.as_slice()),
        ("opens another role", true, of_kind.opened_roles.as_slice()),
        ("closes a role", false, of_kind.closed_roles.as_slice()),
    ]
}

/// What an allow gives to a token, and what the other side does with it.
fn reason(verb: &str, is_new: bool, change: &Change) -> String {
    format!("{verb}: {}", change.sentence(is_new))
}

fn title(compared: &Compared) -> &str {
    if compared.issuer.is_empty() {
        "policies without an issuer"
    } else {
        &compared.issuer
    }
}
