//! Differences as a comment on a pull request.

use claimgate_analysis::{KindDifference, Relation};

use super::{Compared, changes, reason, title};
use crate::questions::Asking;

/// The differences of all issuers.
pub(super) fn comment(compared: &[Compared], asking: &Asking) -> String {
    let mut text = "### What this change of trust policies opens and closes\n".to_owned();
    for of_issuer in compared {
        let relation = of_issuer.report.relation;
        text += &format!(
            "\n{} {}: {}\n",
            icon(relation),
            code(title(of_issuer)),
            relation.sentence()
        );
        for of_kind in &of_issuer.report.kinds {
            text += &kind_text(of_kind, asking);
        }
        let facts = &of_issuer.report.facts;
        if facts.provider.is_some() {
            text += &format!("\n{}.\n", facts.sentence());
        }
    }
    text
}

fn icon(relation: Relation) -> &'static str {
    match relation {
        Relation::Equivalent | Relation::Narrower => "✅",
        _ => "⚠️",
    }
}

fn kind_text(of_kind: &KindDifference, asking: &Asking) -> String {
    let kind = escaped(&of_kind.kind.phrase());
    let mut text = String::new();
    for (verb, is_new, changes) in changes(of_kind) {
        for change in changes {
            let token = fence(&asking.witness(&change.witness, ""));
            let reason = prose(&reason(verb, is_new, change));
            text += &format!("\n**{kind}**: {reason}\n{token}");
        }
    }
    for undecided in &of_kind.undecided {
        text += &format!("\n**{kind}**: {}\n", undecided.sentence());
    }
    text
}

/// A block of code, whose fence is longer than any run of backticks in it.
fn fence(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// Inline code, likewise.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    let space = if ticks.len() > 1 { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A sentence whose names in backticks are code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let count = text.matches('`').count();
    let part = |(place, part): (usize, &str)| match place % 2 {
        1 if place < count || count.is_multiple_of(2) => code(part),
        1 => format!("\\`{}", escaped(part)),
        _ => escaped(part),
    };
    parts.map(part).collect()
}

/// A name without meaning in Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{code, escaped, fence, prose};

    #[test]
    fn names_in_sentences_are_code() {
        assert_eq!(prose("the role `r`, a*"), "the role `r`\\, a\\*");
        assert_eq!(prose("a`<b>"), "a\\`\\<b\\>");
        assert_eq!(prose("`a` `<b>"), "`a` \\`\\<b\\>");
    }

    #[test]
    fn code_cannot_end_early() {
        assert_eq!(fence("a\n"), "```text\na\n```\n");
        assert_eq!(fence("```\n"), "````text\n```\n````\n");
        assert_eq!(code("https://ci.example"), "`https://ci.example`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(escaped("<b>*a*"), "\\<b\\>\\*a\\*");
    }
}
