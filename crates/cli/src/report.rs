//! Diagnostics like a compiler's, each with its line.

use annotate_snippets::renderer::{AnsiColor, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use claimgate::diagnostic::{Diagnostic, Severity};
use claimgate::expected::UNKNOWN_KEY;
use claimgate::json::places::{Place, Places};
use claimgate::json::spans::{Content, Found, Part, Span, Spans};
use claimgate::pattern::visible;
use claimgate_analysis::place;

use crate::excerpt::Excerpt;
use crate::output::{lines, without_signatures};

/// Codes of diagnostics that are about a member's name, not its value; and how such codes begin.
const ABOUT_NAMES: [&str; 4] = [
    UNKNOWN_KEY,
    "field-misplaced",
    "rule-repeated",
    "claim-path-",
];

/// The style of line numbers and of the lines beside them.
const GUTTER: Style = AnsiColor::BrightBlue.on_default().bold();

/// A diagnostic, and where it is in the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Located {
    #[serde(flatten)]
    pub(crate) diagnostic: Diagnostic,
    /// Its line and column, if they are known.
    #[serde(flatten)]
    pub(crate) place: Option<Place>,
    #[serde(skip)]
    pub(crate) span: Span,
    /// What is said besides.
    #[serde(skip)]
    pub(crate) notes: Vec<String>,
}

impl From<Diagnostic> for Located {
    /// The diagnostic without a place.
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            place: None,
            span: Span::default(),
            notes: Vec::new(),
        }
    }
}

/// Locates diagnostics by their paths.
pub(crate) struct Locator<'a> {
    spans: Spans,
    places: Places<'a>,
}

impl<'a> Locator<'a> {
    /// A locator for a text whose parts have those positions.
    pub(crate) fn new(text: &'a str, spans: Spans) -> Self {
        let places = Places::of(text);
        Self { spans, places }
    }

    /// The diagnostic at the part that its path leads to.
    pub(crate) fn by_path(&self, diagnostic: Diagnostic) -> Located {
        let found = self.spans.find(&diagnostic.path);
        let span = found.map(|found| highlighted(&found, &diagnostic.code));
        self.at(diagnostic, span)
    }

    /// The diagnostic at a range of the text.
    pub(crate) fn at(&self, diagnostic: Diagnostic, span: Option<Span>) -> Located {
        Located {
            diagnostic,
            place: span.as_ref().map(|span| self.places.at(span.start)),
            span: span.unwrap_or_default(),
            notes: Vec::new(),
        }
    }
}

/// The part to highlight: the value of a member, or its name if the diagnostic is about the name,
/// the value is long, or what is missing would be in it.
fn highlighted(found: &Found<'_>, code: &str) -> Span {
    let is_about_name = ABOUT_NAMES.iter().any(|start| code.starts_with(start));
    match found.part {
        Part::Value(node) => node.head(),
        Part::Member(member) => match &member.value {
            Some(value)
                if value.content == Content::Scalar && found.rest.is_empty() && !is_about_name =>
            {
                value.span.clone()
            }
            _ => member.key.clone(),
        },
    }
}

/// Writes diagnostics on a text, which `title` names, with a blank line after each.
pub(crate) fn render<'a>(
    title: &str,
    text: &str,
    diagnostics: impl IntoIterator<Item = &'a Located>,
    is_colored: bool,
) -> String {
    let renderer = if is_colored {
        Renderer::styled().line_num(GUTTER)
    } else {
        Renderer::plain()
    };
    let arrow = match is_colored {
        true => format!("{GUTTER}-->{GUTTER:#}"),
        false => "-->".to_owned(),
    };
    let title = visible(title);
    let text = without_signatures(text);
    let mut report = String::new();
    for located in diagnostics {
        let rendered = renderer.render(&[group(&text, located)]);
        // The renderer would count the column in the excerpt.
        let (heading, excerpt) = rendered.split_once('\n').unwrap_or((&rendered, ""));
        let (indent, place) = match located.place {
            Some(Place { line, column }) => (line.to_string().len(), format!(":{line}:{column}\n")),
            None => (0, "\n".to_owned()),
        };
        report += &format!("{heading}\n{:indent$}{arrow} {title}{place}{excerpt}", "");
        report.truncate(report.trim_end().len());
        report += "\n\n";
    }
    report
}

/// A diagnostic without its place.
fn group<'a>(text: &str, located: &'a Located) -> Group<'a> {
    let diagnostic = &located.diagnostic;
    let path = visible(&place(&diagnostic.path));
    let mut message = visible(&without_signatures(&diagnostic.message));
    if located.place.is_none() && !path.is_empty() {
        message = format!("{path}: {message}");
    }
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let heading = level.primary_title(message);
    let heading = match &*diagnostic.code {
        "" => heading,
        code => heading.id(code),
    };
    let excerpt = located.place.map(|Place { line, .. }| {
        let excerpt = Excerpt::of(text, &located.span);
        let marks = AnnotationKind::Primary.span(excerpt.span);
        let label = Some(path).filter(|path| !path.is_empty());
        Snippet::source(excerpt.line)
            .line_start(line)
            .annotation(marks.label(label))
    });
    let help = diagnostic.help.as_deref();
    let notes = located.notes.iter();
    heading
        .elements(excerpt)
        .elements(notes.map(|note| Level::NOTE.message(lines(note))))
        .elements(help.map(|help| Level::HELP.message(visible(help))))
}
