//! The bar that stays in sight: the decision, the checks at a glance, and what the decision is about.

use claimgate::inspect::{Check, Skip};
use leptos::ev;
use leptos::html::Details;
use leptos::prelude::*;

use super::bench::{Bench, Pane};
use super::panes::PaneButtons;
use super::request::{Requested, SkippedChecks};
use crate::editor::focus::focus_soon;
use crate::explanation::checks::look;
use crate::explanation::verdict::{Banner, Verdict};
use claimgate_workbench::playground::evaluate::Report;

/// The bar.
#[component]
pub(crate) fn DecisionBar(
    bench: Bench,
    banner: Memo<Banner>,
    report: Memo<Option<Report>>,
    now: Signal<i64>,
) -> impl IntoView {
    let is_waiting = Memo::new(move |_| matches!(*banner.read(), Banner::Waiting(..)));
    let correct = Callback::new(move |()| match untrack(|| bench.is_scratch()) {
        true => {
            bench.pane.set(Pane::Policies);
            focus_soon("policy-errors".to_owned());
        }
        false => bench.pane.set(Pane::Token),
    });
    view! {
        <div class="bar" class:bar--waiting=move || is_waiting.get()>
            <div class="bar__top">
                <Verdict banner=banner correct=correct />
                {move || bench.tools.get().map(|tools| (tools.dots)(report))}
                <PaneButtons bench=bench />
            </div>
            <div class="bar__controls" role="group" aria-label="Request">
                <Requested form=bench.form />
                <Menu label=Signal::derive(move || time_label(bench)) name="Time" is_set=Signal::derive(move || !bench.form.now.read().is_empty())>
                    {move || bench.tools.get().map(|tools| (tools.times)(bench, now))}
                </Menu>
                <Menu label=Signal::stored("Skip checks".to_owned()) name="Skip checks" is_set=Signal::derive(move || bench.form.skip() != Skip::default())>
                    <SkippedChecks form=bench.form />
                </Menu>
                <Menu label=Signal::stored("Share".to_owned()) name="Share" is_set=Signal::stored(false) is_open=bench.is_sharing>
                    {move || bench.tools.get().map(|tools| (tools.share)(bench, report, now, bench.is_sharing.into()))}
                </Menu>
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
    /// Set to whether it is open.
    #[prop(optional)]
    is_open: Option<RwSignal<bool>>,
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
        <details
            class="menu"
            name="decision-bar"
            node_ref=details
            on:keydown=close
            on:toggle:target=move |event| if let Some(is_open) = is_open { is_open.set(event.target().open()) }
        >
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
