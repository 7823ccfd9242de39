//! The decision, large, and visible while the explanation is scrolled.

use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use claimgate_workbench::playground::evaluate::NO_TOKEN;
use claimgate_workbench::playground::summary::Verdict as Outcome;

/// The content of the banner.
#[derive(Clone, PartialEq)]
pub(crate) enum Banner {
    /// There is no input.
    Nothing,
    /// A decision, its reason, and the checks that were skipped.
    Decided(Outcome, String, Vec<String>),
    /// Why the input cannot be decided, and the decision on the input before it, with its reason.
    Waiting(String, Outcome, String),
}

impl Banner {
    /// Style, symbol and word.
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Nothing => ("verdict", "?", "No decision yet"),
            Self::Waiting(..) => ("verdict verdict--waiting", "…", "No decision"),
            Self::Decided(outcome @ Outcome::Allowed, ..) => {
                ("verdict verdict--allowed", "✓", outcome.word())
            }
            Self::Decided(outcome, ..) => ("verdict verdict--denied", "✕", outcome.word()),
        }
    }
}

/// The banner.
#[component]
pub(crate) fn Verdict(
    #[prop(into)] banner: Signal<Banner>,
    /// Leads to what has to be corrected before there is a decision.
    correct: Callback<()>,
) -> impl IntoView {
    let status = move || {
        match &*banner.read() {
        Banner::Nothing => {
            "Paste a token or write claims to see the decision and its reasons.".into_any()
        }
        Banner::Decided(_, text, _) => inline_code(text),
        Banner::Waiting(why, outcome, text) => view! {
            {inline_code(why)} " Last decision: " {outcome.word().to_lowercase()} " " {inline_code(text)}
        }
        .into_any(),
    }
    };
    // An unchecked token that would be allowed must not look allowed.
    let caveat = move || match &*banner.read() {
        Banner::Decided(Outcome::Allowed, _, unchecked) if !unchecked.is_empty() => {
            let first = |line: &String| match line.as_str() {
                NO_TOKEN => "these are claims, not a token".to_owned(),
                line => line.split(':').next().unwrap_or_default().to_owned(),
            };
            let lines = unchecked.iter().map(first).collect::<Vec<_>>().join("; ");
            Some(
                view! { <p class="verdict__caveat">"Not everything was checked: " {inline_code(&lines)} "."</p> },
            )
        }
        _ => None,
    };
    let is_waiting = Memo::new(move |_| matches!(*banner.read(), Banner::Waiting(..)));
    view! {
        <div class=move || banner.read().look().0 role="status" aria-label="Decision">
            <span class="verdict__symbol" aria-hidden="true">{move || banner.read().look().1}</span>
            <div class="verdict__text">
                <p class="verdict__word">{move || banner.read().look().2}</p>
                " "
                <p class="verdict__sentence">{status}</p>
                {caveat}
            </div>
            {move || is_waiting.get().then(|| view! {
                <button type="button" class="button button--small verdict__correct" on:click=move |_| correct.run(())>
                    "Correct it"
                </button>
            })}
        </div>
    }
}
