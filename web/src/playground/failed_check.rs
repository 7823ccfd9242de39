//! What can be done about a failed check, where it is shown.

use claimgate::claims::{Claims, Value};
use claimgate::inspect::{Check, CheckId};
use claimgate::issuer::validate_url;
use claimgate::jwt::{Jwks, numeric_date};
use claimgate::time::format_utc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::bench::{Bench, Pane};
use crate::state::fetch::fetch_keys;
use crate::state::store::{Store, use_store};
use crate::ui::field::TextArea;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::evaluate::Report;
use claimgate_workbench::playground::fixes::{Fix, Situation, fixes};
use claimgate_workbench::playground::scratch::{SCRATCH, Scratch};

/// The actions for a failed check.
#[component]
pub(crate) fn Fixes(bench: Bench, check: Check) -> impl IntoView {
    let store = use_store();
    let message = RwSignal::new(String::new());
    let is_pasting = RwSignal::new(false);
    let navigate = use_navigate();
    let report = bench.report_untracked();
    let all = fixes(&check, situation(bench, store, report.as_ref()));
    let id = check.id;
    let run = Callback::new(move |fix| match fix {
        Fix::FetchKeys => fetch(bench, store, message),
        Fix::PasteKeys => is_pasting.set(true),
        // The page for registration takes the token from memory.
        Fix::Register => navigate("/issuers/new", NavigateOptions::default()),
        Fix::SwitchIssuer => switch_issuer(bench, store),
        Fix::TryIssuer => try_issuer(bench, store),
        Fix::AtTokenTime => at_token_time(bench),
        Fix::Draft => draft(bench),
        Fix::Skip => skip(bench, id),
    });
    let named = registered(bench, store, report.as_ref());
    let name = named.map(|(_, name)| name).unwrap_or_default();
    let button = move |fix: Fix| {
        let label = label(fix, &name);
        view! { <button type="button" class="button button--small" on:click=move |_| run.run(fix)>{untrusted_text(&label)}</button> }
    };
    let stays = all.contains(&Fix::Register);
    (!all.is_empty()).then(|| view! {
        <div class="fixes">
            <div class="actions actions--tight" role="group" aria-label="What you can do">
                {all.into_iter().map(button).collect_view()}
            </div>
            {stays.then(|| view! { <p class="hint">"The token stays in memory while you register its issuer, and is here when you come back."</p> })}
            <p role="status" class="note">{move || inline_code(&message.read())}</p>
            {move || is_pasting.get().then(|| view! { <PasteKeys bench=bench store=store message=message /> })}
        </div>
    })
}

/// What the button says; `name` is that of the token's issuer, if it is registered.
fn label(fix: Fix, name: &str) -> String {
    let label = match fix {
        Fix::SwitchIssuer => return format!("Switch to {name}"),
        Fix::FetchKeys => "Fetch keys",
        Fix::PasteKeys => "Paste keys",
        Fix::Register => "Register this issuer",
        Fix::TryIssuer => "Try without registering",
        Fix::AtTokenTime => "Evaluate at the time of the token",
        Fix::Draft => "Draft a policy from this token",
        Fix::Skip => "Continue without this check",
    };
    label.to_owned()
}

fn situation(bench: Bench, store: Store, report: Option<&Report>) -> Situation {
    let claims = report.and_then(|report| report.claims.as_ref());
    Situation {
        has_issuer: iss(claims).is_some_and(|iss| validate_url(&iss).is_ok()),
        is_registered: registered(bench, store, report).is_some(),
        can_skip_issuer: bench.answered.with_untracked(|answered| {
            answered
                .as_ref()
                .is_some_and(|answered| !answered.stored.is_empty())
        }),
        has_time: token_time(claims).is_some(),
    }
}

