//! The text of a definition, and where its diagnostics are in it.

use claimgate::diagnostic;
use claimgate::json::spans::Span;
use claimgate_environments::{Diagnostic, Document, Kind, Limit, Node, Range, Severity};

use super::masked::masked;
use crate::report::{Located, Locator, render};

/// A definition that was read from a file.
pub(super) struct Source {
    /// The environment's name in ranges.
    pub(super) name: String,
    /// The file, as it is shown.
    pub(super) title: String,
    pub(super) text: String,
    /// What could be read of it.
    pub(super) document: Option<Document>,
}

impl Source {
    pub(super) fn new(name: String, title: String, text: String) -> Self {
        let (document, _) = Document::parse(&name, &text);
        Self {
            name,
            title,
            text,
            document,
        }
    }

    /// A diagnostic at its place in the text.
    pub(super) fn located(&self, diagnostic: &Diagnostic) -> Located {
        let span = diagnostic.range.as_ref().and_then(|range| self.span(range));
        let message = match diagnostic.detail.as_str() {
            "" => diagnostic.summary.clone(),
            detail => format!("{}: {detail}", diagnostic.summary),
        };
        let code = diagnostic.limit.map_or("", Limit::code);
        let own = diagnostic::Diagnostic::error(&*diagnostic.path, code, message);
        let own = own.severity(match diagnostic.severity {
            Severity::Error => diagnostic::Severity::Error,
            Severity::Warning => diagnostic::Severity::Warning,
        });
        Locator::new(&self.text, Default::default()).at(own, span)
    }

    /// A located diagnostic with its line, in which secrets are masked.
    pub(super) fn render(&self, located: &Located, is_colored: bool) -> String {
        let root = self.document.as_ref().map(Document::root);
        let text = masked(&self.text, root);
        render(&self.title, &text, [located], is_colored)
    }

    /// The bytes of a range, as they were written: with quotes and brackets. None of what is written nowhere.
    fn span(&self, range: &Range) -> Option<Span> {
        if range.begin.line == 0 {
            return None;
        }
        let root = self.document.as_ref().map(Document::root);
        let span = root.and_then(|root| written(root, range));
        Some(span.unwrap_or(range.begin.byte..range.end.byte))
    }
}

/// The bytes of the part that has a range.
fn written(node: &Node, range: &Range) -> Option<Span> {
    if node.range == *range {
        return Some(node.span.clone());
    }
    match &node.kind {
        Kind::Array(nodes) => nodes.iter().find_map(|node| written(node, range)),
        Kind::Object(members) => members.iter().find_map(|member| {
            written(&member.key, range).or_else(|| written(&member.value, range))
        }),
        _ => None,
    }
}
