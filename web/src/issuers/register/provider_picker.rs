//! A provider picker with groups and a search field.

use leptos::prelude::*;

use crate::ui::provider_mark::provider_mark;
use claimgate_providers::{Group, Provider};

/// The groups, as radio buttons with one name, so that the arrow keys reach all of them. An empty
/// choice is a custom issuer.
#[component]
pub(crate) fn ProviderPicker(
    #[prop(into)] choice: Signal<String>,
    choose: Callback<String>,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let words: Vec<String> = search
            .read()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        claimgate_providers::all()
            .iter()
            .filter(|provider| is_found(provider, &words))
            .collect::<Vec<_>>()
    });
    let groups = move || {
        let group = |group: Group| {
            let members: Vec<_> = found
                .read()
                .iter()
                .filter(|provider| provider.group == group)
                .copied()
                .collect();
            (!members.is_empty()).then(|| group_view(group, &members, choice, choose))
        };
        Group::ALL.into_iter().map(group).collect_view()
    };
    let is_custom_found =
        move || "custom other".contains(search.read().trim().to_lowercase().as_str());
    view! {
        <div class="picker">
            <div class="field">
                <label for="provider-search">"Find a provider"</label>
                <input
                    type="search"
                    id="provider-search"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="GitHub, Kubernetes, …"
                    aria-describedby="provider-count"
                    on:input:target=move |event| search.set(event.target().value())
                    on:keydown=|event| if event.key() == "Enter" { event.prevent_default() }
                />
            </div>
            <Show when=is_custom_found>
                <fieldset class="picker__group">
                    <legend>"Any other issuer"</legend>
                    <div class="picker__choices">{option("", "Custom", choice, choose)}</div>
                </fieldset>
            </Show>
            {groups}
            <p id="provider-count" class="hint" role="status">
                {move || match found.read().len() {
                    0 => "No provider matches. Choose Custom: any issuer can be registered.".to_owned(),
                    count => format!("{count} provider{}", if count == 1 { "" } else { "s" }),
                }}
            </p>
        </div>
    }
}

fn group_view(
    group: Group,
    members: &[&'static Provider],
    choice: Signal<String>,
    choose: Callback<String>,
) -> AnyView {
    let options = members
        .iter()
        .map(|provider| option(&provider.id, &provider.name, choice, choose))
        .collect_view();
    view! {
        <fieldset class="picker__group">
            <legend>{group.title()}</legend>
            <div class="picker__choices">{options}</div>
        </fieldset>
    }
    .into_any()
}

fn option(id: &str, name: &str, choice: Signal<String>, choose: Callback<String>) -> AnyView {
    let (value, this, chosen) = (id.to_owned(), id.to_owned(), id.to_owned());
    view! {
        <label class="choice">
            <input
                type="radio"
                name="provider"
                value=value
                prop:checked=move || *choice.read() == this
                on:change=move |_| choose.run(chosen.clone())
            />
            {(!id.is_empty()).then(|| provider_mark(name))}
            <span>{name.to_owned()}</span>
        </label>
    }
    .into_any()
}

fn is_found(provider: &Provider, words: &[String]) -> bool {
    let text = format!(
        "{} {} {}",
        provider.name,
        provider.id,
        provider.group.title()
    )
    .to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
