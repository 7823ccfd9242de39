//! Labelled fields, with a hint and an error beside them.

use leptos::prelude::*;

use super::inline_code::inline_code;
use super::untrusted_text::hidden_note;
use crate::state::draft::unique;
use claimgate_workbench::analysis::words::sentence_case;

/// A line of text.
#[component]
pub(crate) fn TextField(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] error: Signal<String>,
    #[prop(optional)] mono: bool,
    #[prop(into, optional)] list: String,
    #[prop(into, optional)] placeholder: String,
) -> impl IntoView {
    let id = format!("field-{}", unique());
    let notes = format!("{id}-notes");
    let list = (!list.is_empty()).then_some(list);
    let placeholder = (!placeholder.is_empty()).then_some(placeholder);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                type="text"
                id=id
                class:mono=mono
                list=list
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                aria-describedby=notes.clone()
                aria-invalid=move || (!error.read().is_empty()).then_some("true")
                bind:value=value
            />
            {move || hidden_note(&value.read())}
            <Notes id=notes hint=hint error=error />
        </div>
    }
}

/// Several lines of text, in a monospaced font.
#[component]
pub(crate) fn TextArea(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    rows: u32,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] error: Signal<String>,
    #[prop(into, optional)] placeholder: String,
) -> impl IntoView {
    let id = format!("field-{}", unique());
    let notes = format!("{id}-notes");
    let placeholder = (!placeholder.is_empty()).then_some(placeholder);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class="mono"
                rows=rows
                placeholder=placeholder
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=notes.clone()
                aria-invalid=move || (!error.read().is_empty()).then_some("true")
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
            <Notes id=notes hint=hint error=error />
        </div>
    }
}

/// One of several choices, each a value and a label.
#[component]
pub(crate) fn Select(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let id = format!("field-{}", unique());
    let notes = format!("{id}-notes");
    let choices = move || {
        options
            .get()
            .into_iter()
            .map(|(option, text)| {
                let this = option.clone();
                view! {
                    <option value=option prop:selected=move || *value.read() == this>
                        {text}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id aria-describedby=notes.clone() on:change:target=move |event| value.set(event.target().value())>
                {choices}
            </select>
            <Notes id=notes hint=hint error=Signal::stored(String::new()) />
        </div>
    }
}

/// A checkbox.
#[component]
pub(crate) fn Checkbox(
    #[prop(into)] label: String,
    value: RwSignal<bool>,
    #[prop(into, optional)] described_by: String,
) -> impl IntoView {
    let described_by = (!described_by.is_empty()).then_some(described_by);
    view! {
        <label class="checkbox">
            <input type="checkbox" aria-describedby=described_by bind:checked=value />
            <span>{label}</span>
        </label>
    }
}

#[component]
fn Notes(id: String, hint: String, error: Signal<String>) -> impl IntoView {
    view! {
        <div id=id class="notes">
            {(!hint.is_empty()).then(|| view! { <p class="hint">{inline_code(&hint)}</p> })}
            {move || {
                let error = error.get();
                (!error.is_empty()).then(|| view! { <p class="error">{inline_code(&sentence_case(&error))}</p> })
            }}
        </div>
    }
}

/// Values that are their own labels.
pub(crate) fn same(values: impl IntoIterator<Item = &'static str>) -> Vec<(String, String)> {
    values
        .into_iter()
        .map(|value| (value.to_owned(), value.to_owned()))
        .collect()
}
