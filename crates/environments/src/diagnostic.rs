//! What is wrong with a definition, and where.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::limits::Limit;
use crate::position::Range;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The definition cannot be used.
    #[default]
    Error,
    /// The definition can be used; it may not mean what was intended.
    Warning,
}

/// A finding in a definition, in the shape of the REST API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// One sentence.
    pub summary: String,
    /// More about it; often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Error or warning.
    #[serde(default)]
    pub severity: Severity,
    /// The path in the document, `values.a[0]`.
    #[serde(
        default,
        skip_serializing_if = "str::is_empty",
        serialize_with = "text"
    )]
    pub path: Arc<str>,
    /// The limit that was exceeded, if one was.
    #[serde(skip)]
    pub limit: Option<Limit>,
}

fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl Diagnostic {
    pub(crate) fn error(range: Option<Range>, path: &Arc<str>, summary: impl Into<String>) -> Self {
        Self {
            range,
            summary: summary.into(),
            detail: String::new(),
            severity: Severity::Error,
            path: path.clone(),
            limit: None,
        }
    }

    pub(crate) fn warning(
        range: Option<Range>,
        path: &Arc<str>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(range, path, summary)
        }
    }

    pub(crate) fn limit(range: Option<Range>, path: &Arc<str>, limit: Limit) -> Self {
        Self {
            limit: Some(limit),
            ..Self::error(range, path, limit.to_string())
        }
    }

    /// Whether the definition cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether one of the diagnostics is an error.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
