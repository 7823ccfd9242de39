//! The search field above a list.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::state::draft::unique;

/// The field. `/` focuses it on any page that has one (`shell/shortcuts.rs`), and Escape clears it.
#[component]
pub(crate) fn ListSearch(
    placeholder: &'static str,
    /// The id of the element that says how many there are.
    count: &'static str,
    value: Signal<String>,
    change: Callback<String>,
    /// Moves the focus to the first result.
    #[prop(optional)]
    results: Option<Callback<()>>,
) -> impl IntoView {
    let id = format!("search-{}", unique());
    let keys = move |event: KeyboardEvent| {
        match (event.key().as_str(), results) {
            ("Escape", _) => change.run(String::new()),
            ("ArrowDown", Some(results)) => results.run(()),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="field list-bar__search">
            <div class="list-bar__label">
                <label for=id.clone()>"Search"</label>
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            <input
                type="search"
                id=id
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                aria-keyshortcuts="/"
                aria-describedby=count
                prop:value=move || value.get()
                on:input:target=move |event| change.run(event.target().value())
                on:keydown=keys
            />
        </div>
    }
}
