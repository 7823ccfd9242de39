//! The list of issuers.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

use super::export_panel::ExportPanel;
use super::home::Home;
use super::issuer_row::IssuerRow;
use crate::shell::address::query_writer;
use crate::state::store::use_store;
use crate::ui::empty_state::EmptyState;
use crate::ui::field::Select;
use crate::ui::icon::{Icon, icon};
use crate::ui::list_search::ListSearch;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::listing::{Column, Listing};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The list of issuers.
#[component]
pub(crate) fn IssuersPage() -> impl IntoView {
    let store = use_store();
    let empty = Memo::new(move |_| store.issuers.read().is_empty());
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"OIDC Issuers"</h1>
                <div class="actions">
                    <A href="/import" attr:class="button">{icon(Icon::Import)} "Import"</A>
                    <A href="/issuers/new" attr:class="button button--primary">{icon(Icon::Plus)} "Register issuer"</A>
                </div>
            </div>
            <p class="lead">
                "Issuers whose tokens you accept, each with policies that decide which. This is inbound trust: a CI job or a \
                 cluster signs in with its token."
            </p>
            <Show when=move || !empty.get() fallback=Home>
                <List />
            </Show>
        </div>
    }
}

/// The table; its search and order are in the address.
#[component]
fn List() -> impl IntoView {
    let store = use_store();
    let query = use_query_map();
    let listing = Memo::new(move |_| Listing::read(|name| query.read().get(name)));
    let rows = Memo::new(move |_| listing.read().of(&store.issuers.read()));
    let write = query_writer("/");
    let go = Callback::new(move |to: Listing| write.run(to.query()));
    let sort = move |column| go.run(listing.get_untracked().sorted_by(column));
    let count = move || match (rows.read().len(), store.issuers.read().len()) {
        (shown, all) if shown == all => format!("{all} issuer{}", if all == 1 { "" } else { "s" }),
        (shown, all) => format!("{shown} of {all} issuers"),
    };
    view! {
        <div class="list-bar">
            <ListSearch
                placeholder="Name, URL, provider or rule"
                count="issuer-count"
                value=Signal::derive(move || listing.read().search.clone())
                change=Callback::new(move |search| go.run(Listing { search, ..listing.get_untracked() }))
                results=Callback::new(|()| focus_row(0))
            />
            <SortFields listing=listing go=go />
            <p id="issuer-count" class="hint list-bar__count" role="status">{count}</p>
            <A href="/map" attr:class="button">{icon(Icon::Map)} "Trust map"</A>
        </div>
        <Show
            when=move || !rows.read().is_empty()
            fallback=move || view! { <NothingFound listing=listing go=go /> }
        >
            <div class="card card--flush">
                <table class="issuers">
                    <thead><tr>
                        {Column::ALL.map(|column| view! { <Heading column=column listing=listing choose=sort /> }).collect_view()}
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody on:keydown=|event| move_focus(&event)>
                        <For each=move || rows.get() key=row_key let:issuer>
                            <IssuerRow issuer=issuer />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
        <ExportPanel issuers=store.issuers />
    }
}

fn row_key(issuer: &StoredIssuer) -> (String, u64, Option<i64>) {
    (issuer.id.clone(), issuer.revision, issuer.last_used)
}

#[component]
fn Heading(
    column: Column,
    listing: Memo<Listing>,
    choose: impl Fn(Column) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let order = move || {
        let listing = listing.read();
        match (listing.sort == Some(column), listing.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    };
    let arrow = move || match order() {
        "ascending" => "▲",
        "descending" => "▼",
        _ => "",
    };
    view! {
        <th scope="col" aria-sort=order>
            <button type="button" class="sort" on:click=move |_| choose(column)>
                {column.title()} <span class="sort__arrow" aria-hidden="true">{arrow}</span>
            </button>
        </th>
    }
}

/// The sort control for screens without room for headings.
#[component]
fn SortFields(listing: Memo<Listing>, go: Callback<Listing>) -> impl IntoView {
    let registered = ("".to_owned(), "Order of registration".to_owned());
    let columns = Column::ALL.map(|column| (column.word().to_owned(), column.title().to_owned()));
    let options: Vec<_> = std::iter::once(registered).chain(columns).collect();
    let sort = RwSignal::new(String::new());
    Effect::new(move || {
        sort.set(
            listing
                .read()
                .sort
                .map(Column::word)
                .unwrap_or_default()
                .to_owned(),
        );
    });
    Effect::new(move || {
        let word = sort.get();
        let listing = listing.get_untracked();
        if listing.sort.map(Column::word).unwrap_or_default() != word {
            let sort = Column::ALL.into_iter().find(|column| column.word() == word);
            go.run(Listing {
                sort,
                descending: false,
                ..listing
            });
        }
    });
    let turn = move |_| {
        let listing = listing.get_untracked();
        go.run(Listing {
            descending: !listing.descending,
            ..listing
        });
    };
    view! {
        <div class="list-bar__sort">
            <Select label="Sort by" value=sort options=options />
            <button type="button" class="button" on:click=turn disabled=move || listing.read().sort.is_none()>
                {move || if listing.read().descending { "▼ Descending" } else { "▲ Ascending" }}
            </button>
        </div>
    }
}

#[component]
fn NothingFound(listing: Memo<Listing>, go: Callback<Listing>) -> impl IntoView {
    let all = move |_| {
        go.run(Listing {
            search: String::new(),
            ..listing.get_untracked()
        });
    };
    let all =
        view! { <button type="button" class="button" on:click=all>"Show all issuers"</button> };
    view! {
        <EmptyState title="No issuer matches" action=all.into_any()>
            "No name, URL, provider or rule contains “" {move || untrusted_text(&listing.read().search)} "”."
        </EmptyState>
    }
}

/// Arrow keys move between issuers.
fn move_focus(event: &ev::KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let Some(row) = document()
        .active_element()
        .and_then(|element| element.closest("tr").ok().flatten())
    else {
        return;
    };
    let place = row
        .unchecked_ref::<web_sys::HtmlTableRowElement>()
        .section_row_index();
    event.prevent_default();
    focus_row(place + step);
}

fn focus_row(place: i32) {
    let link = format!(".issuers tbody tr:nth-child({}) .issuer-link", place + 1);
    if let Ok(Some(link)) = document().query_selector(&link) {
        let _ = link.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
