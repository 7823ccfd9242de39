//! Examples: typical situations, each of which opens in the playground.

use claimgate::explain::Outcome;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::page::Playground;
use crate::shell::not_found::NotFoundPage;
use crate::shell::page_title::show_title;
use claimgate_workbench::playground::gallery::{self, Example};

/// An example in the playground.
#[component]
pub(crate) fn ExamplePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    Effect::new(move || {
        show_title(gallery::find(&id.read()).map_or("Page not found", |example| &example.title));
    });
    move || match gallery::find(&id.read()) {
        Some(example) => view! { <Playground example=Some(example) /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

/// All examples.
#[component]
pub(crate) fn ExamplesPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.read().get("decision").unwrap_or_default());
    let shown = move || {
        gallery::all()
            .iter()
            .filter(move |example| wanted.read().is_empty() || *wanted.read() == word(example))
    };
    let count = move || {
        let count = shown().count();
        if count == 1 {
            "1 example".to_owned()
        } else {
            format!("{count} examples")
        }
    };
    view! {
        <div class="container stack">
            <h1>"Examples"</h1>
            <p class="lead">
                "Situations that people meet with tokens and policies. Each opens in the playground as a scratch set, to be \
                changed at will; nothing is saved."
            </p>
            <div class="section-head">
                <div class="segments" role="group" aria-label="Decision">
                    {[("All", ""), ("Allowed", "allowed"), ("Denied", "denied")].map(|(label, value)| filter(label, value, wanted))}
                </div>
                <p class="hint" role="status">{count}</p>
            </div>
            <ul class="gallery" aria-label="Examples">
                {move || shown().map(|example| view! { <Card example=example /> }).collect_view()}
            </ul>
        </div>
    }
}

fn filter(label: &'static str, value: &'static str, wanted: Memo<String>) -> impl IntoView {
    let navigate = use_navigate();
    let choose = move |_| {
        let query = if value.is_empty() {
            String::new()
        } else {
            format!("?decision={value}")
        };
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&format!("/examples{query}"), options);
    };
    view! {
        <button type="button" aria-pressed=move || (*wanted.read() == value).to_string() on:click=choose>{label}</button>
    }
}

fn word(example: &Example) -> &'static str {
    match example.expected.decision {
        Outcome::Allowed => "allowed",
        Outcome::Denied => "denied",
    }
}

#[component]
fn Card(example: &'static Example) -> impl IntoView {
    let (symbol, class, decided) = match example.expected.decision {
        Outcome::Allowed => ("✓", "mark mark--good", "Allowed"),
        Outcome::Denied => ("✕", "mark mark--bad", "Denied"),
    };
    let provider =
        claimgate_providers::find(&example.provider).map(|provider| provider.name.as_str());
    view! {
        <li class="card example">
            <h2><A href=format!("/examples/{}", example.id)>{example.title.as_str()}</A></h2>
            <p>{example.story.as_str()}</p>
            <p class="example__facts">
                <span class=class aria-hidden="true">{symbol}</span>
                <strong>{decided}</strong>
                <code>{example.expected.code.as_str()}</code>
                <span class="hint">{provider}</span>
            </p>
        </li>
    }
}
