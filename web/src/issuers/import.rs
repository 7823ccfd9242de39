//! Imports issuers and policies, after a preview.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsValue;

use super::import_part::load;
use crate::state::download::file_of;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;
use crate::ui::field::TextArea;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The page.
#[component]
pub(crate) fn ImportPage() -> impl IntoView {
    let store = use_store();
    let text = RwSignal::new(String::new());
    let file = RwSignal::new(String::new());
    let preview = RwSignal::new(None);
    let (is_empty, is_wanted) = (
        Memo::new(move |_| text.read().trim().is_empty()),
        StoredValue::new(false),
    );
    Effect::new(move || {
        if !is_empty.get() && !is_wanted.get_value() {
            is_wanted.set_value(true);
            load(preview);
        }
    });
    let done = RwSignal::new(false);
    let dirty = Memo::new(move |_| !done.get() && !is_empty.get());
    expect_context::<Unsaved>().watch(dirty);
    let navigate = use_navigate();
    let save = Callback::new(move |issuers: Vec<StoredIssuer>| {
        done.set(true);
        store.import(issuers);
        navigate("/", NavigateOptions::default());
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <h1>"Import"</h1>
            <p class="lead">
                "A Claimgate file, a response from Pulumi Cloud's API, policies as JSON, or a Pulumi program in YAML. Nothing is saved until you confirm the preview."
            </p>
            <div class="import">
                <Source text=text file=file />
                <section class="stack" aria-labelledby="understood-heading">
                    <h2 id="understood-heading">"Preview"</h2>
                    {move || match preview.get().filter(|_| !is_empty.get()) {
                        None => view! { <p class="hint">"Paste text or choose a file."</p> }.into_any(),
                        Some(preview) => preview(&text.read(), save),
                    }}
                </section>
            </div>
        </div>
    }
}

/// The source of the text: the field, a chosen file, or a dropped one.
#[component]
fn Source(text: RwSignal<String>, file: RwSignal<String>) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let read = move |holder: JsValue| {
        spawn_local(async move {
            let read = file_of(holder).await;
            failed.try_set(read.is_none());
            if let Some((name, content)) = read {
                file.try_set(name);
                text.try_set(content);
            }
        });
    };
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        if let Ok(holder) = js_sys::Reflect::get(&event, &JsValue::from_str("dataTransfer")) {
            read(holder);
        }
    };
    view! {
        <section
            class="card stack drop"
            class:drop--over=move || is_over.get()
            aria-labelledby="source-heading"
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop
        >
            <h2 id="source-heading">"Text or file"</h2>
            <div class="field">
                <label for="import-file">"File"</label>
                <input
                    type="file"
                    id="import-file"
                    accept=".json,.yaml,.yml,application/json"
                    aria-describedby="import-file-notes"
                    on:change:target=move |event| read(event.target().into())
                />
                <div id="import-file-notes" class="notes">
                    <p class="hint">"Or drop a file here. It does not leave this page."</p>
                    <p role="status">
                        {move || failed.get().then(|| view! { <span class="error">"The file could not be read as text."</span> })}
                        {move || (!file.read().is_empty()).then(|| view! {
                            <span class="good">"✓ Read " {untrusted_text(&file.read())}</span>
                        })}
                    </p>
                </div>
            </div>
            <TextArea label="Text" value=text rows=16 placeholder=r#"{"version": 1, "issuers": […]}"# />
        </section>
    }
}
