//! The bar that stays in sight: the decision, the checks at a glance, and what the decision is about.

use claimgate::inspect::{Check, Skip};
use leptos::ev;
use leptos::html::Details;
use leptos::prelude::*;

use super::bench::{Bench, Pane};
use super::panes::PaneButtons;
use super::request::{Requested, SkippedChecks};
use crate::explanation::checks::look;
use crate::explanation::verdict::{Banner, Verdict};
use claimgate_workbench::playground::evaluate::Report;

/// The bar.
#[component]
pub(crate) fn DecisionBar(
    bench: Bench,
    banner: Memo<Banner>,
    report: Memo<Option<Report>>,
    stale: Signal<bool>,
    time: Signal<i64>,
) -> impl IntoView {
    view! {
        <div class="bar">
            <div class="bar__top">
                <Verdict banner=banner stale=stale />
                {move || bench.tools.get().map(|tools| (tools.dots)(report))}
                <PaneButtons bench=bench />
            </div>
            <div class="bar__controls" role="group" aria-label="Request">
                <Requested form=bench.form />
                <Menu label=Signal::derive(move || time_label(bench)) name="Time" is_set=Signal::derive(move || !bench.form.now.read().is_empty())>
                    {move || bench.tools.get().map(|tools| (tools.times)(bench, time))}
                </Menu>
                <Menu label=Signal::stored("Skip checks".to_owned()) name="Skip checks" is_set=Signal::derive(move || bench.form.skip() != Skip::default())>
                    <SkippedChecks form=bench.form />
                </Menu>
                <ShareButton bench=bench />
            </div>
        </div>
    }
}

/// The time of the evaluation, without its date where it is set.
fn time_label(bench: Bench) -> String {
    let time = bench.form.now.get();
    match time.trim() {
        "" => "Now".to_owned(),
        time => time.to_owned(),
    }
}

/// A part that opens below its button, and closes on Escape and on a click elsewhere.
#[component]
fn Menu(
    label: Signal<String>,
    name: &'static str,
    is_set: Signal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let close = move |event: ev::KeyboardEvent| {
        if let (true, Some(details)) = (event.key() == "Escape", details.get_untracked()) {
            details.set_open(false);
            if let Ok(Some(summary)) = details.query_selector("summary") {
                let _ =
                    wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(summary).focus();
            }
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event
            .target()
            .map(wasm_bindgen::JsCast::unchecked_into::<web_sys::Node>);
        if let Some(details) = details
            .get_untracked()
            .filter(|details| !details.contains(target.as_ref()))
        {
            details.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details class="menu" name="decision-bar" node_ref=details on:keydown=close>
            <summary class="button" class:menu__set=move || is_set.get() aria-label=move || menu_label(name, &label.read())>
                {label} <span aria-hidden="true">" ▾"</span>
            </summary>
            <div class="menu__content">{children()}</div>
        </details>
    }
}

fn menu_label(name: &str, label: &str) -> String {
    if name == label {
        label.to_owned()
    } else {
        format!("{name}: {label}")
    }
}

/// Opens the panel for sharing and goes there.
#[component]
fn ShareButton(bench: Bench) -> impl IntoView {
    let share = move |_| {
        bench.is_sharing.set(true);
        bench.pane.set(Pane::Decision);
        request_animation_frame(|| {
            if let Ok(Some(summary)) = document().query_selector("#share-summary") {
                summary.scroll_into_view();
                let _ =
                    wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(summary).focus();
            }
        });
    };
    view! { <button type="button" class="button" on:click=share>"Share…"</button> }
}

/// The checks in their order, a mark and a name each.
#[component]
pub(crate) fn CheckDots(report: Memo<Option<Report>>) -> impl IntoView {
    let checks = Memo::new(move |_| {
        let report = report.read();
        report
            .as_ref()
            .map(|report| report.checks.clone())
            .unwrap_or_default()
    });
    let dot = |check: Check| {
        let (symbol, word, class) = look(check.status);
        view! {
            <li title=check.sentence>
                <span class=class aria-hidden="true">{symbol}</span>
                <span class="dots__name">{check.title}</span>
                <span class="visually-hidden">{word}</span>
            </li>
        }
    };
    move || {
        (!checks.read().is_empty()).then(|| {
            view! {
                <ol class="dots" aria-label="At a glance">
                    {checks.get().into_iter().map(dot).collect_view()}
                </ol>
            }
        })
    }
}
