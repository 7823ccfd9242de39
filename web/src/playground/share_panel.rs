//! Shares a playground as a link, as Markdown or as a file, and opens such a file.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bench::Bench;
use crate::state::download::file_of;
use crate::state::store::use_store;
use crate::ui::copy_button::{CopyButton, DownloadButton};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::evaluate::Report;
use claimgate_workbench::playground::markdown::markdown;
use claimgate_workbench::playground::scratch::Origin;
use claimgate_workbench::playground::share::Shared;

/// The panel. Nothing is compressed until it is open.
#[component]
pub(crate) fn Share(
    bench: Bench,
    report: Memo<Option<Report>>,
    now: Signal<i64>,
    open: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="stack--tight" role="group" aria-label="Share">
            {move || (open.get() && report.read().is_some()).then(|| view! { <Outgoing bench=bench report=report now=now /> })}
            <Incoming bench=bench />
        </div>
    }
}

#[component]
fn Outgoing(bench: Bench, report: Memo<Option<Report>>, now: Signal<i64>) -> impl IntoView {
    let shared = Memo::new(move |_| bench.shared(now.get()));
    let link = Memo::new(move |_| {
        shared
            .with(Shared::to_fragment)
            .map(|fragment| format!("{}#{fragment}", address()))
            .map_err(|error| error.to_string())
    });
    let link_text = Signal::derive(move || link.get().unwrap_or_default());
    let file = Signal::derive(move || shared.with(Shared::to_file).unwrap_or_default());
    let text = Signal::derive(move || {
        report
            .read()
            .as_ref()
            .map(|report| markdown(report, &shared.read(), now.get()))
            .unwrap_or_default()
    });
    let warnings = Memo::new(move |_| {
        shared
            .with(Shared::token_warnings)
            .into_iter()
            .map(|warning| (warning.path, warning.message))
            .collect::<Vec<_>>()
    });
    view! {
        <p class="hint">{move || what(&shared.read())}</p>
        <div role="status" aria-label="Before you share">
            {move || (!warnings.read().is_empty()).then(|| view! {
                <div class="notice notice--bad">
                    <p><strong>"Check before you share."</strong></p>
                    <ul>{warnings.get().into_iter().map(|(path, message)| view! {
                        <li><code>{untrusted_text(&path)}</code> ": " {message}</li>
                    }).collect_view()}</ul>
                </div>
            })}
        </div>
        {move || link.get().err().map(|problem| view! { <p class="error">{inline_code(&problem)}</p> })}
        <div class="share-link">
            <input type="text" class="mono" aria-label="Link" readonly prop:value=link_text />
            <CopyButton text=link_text what="the link" />
        </div>
        <div class="actions">
            <span>"As Markdown, for an issue or a chat:"</span>
            <CopyButton text=text what="as Markdown" />
        </div>
        <div class="actions">
            <span>"As a file, which can be opened here again:"</span>
            <DownloadButton text=file name=Signal::stored("claimgate-playground.json".to_owned()) what="the playground file" />
        </div>
    }
}

/// A description of the shared content.
fn what(shared: &Shared) -> String {
    let policies = match shared.policies.len() {
        0 => "no policies".to_owned(),
        1 => "1 policy".to_owned(),
        count => format!("{count} policies"),
    };
    let claims = if shared.claims.is_some() {
        "the decoded claims"
    } else {
        "no claims"
    };
    let unsigned = if shared.skip.signature {
        " The claims come without their signature, so key and signature are not checked when it is opened."
    } else {
        ""
    };
    format!(
        "Contains {policies}, {claims} and the requested token type; never the token or its signature.{unsigned}"
    )
}

/// The playground's address without query and fragment.
fn address() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    format!(
        "{}playground",
        base.split(['?', '#']).next().unwrap_or_default()
    )
}

#[component]
fn Incoming(bench: Bench) -> impl IntoView {
    let store = use_store();
    let problem = RwSignal::new(String::new());
    let input = NodeRef::<html::Input>::new();
    let read = move |_| {
        let Some(field) = input.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let Some((name, text)) = file_of((*field).clone().into()).await else {
                return;
            };
            // The same file may be chosen again.
            field.set_value("");
            match Shared::from_file(&text) {
                Ok(shared) => {
                    problem.try_set(String::new());
                    bench.open(&shared, Origin::File, store);
                }
                Err(error) => {
                    problem.try_set(format!("`{name}`: {error}"));
                }
            }
        });
    };
    view! {
        <div class="field">
            <label for="playground-file">"Open a playground file"</label>
            <input
                type="file"
                id="playground-file"
                accept=".json,application/json"
                node_ref=input
                on:change=read
                aria-describedby="playground-file-notes"
            />
            <div id="playground-file-notes" class="notes" role="status">
                {move || (!problem.read().is_empty()).then(|| view! { <p class="error">{inline_code(&problem.read())}</p> })}
            </div>
        </div>
    }
}
