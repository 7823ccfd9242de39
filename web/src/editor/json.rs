//! The policies as JSON.

use std::sync::Arc;

use claimgate::diagnostic::Diagnostic;
use leptos::prelude::*;

use super::compiled::Compiled;
use super::pattern_help::PatternHelp;
use super::state::{AtPattern, PolicyState};
use crate::ui::code_editor::{CodeEditor, Mark, Severity, Underline};
use crate::ui::code_mirror::Mode;
use claimgate_workbench::policies::json_places::Places;
use claimgate_workbench::policies::pattern_help::{class, parts, range};

/// The text, with the engine's messages at their positions.
#[component]
pub(crate) fn PolicyJson(
    state: PolicyState,
    label: &'static str,
    /// Marks of rules that are highlighted elsewhere on the page.
    lit: Memo<Vec<Mark>>,
) -> impl IntoView {
    let json = state.json;
    let places = Memo::new_with_compare(move |_| Arc::new(Places::read(&json.read())), |_, _| true);
    let diagnostics = Memo::new(move |_| diagnostics(&places.read(), &state.compiled.read()));
    let marks = Memo::new(move |_| {
        marks(&places.read())
            .into_iter()
            .chain(lit.get())
            .collect::<Vec<_>>()
    });
    let cursor = Callback::new(move |place| {
        // Parsed again, because the cursor is reported before the memos are updated.
        let at = at_pattern(&Places::read(&json.read_untracked()), place);
        if state.at.with_untracked(|old| *old != at) {
            state.at.set(at);
        }
    });
    view! {
        <CodeEditor
            label=label
            value=json
            mode=Mode::Policies
            rows=18
            diagnostics=diagnostics
            marks=marks
            known=state.known
            reveal=state.goal
            on_cursor=cursor
            on_undo=Callback::new(move |is_redo| state.travel(is_redo))
        />
        <PatternHelp state=state />
    }
}

fn diagnostics(places: &Places, compiled: &Compiled) -> Vec<Underline> {
    let at = |path: &str, severity: Severity, message: String| {
        let range = places.underlined(path);
        Underline {
            from: range.start,
            to: range.end,
            severity,
            message,
        }
    };
    let error = |error: &Diagnostic| {
        at(
            &error.path,
            Severity::Error,
            with_help(&error.message, error.help.as_deref()),
        )
    };
    let finding = |finding: &Diagnostic| {
        at(
            &finding.path,
            Severity::Warning,
            with_help(&finding.message, finding.help.as_deref()),
        )
    };
    compiled
        .errors
        .iter()
        .map(error)
        .chain(compiled.findings.iter().map(finding))
        .collect()
}

fn with_help(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}\n{help}"))
}

/// The wildcards of all patterns.
fn marks(places: &Places) -> Vec<Mark> {
    let mut marks = Vec::new();
    for place in places.patterns() {
        for part in parts(&place.text.value) {
            if let Some(class) = class(part.kind) {
                let range = place.text.within(&range(&part));
                marks.push(Mark {
                    from: range.start,
                    to: range.end,
                    class,
                });
            }
        }
    }
    marks
}

/// The pattern at a position of the text.
fn at_pattern(places: &Places, place: usize) -> Option<AtPattern> {
    places.patterns().into_iter().find_map(|pattern| {
        let cursor = pattern.text.unit_at(place)?;
        Some(AtPattern {
            key: None,
            claim: pattern.claim,
            pattern: pattern.text.value,
            cursor,
        })
    })
}
