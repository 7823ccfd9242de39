//! An exchange of the audit log, with its explanation, as in the playground.

use claimgate::inspect::Skip;
use claimgate::pattern::Dialect;
use claimgate::policy::RequestedToken;
use claimgate_api::{AuditEntry, AuditRecordBody};
use leptos::prelude::*;
use leptos_router::components::A;

use super::add_sample::AddSample;
use crate::connected::loaded::{local_time, zone_name};
use crate::explanation::checks::Checks;
use crate::explanation::claims_table::ClaimsTable;
use crate::explanation::decision::ExplanationView;
use crate::state::clock::ticking;
use crate::state::remote::sync::Sync;
use crate::state::store::Store;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::admin::reason::reason;
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};
use claimgate_workbench::remote::evidence::{self, Evidence};

/// An entry with its full evidence. `is_own` says that it is of the organization that is shown.
#[component]
pub(crate) fn Exchange(
    record: AuditRecordBody,
    store: Store,
    sync: Sync,
    is_own: bool,
) -> impl IntoView {
    let AuditRecordBody {
        entry,
        detail,
        differs,
        ..
    } = record;
    let evidence = evidence::read(&detail.unwrap_or_default());
    let is_known = is_own
        && store.issuers.with_untracked(|issuers| {
            issuers
                .iter()
                .any(|issuer| entry.issuer.as_deref() == Some(issuer.id.as_str()))
        });
    let playground = untrack(|| playground_link(store, &entry, &evidence)).filter(|_| is_known);
    let can_sample = is_known && evidence.claims.is_some();
    let sample = can_sample.then(|| {
        let (entry, evidence) = (entry.clone(), evidence.clone());
        view! { <AddSample sync=sync entry=entry evidence=evidence /> }
    });
    view! {
        {verdict(&entry)}
        {entry.report.as_deref().map(|report| view! {
            <div class="notice notice--note">
                <p>"Report-only policies would have denied it: " {inline_code(report)}</p>
            </div>
        })}
        {differs.map(|differs| view! {
            <div class="notice notice--note">
                <p>"This version of Claimgate would decide differently: " {inline_code(&differs)}</p>
            </div>
        })}
        {facts(&entry, is_known)}
        {(playground.is_some() || can_sample).then(|| view! {
            <div class="actions">
                {playground.map(|address| view! {
                    <A href=address attr:class="button" attr:data-command="Open in the playground">
                        {icon(Icon::Play)} "Open in the playground"
                    </A>
                })}
                {sample}
            </div>
        })}
        {evidence_view(&entry, evidence)}
    }
}

fn verdict(entry: &AuditEntry) -> AnyView {
    let (class, symbol, word) = match entry.decision.as_str() {
        "allowed" => ("verdict verdict--allowed", "✓", "Allowed"),
        _ => ("verdict verdict--denied", "✕", "Denied"),
    };
    view! {
        <div class=class>
            <span class="verdict__symbol" aria-hidden="true">{symbol}</span>
            <div class="verdict__text">
                <p class="verdict__word">{word}</p>
                <p>{inline_code(&entry.summary)}</p>
            </div>
        </div>
    }
    .into_any()
}

fn facts(entry: &AuditEntry, is_known: bool) -> AnyView {
    let code = |label: &'static str, text: &Option<String>| {
        let text = text.clone().filter(|text| !text.is_empty());
        text.map(|text| view! { <div><dt>{label}</dt><dd><code>{untrusted_text(&text)}</code></dd></div> })
    };
    let id = entry.issuer.clone().unwrap_or_default();
    let issuer = match entry.issuer_name.as_deref().unwrap_or_default() {
        "" => no_issuer(entry),
        name if is_known => {
            let (name, address) = (untrusted_text(name), format!("/issuers/{id}"));
            view! { <A href=address>{name}</A> }.into_any()
        }
        name => untrusted_text(name),
    };
    view! {
        <dl class="card facts">
            <div><dt>"Time"</dt><dd>{local_time(entry.at)} " " {zone_name(entry.at)}</dd></div>
            {code("Organization", &entry.organization)}
            <div><dt>"Issuer"</dt><dd>{issuer}</dd></div>
            {code("Subject", &entry.subject)}
            <div><dt>"Requested"</dt><dd>{asked_for(entry)}</dd></div>
            {code("Code", &Some(entry.code.clone()))}
            {code("Client address", &entry.address)}
            {code("Access token ID", &entry.token)}
            {code("Reference", &Some(entry.id.clone()))}
        </dl>
    }
    .into_any()
}

