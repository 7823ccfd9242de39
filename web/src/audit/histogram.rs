//! The histogram of exchanges above the audit log, and the same numbers as a table.

use claimgate_api::StatisticsBody;
use leptos::prelude::*;

use super::filters::Search;
use crate::connected::loaded::{Loaded, Problem, local_time};
use crate::state::clock::{now, offset_at};
use crate::state::remote::sync::Sync;
use crate::ui::svg_title::svg_title;
use claimgate_workbench::admin::bars::{Bar, bars, statistics_query};
use claimgate_workbench::admin::listed::thousands;
use claimgate_workbench::admin::range::Range;
use claimgate_workbench::text::local_time::local;

/// The height of the bars, and the width of each with its gap.
const HEIGHT: f64 = 64.0;
const WIDTH: f64 = 10.0;

/// The histogram for the range of the search. Its other filters have no effect on it. It is loaded again
/// when `refreshed` changes.
#[component]
pub(crate) fn Histogram(sync: Sync, search: Search, refreshed: RwSignal<u32>) -> impl IntoView {
    let path = Memo::new(move |_| {
        let query = statistics_query(search.query.read().range, now());
        sync.organization_path(&format!("/oidc/statistics?{query}"))
    });
    let statistics = Loaded::<StatisticsBody>::new(sync, path);
    Effect::new(move || {
        if refreshed.get() > 0 {
            statistics.load();
        }
    });
    view! {
        <section class="card histogram" aria-labelledby="histogram-heading">
            <Problem what="The exchanges could not be counted" sentence=statistics.problem />
            {move || statistics.body.get().map(|body| chart(search, &body))}
        </section>
    }
}

fn chart(search: Search, body: &StatisticsBody) -> AnyView {
    let bars = bars(body);
    let sum = |part: fn(&Bar) -> u64| bars.iter().map(part).sum::<u64>();
    let (allowed, denied) = (sum(|bar| bar.allowed), sum(|bar| bar.denied));
    let most = bars.iter().map(Bar::total).max().unwrap_or_default();
    let label = format!(
        "{} exchanges were allowed and {} denied; at most {} in one bar",
        thousands(allowed),
        thousands(denied),
        thousands(most)
    );
    let width = bars.len() as f64 * WIDTH;
    let drawn = bars
        .iter()
        .enumerate()
        .map(|(place, bar)| drawn(place, *bar, most))
        .collect_view();
    let rows = bars.iter().filter(|bar| bar.total() > 0).rev();
    let rows = rows.map(|bar| row(search, *bar)).collect_view();
    view! {
        <div class="histogram__head">
            <h2 id="histogram-heading">"All exchanges"</h2>
            <p class="hint">{local_time(body.since)} " to " {local_time(body.until)}</p>
            <p class="histogram__legend">
                <span><span class="histogram__key histogram__key--allowed" aria-hidden="true"></span> {thousands(allowed)} " allowed"</span>
                <span><span class="histogram__key histogram__key--denied" aria-hidden="true"></span> {thousands(denied)} " denied"</span>
            </p>
        </div>
        <svg
            class="histogram__bars"
            role="img"
            aria-label=label
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
        >{drawn}</svg>
        <details class="more">
            <summary>"Show as a table"</summary>
            <div class="histogram__table" tabindex="0" role="region" aria-label="Exchanges by time">
                <table class="histogram__data">
                    <thead><tr>
                        <th scope="col">"From"</th>
                        <th scope="col">"Until"</th>
                        <th scope="col">"Allowed"</th>
                        <th scope="col">"Denied"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// A bar: denied exchanges on top of allowed ones.
fn drawn(place: usize, bar: Bar, most: u64) -> AnyView {
    let height = |count: u64| match (count, most) {
        (0, _) | (_, 0) => 0.0,
        // What is there can be seen.
        _ => (count as f64 / most as f64 * HEIGHT).max(1.5),
    };
    let (allowed, denied) = (height(bar.allowed), height(bar.denied));
    let x = place as f64 * WIDTH + 1.0;
    let title = format!(
        "{}: {} allowed, {} denied",
        local(bar.since, offset_at(bar.since)),
        bar.allowed,
        bar.denied
    );
    view! {
        <g>
            {svg_title(title)}
            <rect class="histogram__all" x=x y=0 width=WIDTH - 2.0 height=HEIGHT />
            <rect class="histogram__allowed" x=x y=HEIGHT - allowed width=WIDTH - 2.0 height=allowed />
            <rect class="histogram__denied" x=x y=(HEIGHT - allowed - denied).max(0.0) width=WIDTH - 2.0 height=denied />
        </g>
    }
    .into_any()
}

fn row(search: Search, bar: Bar) -> AnyView {
    let narrow = move |_| {
        search.change(false, |query| {
            query.range = Range::Between(Some(bar.since), Some(bar.until));
        });
    };
    view! {
        <tr>
            <td data-label="From">
                <button type="button" class="button button--small" on:click=narrow>{local_time(bar.since)}</button>
            </td>
            <td data-label="Until">{local_time(bar.until)}</td>
            <td data-label="Allowed">{thousands(bar.allowed)}</td>
            <td data-label="Denied">{thousands(bar.denied)}</td>
        </tr>
    }
    .into_any()
}
