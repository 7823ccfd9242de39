//! Applies safe fixes to files.

use anyhow::{Context as _, Result};
use claimgate_analysis::{apply, place};
use similar::TextDiff;

use super::Looking;
use super::checked::{CheckedFile, Reported};
use super::splice::spliced;
use crate::document::Document;
use crate::output;

/// The most fixes of one file and run.
const MAX_FIXES: usize = 200;

/// A file after its fixes, with what they did.
pub(super) struct Fixed {
    pub(super) text: String,
    pub(super) done: Vec<String>,
}

/// Fixes a document, one fix at a time: each is proved for the policies that the others have left.
pub(super) fn fixed(name: &str, text: &str, looking: &Looking) -> Fixed {
    let mut fixed = Fixed {
        text: text.to_owned(),
        done: Vec::new(),
    };
    while fixed.done.len() < MAX_FIXES {
        let document = Document::read(fixed.text.clone());
        if !document.errors.is_empty() {
            break;
        }
        let file = CheckedFile::new(name, document, looking, None);
        let next = file
            .findings
            .iter()
            .find_map(|own| one(&file.document, own));
        let Some((text, title)) = next else {
            break;
        };
        fixed.text = text;
        fixed.done.push(title);
    }
    fixed
}

/// The text after a fix of a finding, and what it does.
fn one(document: &Document, reported: &Reported) -> Option<(String, String)> {
    let definition = document.definitions.get(reported.issuer)?;
    let issuer = document.places.get(reported.issuer)?;
    reported.applied().find_map(|fix| {
        let text = spliced(&document.text, issuer, &definition.policies, &fix.edits)?;
        // The text has to say what was proved, and nothing else.
        let again = Document::read(text.clone());
        let mut expected = document.definitions.clone();
        expected.get_mut(reported.issuer)?.policies = apply(&definition.policies, &fix.edits);
        let is_as_proved = again.errors.is_empty() && again.definitions == expected;
        let own = &reported.finding.diagnostic;
        let title = format!("{}: {} [{}]", place(&own.path), fix.title, own.code);
        is_as_proved.then_some((text, title))
    })
}

/// Writes a fixed file, with the mark that some editors put before the text.
pub(super) fn write(name: &str, text: &str) -> Result<()> {
    let old = std::fs::read(name).with_context(|| format!("cannot read `{name}`"))?;
    let mark = if old.starts_with("\u{feff}".as_bytes()) {
        "\u{feff}"
    } else {
        ""
    };
    std::fs::write(name, format!("{mark}{text}")).with_context(|| format!("cannot write `{name}`"))
}

/// What fixes would change, as a unified diff.
pub(super) fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let title = output::title(name);
    let shown = diff
        .unified_diff()
        .header(&format!("a/{title}"), &format!("b/{title}"))
        .to_string();
    output::lines(&shown)
}
