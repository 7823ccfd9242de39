//! The checks of a token, one per line.

use claimgate::inspect::{Check, CheckStatus};
use claimgate::text::list::enumerate;
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;

/// Symbol, word and style of a check's status.
pub(crate) fn look(status: CheckStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        CheckStatus::Passed => ("✓", "passed", "mark mark--good"),
        CheckStatus::Failed => ("✕", "failed", "mark mark--bad"),
        CheckStatus::Skipped => ("–", "skipped", "mark mark--note"),
        CheckStatus::NotReached => ("·", "not reached", "mark"),
    }
}

/// The list: failed and skipped checks first, and the others folded into one line. `action` renders
/// what can be done about a failed check.
#[component]
pub(crate) fn Checks(
    checks: Vec<Check>,
    #[prop(optional)] action: Option<Callback<Check, AnyView>>,
) -> impl IntoView {
    let is_notable =
        |check: &Check| matches!(check.status, CheckStatus::Failed | CheckStatus::Skipped);
    let (notable, others): (Vec<_>, Vec<_>) = checks.into_iter().partition(is_notable);
    let names = |status: CheckStatus| {
        let fitting = others.iter().filter(move |check| check.status == status);
        enumerate(
            &fitting
                .map(|check| check.title.to_lowercase())
                .collect::<Vec<_>>(),
        )
    };
    let (passed, waiting) = (names(CheckStatus::Passed), names(CheckStatus::NotReached));
    let others = others
        .into_iter()
        .map(|check| row(check, None))
        .collect_view();
    view! {
        <div class="checks-box">
            <ol class="checks" aria-label="Checks that need attention">
                {notable.into_iter().map(|check| row(check, action)).collect_view()}
            </ol>
            <details class="more checks__rest">
                <summary>
                    {(!passed.is_empty()).then(|| view! { <span class="mark mark--good" aria-hidden="true">"✓"</span> " Passed: " {passed} ". " })}
                    {(!waiting.is_empty()).then(|| view! { <span class="word">"Not reached: " {waiting} "."</span> })}
                </summary>
                <ol class="checks" aria-label="Checks in order">{others}</ol>
            </details>
        </div>
    }
}

fn row(check: Check, action: Option<Callback<Check, AnyView>>) -> impl IntoView {
    let (symbol, word, class) = look(check.status);
    let actions = action
        .filter(|_| check.status == CheckStatus::Failed)
        .map(|action| action.run(check.clone()));
    view! {
        <li class="check" class:check--idle=check.status == CheckStatus::NotReached>
            <span class=class aria-hidden="true">{symbol}</span>
            <div>
                <p><strong>{check.title}</strong> " " <span class="word">{word}</span></p>
                <p class="sentence">{inline_code(&check.sentence)}</p>
                {check.help.map(|help| view! { <p class="hint">"help: " {inline_code(&help)}</p> })}
                {actions}
            </div>
        </li>
    }
}
