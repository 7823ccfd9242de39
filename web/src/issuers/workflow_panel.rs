//! Ready jobs for an issuer: they fetch its ID token and exchange it, with this issuer's names
//! filled in.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::names_form::{Names, NamesForm};
use crate::state::clock::now;
use crate::state::server::use_server;
use crate::ui::copy_button::{CopyButton, DownloadButton};
use crate::ui::field::{Select, TextField};
use crate::ui::inline_code::inline_code;
use crate::ui::server_choice::WithServer;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_providers::{AUDIENCE, CLOUD_URL, Provider, Workflow};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The parameter that names the organization of the access token.
const ORGANIZATION: &str = "organization";

/// The jobs of the issuer's provider; of one that the person chooses if it has none.
#[component]
pub(crate) fn WorkflowPanel(issuer: StoredIssuer) -> impl IntoView {
    let own = issuer.provider();
    let choice = RwSignal::new(own.map(|provider| provider.id.clone()).unwrap_or_default());
    let issuer = StoredValue::new(issuer);
    let none = (String::new(), "Choose a provider".to_owned());
    let options: Vec<_> = std::iter::once(none)
        .chain(
            claimgate_providers::all()
                .iter()
                .map(|provider| (provider.id.clone(), provider.name.clone())),
        )
        .collect();
    view! {
        <section class="card stack workflows" aria-labelledby="workflows-heading">
            <h2 id="workflows-heading">"Workflow"</h2>
            <p class="hint">"A complete job that fetches an ID token of this issuer and exchanges it for an access token."</p>
            {own.is_none().then(|| view! {
                <Select label="Provider" value=choice options=options hint="Where the job runs. The issuer's URL does not say." />
            })}
            {move || claimgate_providers::find(&choice.read()).map(|provider| {
                view! { <ProviderWorkflows provider=provider issuer=issuer.get_value() /> }
            })}
        </section>
    }
}

#[component]
fn ProviderWorkflows(provider: &'static Provider, issuer: StoredIssuer) -> impl IntoView {
    let server = use_server();
    let mut given = provider.infer(
        &issuer.url,
        &issuer.policies,
        issuer.samples.iter().map(|sample| sample.claims.as_str()),
    );
    if let Some(organization) = untrack(|| server.organization()) {
        given.entry(ORGANIZATION.to_owned()).or_insert(organization);
    }
    let names = StoredValue::new(Names::of(provider, &given));
    let audience = RwSignal::new(
        provider
            .infer_audience(&issuer.policies)
            .unwrap_or_default(),
    );
    let filled = Memo::new(move |_| {
        let mut given: BTreeMap<String, String> = names.get_value().given();
        given.insert(CLOUD_URL.to_owned(), server.url().unwrap_or_default());
        given.insert(AUDIENCE.to_owned(), audience.get());
        provider.fill(&given, now())
    });
    let missing = Memo::new(move |_| names.with_value(Names::missing));
    let warnings = Signal::derive(move || filled.get().warnings);
    let chosen = RwSignal::new(0_usize);
    let workflow = Memo::new(move |_| filled.read().workflows.get(chosen.get()).cloned());
    let titles: Vec<String> = filled.with_untracked(|filled| {
        filled
            .workflows
            .iter()
            .map(|workflow| workflow.title.clone())
            .collect()
    });
    let is_open = missing.with_untracked(|missing| !missing.is_empty());
    view! {
        <details class="more" open=is_open>
            <summary>"Names in the job"</summary>
            <div class="stack">
                <p class="hint">"Taken from the issuer's URL, policies and tests where possible."</p>
                <NamesForm names=names.get_value() warnings=warnings required=false />
                {provider.can_ask_for_audience().then(|| view! {
                    <TextField
                        label="Audience"
                        value=audience
                        mono=true
                        placeholder="urn:pulumi:org:ORGANIZATION"
                        hint="The `aud` that the job requests. If empty, the organization's audience."
                    />
                })}
            </div>
        </details>
        <p class="hint" role="status">
            {move || (!missing.read().is_empty()).then(|| format!("Example values are used for: {}.", missing.read().join(", ")))}
        </p>
        {(titles.len() > 1).then(|| view! { <Variants titles=titles chosen=chosen /> })}
        <WithServer>
            {move || workflow.get().map(|workflow| view! {
                <FixedAudience workflow=workflow.clone() audience=audience />
                <Job workflow=workflow />
            })}
        </WithServer>
        <Checklist provider=provider />
    }
}

/// One of several variants.
#[component]
fn Variants(titles: Vec<String>, chosen: RwSignal<usize>) -> impl IntoView {
    let button = move |(index, title): (usize, String)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (chosen.get() == index).to_string()
                on:click=move |_| chosen.set(index)
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="Variant">
            {titles.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}

/// A note that a job requests its own audience, whatever the issuer's policies require.
#[component]
fn FixedAudience(workflow: Workflow, audience: RwSignal<String>) -> impl IntoView {
    let is_fixed = workflow.text.contains("pulumi/auth-actions");
    move || {
        let demanded = audience.get();
        (is_fixed && !demanded.trim().is_empty()).then(|| view! {
            <p class="notice notice--note notice--small" role="note">
                <span>
                    "The policies require the audience " <code>{untrusted_text(&demanded)}</code> ". " <code>"pulumi/auth-actions"</code>
                    " always requests the organization's: use the other variant, or change the rule on " <code>"aud"</code> "."
                </span>
            </p>
        })
    }
}

#[component]
fn Job(workflow: Workflow) -> impl IntoView {
    let file = workflow.file.rsplit('/').next().unwrap_or("job").to_owned();
    let text = Signal::stored(workflow.text.clone());
    view! {
        <div class="snippet">
            <div class="snippet__head">
                <span class="snippet__name"><code>{workflow.file.clone()}</code> <span class="badge">{language(&workflow.language)}</span></span>
                <span class="actions">
                    <CopyButton text=text what="the job" />
                    <DownloadButton text=text name=Signal::stored(file) what="the job" />
                </span>
            </div>
            <pre tabindex="0" class="code" role="region" aria-label="Job">{untrusted_lines(&workflow.text)}</pre>
        </div>
    }
}

/// The display name of a language.
fn language(word: &str) -> &'static str {
    match word {
        "yaml" => "YAML",
        "shell" => "Shell",
        "groovy" => "Groovy",
        "typescript" => "TypeScript",
        _ => "Text",
    }
}

#[component]
fn Checklist(provider: &'static Provider) -> impl IntoView {
    let items = provider
        .checklist
        .iter()
        .map(|item| view! { <li>{inline_code(item)}</li> })
        .collect_view();
    view! {
        <div class="stack--tight checklist-part">
            <h3>"Easy to forget"</h3>
            <ul class="checklist">{items}</ul>
        </div>
    }
}
