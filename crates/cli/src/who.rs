//! `claimgate who`: which outsiders the policies of a file admit.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;
use claimgate::text::list;
use claimgate_analysis::{
    Admitted, Answer, DenyEffect, Mine, OfIssuer, Ours, Proof, Rung, Subject, who_of,
};

use crate::output::{self, Format, count};
use crate::questions::{Asking, mine};

/// What the signs mean.
const LEGEND: &str = "✓ proved: not admitted   ! strangers are admitted   ○ admitted, within what is yours   ? not known";

/// The most names of one's own that a line lists.
const MOST_LISTED: usize = 10;

/// The options of `claimgate who`.
#[derive(clap::Args)]
pub(crate) struct Who {
    /// A file of issuers or policies, or `REVISION:FILE` in git; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// What is yours: an optional provider and `:`, then names from the outermost, such as
    /// `github-actions:acme/web`; by default what the policies name
    #[arg(long, value_name = "NAMES", value_parser = mine)]
    mine: Option<Mine>,
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
        let subjects = self.asking.subjects(&[&self.file])?.remove(0);
        let answers = who_of(&subjects, self.mine.as_ref())?;
        let text = match self.format {
            Format::Json => output::pretty(&answers)?,
            Format::Text => {
                let answers = answers.iter().zip(&subjects);
                let text = |(answer, subject)| self.text(answer, subject);
                let texts = answers.map(text).collect::<Vec<_>>().join("\n");
                format!("{LEGEND}\n\n{texts}")
            }
        };
        output::write(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self, answer: &OfIssuer<claimgate_analysis::Who>, subject: &Subject) -> String {
        let OfIssuer {
            issuer,
            report: who,
            ..
        } = answer;
        let is_without = issuer.is_empty();
        let issuer = if is_without {
            "policies without an issuer"
        } else {
            issuer
        };
        let mut text = format!("{}\n", output::lines(issuer));
        for ours in &who.ours {
            text += &output::lines(&own(ours));
        }
        if who.rungs.is_empty() && is_without {
            text += "The file names no issuer, so no class of outsiders is known; `--issuer URL` says whose tokens the policies are for.\n";
        } else if who.rungs.is_empty() && self.asking.no_facts() {
            text += "Without facts, classes of outsiders are not known.\n";
        } else if who.rungs.is_empty() {
            text += "No class of outsiders is known for this issuer; `claimgate check` lists what is too broad.\n";
        }
        for rung in &who.rungs {
            text += &self.rung(rung);
        }
        if who.ours.is_empty() && !who.rungs.is_empty() {
            text += "The policies do not say whose tokens they are meant for, so that only these classes are known; `--mine` states it.\n";
        }
        for deny in &who.denies {
            text += &self.deny(deny, &subject.definition);
        }
        text += &self.asking.facts_text(&who.facts);
        text
    }

    fn rung(&self, rung: &Rung) -> String {
        let title = output::lines(&rung.title);
        match &rung.answer {
            Answer::Yes { .. } => {
                // The signs are those of the app.
                let sign = if rung.is_stranger { '!' } else { '○' };
                let admitted = list::policies(&rung.policies);
                let mut text = format!("{sign} {title}: admitted by {admitted}\n");
                for group in &rung.admitted {
                    text += &self.admitted(group);
                }
                let shown = rung.admitted.iter().map(|group| group.policies.len());
                let more = rung.policies.len() - shown.sum::<usize>().min(rung.policies.len());
                if more > 0 {
                    text += &format!(
                        "    and by {}\n",
                        count(more, "more policy", "more policies")
                    );
                }
                text
            }
            Answer::No { proof: found } if self.explain => {
                format!("✓ {title}: not admitted\n{}", proof(found))
            }
            Answer::No { .. } => format!("✓ {title}: not admitted\n"),
            Answer::Undecided { reason } => {
                format!("? {title}: not known, {}\n", reason.sentence())
            }
            _ => format!("? {title}: not known\n"),
        }
    }

    /// What some policies give to a token that each of them matches.
    fn admitted(&self, group: &Admitted) -> String {
        let token = self.asking.witness(&group.witness, "      ");
        format!("    {}:\n{token}", output::lines(&group.sentence()))
    }

    /// What a deny takes away, or would.
    fn deny(&self, deny: &DenyEffect, definition: &IssuerDefinition) -> String {
        let policy = list::policies(&[deny.policy]);
        let rules = definition.policies.get(deny.policy);
        let rules = rules.map(rules_text).unwrap_or_default();
        let verb = match deny.is_report_only {
            true => "only reports what it would deny",
            false => "denies",
        };
        let mut line = format!("{policy} {verb}: {}{rules}", deny.refuses);
        let from = list::policies(&deny.policies);
        let mut token = String::new();
        line += &match (&deny.answer, deny.is_report_only) {
            (Answer::Yes { witness }, is_report_only) => {
                token = self.asking.witness(witness, "    ");
                match is_report_only {
                    true => format!("\n  Once it is enforced, {from} will not admit, for example:"),
                    false => format!("\n  Without it, {from} would admit, for example:"),
                }
            }
            (Answer::No { .. }, true) => "\n  Enforcing it will change nothing.".to_owned(),
            (Answer::No { .. }, false) => {
                "\n  It changes nothing: no policy admits such a token, or another policy denies it."
                    .to_owned()
            }
            _ => "\n  What it takes away is not known.".to_owned(),
        };
        format!("{}\n{token}", output::lines(&line))
    }
}

/// The rules of a deny: ` where event_name is like pull_request*`.
fn rules_text(policy: &PolicyDefinition) -> String {
    let rule = |(claim, pattern): &(String, String)| format!("`{claim}` matches `{pattern}`");
    let rules: Vec<String> = policy.rules.iter().map(rule).collect();
    match rules.is_empty() {
        true => String::new(),
        false => format!(" where {}", list::enumerate(&rules)),
    }
}

/// What was taken for one's own.
fn own(ours: &Ours) -> String {
    format!(
        "yours, {}: {} {}\n",
        ours.source(),
        ours.part,
        list::either(ours.values.iter(), MOST_LISTED)
    )
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
