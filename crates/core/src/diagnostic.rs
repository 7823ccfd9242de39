//! Diagnostics: what is wrong with an input, or deserves a second look.
//!
//! Every front end renders this one type: the command line as lines with places, the server and the
//! npm package as JSON, the app beside the field that a [`path`](Diagnostic::path) names.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a [`Diagnostic`] matters.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input is accepted, and likely not what was meant.
    Warning,
    /// The input is accepted, and deserves a second look.
    #[default]
    Note,
}

/// A replacement, ready to copy or to apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Fix {
    /// The text to replace, as it is in the input.
    pub replace: String,
    /// What to write instead.
    pub with: String,
}

/// What a finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Basis {
    /// It holds for every token, by the meaning of the policies alone.
    Proved,
    /// It holds if what is known of the provider is true.
    Facts,
    /// It is read off the text of the patterns, and may be mistaken.
    Heuristic,
}

/// An error in an input, or a finding on it. Findings do not affect decisions.
///
/// ```
/// use claimgate::policy::parse_policies;
///
/// let json = r#"{"decision": "deny", "tokenTpye": "team", "tokenType": "team", "rules": {}}"#;
/// let errors = parse_policies(json).unwrap_err();
/// assert_eq!(errors[0].to_string(), "tokenTpye: unknown key `tokenTpye`");
/// assert_eq!(errors[0].help.as_deref(), Some("did you mean `tokenType`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable code, for programs: `docs/errors.md` lists them all.
    pub code: Cow<'static, str>,
    /// How much it matters.
    #[serde(default)]
    pub severity: Severity,
    /// Where, as a path such as `policies[1].rules.sub`; empty for the whole input.
    pub path: String,
    /// One sentence, lowercase, with the user's input in backticks: what was expected and found.
    pub message: String,
    /// What the user can do about it.
    pub help: Option<String>,
    /// The replacement that the help suggests, if there is exactly one.
    #[serde(default)]
    pub fix: Option<Box<Fix>>,
    /// What a finding rests on. Errors have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

impl Diagnostic {
    /// An error at `path`.
    pub fn error(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, path.into(), code, message.into())
    }

    /// A finding: a [`Severity::Note`] on the whole input.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, String::new(), code, message.into())
    }

    // Hints and errors call this in some two hundred places: inlined there, it takes more of the Wasm.
    #[inline(never)]
    fn new(severity: Severity, path: String, code: &'static str, message: String) -> Self {
        Self {
            code: Cow::Borrowed(code),
            severity,
            path,
            message,
            help: None,
            fix: None,
            basis: None,
        }
    }

    /// The same with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same, with what it rests on.
    #[must_use]
    pub fn basis(mut self, basis: Basis) -> Self {
        self.basis = Some(basis);
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a replacement.
    ///
    /// ```
    /// use claimgate::diagnostic::Diagnostic;
    ///
    /// let note = Diagnostic::note("ref-form", "expected a full name").fix("main", "refs/heads/main");
    /// assert_eq!(note.fix.map(|fix| fix.with).as_deref(), Some("refs/heads/main"));
    /// ```
    #[must_use]
    pub fn fix(mut self, replace: impl Into<String>, with: impl Into<String>) -> Self {
        self.fix = Some(Box::new(Fix {
            replace: replace.into(),
            with: with.into(),
        }));
        self
    }

    /// The same at another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}", self.path, self.message)
    }
}

/// All errors of an input, in the input's order. As an error value it is never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// `value`, or the diagnostics if there are any.
    ///
    /// # Errors
    /// These diagnostics.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The same, each with the path that it has in the value at `path`.
    ///
    /// ```
    /// use claimgate::policy::parse_policies;
    ///
    /// let errors = parse_policies(r#"[{"decison": "deny"}]"#).unwrap_err();
    /// assert_eq!(errors.within("issuers[0].policies")[0].path, "issuers[0].policies[0].decison");
    /// ```
    #[must_use]
    pub fn within(self, path: &str) -> Self {
        let located = self.0.into_iter().map(|diagnostic| {
            let path = join(path, &diagnostic.path);
            diagnostic.at(path)
        });
        located.collect()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }
}

/// The path of what `inner` leads to in the value at `path`: a member's name, or a path that may
/// begin with an index such as `[0]`.
///
/// ```
/// use claimgate::diagnostic::join;
///
/// assert_eq!(join("issuers[0]", "policies[1].rules"), "issuers[0].policies[1].rules");
/// assert_eq!(join("policies", "[1].rules"), "policies[1].rules");
/// ```
#[must_use]
pub fn join(path: &str, inner: &str) -> String {
    let is_bare = path.is_empty() || inner.is_empty() || inner.starts_with('[');
    let separator = if is_bare { "" } else { "." };
    format!("{path}{separator}{inner}")
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

impl std::ops::Deref for Diagnostics {
    type Target = [Diagnostic];

    fn deref(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl std::ops::DerefMut for Diagnostics {
    fn deref_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.0
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(diagnostics: T) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
