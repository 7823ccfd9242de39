//! A token or claims, and the decision with its reasons, as they are typed.

use std::time::Duration;

use claimgate::claims::{Claims, Value};
use claimgate::inspect::Skip;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::components::playground_form::{Form, PlaygroundForm};
use crate::components::playground_result::PlaygroundResult;
use crate::state::clock::ticking;
use crate::state::evaluate::{Answer, Question, Report, ask, request};
use crate::state::store::use_store;

/// How long typing has to rest before the engine is asked.
const REST: Duration = Duration::from_millis(150);

fn question(form: Form, clock: i64) -> Question {
    Question {
        is_claims: form.is_claims.get(),
        text: if form.is_claims.get() { form.claims.get() } else { form.token.get() },
        issuer: form.issuer.get(),
        request: request(&form.token_type.read(), form.target.get(), form.admin.get()),
        skip: Skip {
            issuer: form.skip_issuer.get(),
            key: form.skip_key.get(),
            signature: form.skip_signature.get(),
            time: form.skip_time.get(),
        },
        now: claimgate::time::parse(&form.now.read()).unwrap_or(clock),
    }
}

/// The page.
#[component]
pub(crate) fn PlaygroundPage() -> impl IntoView {
    let store = use_store();
    let form = Form::new(use_query_map().with_untracked(|query| query.get("issuer").unwrap_or_default()));
    let clock = ticking();
    let asked = Memo::new(move |_| question(form, clock.get()));
    let settled = RwSignal::new(asked.get_untracked());
    settle(asked, settled);
    keep_address(form.issuer);

    let answer = Memo::new(move |_| ask(&settled.read(), &store.issuers.read()));
    let report = Memo::new(move |last: Option<&Option<Report>>| match answer.get() {
        Answer::Nothing => None,
        Answer::Unclear(_) => last.cloned().flatten(),
        Answer::Report(report) => Some(*report),
    });
    Effect::new(move || {
        let report = report.read();
        let decided = report.as_ref().filter(|report| report.explanation.is_some());
        if let Some((id, _)) = decided.and_then(|report| report.issuer.as_ref()) {
            store.mark_used(id);
        }
    });
    let unclear = Memo::new(move |_| match answer.get() {
        Answer::Unclear(problem) => problem,
        _ => String::new(),
    });
    let now = Signal::derive(move || settled.read().now);
    let preset = Memo::new(move |_| preset_of(form, &store.issuers.read()));
    view! {
        <div class="container container--wide stack">
            <h1>"Playground"</h1>
            <div class="playground">
                <PlaygroundForm form=form problem=unclear preset=preset />
                <PlaygroundResult report=report stale=Signal::derive(move || !unclear.read().is_empty()) now=now />
            </div>
        </div>
    }
}

/// Passes questions on when typing rests, or at once on Ctrl+Enter.
fn settle(asked: Memo<Question>, settled: RwSignal<Question>) {
    let pass = move || {
        settled.try_set(asked.get_untracked());
    };
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        asked.track();
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        set_timeout_with_handle(pass, REST).ok()
    });
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            pass();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Keeps the chosen issuer in the address.
fn keep_address(issuer: RwSignal<String>) {
    let navigate = use_navigate();
    Effect::new(move |before: Option<String>| {
        let issuer = issuer.get();
        if before.is_some_and(|before| before != issuer) {
            let query = if issuer.is_empty() { String::new() } else { format!("?issuer={issuer}") };
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&format!("/playground{query}"), options);
        }
        issuer
    });
}

/// The preset of the chosen issuer, or of the one that the claims name.
fn preset_of(form: Form, issuers: &[crate::state::storage::StoredIssuer]) -> String {
    let chosen = form.issuer.get();
    let iss = Claims::from_json(&form.claims.read()).ok();
    let iss = iss.as_ref().and_then(|claims| claims.get("iss")).and_then(Value::as_str);
    let named = issuers
        .iter()
        .find(|issuer| if chosen.is_empty() { Some(issuer.url.as_str()) == iss } else { issuer.id == chosen })
        .or(issuers.iter().find(|issuer| chosen.is_empty() && !issuer.preset.is_empty()));
    named.map(|issuer| issuer.preset.clone()).unwrap_or_default()
}
