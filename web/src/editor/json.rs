//! The policies as JSON.

use std::sync::Arc;

use claimgate::diagnostic::Diagnostic;
use claimgate::policy::Decision;
use claimgate_analysis::Finding;
use leptos::prelude::*;

use super::at::AtPattern;
use super::compiled::Compiled;
use super::pattern_help::PatternHelp;
use super::state::PolicyState;
use crate::analysis::found::Found;
use crate::ui::code_editor::{CodeEditor, Mark, Severity, Underline};
use crate::ui::code_mirror::Mode;
use claimgate_workbench::analysis::placed::is_on_policy;
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
    let diagnostics = Memo::new(move |_| {
        let found = state.found.shown.read();
        diagnostics(&places.read(), &state.compiled.read(), &found)
    });
    let act = Callback::new(move |(note, action): (usize, usize)| {
        let errors = state
            .compiled
            .with_untracked(|compiled| compiled.errors.len());
        let found = state.found.shown.get_untracked();
        let finding = note
            .checked_sub(errors)
            .and_then(|place| in_text(&found).nth(place));
        if let Some(fix) = finding.and_then(|finding| finding.fixes.get(action)) {
            state.apply_fix(fix);
        }
    });
    let allows = Memo::new(move |_| {
        let place = state.at.read().as_ref().and_then(|at| at.policy);
        let written = state.written.read();
        let policy = place.and_then(|place| written.as_ref().ok()?.get(place));
        policy.is_none_or(|policy| policy.decision == Decision::Allow)
    });
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
            on_action=act
        />
        <PatternHelp state=state allows=allows />
    }
}

/// The errors, then the findings with their fixes.
fn diagnostics(places: &Places, compiled: &Compiled, found: &Found) -> Vec<Underline> {
    let at = |own: &Diagnostic, severity: Severity, actions: Vec<String>| {
        let range = places.underlined(&own.path);
        Underline {
            from: range.start,
            to: range.end,
            severity,
            message: with_help(&own.message, own.help.as_deref()),
            actions,
        }
    };
    let error = |error: &Diagnostic| at(error, Severity::Error, Vec::new());
    let finding = |finding: &Finding| {
        let severity = match finding.diagnostic.severity {
            claimgate::diagnostic::Severity::Error => Severity::Error,
            claimgate::diagnostic::Severity::Note => Severity::Info,
            _ => Severity::Warning,
        };
        let fixes = finding.fixes.iter();
        let fixes = fixes
            .map(|fix| format!("Apply fix: {}", fix.title))
            .collect();
        at(&finding.diagnostic, severity, fixes)
    };
    let errors = compiled.errors.iter().map(error);
    errors.chain(in_text(found).map(finding)).collect()
}

/// The findings that have a place in the text; others are on settings of the issuer.
fn in_text(found: &Found) -> impl Iterator<Item = &Finding> {
    found
        .findings
        .iter()
        .filter(|finding| is_on_policy(finding))
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
            policy: Some(pattern.policy),
            claim: pattern.claim,
            pattern: pattern.text.value,
            cursor,
        })
    })
}
