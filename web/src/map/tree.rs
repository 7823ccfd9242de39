//! The trust map where the picture has no room: a list of each issuer's policies, with where they lead.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::admin::listed::thousands;
use claimgate_workbench::admin::trust_map::{Node, Row, TrustMap};

/// The list. `unit` is what the bars count.
#[component]
pub(super) fn MapTree(map: Memo<TrustMap>, unit: &'static str) -> impl IntoView {
    let issuers = move || {
        map.with(|map| {
            let groups = map.rows.chunk_by(|one, other| one.issuer == other.issuer);
            groups.map(|rows| issuer(map, rows, unit)).collect_view()
        })
    };
    view! { <div class="trust-tree" role="group" aria-label="Trust map">{issuers}</div> }
}

fn issuer(map: &TrustMap, rows: &[Row], unit: &'static str) -> Option<AnyView> {
    let node = map.nodes.get(rows.first()?.issuer)?;
    let (name, page) = (
        untrusted_text(&node.label),
        node.link.clone().unwrap_or_default(),
    );
    let policies = rows.iter().filter_map(|row| policy(map, row, unit));
    let policies: Vec<_> = policies.collect();
    let list = match policies.is_empty() {
        true => view! { <p class="hint">"No policies: every token is denied."</p> }.into_any(),
        false => view! { <ul>{policies}</ul> }.into_any(),
    };
    Some(
        view! {
            <section class="card stack--tight">
                <h2>{provider_mark(&node.label)} <A href=page>{name}</A></h2>
                {list}
            </section>
        }
        .into_any(),
    )
}

fn policy(map: &TrustMap, row: &Row, unit: &'static str) -> Option<AnyView> {
    let node = |place: Option<usize>| place.and_then(|place| map.nodes.get(place));
    let [policy, grant, permission] = row.rest.map(node);
    let policy = policy?;
    let (class, symbol, mark) = match policy.denies {
        true => ("trust-tree__policy is-denied", "✕", "mark mark--bad"),
        false => ("trust-tree__policy", "✓", "mark mark--good"),
    };
    let label = |node: &Node| untrusted_text(&node.label);
    let leads_to = grant.map(|grant| {
        view! {
            <p class="trust-tree__grant">
                {icon(Icon::Forward)} <span>{label(grant)}</span>
                {permission.map(|permission| view! { {icon(Icon::Forward)} <span>{label(permission)}</span> })}
            </p>
        }
    });
    Some(
        view! {
            <li class=class>
                <p><span class=mark aria-hidden="true">{symbol}</span> " " <strong>{label(policy)}</strong></p>
                <p class="trust-tree__rules">{inline_code(&policy.detail)}</p>
                {leads_to}
                <p class="trust-tree__count">{bar(row.count, map.most())} <span>{words(row.count, unit)}</span></p>
            </li>
        }
        .into_any(),
    )
}

/// "12 exchanges", "1 test".
fn words(count: Option<u64>, unit: &str) -> String {
    match count {
        Some(1) => format!("1 {}", unit.trim_end_matches('s')),
        Some(count) => format!("{} {unit}", thousands(count)),
        None => format!("{unit} not counted"),
    }
}

/// The share of the largest count, as a bar.
fn bar(count: Option<u64>, most: u64) -> Option<AnyView> {
    let share = match (count?, most) {
        (_, 0) => 0.0,
        (count, most) => count as f64 / most as f64 * 100.0,
    };
    Some(
        view! {
            <svg class="trust-tree__bar" aria-hidden="true">
                <rect class="trust-tree__all" width="100%" height="100%" rx="3" />
                <rect width=format!("{share}%") height="100%" rx="3" />
            </svg>
        }
        .into_any(),
    )
}
