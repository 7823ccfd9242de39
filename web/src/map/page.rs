//! The page of the trust map.

use claimgate_api::StatisticsBody;
use leptos::prelude::*;
use leptos_router::components::A;

use super::drawing::Drawing;
use super::table::MapTable;
use super::tree::MapTree;
use crate::connected::loaded::{Loaded, Problem};
use crate::shell::page_title::show_title;
use crate::state::clock::now;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::empty_state::EmptyState;
use claimgate_workbench::admin::bars::statistics_query;
use claimgate_workbench::admin::range::Range;
use claimgate_workbench::admin::trust_map::{MOST, TrustMap, sample_counts};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// What the lines count.
const PERIODS: [(&str, Range); 2] = [("24 h", Range::Last("24h")), ("7 d", Range::Any)];

/// The map. With a server the lines count exchanges, and without one samples.
#[component]
pub(crate) fn MapPage() -> impl IntoView {
    show_title("Trust map");
    let store = use_store();
    let sync = Sync::of(store);
    let range = RwSignal::new(Range::Any);
    let statistics = sync.map(|sync| {
        let path = Memo::new(move |_| {
            let query = statistics_query(range.get(), now());
            sync.organization_path(&format!("/oidc/statistics?{query}"))
        });
        Loaded::<StatisticsBody>::new(sync, path)
    });
    let map = Memo::new(move |_| {
        let issuers = store.issuers.read();
        match statistics {
            Some(statistics) => counted(&issuers, statistics.body.read().as_ref()),
            None => sampled(&issuers),
        }
    });
    let drawn = Memo::new(move |_| map.with(|map| (map.rows.len() <= MOST).then(|| map.clone())));
    let is_empty = move || store.issuers.read().is_empty();
    let unit = if sync.is_some() { "exchanges" } else { "tests" };
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"Trust map"</h1>
                {sync.map(|_| view! { <Period range=range /> })}
            </div>
            <p class="lead">
                "Which issuers lead to which access tokens, through which policies. The more " {unit}
                " a policy decided, the thicker its lines; denials are dashed."
            </p>
            {statistics.map(|statistics| view! {
                <Problem what="The exchanges could not be counted" sentence=statistics.problem again=move |()| statistics.load() />
            })}
            <Show when=move || !is_empty() fallback=nothing>
                {move || match drawn.get() {
                    Some(map) => view! { <Drawing map=map unit=unit /> }.into_any(),
                    None => view! {
                        <p class="notice notice--note trust-wide">"There are too many policies to draw. The table lists all of them."</p>
                    }
                    .into_any(),
                }}
                <MapTree map=map unit=unit />
                <MapTable map=map unit=unit />
            </Show>
        </div>
    }
}

/// The map with the exchanges that a server counted.
fn counted(issuers: &[StoredIssuer], statistics: Option<&StatisticsBody>) -> TrustMap {
    TrustMap::of(issuers, |id, index| {
        let own = statistics?
            .policies
            .iter()
            .filter(|count| count.issuer == id && count.policy == Some(index));
        let sum: i64 = own.map(|count| count.allowed + count.denied).sum();
        u64::try_from(sum).ok()
    })
}

/// The map with the samples of the issuers.
fn sampled(issuers: &[StoredIssuer]) -> TrustMap {
    let counts: Vec<_> = issuers
        .iter()
        .map(|issuer| (&issuer.id, sample_counts(issuer)))
        .collect();
    TrustMap::of(issuers, |id, index| {
        let own = counts.iter().find(|(other, _)| *other == id);
        own.and_then(|(_, counts)| counts.get(index).copied())
    })
}

#[component]
fn Period(range: RwSignal<Range>) -> impl IntoView {
    let button = |(label, own): (&'static str, Range)| {
        view! {
            <button type="button" aria-pressed=move || (range.get() == own).to_string() on:click=move |_| range.set(own)>{label}</button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="Exchanges of the last">{PERIODS.map(button).into_iter().collect_view()}</div>
    }
}

fn nothing() -> AnyView {
    let actions = view! {
        <div class="actions">
            <A href="/issuers/new" attr:class="button button--primary">"Register issuer"</A>
            <A href="/examples">"See an example"</A>
        </div>
    };
    view! {
        <EmptyState title="No issuers yet" action=actions.into_any()>
            "The map shows each issuer, such as GitHub Actions, the policies on its tokens, and the access tokens that they lead \
             to. It is empty until you register one."
        </EmptyState>
    }
    .into_any()
}
