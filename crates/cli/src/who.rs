//! `claimgate who`: which outsiders the policies of a file admit.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use claimgate::text::list;
use claimgate_analysis::{Answer, Mine, OfIssuer, Ours, Proof, Rung, who_of};

use crate::output::{self, Format};
use crate::questions::Asking;

/// The options of `claimgate who`.
#[derive(clap::Args)]
pub(crate) struct Who {
    /// A file of issuers or policies, or `REVISION:FILE` in git; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// What is yours: an optional provider and `:`, then names from the outermost, such as
    /// `github-actions:acme/web`; by default what the policies name
    #[arg(long, value_name = "NAMES")]
    mine: Option<String>,
    #[command(flatten)]
    asking: Asking,
    /// Print why a class is not admitted, a step a line
    #[arg(long)]
    explain: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Who {
    /// Asks for each issuer: exit status 0.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mine = self.mine.clone().map(Mine);
        let answers = who_of(&self.asking.subjects(&self.file)?, mine.as_ref());
        let text = match self.format {
            Format::Json => output::pretty(&answers)?,
            Format::Text => {
                let texts: Vec<_> = answers.iter().map(|answer| self.text(answer)).collect();
                texts.join("\n")
            }
        };
        output::write(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self, answer: &OfIssuer<claimgate_analysis::Who>) -> String {
        let OfIssuer {
            issuer,
            report: who,
            ..
        } = answer;
        let issuer = if issuer.is_empty() {
            "policies without an issuer"
        } else {
            issuer
        };
        let mut text = format!("{}\n", output::lines(issuer));
        for ours in &who.ours {
            text += &output::lines(&own(ours));
        }
        if who.rungs.is_empty() {
            text += "No class of outsiders is known for this issuer; `claimgate check` lists what is too broad.\n";
        }
        for rung in &who.rungs {
            text += &self.rung(rung);
        }
        text += &self.asking.facts_text(&who.facts);
        text
    }

    fn rung(&self, rung: &Rung) -> String {
        let title = output::lines(&rung.title);
        match &rung.answer {
            Answer::Yes { witness: found } => {
                let policies = list::policies(&rung.policies);
                format!(
                    "✓ {title}: admitted by {policies}\n{}",
                    self.asking.witness(found, "    ")
                )
            }
            Answer::No { proof: found } if self.explain => {
                format!("✕ {title}: not admitted\n{}", proof(found))
            }
            Answer::No { .. } => format!("✕ {title}: not admitted\n"),
            Answer::Undecided { reason } => {
                format!("? {title}: not known, {}\n", reason.sentence())
            }
            _ => format!("? {title}: not known\n"),
        }
    }
}

/// What was taken for one's own.
fn own(ours: &Ours) -> String {
    let from = if ours.is_stated {
        "as stated"
    } else {
        "named by the policies"
    };
    format!("yours, {from}: {} {}\n", ours.part, ours.values.join(", "))
}

fn proof(proof: &Proof) -> String {
    let mut text = String::new();
    for step in &proof.steps {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "    {}{}",
            "  ".repeat(step.depth),
            output::lines(&step.text)
        );
    }
    if proof.left_out > 0 {
        let _ = writeln!(text, "    and {} more steps", proof.left_out);
    }
    text
}
