//! Annotations of GitHub Actions, which appear in the changed files: [workflow
//! commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

use claimgate::diagnostic::Severity;
use claimgate::json::places::Place;
use claimgate_analysis::place;

use crate::output;
use crate::report::Located;

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

/// The line for a diagnostic on a file.
pub(crate) fn annotation(file: &str, located: &Located) -> String {
    let diagnostic = &located.diagnostic;
    let help = diagnostic.help.as_deref();
    let help = help.map(|help| format!("\nhelp: {help}"));
    let words = match diagnostic.path.as_str() {
        "" => String::new(),
        path => format!("{}: ", place(path)),
    };
    let annotation = Annotation {
        level: match diagnostic.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            _ => Level::Notice,
        },
        file,
        place: located.place,
        title: &diagnostic.code,
        message: &format!("{words}{}{}", diagnostic.message, help.unwrap_or_default()),
    };
    annotation.line()
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
        let title = match self.title {
            "" => String::new(),
            title => format!(",title={}", property(title)),
        };
        let message = escaped(&output::lines(self.message));
        format!("::{word} file={file}{place}{title}::{message}\n")
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
