//! Buttons that copy and download a text, and report the result.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::{Icon, icon};
use crate::state::download::{copy, download};

/// How long a button reports success.
const SHOWN: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    None,
    Done,
    Failed,
}

/// Copies `text`. `what` is for screen readers, and is not visible: "Copy" and "the job".
#[component]
pub(crate) fn CopyButton(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] what: String,
) -> impl IntoView {
    let outcome = RwSignal::new(Outcome::None);
    let press = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let done = copy(&text).await;
            report(outcome, done);
        });
    };
    let failure = "The browser does not let this page copy. Select the text and copy it by hand.";
    view! {
        <span class="take">
            <button type="button" class="button button--small" on:click=press>
                {icon(Icon::Copy)}
                {move || if outcome.get() == Outcome::Done { "✓ Copied" } else { "Copy" }}
                <span class="visually-hidden">" " {what}</span>
            </button>
            <OutcomeNote outcome=outcome done="Copied" failure=failure />
        </span>
    }
}

/// Downloads `text` as the file `name`. `what` is for screen readers, and is not visible.
#[component]
pub(crate) fn DownloadButton(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] what: String,
) -> impl IntoView {
    let outcome = RwSignal::new(Outcome::None);
    let press = move |_| {
        let done = text.with_untracked(|text| name.with_untracked(|name| download(name, text)));
        report(outcome, done);
    };
    view! {
        <span class="take">
            <button type="button" class="button button--small" on:click=press>
                {icon(Icon::Download)} "Download"
                <span class="visually-hidden">" " {what}</span>
            </button>
            <OutcomeNote outcome=outcome done="Downloaded" failure="The browser does not let this page download." />
        </span>
    }
}

/// For screen readers after success; visible after a failure.
#[component]
fn OutcomeNote(
    outcome: RwSignal<Outcome>,
    done: &'static str,
    failure: &'static str,
) -> impl IntoView {
    view! {
        <span role="status">
            {move || match outcome.get() {
                Outcome::None => ().into_any(),
                Outcome::Done => view! { <span class="visually-hidden">{done}</span> }.into_any(),
                Outcome::Failed => view! { <span class="error">{failure}</span> }.into_any(),
            }}
        </span>
    }
}

/// Reports the result for a while. The button may be gone by then.
fn report(outcome: RwSignal<Outcome>, done: bool) {
    outcome.try_set(if done { Outcome::Done } else { Outcome::Failed });
    if done {
        set_timeout(
            move || {
                outcome.try_set(Outcome::None);
            },
            SHOWN,
        );
    }
}
