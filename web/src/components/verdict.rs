//! The decision, large, and in sight while the reasons are scrolled.

use claimgate::explain::Outcome;
use leptos::prelude::*;

use super::sentence::sentence;

/// What the banner says.
#[derive(Clone, PartialEq)]
pub(crate) enum Banner {
    /// Nothing was asked.
    Nothing,
    /// A decision and its sentence.
    Decided(Outcome, String),
}

impl Banner {
    /// Style, symbol and word.
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Nothing => ("verdict", "?", "No decision yet"),
            Self::Decided(Outcome::Allowed, _) => ("verdict verdict--allowed", "✓", "Allowed"),
            Self::Decided(Outcome::Denied, _) => ("verdict verdict--denied", "✕", "Denied"),
        }
    }
}

/// The banner.
#[component]
pub(crate) fn Verdict(#[prop(into)] banner: Signal<Banner>, #[prop(into)] stale: Signal<bool>) -> impl IntoView {
    let said = move || match &*banner.read() {
        Banner::Nothing => "Paste a token, or write claims, and the decision stands here with its reasons.".into_any(),
        Banner::Decided(_, text) => sentence(text),
    };
    view! {
        <div
            class=move || banner.read().look().0
            class:verdict--stale=move || stale.get()
            role="status"
            aria-label="Decision"
        >
            <span class="verdict__symbol" aria-hidden="true">{move || banner.read().look().1}</span>
            <div class="verdict__text">
                <p class="verdict__word">{move || banner.read().look().2}</p>
                <p class="verdict__sentence">{said}</p>
            </div>
        </div>
    }
}
