//! The token's header or its claims, with the rules that use each claim.

use claimgate::claims::Claims;
use claimgate::inspect::CheckStatus;
use leptos::prelude::*;

use crate::explanation::claims_table::ClaimsTable;
use crate::playground::bench::{Bench, TokenView};
use claimgate_workbench::playground::claim_use::claim_uses;
use claimgate_workbench::playground::evaluate::{Answer, Report};
use claimgate_workbench::playground::summary::Verdict;
use claimgate_workbench::playground::token_text::of_check;

/// The decoded header and claims.
#[component]
pub(crate) fn Decoded(bench: Bench, time: Signal<i64>) -> impl IntoView {
    let read = move |part: fn(&Report) -> Option<Claims>| {
        Memo::new(move |_| {
            match bench
                .answered
                .read()
                .as_ref()
                .map(|answered| &answered.answer)
            {
                Some(Answer::Report(report)) => part(report),
                _ => None,
            }
        })
    };
    Effect::new(move || {
        if bench
            .highlight
            .read()
            .as_ref()
            .is_some_and(|highlight| highlight.policy.is_some())
        {
            request_animation_frame(bring_into_pane);
        }
    });
    let header = read(|report| report.header.clone());
    let claims = read(|report| report.claims.clone());
    let uses = Memo::new(move |_| {
        let answered = bench.answered.read();
        let explanation = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => report.explanation.as_ref(),
            _ => None,
        };
        explanation.map(claim_uses).unwrap_or_default()
    });
    let first = Memo::new(move |_| {
        let answered = bench.answered.read();
        match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => first_claims(report),
            _ => Vec::new(),
        }
    });
    let is_header = move || bench.token_view.get() == TokenView::Header;
    let is_claims = move || bench.token_view.get() == TokenView::Claims;
    move || {
        if bench.form.is_claims.get() {
            return ().into_any();
        }
        if is_header() {
            let table = |header| view! { <ClaimsTable caption="Header" claims=header now=time /> };
            return header.get().map(table).into_any();
        }
        let table = |claims| view! { <ClaimsTable caption="Claims" claims=claims now=time uses=uses.get() first=first.get() /> };
        is_claims().then(|| claims.get().map(table)).into_any()
    }
}

/// The claims that explain why a token was refused before the policies.
fn first_claims(report: &Report) -> Vec<&'static str> {
    let mut checks = report.checks.iter();
    let failed = checks.find(|check| check.status == CheckStatus::Failed);
    match failed {
        Some(check) if report.verdict() == Verdict::Refused => of_check(check.id).to_vec(),
        _ => Vec::new(),
    }
}

/// Scrolls the pane, and nothing else, to the highlighted claim.
fn bring_into_pane() {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let (Some(pane), Some(row)) = (find(".pane--token"), find(".pane--token .claims .lit")) else {
        return;
    };
    let (pane_box, row_box) = (
        pane.get_bounding_client_rect(),
        row.get_bounding_client_rect(),
    );
    let below = row_box.bottom() - pane_box.bottom() + 16.0;
    let above = row_box.top() - pane_box.top() - 16.0;
    let by = if above < 0.0 { above } else { below.max(0.0) };
    if by != 0.0 && pane.scroll_height() > pane.client_height() {
        pane.set_scroll_top(pane.scroll_top() + by as i32);
    }
}