fn iss(claims: Option<&Claims>) -> Option<String> {
    claims?
        .get("iss")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// A time when the token was valid: `iat`, else just before `exp`.
fn token_time(claims: Option<&Claims>) -> Option<i64> {
    let read = |name| numeric_date(claims?, name).ok()?;
    let exp = read("exp").map(|exp| exp.saturating_sub(1));
    read("iat").or(read("nbf")).or(exp)
}

fn claims(bench: Bench) -> Option<Claims> {
    bench.report_untracked()?.claims
}

/// The registered issuer that `iss` names, while another one is chosen: its identifier and its name.
fn registered(bench: Bench, store: Store, report: Option<&Report>) -> Option<(String, String)> {
    let iss = iss(report.and_then(|report| report.claims.as_ref()))?;
    let chosen = bench.form.issuer.get_untracked();
    let issuers = store.issuers.read_untracked();
    let found = issuers.iter().find(|issuer| issuer.url == iss)?;
    (!chosen.is_empty() && found.id != chosen).then(|| (found.id.clone(), found.name.clone()))
}

fn switch_issuer(bench: Bench, store: Store) {
    let report = bench.report_untracked();
    if let Some((id, _)) = registered(bench, store, report.as_ref()) {
        bench.form.issuer.set(id);
    }
}

fn try_issuer(bench: Bench, store: Store) {
    if let Some(claims) = claims(bench) {
        let set = store
            .issuers
            .with_untracked(|issuers| Scratch::of_token(Some(&claims), issuers));
        bench.start_scratch(set, &[]);
    }
}

fn at_token_time(bench: Bench) {
    if let Some(time) = token_time(claims(bench).as_ref()) {
        bench.form.now.set(format_utc(time));
    }
}

fn draft(bench: Bench) {
    bench.is_drafting.set(true);
    bench.pane.set(Pane::Policies);
    request_animation_frame(|| {
        if let Ok(Some(summary)) = document().query_selector("#draft-panel > summary") {
            summary.scroll_into_view();
            let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(summary).focus();
        }
    });
}

fn skip(bench: Bench, check: CheckId) {
    let form = bench.form;
    match check {
        CheckId::Issuer => form.skip_issuer.set(true),
        CheckId::Key => form.skip_key.set(true),
        CheckId::Signature => form.skip_signature.set(true),
        CheckId::Time => form.skip_time.set(true),
        CheckId::Audience => form.skip_audience.set(true),
        _ => {}
    }
}

fn fetch(bench: Bench, store: Store, message: RwSignal<String>) {
    let Some(url) = used_url(bench) else { return };
    message.set(format!("Fetching the keys of `{url}`…"));
    spawn_local(async move {
        match fetch_keys(url).await {
            Ok(keys) => {
                use_keys(bench, store, keys.jwks);
                message.try_set(keys.sentence);
            }
            Err(problem) => {
                message.try_set(problem);
            }
        }
    });
}

/// The URL of the issuer whose keys were searched.
fn used_url(bench: Bench) -> Option<String> {
    let id = bench.report_untracked()?.issuer?.0;
    bench.answered.with_untracked(|answered| {
        let stored = &answered.as_ref()?.stored;
        stored
            .iter()
            .find(|issuer| issuer.id == id)
            .map(|issuer| issuer.url.clone())
    })
}

/// Gives keys to the issuer in use: the scratch set, or the registered one.
fn use_keys(bench: Bench, store: Store, jwks: String) {
    let Some((id, _)) = bench.report_untracked().and_then(|report| report.issuer) else {
        return;
    };
    if id == SCRATCH {
        bench.scratch.update(|scratch| {
            if let Some(scratch) = scratch {
                scratch.issuer.jwks = Some(jwks);
            }
        });
    } else {
        store.change(&id, |issuer| issuer.jwks = Some(jwks));
    }
}

#[component]
fn PasteKeys(bench: Bench, store: Store, message: RwSignal<String>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = Signal::derive(move || {
        let text = text.read();
        let problem = (!text.trim().is_empty())
            .then(|| Jwks::parse(&text).err())
            .flatten();
        problem.map(|error| error.to_string()).unwrap_or_default()
    });
    let take = move |_| {
        use_keys(bench, store, text.get_untracked());
        message.set("These keys are now in use.".to_owned());
    };
    view! {
        <TextArea label="Keys of the issuer (JWKS)" value=text rows=4 error=error placeholder=r#"{"keys": […]}"# />
        <button
            type="button"
            class="button button--small"
            disabled=move || text.read().trim().is_empty() || !error.read().is_empty()
            on:click=take
        >
            "Use these keys"
        </button>
    }
}
