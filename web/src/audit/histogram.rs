//! The histogram of exchanges above the audit log, and the same numbers as a table.

use claimgate_api::StatisticsBody;
use leptos::prelude::*;

use super::filters::Search;
use crate::connected::loaded::{Loaded, Problem, local_time};
use crate::state::clock::{now, offset_at};
use crate::state::remote::sync::Sync;
use crate::ui::svg_title::svg_title;
use claimgate_workbench::admin::bars::{
    Bar, axis_top, bars, histogram_query, not_counted, shown_sides, time_labels,
};
use claimgate_workbench::admin::listed::thousands;
use claimgate_workbench::admin::range::Range;
use claimgate_workbench::text::local_time::local;

/// The height of the bars, and the width of each with its gap.
const HEIGHT: f64 = 64.0;
const WIDTH: f64 = 10.0;

/// The histogram of a search, as far as the server counts exchanges by its filters. It is loaded again when
/// `refreshed` changes.
#[component]
pub(crate) fn Histogram(sync: Sync, search: Search, refreshed: RwSignal<u32>) -> impl IntoView {
    let path = Memo::new(move |_| {
        let query = histogram_query(&search.query.read(), now());
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
            <Problem what="The exchanges could not be counted" sentence=statistics.problem again=move |()| statistics.load() />
            {move || statistics.body.get().map(|body| chart(search, &body))}
            {move || not_counted(&search.query.read()).map(|filters| view! {
                <p class="hint">"Not applied to these counts: " {filters} "."</p>
            })}
        </section>
    }
}

fn chart(search: Search, body: &StatisticsBody) -> AnyView {
    let query = search.query.get();
    let sides = shown_sides(&query.decision);
    let bars: Vec<_> = bars(body).into_iter().map(|bar| bar.only(sides)).collect();
    let sum = |part: fn(&Bar) -> u64| bars.iter().map(part).sum::<u64>();
    let (allowed, denied) = (sum(|bar| bar.allowed), sum(|bar| bar.denied));
    let most = bars.iter().map(Bar::total).max().unwrap_or_default();
    let counts = [("allowed", allowed), ("denied", denied)];
    let counts = counts
        .into_iter()
        .zip(sides)
        .filter(|(_, is_shown)| *is_shown);
    let counts: Vec<_> = counts.map(|(count, _)| count).collect();
    let words: Vec<_> = counts
        .iter()
        .map(|(word, count)| format!("{} {word}", thousands(*count)))
        .collect();
    let label = format!(
        "Exchanges: {}; at most {} in one bar",
        words.join(" and "),
        thousands(most)
    );
    let legend = counts.iter().zip(words).map(|((word, _), text)| {
        let class = format!("histogram__key histogram__key--{word}");
        view! { <span><span class=class aria-hidden="true"></span> {text}</span> }
    });
    let rows = bars.iter().filter(|bar| bar.total() > 0).rev();
    let rows = rows.map(|bar| row(search, *bar, sides)).collect_view();
    let heads = ["Allowed", "Denied"].into_iter().zip(sides);
    let heads = heads.filter_map(|(head, is_shown)| is_shown.then_some(head));
    let period = match query.range {
        Range::Any => view! { "The last 7 days" }.into_any(),
        _ => view! { {local_time(body.since)} " to " {local_time(body.until)} }.into_any(),
    };
    view! {
        <div class="histogram__head">
            <h2 id="histogram-heading">"Exchanges"</h2>
            <p class="hint">{period}</p>
            <p class="histogram__legend">{legend.collect_view()}</p>
        </div>
        {picture(&bars, label, axis_top(most))}
        <details class="more">
            <summary>"Show as a table"</summary>
            <div class="histogram__table" tabindex="0" role="region" aria-label="Exchanges by time">
                <table class="histogram__data">
                    <thead><tr>
                        <th scope="col">"From"</th>
                        <th scope="col">"Until"</th>
                        {heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view()}
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// The bars with the labels of both axes, which the picture's own label makes superfluous for screen readers.
fn picture(bars: &[Bar], label: String, top: u64) -> AnyView {
    let width = bars.len() as f64 * WIDTH;
    let drawn = bars.iter().enumerate();
    let drawn = drawn
        .map(|(place, bar)| drawn_bar(place, *bar, top))
        .collect_view();
    let times = time_labels(bars, offset_at).into_iter();
    let times = times
        .map(|time| view! { <span>{time}</span> })
        .collect_view();
    view! {
        <div class="histogram__picture">
            <div class="histogram__counts" aria-hidden="true"><span>{thousands(top)}</span> <span>"0"</span></div>
            <svg
                class="histogram__bars"
                role="img"
                aria-label=label
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                <path class="histogram__line" d=format!("M0 0.5H{width}M0 {}H{width}", HEIGHT / 2.0) />
                {drawn}
            </svg>
            <div class="histogram__times" aria-hidden="true">{times}</div>
        </div>
    }
    .into_any()
}

/// A bar: denied exchanges on top of allowed ones.
fn drawn_bar(place: usize, bar: Bar, top: u64) -> AnyView {
    let height = |count: u64| match (count, top) {
        (0, _) | (_, 0) => 0.0,
        // What is there can be seen.
        _ => (count as f64 / top as f64 * HEIGHT).max(1.5),
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

fn row(search: Search, bar: Bar, [allowed, denied]: [bool; 2]) -> AnyView {
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
            {allowed.then(|| view! { <td data-label="Allowed">{thousands(bar.allowed)}</td> })}
            {denied.then(|| view! { <td data-label="Denied">{thousands(bar.denied)}</td> })}
        </tr>
    }
    .into_any()
}
