//! The playground's policies: an issuer's, read-only, or a scratch set to edit.

pub(crate) mod claim_button;
pub(crate) mod draft;
pub(crate) mod save;
pub(crate) mod scratch_set;
mod who;
pub(crate) mod written;

use leptos::prelude::*;
use leptos_router::components::A;

use self::written::Rules;
use super::bench::Bench;
use crate::state::remote::Access;
use crate::state::store::use_store;
use crate::ui::field::Select;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::scratch::{SCRATCH, Scratch};

/// The pane.
#[component]
pub(crate) fn PlaygroundPolicies(bench: Bench) -> impl IntoView {
    let store = use_store();
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), "Match the token's issuer (iss)".to_owned())];
        options.extend(
            store
                .issuers
                .get()
                .into_iter()
                .map(|issuer| (issuer.id, issuer.name)),
        );
        if bench.scratch.read().is_some() {
            options.push((SCRATCH.to_owned(), "Scratch set".to_owned()));
        }
        options
    });
    let is_scratch = Memo::new(move |_| bench.is_scratch());
    view! {
        <section class="pane pane--policies card stack" aria-label="Policies in the playground">
            <h2>"Policies"</h2>
            <Select label="Issuer" value=bench.form.issuer options=options />
            {move || if is_scratch.get() {
                bench.tools.get().map(|tools| (tools.scratch)(bench)).into_any()
            } else {
                view! { <Registered bench=bench /> }.into_any()
            }}
            {move || bench.tools.get().map(|tools| (tools.draft)(bench))}
        </section>
    }
}

/// A registered issuer's policies; to change them here, make a scratch copy.
#[component]
fn Registered(bench: Bench) -> impl IntoView {
    let store = use_store();
    let decided = Memo::new(move |_| {
        let answered = bench.answered.read();
        let report = answered
            .as_ref()
            .and_then(|answered| match &answered.answer {
                claimgate_workbench::playground::evaluate::Answer::Report(report) => {
                    report.issuer.as_ref()
                }
                _ => None,
            });
        report.map(|(id, _)| id.clone()).unwrap_or_default()
    });
    let issuer = Memo::new(move |_| {
        let chosen = bench.form.issuer.get();
        let id = if chosen.is_empty() {
            decided.get()
        } else {
            chosen
        };
        store
            .issuers
            .read()
            .iter()
            .find(|issuer| issuer.id == id)
            .cloned()
    });
    let copy = move |_| {
        if let Some(issuer) = issuer.get_untracked() {
            bench.start_scratch(Scratch::of_issuer(&issuer), &issuer.policies);
            if let Ok(Some(pane)) = document().query_selector(".pane--policies") {
                pane.set_scroll_top(0);
            }
        }
    };
    move || {
        match issuer.get() {
        None => view! { <NoIssuer is_empty=store.issuers.read().is_empty() /> }.into_any(),
        Some(issuer) => view! {
            <div class="actions">
                <p class="hint">
                    "Saved with " <A href=format!("/issuers/{}", issuer.id)>{untrusted_text(&issuer.name)}</A> "."
                </p>
                <button type="button" class="button button--small" on:click=copy>"Edit in a scratch set"</button>
            </div>
            <p class="hint">
                "See " <A href=format!("/issuers/{}?section=who", issuer.id)>"who gets in"</A> " under these policies."
            </p>
            <Rules bench=bench policies=issuer.policies />
        }
        .into_any(),
    }
    }
}

#[component]
fn NoIssuer(is_empty: bool) -> impl IntoView {
    let remote = use_store().remote;
    let is_signed_out =
        move || remote.is_some_and(|remote| remote.access.get() == Access::SignedOut);
    view! {
        <div class="empty">
            {move || if is_signed_out() {
                view! { <p><A href="/">"Sign in"</A> " to use the issuers of this server."</p> }.into_any()
            } else if is_empty {
                view! { <p>"No issuer is registered yet, so every token is denied."</p> }.into_any()
            } else {
                view! { <p>"The policies of the issuer in the token's " <code>"iss"</code> " appear here."</p> }.into_any()
            }}
            <p><A href="/examples">"An example"</A>" has its own policies and does not change yours."</p>
        </div>
    }
}
