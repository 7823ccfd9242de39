//! `claimgate diff`: what a change of policies opens and closes.

mod markdown;

use std::collections::VecDeque;
use std::process::ExitCode;

use anyhow::Result;
use claimgate::text::list;
use claimgate_analysis::{
    Change, Difference, KindDifference, Relation, UndecidedChange, difference,
};
use serde::Serialize;

use crate::output;
use crate::questions::{Asking, Subject, kind};

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

/// The difference of an issuer, as JSON.
#[derive(Serialize)]
struct Compared {
    issuer: String,
    #[serde(flatten)]
    difference: Difference,
}

impl Diff {
    /// Compares the issuers of both files: exit status 0 if all are proved to admit nothing more than
    /// before, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut old = VecDeque::from(self.asking.subjects(&self.old)?);
        let new = self.asking.subjects(&self.new)?;
        let mut compared = Vec::new();
        for subject in new {
            let before = match old.iter().position(|old| is_same(old, &subject)) {
                Some(place) => old.remove(place),
                None => None,
            };
            let before = before.map_or_else(|| self.asking.nothing(&subject), Ok)?;
            compared.push(compare(&before, &subject));
        }
        for subject in old {
            compared.push(compare(&subject, &self.asking.nothing(&subject)?));
        }
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
        Ok(output::status(compared.iter().all(Compared::opens_nothing)))
    }
}

impl Diff {
    fn text(&self, compared: &Compared) -> String {
        let Compared { difference, .. } = compared;
        let title = output::lines(compared.title());
        let mut text = format!("{title}: {}\n", sentence(difference.relation));
        for of_kind in &difference.kinds {
            if of_kind.relation != Relation::Equivalent {
                text += &self.kind_text(of_kind);
            }
        }
        text += &self.asking.facts_text(&difference.facts);
        text
    }

    fn kind_text(&self, of_kind: &KindDifference) -> String {
        let mut text = format!("{}\n", output::lines(&kind(&of_kind.kind)));
        for change in &of_kind.opened {
            text += &self.change_text("opens", "new", change);
        }
        for change in &of_kind.closed {
            text += &self.change_text("closes", "old", change);
        }
        for undecided in &of_kind.undecided {
            text += &format!("  ? {}\n", undecided_text(undecided));
        }
        text
    }

    fn change_text(&self, verb: &str, side: &str, change: &Change) -> String {
        let policy = list::policies(&[change.policy]);
        let token = self.asking.witness(&change.witness, "      ");
        format!("  {verb}, by {side} {policy}:\n{token}")
    }
}

/// Whether two are the same issuer. Policies without one may be of any.
fn is_same(one: &Subject, other: &Subject) -> bool {
    one.url == other.url || one.url.is_empty() || other.url.is_empty()
}

fn compare(old: &Subject, new: &Subject) -> Compared {
    let url = if new.url.is_empty() {
        &old.url
    } else {
        &new.url
    };
    Compared {
        issuer: url.clone(),
        difference: difference(&old.model, &new.model),
    }
}

impl Compared {
    fn opens_nothing(&self) -> bool {
        matches!(
            self.difference.relation,
            Relation::Equivalent | Relation::Narrower
        )
    }

    fn title(&self) -> &str {
        if self.issuer.is_empty() {
            "policies without an issuer"
        } else {
            &self.issuer
        }
    }
}

/// What a relation means, in a sentence.
fn sentence(relation: Relation) -> &'static str {
    match relation {
        Relation::Equivalent => "equivalent: both admit the same tokens (proved)",
        Relation::Wider => "wider: the new policies admit more",
        Relation::Narrower => "narrower: the new policies admit less, and nothing more (proved)",
        Relation::Incomparable => "incomparable: the new policies admit some more and some less",
        _ => "not known whether the new policies admit more",
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
