//! Errors and findings for people, like a compiler's.

use std::fmt::Write as _;
use std::io::stdout;

use claimgate::json::places::Place;

use super::checked::{CheckedFile, Reported};
use crate::output;
use crate::questions::witness_text;
use crate::report::{Located, render};

/// The most places that a finding on several policies lists.
const MAX_PLACES: usize = 10;

/// The errors and findings of all files, each with a line that counts them.
pub(super) fn report(files: &[CheckedFile]) -> String {
    files.iter().map(of_file).collect()
}

fn of_file(file: &CheckedFile) -> String {
    let title = output::title(&file.name);
    let is_colored = output::is_colored(&stdout());
    let found = grouped(&file.findings);
    let mut text = render(
        title,
        &file.document.text,
        file.errors.iter().chain(&found),
        is_colored,
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}: {}",
        output::lines(title),
        file.counts().join(", ")
    );
    for facts in file.used_facts() {
        let _ = writeln!(text, "{} (`--format json` lists them).", facts.sentence());
    }
    text
}

/// The findings, equal ones together.
pub(super) fn grouped(findings: &[Reported]) -> Vec<Located> {
    let mut groups: Vec<(&Reported, Vec<&Reported>)> = Vec::new();
    for reported in findings {
        let mut known = groups.iter_mut();
        match known.find(|(first, _)| is_same(first, reported)) {
            Some((_, others)) => others.push(reported),
            None => groups.push((reported, Vec::new())),
        }
    }
    groups
        .into_iter()
        .map(|(first, others)| with_notes(first, &others))
        .collect()
}

fn is_same(one: &Reported, other: &Reported) -> bool {
    let parts = |own: &Reported| {
        let own = &own.finding.diagnostic;
        (
            own.code.clone(),
            own.severity,
            own.message.clone(),
            own.help.clone(),
        )
    };
    one.issuer == other.issuer && parts(one) == parts(other)
}

fn with_notes(first: &Reported, others: &[&Reported]) -> Located {
    let mut located = first.located.clone();
    if let Some(witness) = &first.finding.witness {
        let token = witness_text(witness, false, "  ");
        let note = format!("this token shows it:\n{}", token.trim_end());
        located.notes.push(note);
    }
    let places: Vec<String> = others.iter().map(|other| place(&other.located)).collect();
    if !places.is_empty() {
        located.notes.push(format!("the same {}", listed(&places)));
    }
    let related: Vec<String> = first.related.iter().map(place).collect();
    if !related.is_empty() {
        located.notes.push(format!("see also {}", listed(&related)));
    }
    for fix in first.applied() {
        let note = format!("`claimgate check --fix` can {}", fix.title);
        located.notes.push(note);
    }
    located
}

fn place(located: &Located) -> String {
    let words = claimgate_analysis::place(&located.diagnostic.path);
    match located.place {
        Some(Place { line, .. }) => format!("at line {line} ({words})"),
        None => format!("at {words}"),
    }
}

fn listed(places: &[String]) -> String {
    let shown: Vec<_> = places.iter().take(MAX_PLACES).cloned().collect();
    let more = places.len() - shown.len();
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
