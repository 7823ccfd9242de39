//! Exports of the audit log: everything that the filters find, as CSV or as lines of JSON.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::filters::{Search, exchanges};
use crate::state::clock::now;
use crate::state::download::download;
use crate::state::remote::sync::Sync;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;

/// The buttons.
#[component]
pub(crate) fn Export(sync: Sync, search: Search) -> impl IntoView {
    let (is_busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let export = move |format: &'static str, file: &'static str| {
        let query = search.query.get_untracked();
        let words = query.request(now());
        let separator = if words.is_empty() { "" } else { "&" };
        let log = untrack(|| exchanges(sync, &query));
        let path = format!("{log}/export?{words}{separator}format={format}");
        is_busy.set(true);
        problem.set(String::new());
        spawn_local(async move {
            let answer = sync.text(&path).await;
            let refused = || "the browser does not let this page download".to_owned();
            let done =
                answer.and_then(|text| download(file, &text).then_some(()).ok_or_else(refused));
            let _ = is_busy.try_set(false);
            let _ = problem.try_set(done.err().unwrap_or_default());
        });
    };
    view! {
        <span class="error" role="alert">
            {move || (!problem.read().is_empty()).then(|| view! { "Not exported: " {inline_code(&problem.read())} "." })}
        </span>
        <button
            type="button"
            class="button"
            data-command="Export the audit log as CSV"
            disabled=move || is_busy.get()
            on:click=move |_| export("csv", "exchanges.csv")
        >{icon(Icon::Download)} "CSV" <span class="visually-hidden">" of these exchanges"</span></button>
        <button
            type="button"
            class="button"
            data-command="Export the audit log as JSON lines"
            disabled=move || is_busy.get()
            on:click=move |_| export("jsonl", "exchanges.jsonl")
        >{icon(Icon::Download)} "JSON lines" <span class="visually-hidden">" of these exchanges"</span></button>
    }
}
