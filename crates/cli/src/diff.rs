//! `claimgate diff`: what a change of policies opens and closes.

mod markdown;

use std::process::ExitCode;

use anyhow::Result;
use claimgate::text::list;
use claimgate_analysis::{
    Change, Difference, KindDifference, OfIssuer, Relation, UndecidedChange, differences,
};

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
        let (old, new) = (
            self.asking.subjects(&self.old)?,
            self.asking.subjects(&self.new)?,
        );
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
        for change in &of_kind.opened {
            text += &self.change_text("opens", "new", change);
        }
        for change in &of_kind.closed {
            text += &self.change_text("closes", "old", change);
        }
        for change in &of_kind.opened_roles {
            text += &self.change_text("opens another role", "new", change);
        }
        for change in &of_kind.closed_roles {
            text += &self.change_text("closes a role", "old", change);
        }
        for undecided in &of_kind.undecided {
            text += &format!("  ? {}\n", undecided_text(undecided));
        }
        text
    }

    fn change_text(&self, verb: &str, side: &str, change: &Change) -> String {
        let policy = list::policies(&[change.policy]);
        let line = reason(verb, side, &policy, change);
        let token = self.asking.witness(&change.witness, "      ");
        format!("  {}:\n{token}", output::lines(&line))
    }
}

/// What an allow gives to a token, and what the other side does with it.
fn reason(verb: &str, side: &str, policy: &str, change: &Change) -> String {
    let Change { gives, because, .. } = change;
    format!("{verb}, by {side} {policy}, which gives {gives} ({because})")
}

fn title(compared: &Compared) -> &str {
    if compared.issuer.is_empty() {
        "policies without an issuer"
    } else {
        &compared.issuer
    }
}

fn undecided_text(undecided: &UndecidedChange) -> String {
    let (side, verb) = if undecided.is_new {
        ("new", "opens")
    } else {
        ("old", "closes")
    };
    let policy = list::policies(&[undecided.policy]);
    format!(
        "not known what {side} {policy} {verb}: {}",
        undecided.reason.sentence()
    )
}
