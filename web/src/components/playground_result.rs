//! The playground's answer: decision, checks, explanation, and what the token says.

use leptos::prelude::*;
use leptos_router::components::A;

use super::checks::Checks;
use super::claims_table::ClaimsTable;
use super::explanation::ExplanationView;
use super::policy_editor::Findings;
use super::verdict::{Banner, Verdict};
use crate::state::evaluate::Report;

/// The pane. Each part is renewed only when it changes, so that what was folded stays folded.
#[component]
pub(crate) fn PlaygroundResult(
    report: Memo<Option<Report>>,
    #[prop(into)] stale: Signal<bool>,
    #[prop(into)] now: Signal<i64>,
) -> impl IntoView {
    let banner = Memo::new(move |_| match &*report.read() {
        None => Banner::Nothing,
        Some(report) => Banner::Decided(report.decision, report.summary.clone()),
    });
    let part = move |read: fn(&Report) -> Vec<String>| {
        Memo::new(move |_| report.read().as_ref().map(read).unwrap_or_default())
    };
    let unchecked = part(|report| report.unchecked.clone());
    let issuer = Memo::new(move |_| report.read().as_ref().and_then(|report| report.issuer.clone()));
    let checks = Memo::new(move |_| report.read().as_ref().map(|report| report.checks.clone()).unwrap_or_default());
    let findings = Memo::new(move |_| report.read().as_ref().map(|report| report.findings.clone()).unwrap_or_default());
    let explanation = Memo::new(move |_| report.read().as_ref().and_then(|report| report.explanation.clone()));
    let header = Memo::new(move |_| report.read().as_ref().and_then(|report| report.header.clone()));
    let claims = Memo::new(move |_| report.read().as_ref().and_then(|report| report.claims.clone()));
    let tables = move |caption, claims| view! { <ClaimsTable caption=caption claims=claims now=now /> };
    view! {
        <section class="stack playground__result" class:stale=move || stale.get() aria-label="Result">
            <Verdict banner=banner />
            {move || stale.get().then(|| view! {
                <p class="hint">"The text on the left is not complete; this is the last result."</p>
            })}
            {move || (!unchecked.read().is_empty()).then(|| view! {
                <div class="notice notice--note">
                    <ul>{unchecked.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                </div>
            })}
            {move || (!checks.read().is_empty()).then(|| view! {
                <section class="card stack--tight"><h2>"Checks"</h2><Checks checks=checks.get() /></section>
            })}
            <Findings findings=findings />
            {move || explanation.get().map(|explanation| view! {
                <section class="card stack--tight">
                    <h2>"Explanation"</h2>
                    {issuer.get().map(|(id, name)| view! {
                        <p class="hint">"By the policies of " <A href=format!("/issuers/{id}")>{name}</A></p>
                    })}
                    <ExplanationView explanation=explanation />
                </section>
            })}
            {move || claims.get().map(|claims| view! {
                <section class="card stack--tight">
                    <h2>"Decoded"</h2>
                    {header.get().map(|header| tables("Header", header))}
                    {tables("Claims", claims)}
                </section>
            })}
        </section>
    }
}
