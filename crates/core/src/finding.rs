//! Findings: remarks on input that is accepted but deserves a second look.

use serde::Serialize;

/// A remark that changes no decision: a wildcard that is easily overlooked, a header that is
/// ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable code, for programs.
    pub code: &'static str,
    /// Where it was found, as a path such as `policies[0].rules.sub`; empty for the whole.
    pub path: String,
    /// One sentence, lowercase, with the user's input in backticks.
    pub message: String,
    /// What one might do about it.
    pub help: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            path: String::new(),
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}
