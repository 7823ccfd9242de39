//! Drafts a policy from the token: narrow, with the choice of what to leave free.

use claimgate::claims::Claims;
use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use crate::editor::sentence::sentence_view;
use crate::playground::bench::Bench;
use crate::state::store::{Store, use_store};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_text, wrapped_text};
use claimgate_workbench::playground::draft_policy::{Facet, Pin, pins, policy};
use claimgate_workbench::playground::draft_target::DraftTarget;
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::scratch::Scratch;
use claimgate_workbench::policies::fields::PolicyFields;
use claimgate_workbench::policies::sentence::sentence;

/// The panel. Empty without claims.
#[component]
pub(crate) fn DraftPanel(bench: Bench) -> impl IntoView {
    let store = use_store();
    let claims = Memo::new(move |_| claims(bench));
    let found = Memo::new(move |_| claims.read().as_ref().map(pins).unwrap_or_default());
    let free = RwSignal::new(Vec::<Facet>::new());
    let drafted = Memo::new(move |_| policy(&found.read(), &free.read(), &bench.form.request()));
    let target = Memo::new(move |_| target(bench, store, claims.read().as_ref()?));
    let add = move |_| {
        if let (Some(policy), Some(target)) = (drafted.get_untracked(), target.get_untracked()) {
            add(bench, store, &target, policy);
        }
    };
    let label = move || target.read().as_ref().map(DraftTarget::label);
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
                    <OtherIssuer bench=bench store=store target=target />
                    <ul class="pins">
                        {move || found.get().into_iter().map(|pin| view! { <PinRow pin=pin free=free /> }).collect_view()}
                    </ul>
                    <p class="draft__policy" role="status" aria-label="Drafted policy">
                        {move || match &*drafted.read() {
                            Some(policy) => sentence_view(sentence(&PolicyFields::of(policy)), false),
                            None => view! { <span class="hint">"Keep at least one part, and name the target of the token."</span> }.into_any(),
                        }}
                    </p>
                    <button type="button" class="button" disabled=move || drafted.read().is_none() on:click=add>
                        {move || label().map(|label| untrusted_text(&label))}
                    </button>
                </div>
            </details>
        </Show>
    }
}

/// Offers to choose the issuer of the token, if another one is chosen.
#[component]
fn OtherIssuer(bench: Bench, store: Store, target: Memo<Option<DraftTarget>>) -> impl IntoView {
    let other = Memo::new(move |_| {
        let chosen = bench.form.issuer.get();
        match target.get()? {
            DraftTarget::Copy { id, name } if !chosen.is_empty() && id != chosen => {
                let issuers = store.issuers.read();
                let chosen = issuers.iter().find(|issuer| issuer.id == chosen);
                let used = chosen.map_or("The scratch set", |issuer| issuer.name.as_str());
                Some((id, name, used.to_owned()))
            }
            _ => None,
        }
    });
    move || {
        other.get().map(|(id, name, used)| {
            view! {
                <div class="notice notice--note notice--small">
                    <p>
                        <strong>{untrusted_text(&used)}</strong> " is not the issuer of this token: it comes from "
                        <strong>{untrusted_text(&name)}</strong> ", and the draft is for that issuer."
                    </p>
                    <div class="actions">
                        <button type="button" class="button button--small" on:click=move |_| bench.form.issuer.set(id.clone())>
                            "Switch to " {untrusted_text(&name)}
                        </button>
                    </div>
                </div>
            }
        })
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
    let is_dangerous = pin.is_dangerous;
    let (label, claim, value) = (pin.label, pin.claim.clone(), pin.value.clone());
    let opens = move || {
        let (begin, class) = match (is_free(), is_dangerous) {
            (false, _) => ("If left free: ", "hint"),
            (true, true) => ("Admits ", "error"),
            (true, false) => ("Admits ", "note"),
        };
        view! { <p class=class>{begin} {inline_code(pin.opens(&free.read()))} "."</p> }
    };
    view! {
        <li>
            <label class="checkbox">
                <input type="checkbox" prop:checked=move || !is_free() on:change=turn />
                <span>{label} ": " <code>{untrusted_text(&claim)}</code> " = " <code>{wrapped_text(&value)}</code></span>
            </label>
            {opens}
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

/// What a drafted policy is added to.
fn target(bench: Bench, store: Store, claims: &Claims) -> Option<DraftTarget> {
    let answered = bench.answered.read();
    let Answer::Report(report) = &answered.as_ref()?.answer else {
        return None;
    };
    let decided = report.issuer.as_ref().map(|(id, _)| id.as_str());
    Some(DraftTarget::of(claims, decided, &store.issuers.read()))
}

/// Adds a policy to the scratch set, or to a new one.
fn add(bench: Bench, store: Store, target: &DraftTarget, policy: PolicyDefinition) {
    let (set, mut policies) = match target {
        DraftTarget::Scratch => (bench.scratch.get_untracked(), bench.good.get_untracked()),
        DraftTarget::Copy { id, .. } => match store.find(id) {
            Some(issuer) => (Some(Scratch::of_issuer(&issuer)), issuer.policies),
            None => (None, Vec::new()),
        },
        DraftTarget::New { .. } => {
            let claims = bench.report_untracked().and_then(|report| report.claims);
            let registered = store.issuers.read_untracked();
            (
                Some(Scratch::of_token(claims.as_ref(), &registered)),
                Vec::new(),
            )
        }
    };
    policies.push(policy);
    if let Some(set) = set {
        bench.start_scratch(set, &policies);
    }
}
