//! The trust map as a table.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::admin::listed::thousands;
use claimgate_workbench::admin::trust_map::{Row, TrustMap};
use claimgate_workbench::analysis::words::sentence_case;

/// A row for each policy.
#[component]
pub(super) fn MapTable(map: Memo<TrustMap>, unit: &'static str) -> impl IntoView {
    let heading = sentence_case(unit);
    let count = heading.clone();
    let rows = move || {
        map.with(|map| {
            map.rows
                .iter()
                .map(|line| row(map, line, &heading))
                .collect_view()
        })
    };
    view! {
        <section class="stack--tight trust-wide" aria-labelledby="map-table-heading">
            <h2 id="map-table-heading">"As a table"</h2>
            <div class="card card--flush">
                <table class="audit">
                    <thead><tr>
                        <th scope="col">"Issuer"</th>
                        <th scope="col">"Policy"</th>
                        <th scope="col">"Token"</th>
                        <th scope="col">"Permissions"</th>
                        <th scope="col">{count}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

/// A count, or a dash for what was not counted.
fn count(count: Option<u64>) -> AnyView {
    match count {
        Some(count) => thousands(count).into_any(),
        None => view! { <span class="hint">"–"</span> }.into_any(),
    }
}

fn row(map: &TrustMap, row: &Row, heading: &str) -> AnyView {
    let node = |place: Option<usize>| place.and_then(|place| map.nodes.get(place));
    let [policy, grant, permission] = row.rest.map(node);
    let issuer = node(Some(row.issuer));
    let name = issuer.map(|node| untrusted_text(&node.label));
    let page = issuer
        .and_then(|node| node.link.clone())
        .unwrap_or_default();
    let policy_text = match policy {
        Some(node) => {
            let (symbol, class) = match node.denies {
                true => ("✕", "mark mark--bad"),
                false => ("✓", "mark mark--good"),
            };
            view! {
                <span class=class aria-hidden="true">{symbol}</span> " " {untrusted_text(&node.label)}
                <span class="audit__detail">{inline_code(&node.detail)}</span>
            }
            .into_any()
        }
        None => view! { <span class="hint">"none: every token is denied"</span> }.into_any(),
    };
    let label = |node: Option<&claimgate_workbench::admin::trust_map::Node>| {
        node.map(|node| untrusted_text(&node.label))
    };
    view! {
        <tr>
            <td data-label="Issuer"><A href=page>{name}</A></td>
            <td data-label="Policy"><span>{policy_text}</span></td>
            <td data-label="Token"><span>{label(grant)}</span></td>
            <td data-label="Permissions"><span>{label(permission)}</span></td>
            <td data-label=heading.to_owned()>{count(row.count)}</td>
        </tr>
    }
    .into_any()
}
