//! What the store reports, above the page: data that is not stored or cannot be read, and conflicts.

use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;

use super::conflict_notice::ConflictNotice;
use crate::state::store::{Unreadable, use_store};
use crate::ui::copy_button::DownloadButton;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_lines;
use claimgate_formats::{percent_encode, settings};
use claimgate_workbench::issuers::storage::to_file;

/// The messages.
#[component]
pub(crate) fn StoreMessages() -> impl IntoView {
    let store = use_store();
    let swapped = RwSignal::new(BTreeSet::new());
    view! {
        {move || store.problem.get().map(|problem| view! { <NotStored problem=problem /> })}
        {move || store.unreadable.get().map(|unreadable| view! { <UnreadableNotice unreadable=unreadable /> })}
        {move || store.conflicts.get().into_iter().map(|conflict| {
            view! { <ConflictNotice conflict=conflict swapped=swapped /> }
        }).collect_view()}
    }
}

/// A plain notice that changes are in memory only, with a way to save them.
#[component]
fn NotStored(problem: String) -> impl IntoView {
    let store = use_store();
    if store.remote.is_some() {
        return view! { <p class="notice notice--bad container" role="alert">"Tests are not stored: " {inline_code(&problem)} "."</p> }.into_any();
    }
    let text = Signal::derive(move || to_file(&store.issuers.read()));
    let handle = window_event_listener(ev::beforeunload, move |event| {
        if !store.issuers.read_untracked().is_empty() {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <div class="notice notice--bad container" role="alert">
            <p>"Not stored: " {inline_code(&problem)} "."</p>
            <Show when=move || !store.issuers.read().is_empty()>
                <p class="hint">
                    "Issuers and policies are kept in this tab, as you see them, until it is closed or reloaded. \
                     Download them to keep them; the file can be imported again."
                </p>
                <div class="actions">
                    <DownloadButton text=text name=Signal::stored(settings::FILE.to_owned()) what="claimgate.json" />
                    <button type="button" class="button button--small" on:click=move |_| store.retry()>
                        "Try to store again"
                    </button>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn UnreadableNotice(unreadable: Unreadable) -> impl IntoView {
    let store = use_store();
    let address = format!(
        "data:application/json;charset=utf-8,{}",
        percent_encode(&unreadable.raw)
    );
    let discard = move |_| {
        let sure =
            window().confirm_with_message("Replace the stored data with an empty list of issuers?");
        if sure.unwrap_or(false) {
            store.discard_unreadable();
        }
    };
    view! {
        <section class="notice notice--bad container" aria-label="Stored data cannot be read">
            <h2>"The stored issuers cannot be read"</h2>
            <p>{inline_code(&unreadable.problem)} ". Nothing was changed or deleted. Download the text before you start with an empty list."</p>
            <details>
                <summary>"Show the stored text"</summary>
                <pre tabindex="0">{untrusted_lines(&unreadable.raw)}</pre>
            </details>
            <div class="actions">
                <a class="button" href=address download="claimgate-v1.json">"Download the text"</a>
                <button type="button" class="button button--danger" on:click=discard>"Delete and start empty"</button>
            </div>
        </section>
    }
}
