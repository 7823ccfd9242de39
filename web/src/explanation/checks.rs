//! The checks of a token, one per line.

use claimgate::inspect::{Check, CheckStatus};
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;

/// Symbol, word and style of a check's status.
fn look(status: CheckStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        CheckStatus::Passed => ("✓", "passed", "mark mark--good"),
        CheckStatus::Failed => ("✕", "failed", "mark mark--bad"),
        CheckStatus::Skipped => ("–", "skipped", "mark mark--note"),
        CheckStatus::NotReached => ("·", "not reached", "mark"),
    }
}

/// The list.
#[component]
pub(crate) fn Checks(checks: Vec<Check>) -> impl IntoView {
    let rows = checks.into_iter().map(|check| {
        let (symbol, word, class) = look(check.status);
        view! {
            <li class="check" class:check--idle=check.status == CheckStatus::NotReached>
                <span class=class aria-hidden="true">{symbol}</span>
                <div>
                    <p><strong>{check.title}</strong> " " <span class="word">{word}</span></p>
                    <p class="sentence">{inline_code(&check.sentence)}</p>
                    {check.help.map(|help| view! { <p class="hint">"help: " {inline_code(&help)}</p> })}
                </div>
            </li>
        }
    });
    view! { <ol class="checks" aria-label="Checks">{rows.collect_view()}</ol> }
}
