//! A preview of an import, before it is saved.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::export_panel::Notes;
use super::policy_preview::PolicyPreview;
use crate::state::clock::now;
use crate::state::store::{new_id, use_store};
use crate::ui::field::Select;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate_formats::Document;
use claimgate_workbench::analysis::words::sentence_case;
use claimgate_workbench::issuers::import_plan::{Effect, Planned, plan, plan_policies};
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::policies::place_name::place_before;

/// Problems that prevent reading a text, each with its path.
#[component]
pub(crate) fn Problems(problems: Diagnostics) -> impl IntoView {
    let item = |problem: Diagnostic| {
        let place = sentence_case(&place_before(&problem.path, &problem.message));
        view! {
            <li>
                {(!place.is_empty()).then(|| view! { {inline_code(&place)} ": " })}
                {inline_code(&problem.message)}
                {problem.help.map(|help| view! { <p class="hint">{inline_code(&help)}</p> })}
            </li>
        }
    };
    view! {
        <div class="notice notice--bad" role="alert">
            <h3>"This cannot be imported"</h3>
            <ul>{problems.into_iter().map(item).collect_view()}</ul>
        </div>
    }
}

/// The parsed issuers or policies, and the button that saves them.
#[component]
pub(crate) fn ImportPreview(
    imported: Document,
    save: Callback<Vec<StoredIssuer>>,
) -> impl IntoView {
    let title = imported.kind.title();
    let organization = imported.organization.clone();
    let notes = imported.notes.clone();
    let rest = if imported.issuers.is_empty() && imported.kind.has_only_policies() {
        view! { <PoliciesPlan policies=imported.policies save=save /> }.into_any()
    } else {
        let store = use_store();
        // Planned again when another tab changes the issuers.
        let plan = move || {
            store.issuers.track();
            view! { <IssuersPlan imported=imported.clone() save=save /> }
        };
        plan.into_any()
    };
    view! {
        <p role="status">
            "Recognized as " {title}
            {organization.map(|name| view! { " for the organization " <strong>{untrusted_text(&name)}</strong> })} "."
        </p>
        <Notes notes=Signal::stored(notes) />
        {rest}
    }
}

/// Issuers: new ones, and those that replace a registered one.
#[component]
fn IssuersPlan(imported: Document, save: Callback<Vec<StoredIssuer>>) -> impl IntoView {
    let store = use_store();
    let planned = store
        .issuers
        .with_untracked(|existing| plan(imported.issuers, existing, new_id, now()));
    if planned.is_empty() {
        return view! { <p class="hint">"The text contains no issuer."</p> }.into_any();
    }
    let rows: Vec<(Planned, RwSignal<bool>)> = planned
        .into_iter()
        .map(|planned| {
            let is_wanted = planned.effect != Effect::Same;
            (planned, RwSignal::new(is_wanted))
        })
        .collect();
    let wanted: Vec<RwSignal<bool>> = rows.iter().map(|(_, wanted)| *wanted).collect();
    let items = rows
        .iter()
        .map(|(planned, wanted)| planned_view(planned, *wanted))
        .collect_view();
    let rows = StoredValue::new(rows);
    let count = move || wanted.iter().filter(|wanted| wanted.get()).count();
    let count = Memo::new(move |_| count());
    let press = move |_| {
        let chosen = rows.with_value(|rows| {
            let chosen = rows.iter().filter(|(_, wanted)| wanted.get_untracked());
            chosen
                .map(|(planned, _)| planned.issuer.clone())
                .collect::<Vec<_>>()
        });
        save.run(chosen);
    };
    view! {
        <ul class="plan" aria-label="Issuers">{items}</ul>
        <div class="actions">
            <button type="button" class="button button--primary" on:click=press disabled=move || count.get() == 0>
                {move || format!("Import {} issuer{}", count.get(), if count.get() == 1 { "" } else { "s" })}
            </button>
            <span class="hint">"You can undo this."</span>
        </div>
    }
    .into_any()
}

fn planned_view(planned: &Planned, wanted: RwSignal<bool>) -> AnyView {
    let issuer = &planned.issuer;
    let effect = match &planned.effect {
        Effect::New => view! { <span class="badge badge--good">"New"</span> }.into_any(),
        Effect::Same => view! { <span class="badge">"Already registered"</span> }.into_any(),
        Effect::Replaces { name, parts } => view! {
            <span class="badge badge--note">"Replaces " {untrusted_text(name)}</span>
            <span class="hint">"Changes: " {parts.join(", ")}</span>
        }
        .into_any(),
    };
    let claims = issuer.samples.first().map(|sample| sample.claims.clone());
    view! {
        <li class="card stack--tight">
            <label class="checkbox">
                <input type="checkbox" bind:checked=wanted />
                <strong>{untrusted_text(&issuer.name)}</strong>
            </label>
            <p><code>{untrusted_text(&issuer.url)}</code></p>
            <p class="plan__effect">{effect}</p>
            <details class="more">
                <summary>{format!("Policies ({})", issuer.policies.len())}</summary>
                <PolicyPreview policies=issuer.policies.clone() url=issuer.url.clone() claims=claims />
            </details>
        </li>
    }
    .into_any()
}

/// Policies without an issuer: the person chooses one.
#[component]
fn PoliciesPlan(
    policies: Vec<PolicyDefinition>,
    save: Callback<Vec<StoredIssuer>>,
) -> impl IntoView {
    let store = use_store();
    let choice = RwSignal::new(String::new());
    let none = (String::new(), "Choose an issuer".to_owned());
    let options = Signal::derive(move || {
        let named = store
            .issuers
            .get()
            .into_iter()
            .map(|issuer| (issuer.id, issuer.name));
        std::iter::once(none.clone())
            .chain(named)
            .collect::<Vec<_>>()
    });
    let shown_policies = policies.clone();
    let policies = StoredValue::new(policies);
    let planned = Memo::new(move |_| {
        let id = choice.get();
        let issuers = store.issuers.read();
        let known = issuers.iter().find(|issuer| issuer.id == id)?;
        Some(plan_policies(policies.get_value(), known))
    });
    let effect = move || {
        planned.get().map(|planned| match planned.effect {
            Effect::Same => "The issuer already has these policies.".to_owned(),
            _ => "They replace all policies of the issuer.".to_owned(),
        })
    };
    let press = move |_| {
        if let Some(planned) = planned.get_untracked() {
            save.run(vec![planned.issuer]);
        }
    };
    view! {
        <PolicyPreview policies=shown_policies url=String::new() claims=None />
        <Select label="Import for issuer" value=choice options=options hint="The text does not name an issuer." />
        <p class="hint" role="status">{effect}</p>
        <div class="actions">
            <button
                type="button"
                class="button button--primary"
                on:click=press
                disabled=move || planned.read().as_ref().is_none_or(|planned| planned.effect == Effect::Same)
            >
                "Import policies"
            </button>
            <span class="hint">"You can undo this."</span>
        </div>
    }
}
