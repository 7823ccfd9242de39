//! The text of a document as a value: JSON, YAML, or one of our own exports that are programs.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;
use claimgate::json::spans::{Content, Spans};

pub use super::unreadable::Unreadable;
use super::{source, yaml};

/// The longest document, in bytes: thousands of policies. Files of the command line and bodies of the
/// REST API have the same limit.
pub const MAX_TEXT: usize = 4 << 20;

/// Reads a text.
///
/// # Errors
/// [`Unreadable`] for the first error.
pub fn parse(text: &str) -> Result<Value, Unreadable> {
    if text.len() > MAX_TEXT {
        let message = format!("expected at most {MAX_TEXT} bytes, found {}", text.len());
        return Err(unreadable(message).into());
    }
    match Language::of(text) {
        Language::None => Err(unreadable("expected issuers or policies, found nothing").into()),
        Language::Token => Err(unreadable("expected issuers or policies, found a token").into()),
        Language::Json => Value::parse(text).map_err(|error| Unreadable {
            span: Some(error.span(text)),
            ..Diagnostic::error("", error.code(), error.to_string()).into()
        }),
        Language::Yaml => yaml::read(text).0,
        Language::Script => source::script(text).map_err(Unreadable::from),
        Language::TypeScript => source::typescript(text).map_err(Unreadable::from),
    }
}

/// The positions of the parts of a text that [`parse`] reads. Those of scripts and of programs in
/// TypeScript are not known, and a text that is not a document has no parts.
#[must_use]
pub fn spans(text: &str) -> Spans {
    match Language::of(text) {
        Language::Json => Spans::read(text),
        Language::Yaml => {
            let mut spans = yaml::read(text).1;
            spans.root = spans.root.filter(|root| root.content != Content::Scalar);
            spans
        }
        _ => Spans::default(),
    }
}

/// What a text is written in.
enum Language {
    None,
    /// None: it looks like an ID token, which messages must not show.
    Token,
    Json,
    Yaml,
    Script,
    TypeScript,
}

impl Language {
    fn of(text: &str) -> Self {
        match text.trim_start().chars().next() {
            None => Self::None,
            Some('{' | '[') => Self::Json,
            Some(_) if text.trim_start().starts_with("eyJ") && !text.contains(':') => Self::Token,
            Some(_) if source::is_script(text) => Self::Script,
            Some(_) if source::is_typescript(text) => Self::TypeScript,
            Some(_) => Self::Yaml,
        }
    }
}

fn unreadable(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("", "document-unreadable", message)
}
