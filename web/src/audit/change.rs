//! The page of one change, with what was different before and after.

use claimgate_api::{ChangeBody, FindingBody};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::Value;

use super::changes::overridden;
use crate::connected::author::author;
use crate::connected::loaded::{Loaded, Problem, local_time, zone_name};
use crate::shell::not_found::NotFoundPage;
use crate::shell::page_title::show_title;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_formats::percent_encode;
use claimgate_workbench::policies::place_name::place_name;

/// One change. One of another organization is found with the bootstrap token.
#[component]
pub(crate) fn ChangePage() -> impl IntoView {
    let Some(sync) = Sync::of(use_store()) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    show_title("Change");
    let params = use_params_map();
    let path = Memo::new(move |_| {
        let id = percent_encode(&params.read().get("id").unwrap_or_default());
        match sync.is_root() {
            true => format!("/api/admin/changes/{id}"),
            false => sync.organization_path(&format!("/changes/{id}")),
        }
    });
    let change = Loaded::<ChangeBody>::new(sync, path);
    let is_loading = move || change.body.read().is_none() && change.problem.read().is_empty();
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit/changes">"Changes by administrators"</A></p>
            <h1>"Change"</h1>
            <Problem what="The change could not be loaded" sentence=change.problem />
            {move || is_loading().then(|| view! { <p class="hint" role="status">"Loading…"</p> })}
            {move || change.body.get().map(|change| details(&change))}
        </div>
    }
    .into_any()
}

fn details(change: &ChangeBody) -> AnyView {
    let (entry, by) = (&change.entry, &change.entry.by);
    view! {
        <dl class="card facts">
            <div><dt>"Change"</dt><dd>{untrusted_text(&entry.summary)} {overridden(change.findings.len())}</dd></div>
            <div><dt>"Time"</dt><dd>{local_time(entry.at)} " " {zone_name(entry.at)}</dd></div>
            {fact("Organization", &entry.organization)}
            {fact("Name", &entry.name)}
            {fact("Issuer ID", &entry.issuer)}
            <div><dt>"By"</dt><dd>{author(Some(by))}</dd></div>
            {fact("Access token ID", &by.token)}
            {fact("Client address", &by.address)}
            {fact("Code", &Some(entry.code.clone()))}
            {fact("Reference", &Some(entry.id.clone()))}
        </dl>
        {findings(&change.findings)}
        {difference("Before", change.before.as_ref())}
        {difference("After", change.after.as_ref())}
    }
    .into_any()
}

fn fact(label: &'static str, value: &Option<String>) -> Option<AnyView> {
    let value = value.as_deref().filter(|value| !value.is_empty())?;
    Some(
        view! { <div><dt>{label}</dt><dd><code>{untrusted_text(value)}</code></dd></div> }
            .into_any(),
    )
}

/// What the guard has found on the change.
fn findings(findings: &[FindingBody]) -> Option<AnyView> {
    let item = |finding: &FindingBody| {
        let witness = finding.witness.as_ref().map(|witness| {
            let json = serde_json::to_string_pretty(witness).unwrap_or_default();
            view! {
                <details class="more">
                    <summary>"A token that is admitted"</summary>
                    <pre tabindex="0" class="code">{untrusted_lines(&json)}</pre>
                </details>
            }
        });
        let help = finding.help.as_deref();
        view! {
            <li>
                <p><strong>{inline_code(&place_name(&finding.path))}</strong> ": " {inline_code(&finding.message)} " " <code>{untrusted_text(&finding.code)}</code></p>
                {help.map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
                {witness}
            </li>
        }
        .into_any()
    };
    (!findings.is_empty()).then(|| {
        view! {
            <section class="notice notice--note" aria-labelledby="findings-heading">
                <h2 id="findings-heading">"Made despite the guard"</h2>
                <p>"The guard of shared issuers found that this change admits strangers, or could not decide whether it does, and did not refuse it."</p>
                <ul>{findings.iter().map(item).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// What was different, as JSON.
fn difference(title: &'static str, value: Option<&Value>) -> Option<AnyView> {
    let value = value.filter(|value| value.as_object().is_some_and(|object| !object.is_empty()))?;
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    Some(
        view! {
            <section class="card stack--tight">
                <h2>{title}</h2>
                <pre tabindex="0" class="code" role="region" aria-label=title>{untrusted_lines(&json)}</pre>
            </section>
        }
        .into_any(),
    )
}
