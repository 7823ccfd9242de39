//! The messages of the store as a part of its own: most pages have none.

use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use super::messages::StoreMessages;
use crate::state::store::use_store;

type View = fn() -> AnyView;

/// The messages, loaded with the first one.
#[component]
pub(crate) fn Messages() -> impl IntoView {
    let store = use_store();
    let has_any = Memo::new(move |_| {
        store.problem.read().is_some()
            || store.unreadable.read().is_some()
            || !store.conflicts.read().is_empty()
    });
    let (messages, is_wanted) = (RwSignal::new(None), StoredValue::new(false));
    Effect::new(move || {
        if has_any.get() && !is_wanted.get_value() {
            is_wanted.set_value(true);
            load(messages);
        }
    });
    move || messages.get().map(|view: View| view())
}

fn load(to: RwSignal<Option<View>>) {
    spawn_local(async move {
        #[cfg(feature = "split")]
        let loaded = load_messages().await;
        #[cfg(not(feature = "split"))]
        let loaded = load_messages();
        to.set(Some(loaded.unwrap_or(not_loaded)));
    });
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_messages, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_messages() -> Result<View, SplitLoaderError> {
    Ok(|| view! { <StoreMessages /> }.into_any())
}

/// What matters most of the messages, where they cannot be loaded.
fn not_loaded() -> AnyView {
    let store = use_store();
    let text = move || {
        match store.problem.get() {
        Some(problem) => format!(
            "Not stored: {problem}. Issuers and policies are kept in this tab only, until it is closed or reloaded."
        ),
        None => "The stored issuers cannot be read, or two versions of them conflict. The controls for this could not be \
                 loaded: reload the page before you change anything."
            .to_owned(),
    }
    };
    view! { <p class="notice notice--bad container" role="alert">{text}</p> }.into_any()
}