fn evidence_view(entry: &AuditEntry, evidence: Evidence) -> AnyView {
    let Evidence {
        checks,
        explanation,
        claims,
        note,
    } = evidence;
    let has_none =
        checks.is_empty() && explanation.is_none() && note.is_none() && entry.omitted.is_none();
    view! {
        {note.map(|note| view! { <p class="notice notice--note">{inline_code(&note)}</p> })}
        {has_none.then(|| view! { <p class="hint">"The request was refused before its token was read."</p> })}
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
    .into_any()
}

/// A link to the playground with the same request and the issuer's current policies.
fn playground_link(store: Store, entry: &AuditEntry, evidence: &Evidence) -> Option<String> {
    let issuers = store.issuers.read();
    let issuer = issuers
        .iter()
        .find(|issuer| entry.issuer.as_deref() == Some(issuer.id.as_str()))?;
    let claims = evidence.claims.as_ref()?;
    let request = evidence.explanation.as_ref();
    let shared = Shared {
        issuer: Some(SharedIssuer {
            name: issuer.name.clone(),
            url: issuer.url.clone(),
        }),
        policies: issuer.policies.clone(),
        claims: ClaimsText::new(&claims.to_json_pretty()).ok(),
        request: request.map_or(
            RequestedToken::Organization { admin: false },
            |explanation| explanation.request.clone(),
        ),
        now: Some(entry.at),
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
pub(crate) fn decision(entry: &AuditEntry) -> AnyView {
    let (symbol, class, word) = match entry.decision.as_str() {
        "allowed" => ("✓", "mark mark--good", "Allowed"),
        _ => ("✕", "mark mark--bad", "Denied"),
    };
    let omitted = entry
        .omitted
        .map(|count| view! { <span class="badge">{count} " not recorded"</span> });
    view! {
        <span class="audit__decision">
            <span class=class aria-hidden="true">{symbol}</span> <strong>{word}</strong> {omitted}
        </span>
    }
    .into_any()
}

/// The reason, in a row.
pub(crate) fn reason_view(entry: &AuditEntry) -> AnyView {
    let reason = reason(entry);
    let is_code = !reason.detail.is_empty();
    let label = match is_code {
        true => view! { <code>{untrusted_text(&reason.label)}</code> }.into_any(),
        false => reason.label.into_any(),
    };
    let report = entry
        .report
        .as_deref()
        .map(|_| view! { " " <span class="badge badge--note">"report-only denial"</span> });
    view! {
        {label} {report}
        {is_code.then(|| view! { <span class="audit__detail">{inline_code(&reason.detail)}</span> })}
    }
    .into_any()
}

/// The requested token type and scope.
pub(crate) fn asked_for(entry: &AuditEntry) -> AnyView {
    let scope = entry.scope.as_deref().filter(|scope| !scope.is_empty());
    let scope = scope.map(|scope| view! { " " <code>{untrusted_text(scope)}</code> });
    view! { {untrusted_text(entry.requested.as_deref().unwrap_or_default())} {scope} }.into_any()
}

/// What is shown instead of an issuer's name. A token without a subject was not read, so it names no issuer.
pub(crate) fn no_issuer(entry: &AuditEntry) -> AnyView {
    let text = match entry.subject.as_deref().unwrap_or_default() {
        "" => "–",
        _ => "not registered",
    };
    view! { <span class="hint">{text}</span> }.into_any()
}
