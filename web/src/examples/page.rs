//! Examples: typical situations, each of which opens in the playground.

use claimgate::explain::Outcome;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::playground::page::Playground;
use crate::shell::address::query_writer;
use crate::shell::not_found::NotFoundPage;
use crate::shell::page_title::show_title;
use crate::ui::empty_state::EmptyState;
use crate::ui::list_search::ListSearch;
use crate::ui::provider_mark::provider_mark;
use claimgate_workbench::playground::category::Category;
use claimgate_workbench::playground::example_filter::Filter;
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

/// All examples, by category; the search and the filters are in the address.
#[component]
pub(crate) fn ExamplesPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::read(|name| query.read().get(name)));
    let shown = Memo::new(move |_| filter.read().matching());
    let write = query_writer("/examples");
    let go = Callback::new(move |to: Filter| write.run(to.query()));
    let count = move || match shown.read().len() {
        1 => "1 example".to_owned(),
        count => format!("{count} examples"),
    };
    view! {
        <div class="container stack">
            <h1>"Examples"</h1>
            <p class="lead">
                "Common situations with tokens and policies. Each opens in the playground, where you can change everything; \
                nothing is saved."
            </p>
            <Filters filter=filter go=go count=count />
            {move || shown.read().is_empty().then(|| view! { <NoneMatches go=go /> })}
            {Category::ALL.map(|category| view! { <Section category=category shown=shown /> }).collect_view()}
        </div>
    }
}

#[component]
fn Filters(
    filter: Memo<Filter>,
    go: Callback<Filter>,
    count: impl Fn() -> String + Send + 'static,
) -> impl IntoView {
    let decision = |label: &'static str, value: Option<Outcome>| {
        view! {
            <button
                type="button"
                aria-pressed=move || (filter.read().decision == value).to_string()
                on:click=move |_| go.run(Filter { decision: value, ..filter.get_untracked() })
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="list-bar">
            <ListSearch
                placeholder="Title, provider or code"
                count="example-count"
                value=Signal::derive(move || filter.read().search.clone())
                change=Callback::new(move |search| go.run(Filter { search, ..filter.get_untracked() }))
            />
            <div class="segments" role="group" aria-label="Decision">
                {decision("All", None)} {decision("Allowed", Some(Outcome::Allowed))} {decision("Denied", Some(Outcome::Denied))}
            </div>
            <p id="example-count" class="hint list-bar__count" role="status">{count}</p>
        </div>
        <div class="chips" role="group" aria-label="Category">
            {std::iter::once(None).chain(Category::ALL.map(Some)).map(|category| chip(category, filter, go)).collect_view()}
        </div>
    }
}

fn chip(category: Option<Category>, filter: Memo<Filter>, go: Callback<Filter>) -> AnyView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || (filter.read().category == category).to_string()
            on:click=move |_| go.run(Filter { category, ..filter.get_untracked() })
        >
            {category.map_or("All categories", Category::title)}
        </button>
    }
    .into_any()
}

/// The examples of a category, if any is listed.
#[component]
fn Section(category: Category, shown: Memo<Vec<&'static Example>>) -> impl IntoView {
    let own = Memo::new(move |_| {
        let shown = shown.read();
        let own = shown.iter().filter(|example| example.category == category);
        own.copied().collect::<Vec<_>>()
    });
    let id = format!("examples-{}", category.word());
    move || {
        (!own.read().is_empty()).then(|| {
            view! {
                <section class="stack--tight" aria-labelledby=id.clone()>
                    <h2 id=id.clone()>{category.title()}</h2>
                    <ul class="gallery">
                        {own.get().into_iter().map(|example| view! { <Card example=example /> }).collect_view()}
                    </ul>
                </section>
            }
        })
    }
}

#[component]
fn NoneMatches(go: Callback<Filter>) -> impl IntoView {
    let all = view! {
        <button type="button" class="button" on:click=move |_| go.run(Filter::default())>"Show all examples"</button>
    };
    view! {
        <EmptyState title="No example matches" action=all.into_any()>
            "Search for a word in the title, a provider, or an error code."
        </EmptyState>
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
            <div class="example__head">
                {provider.map(provider_mark)}
                <h3><A href=format!("/examples/{}", example.id)>{example.title.as_str()}</A></h3>
            </div>
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
