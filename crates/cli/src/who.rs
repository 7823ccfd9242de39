//! `claimgate who`: which outsiders the policies of a file admit.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use claimgate::policy::{PolicyDefinition, TokenType};
use claimgate::text::list;
use claimgate_analysis::{Answer, Mine, OfIssuer, Ours, Proof, Rung, Subject, who_of};

use crate::output::{self, Format};
use crate::questions::{Asking, mine};

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
        let subjects = self.asking.subjects(&self.file)?;
        let answers = who_of(&subjects, self.mine.as_ref());
        let text = match self.format {
            Format::Json => output::pretty(&answers)?,
            Format::Text => {
                let answers = answers.iter().zip(&subjects);
                let text = |(answer, subject)| self.text(answer, subject);
                answers.map(text).collect::<Vec<_>>().join("\n")
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
        } else if who.rungs.is_empty() {
            text += "No class of outsiders is known for this issuer; `claimgate check` lists what is too broad.\n";
        }
        for rung in &who.rungs {
            text += &self.rung(rung, &subject.definition.policies);
        }
        text += &self.asking.facts_text(&who.facts);
        text
    }

    fn rung(&self, rung: &Rung, policies: &[PolicyDefinition]) -> String {
        let title = output::lines(&rung.title);
        match &rung.answer {
            Answer::Yes { witness: found } => {
                let admitted = list::policies(&rung.policies);
                let gets = output::lines(&gets(policies, &rung.policies));
                let token = self.asking.witness(found, "    ");
                // The signs are those of the app.
                let sign = if rung.is_stranger { '!' } else { '○' };
                format!("{sign} {title}: admitted by {admitted}, and gets {gets}\n{token}")
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

/// What policies give: `organization tokens by policy 1 and tokens of team ops by policy 2`.
fn gets(policies: &[PolicyDefinition], admitting: &[usize]) -> String {
    let mut given: Vec<(String, Vec<usize>)> = Vec::new();
    for index in admitting {
        let Some(what) = policies.get(*index).map(given_by) else {
            continue;
        };
        match given.iter_mut().find(|(other, _)| *other == what) {
            Some((_, by)) => by.push(*index),
            None => given.push((what, vec![*index])),
        }
    }
    if let [(only, _)] = given.as_slice() {
        return only.clone();
    }
    let by = |(what, by): &(String, Vec<usize>)| format!("{what} by {}", list::policies(by));
    list::enumerate(&given.iter().map(by).collect::<Vec<_>>())
}

/// What an allow gives: `organization tokens with admin permission`.
fn given_by(policy: &PolicyDefinition) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut what = match policy.token_type {
        TokenType::Organization => "organization tokens".to_owned(),
        TokenType::Team => format!("tokens of team {}", name(&policy.team_name)),
        TokenType::Personal => format!("personal tokens of {}", name(&policy.user_login)),
        TokenType::Runner => format!("tokens of runner {}", name(&policy.runner_id)),
    };
    let role = policy.role_id.iter().map(|role| format!("role {role}"));
    let permissions = policy.authorized_permissions.iter().flatten();
    let permissions = permissions.map(|own| format!("{own} permission"));
    let with: Vec<String> = role.chain(permissions).collect();
    if !with.is_empty() {
        what += &format!(" with {}", list::enumerate(&with));
    }
    what
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
