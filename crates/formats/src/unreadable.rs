//! The error of a text that has no value.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::spans::Span;

/// The error of a text that has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub diagnostic: Box<Diagnostic>,
    /// Where it is, if that is known.
    pub span: Option<Span>,
}

impl From<Diagnostic> for Unreadable {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            span: None,
        }
    }
}
