//! Reading a text to import, and its preview, as a part of its own: an empty page does not need it.

use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use super::import_preview::{ImportPreview, Problems};
use claimgate_formats::import;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// Renders the preview of a text; `save` gets the issuers.
pub(crate) type Preview = fn(&str, Callback<Vec<StoredIssuer>>) -> AnyView;

/// Loads the part. If its files cannot be reached, it says so.
pub(crate) fn load(to: RwSignal<Option<Preview>>) {
    spawn_local(async move {
        #[cfg(feature = "split")]
        let loaded = load_import_preview().await;
        #[cfg(not(feature = "split"))]
        let loaded = load_import_preview();
        // The page may be gone by now.
        let _ = to.try_set(Some(loaded.unwrap_or(not_loaded)));
    });
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_import_preview, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_import_preview() -> Result<Preview, SplitLoaderError> {
    Ok(preview)
}

fn preview(text: &str, save: Callback<Vec<StoredIssuer>>) -> AnyView {
    match import(text) {
        Err(problems) => view! { <Problems problems=problems /> }.into_any(),
        Ok(imported) => view! { <ImportPreview imported=imported save=save /> }.into_any(),
    }
}

fn not_loaded(_: &str, _: Callback<Vec<StoredIssuer>>) -> AnyView {
    let again = |_| {
        let _ = window().location().reload();
    };
    view! {
        <div class="notice notice--bad" role="alert">
            <p>
                "The preview could not be loaded. Its files cannot be reached, or a newer version of Claimgate has replaced them. \
                 Reloading empties the field."
            </p>
            <div class="actions">
                <button type="button" class="button button--small" on:click=again>"Reload"</button>
            </div>
        </div>
    }
    .into_any()
}
