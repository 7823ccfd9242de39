//! Claims to edit, in place of a token.

use leptos::prelude::*;

use crate::playground::bench::{Bench, member};
use crate::state::clock::now;
use crate::state::store::use_store;
use crate::ui::code_editor::{CodeEditor, Mark, Severity, Underline};
use crate::ui::code_mirror::Mode as Language;
use claimgate_workbench::policies::json_places::{Places, json_error, place_of};

/// The claims, editable.
#[component]
pub(crate) fn ClaimsInput(bench: Bench) -> impl IntoView {
    let store = use_store();
    let form = bench.form;
    let sample = move |_| {
        let preset = store.issuers.with_untracked(|issuers| {
            let chosen = form.issuer.get_untracked();
            let named = issuers.iter().find(|issuer| issuer.id == chosen);
            named
                .or(issuers.iter().find(|issuer| !issuer.preset.is_empty()))
                .map(|issuer| issuer.preset.clone())
        });
        let provider = preset
            .and_then(|preset| claimgate_providers::find(&preset))
            .or_else(|| claimgate_providers::all().first());
        form.claims.set(
            provider
                .map(|provider| provider.example(now()).claims)
                .unwrap_or_default(),
        );
    };
    let marks = Memo::new(move |_| {
        let name = bench
            .highlight
            .read()
            .as_ref()
            .and_then(|highlight| member(&highlight.claim));
        let places = name.as_ref().map(|_| Places::read(&form.claims.read()));
        let range = places
            .zip(name)
            .and_then(|(places, name)| places.find(&name));
        range
            .map(|range| Mark {
                from: range.start,
                to: range.end,
                class: "cm-lit",
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    let diagnostics = Memo::new(move |_| {
        let text = form.claims.read();
        let error = (!text.trim().is_empty())
            .then(|| json_error(&text))
            .flatten();
        let underline = |error: claimgate::json::JsonError| {
            let range = place_of(&text, &error);
            Underline {
                from: range.start,
                to: range.end,
                severity: Severity::Error,
                message: error.to_string(),
                actions: Vec::new(),
            }
        };
        error.map(underline).into_iter().collect::<Vec<_>>()
    });
    view! {
        <CodeEditor
            label="Claims"
            value=form.claims
            mode=Language::Claims
            marks=marks
            diagnostics=diagnostics
            rows=14
            hint="A JSON object. There is no token: signature, issuer and time are not checked."
            placeholder=r#"{"iss": "https://…", "sub": "…"}"#
        />
        <div class="actions">
            <button type="button" class="button" on:click=sample>"Load example claims"</button>
        </div>
    }
}
