//! A pattern above the value that it does not match, with carets where they part.

use claimgate::explain::{RuleEvidence, ValueEvidence};
use claimgate::pattern::{Stop, Trace};
use claimgate_workbench::playground::alignment::{Alignment, Row, align};
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::wrapped_text;

/// Lines that are wider, in characters, may scroll: where there is less room, they are wrapped.
const NARROW: usize = 40;

/// The value that came furthest, and where it stopped.
pub(crate) fn furthest(rule: &RuleEvidence) -> Option<(&ValueEvidence, &Stop)> {
    let stopped = rule.values.iter().filter_map(|value| match &value.trace {
        Trace::Stopped(stop) => Some((value, stop)),
        Trace::Matched { .. } => None,
    });
    stopped.max_by_key(|(_, stop)| stop.pattern.chars)
}

/// The three lines; on a narrow screen pattern and value are wrapped after their separators, and not aligned. A screen reader reads the sentence instead of the carets.
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
    let padding = (row.padding > 0)
        .then(|| view! { <span class="diff__padding">{" ".repeat(row.padding)}</span> });
    let differing = match row.differing.is_empty() {
        true => view! { <span class="diff__end" aria-hidden="true"></span> }.into_any(),
        false => view! { <mark class=class>{wrapped_text(&row.differing)}</mark> }.into_any(),
    };
    view! {
        <span>{wrapped_text(&row.before)}</span> {padding} {differing} <span>{wrapped_text(&row.after)}</span>
    }
}
