//! The decision, large.

use claimgate::explain::Outcome;
use leptos::prelude::*;

/// What the banner says.
#[derive(Clone, PartialEq)]
pub(crate) enum Banner {
    /// Nothing was asked.
    Nothing,
    /// A decision and its sentence.
    Decided(Outcome, String),
}

/// The banner.
#[component]
pub(crate) fn Verdict(#[prop(into)] banner: Signal<Banner>) -> impl IntoView {
    let class = move || match &*banner.read() {
        Banner::Nothing => "verdict",
        Banner::Decided(Outcome::Allowed, _) => "verdict verdict--allowed",
        Banner::Decided(Outcome::Denied, _) => "verdict verdict--denied",
    };
    let symbol = move || match &*banner.read() {
        Banner::Nothing => "?",
        Banner::Decided(Outcome::Allowed, _) => "✓",
        Banner::Decided(Outcome::Denied, _) => "✕",
    };
    let word = move || match &*banner.read() {
        Banner::Nothing => "No decision yet",
        Banner::Decided(Outcome::Allowed, _) => "Allowed",
        Banner::Decided(Outcome::Denied, _) => "Denied",
    };
    let sentence = move || match &*banner.read() {
        Banner::Nothing => "Paste a token, or write claims, and the decision stands here with its reasons.".to_owned(),
        Banner::Decided(_, sentence) => sentence.clone(),
    };
    view! {
        <div class=class role="status" aria-label="Decision">
            <span class="verdict__symbol" aria-hidden="true">{symbol}</span>
            <div>
                <p class="verdict__word">{word}</p>
                <p>{sentence}</p>
            </div>
        </div>
    }
}
