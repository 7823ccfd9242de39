//! A pattern above the value that it does not match, with carets where they part.

use claimgate::explain::{RuleEvidence, ValueEvidence};
use claimgate::pattern::{Stop, Trace};
use claimgate_workbench::playground::alignment::{Alignment, Row, align};
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;

/// Lines that are wider, in characters, scroll on a phone.
const NARROW: usize = 24;

/// The value that came furthest, and where it stopped.
pub(crate) fn furthest(rule: &RuleEvidence) -> Option<(&ValueEvidence, &Stop)> {
    let stopped = rule.values.iter().filter_map(|value| match &value.trace {
        Trace::Stopped(stop) => Some((value, stop)),
        Trace::Matched { .. } => None,
    });
    stopped.max_by_key(|(_, stop)| stop.pattern.chars)
}

/// The three lines. A screen reader reads the sentence instead of the carets.
#[component]
pub(crate) fn Diff(pattern: String, value: String, stop: Stop) -> impl IntoView {
    let found = align(&pattern, &value, &stop);
    let scrolls = (found.width() > NARROW).then_some("0");
    let Alignment {
        column,
        carets,
        expected,
        ..
    } = found;
    view! {
        <div class="diff" tabindex=scrolls role=scrolls.map(|_| "group") aria-label=scrolls.map(|_| "Difference")>
            <p><span class="diff__name">"pattern"</span> <code>{line(&found.pattern, "diff__wanted")}</code></p>
            <p><span class="diff__name">"value"</span> <code>{line(&found.value, "diff__found")}</code></p>
            <p class="diff__carets" aria-hidden="true">
                <span class="diff__name"></span>
                <code>{" ".repeat(column)}<strong>{"^".repeat(carets)}</strong>" "</code>
                <span class="diff__note">{inline_code(&expected)}</span>
            </p>
            <p class="visually-hidden">{inline_code(&stop.sentence)}</p>
        </div>
    }
}

fn line(row: &Row, class: &'static str) -> impl IntoView + use<> {
    let differing = (!row.differing.is_empty())
        .then(|| view! { <mark class=class>{untrusted_text(&row.differing)}</mark> });
    view! { <span>{untrusted_text(&row.before)}</span> {differing} <span>{untrusted_text(&row.after)}</span> }
}
