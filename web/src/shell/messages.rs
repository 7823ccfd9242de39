//! What the store reports, above the page: data that is not stored or cannot be read, and conflicts.

use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;

use super::conflict_notice::ConflictNotice;
use crate::state::remote::extras;
use crate::state::store::{Store, Unreadable, use_store};
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
        {move || not_stored(store).map(|problem| view! { <NotStored problem=problem /> })}
        {move || store.unreadable.get().map(|unreadable| view! { <UnreadableNotice unreadable=unreadable /> })}
        {move || store.conflicts.get().into_iter().map(|conflict| {
            view! { <ConflictNotice conflict=conflict swapped=swapped /> }
        }).collect_view()}
    }
}

/// Why the last change is not stored. With a server, the notice of unreadable text says it.
fn not_stored(store: Store) -> Option<String> {
    let is_said = store.remote.is_some() && store.unreadable.read().is_some();
    store.problem.get().filter(|_| !is_said)
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
    let (title, question, start, delete) = match store.remote {
        None => (
            "The stored issuers cannot be read",
            "Replace the stored data with an empty list of issuers?",
            "Download the text before you start with an empty list",
            "Delete and start empty",
        ),
        Some(_) => (
            "What this browser has stored about the server's issuers cannot be read",
            "Delete what this browser has stored about the server's issuers?",
            "The server has all issuers and policies; this browser may have tests from before. Download the text before you delete it",
            "Delete the text",
        ),
    };
    let discard = move |_| {
        if window()
            .confirm_with_message(question)
            .is_ok_and(|sure| sure)
        {
            discard_unreadable(store);
        }
    };
    view! {
        <section class="notice notice--bad container" aria-label="Stored data cannot be read">
            <h2>{title}</h2>
            <p>{inline_code(&unreadable.problem)} ". Nothing was changed or deleted. " {start} "."</p>
            <details>
                <summary>"Show the stored text"</summary>
                <pre tabindex="0">{untrusted_lines(&unreadable.raw)}</pre>
            </details>
            <div class="actions">
                <a class="button" href=address download="claimgate-v1.json">"Download the text"</a>
                <button type="button" class="button button--danger" on:click=discard>{delete}</button>
            </div>
        </section>
    }
}

fn discard_unreadable(store: Store) {
    let Some(remote) = store.remote else {
        return store.discard_unreadable();
    };
    extras::discard(&remote.organization.get_untracked());
    store.unreadable.set(None);
    remote.changed();
}
