//! Drafts a policy from the token: narrow, with the choice of what to leave free.

use claimgate::claims::Claims;
use leptos::prelude::*;

use crate::playground::bench::Bench;
use crate::state::store::{Store, use_store};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::draft_policy::{Facet, Pin, pins, policy};
use claimgate_workbench::playground::evaluate::Answer;

/// The panel. Empty without claims.
#[component]
pub(crate) fn DraftPanel(bench: Bench) -> impl IntoView {
    let store = use_store();
    let claims = Memo::new(move |_| claims(bench));
    let found = Memo::new(move |_| claims.read().as_ref().map(pins).unwrap_or_default());
    let free = RwSignal::new(Vec::<Facet>::new());
    let drafted = Memo::new(move |_| policy(&found.read(), &free.read(), &bench.form.request()));
    let add = move |_| {
        if let Some(policy) = drafted.get_untracked() {
            let mut policies = current(bench, store);
            policies.push(policy);
            bench.change_or_start(store, &policies);
        }
    };
    view! {
        <Show when=move || !found.read().is_empty()>
            <details
                class="more draft"
                id="draft-panel"
                on:toggle:target=move |event| bench.is_drafting.set(event.target().open())
                prop:open=move || bench.is_drafting.get()
            >
                <summary>"Draft a policy from this token"</summary>
                <div class="stack--tight">
                    <p class="hint">"An allow policy for tokens like this one. Clear a checkbox to accept any value there."</p>
                    <ul class="pins">
                        {move || found.get().into_iter().map(|pin| view! { <PinRow pin=pin free=free /> }).collect_view()}
                    </ul>
                    <button type="button" class="button" disabled=move || drafted.read().is_none() on:click=add>
                        "Add to the scratch set"
                    </button>
                </div>
            </details>
        </Show>
    }
}

#[component]
fn PinRow(pin: Pin, free: RwSignal<Vec<Facet>>) -> impl IntoView {
    let facet = pin.facet;
    let is_free = move || free.read().contains(&facet);
    let turn = move |_| {
        free.update(|free| match free.iter().position(|other| *other == facet) {
            Some(place) => drop(free.remove(place)),
            None => free.push(facet),
        });
    };
    let class = if pin.is_dangerous { "error" } else { "note" };
    let opens = pin.opens;
    view! {
        <li>
            <label class="checkbox">
                <input type="checkbox" prop:checked=move || !is_free() on:change=turn />
                <span>{pin.label} ": " <code>{untrusted_text(&pin.claim)}</code> " = " <code>{untrusted_text(&pin.value)}</code></span>
            </label>
            {move || is_free().then(|| view! { <p class=class>"Admits " {inline_code(&opens)} "."</p> })}
        </li>
    }
}

fn claims(bench: Bench) -> Option<Claims> {
    let answered = bench.answered.read();
    match &answered.as_ref()?.answer {
        Answer::Report(report) => report.claims.clone(),
        _ => None,
    }
}

/// The policies that the draft is added to.
fn current(bench: Bench, store: Store) -> Vec<claimgate::policy::PolicyDefinition> {
    if untrack(|| bench.is_scratch()) {
        return bench.good.get_untracked();
    }
    bench
        .copied(store)
        .map(|scratch| scratch.issuer.policies)
        .unwrap_or_default()
}
