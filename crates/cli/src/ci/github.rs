//! Annotations of GitHub Actions, which appear in the changed files: [workflow
//! commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

use claimgate::json::places::Place;

use crate::output;

/// How serious an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Notice,
}

/// A message beside a line of a file.
pub(crate) struct Annotation<'a> {
    pub(crate) level: Level,
    pub(crate) file: &'a str,
    pub(crate) place: Option<Place>,
    pub(crate) title: &'a str,
    pub(crate) message: &'a str,
}

impl Annotation<'_> {
    /// The line that GitHub reads.
    pub(crate) fn line(&self) -> String {
        let word = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        };
        let file = property(&output::lines(self.file));
        let place = self
            .place
            .map(|Place { line, column }| format!(",line={line},col={column}"));
        let place = place.unwrap_or_default();
        let title = property(self.title);
        let message = escaped(&output::lines(self.message));
        format!("::{word} file={file}{place},title={title}::{message}\n")
    }
}

/// A message as GitHub parses it.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property as GitHub parses it.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
