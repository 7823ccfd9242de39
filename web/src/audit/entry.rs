//! An exchange of the audit log, with its explanation, as in the playground.

use claimgate::inspect::Skip;
use claimgate::pattern::Dialect;
use claimgate::policy::RequestedToken;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value;

use super::entry_time::when;
use crate::explanation::checks::Checks;
use crate::explanation::claims_table::ClaimsTable;
use crate::explanation::decision::ExplanationView;
use crate::state::clock::ticking;
use crate::state::store::Store;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};
use claimgate_workbench::remote::evidence::{self, Evidence};

/// An entry with its full evidence.
#[component]
pub(crate) fn AuditEntry(entry: Value, store: Store) -> impl IntoView {
    let Evidence {
        checks,
        explanation,
        claims,
        note,
    } = evidence::read(&entry["detail"]);
    let has_none =
        checks.is_empty() && explanation.is_none() && note.is_none() && entry["omitted"].is_null();
    let playground = untrack(|| playground_link(store, &entry));
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let code = |name: &'static str, label: &'static str| {
        (!text(name).is_empty())
            .then(|| view! { <div><dt>{label}</dt><dd><code>{untrusted_text(text(name))}</code></dd></div> })
    };
    let is_there = store
        .issuers
        .with_untracked(|issuers| issuers.iter().any(|issuer| issuer.id == text("issuer")));
    let issuer = match text("issuerName") {
        "" => "none that is registered".into_any(),
        name if is_there => {
            let (name, address) = (untrusted_text(name), format!("/issuers/{}", text("issuer")));
            view! { <A href=address>{name}</A> }.into_any()
        }
        name => view! { {untrusted_text(name)} " (no longer registered)" }.into_any(),
    };
    let verdict = if text("decision") == "allowed" {
        "verdict verdict--allowed"
    } else {
        "verdict verdict--denied"
    };
    view! {
        <div class=verdict>
            <span class="verdict__symbol" aria-hidden="true">{if text("decision") == "allowed" { "✓" } else { "✕" }}</span>
            <div class="verdict__text">
                <p class="verdict__word">{if text("decision") == "allowed" { "Allowed" } else { "Denied" }}</p>
                <p class="verdict__sentence">{inline_code(text("summary"))}</p>
            </div>
        </div>
        {(!text("report").is_empty()).then(|| view! {
            <div class="notice notice--note">
                <p>"Policies that only report would have refused it: " {inline_code(text("report"))}</p>
            </div>
        })}
        <dl class="card facts">
            <div><dt>"Time"</dt><dd>{when(&entry)} " UTC"</dd></div>
            <div><dt>"Issuer"</dt><dd>{issuer}</dd></div>
            {code("subject", "Subject")}
            <div><dt>"Asked for"</dt><dd>{asked_for(&entry)}</dd></div>
            {code("code", "Code")}
            {code("address", "From address")}
            {code("token", "Access token's id")}
            {code("id", "Reference")}
        </dl>
        {playground.map(|address| view! {
            <div class="actions">
                <A href=address attr:class="button">"Open in the playground"</A>
                <span class="hint">"With the claims, the question and the present policies; the token is not known here."</span>
            </div>
        })}
        {note.map(|note| view! { <p class="notice notice--note">{inline_code(&note)}</p> })}
        {has_none.then(|| view! { <p class="hint">"The request was refused before there was a token to look at."</p> })}
        {(!checks.is_empty()).then(|| view! {
            <section class="card stack--tight"><h2>"Checks"</h2><Checks checks=checks /></section>
        })}
        {explanation.map(|explanation| view! {
            <section class="card stack--tight"><h2>"Explanation"</h2><ExplanationView explanation=explanation /></section>
        })}
        {claims.map(|claims| view! {
            <section class="card stack--tight">
                <h2>"Token"</h2>
                <ClaimsTable caption="Claims" claims=claims now=ticking() />
            </section>
        })}
    }
}

/// A link to the playground with the same request and the issuer's current policies.
fn playground_link(store: Store, entry: &Value) -> Option<String> {
    let Evidence {
        explanation,
        claims,
        ..
    } = evidence::read(&entry["detail"]);
    let issuers = store.issuers.read();
    let issuer = issuers
        .iter()
        .find(|issuer| entry["issuer"] == *issuer.id)?;
    let shared = Shared {
        issuer: Some(SharedIssuer {
            name: issuer.name.clone(),
            url: issuer.url.clone(),
        }),
        policies: issuer.policies.clone(),
        claims: ClaimsText::new(&claims?.to_json_pretty()).ok(),
        request: explanation.map_or(
            RequestedToken::Organization { admin: false },
            |explanation| explanation.request,
        ),
        now: entry["at"].as_i64(),
        skip: Skip {
            key: true,
            signature: true,
            ..Skip::default()
        },
        dialect: Dialect::Pulumi,
    };
    Some(format!("/playground#{}", shared.to_fragment().ok()?))
}

/// The decision, as a symbol and a word.
pub(crate) fn decision(entry: &Value) -> AnyView {
    let (symbol, class, word) = match entry["decision"].as_str() {
        Some("allowed") => ("✓", "mark mark--good", "Allowed"),
        _ => ("✕", "mark mark--bad", "Denied"),
    };
    let report = entry["report"]
        .as_str()
        .map(|_| view! { <span class="badge">"reported"</span> });
    let omitted = entry["omitted"]
        .as_i64()
        .map(|count| view! { <span class="badge">{count} " not recorded"</span> });
    view! {
        <span class="audit__decision">
            <span class=class aria-hidden="true">{symbol}</span> <strong>{word}</strong> {report} {omitted}
        </span>
    }
    .into_any()
}

/// The requested token type and scope.
pub(crate) fn asked_for(entry: &Value) -> AnyView {
    let (requested, scope) = (
        entry["requested"].as_str().unwrap_or_default(),
        entry["scope"].as_str().unwrap_or_default(),
    );
    let scope = (!scope.is_empty()).then(|| view! { " " <code>{untrusted_text(scope)}</code> });
    view! { {untrusted_text(requested)} {scope} }.into_any()
}
