//! The playground's result: checks, explanation, and the simulated exchange.

use claimgate::diagnostic::Diagnostic;
use leptos::prelude::*;
use leptos_router::components::A;

use super::bench::Bench;
use super::failed_check::Fixes;
use crate::explanation::checks::Checks;
use crate::explanation::decision::ExplanationView;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::claim_use::numbers;
use claimgate_workbench::playground::evaluate::Report;
use claimgate_workbench::playground::gallery;
use claimgate_workbench::playground::scratch::SCRATCH;
use claimgate_workbench::policies::place_name::place_name;

/// The pane.
#[component]
pub(crate) fn PlaygroundResult(
    bench: Bench,
    report: Memo<Option<Report>>,
    #[prop(into)] stale: Signal<bool>,
    /// Whether the checks are shown above the panes.
    is_refused: Memo<bool>,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| report.read().is_none());
    view! {
        <section class="pane pane--decision stack playground__result" class:stale=move || stale.get() aria-label="Result">
            {move || stale.get().then(|| view! {
                <p class="hint">
                    {if bench.is_scratch() && bench.written.read().is_err() { "The scratch policies have errors" } else { "The input is incomplete" }}
                    "; this is the last result."
                </p>
            })}
            {move || match (is_empty.get(), bench.tools.get()) {
                (false, Some(tools)) => view! {
                    {move || (!is_refused.get()).then(|| (tools.checks)(bench, report))}
                    {(tools.reasons)(bench, report)}
                }
                .into_any(),
                _ => view! { <Nothing /> }.into_any(),
            }}
            {move || (!is_empty.get()).then(|| bench.tools.get().map(|tools| (tools.exchange)(bench)))}
        </section>
    }
}

/// The checks, with what can be done about one that failed.
#[component]
pub(crate) fn ChecksCard(bench: Bench, report: Memo<Option<Report>>) -> impl IntoView {
    let checks = Memo::new(move |_| {
        report
            .read()
            .as_ref()
            .map(|report| report.checks.clone())
            .unwrap_or_default()
    });
    let action = Callback::new(move |check| view! { <Fixes bench=bench check=check /> }.into_any());
    move || {
        (!checks.read().is_empty()).then(|| {
            view! {
                <section class="pane pane--decision card stack--tight">
                    <h2>"Checks"</h2>
                    <Checks checks=checks.get() action=action />
                </section>
            }
        })
    }
}

/// What was not checked, and the explanation. Each part is rendered only when it changes, so that folded parts stay
/// folded.
#[component]
pub(crate) fn Reasons(bench: Bench, report: Memo<Option<Report>>) -> impl IntoView {
    let unchecked = Memo::new(move |_| {
        report
            .read()
            .as_ref()
            .map(|report| report.unchecked.clone())
            .unwrap_or_default()
    });
    let issuer = Memo::new(move |_| {
        report
            .read()
            .as_ref()
            .and_then(|report| report.issuer.clone())
    });
    let findings = Memo::new(move |_| {
        report
            .read()
            .as_ref()
            .map(|report| report.findings.clone())
            .unwrap_or_default()
    });
    let explanation = Memo::new(move |_| {
        report
            .read()
            .as_ref()
            .and_then(|report| report.explanation.clone())
    });
    view! {
        <IncompletePolicies bench=bench />
        {move || (!unchecked.read().is_empty()).then(|| view! {
            <div class="notice notice--note">
                <ul>{unchecked.get().into_iter().map(|line| view! { <li>{inline_code(&line)}</li> }).collect_view()}</ul>
            </div>
        })}
        {move || explanation.get().map(|explanation| view! {
            <section class="card stack--tight">
                <h2>"Explanation"</h2>
                {issuer.get().map(|(id, name)| by_policies_of(&id, &name))}
                <ExplanationView explanation=explanation />
            </section>
        })}
        <Remarks findings=findings />
    }
}

/// Names the policies that do not decide yet.
#[component]
fn IncompletePolicies(bench: Bench) -> impl IntoView {
    let numbers = move || {
        let places: Vec<_> = bench.aside.read().iter().map(|place| place + 1).collect();
        numbers(&places)
    };
    move || {
        (bench.is_scratch() && !bench.aside.read().is_empty()).then(|| {
            let (subject, verb) = match bench.aside.read().len() {
                1 => ("Policy", "is"),
                _ => ("Policies", "are"),
            };
            view! {
                <p class="notice notice--note" role="note">
                    {subject} " " {numbers()} " " {verb} " incomplete, and left out of this decision."
                </p>
            }
        })
    }
}

fn by_policies_of(id: &str, name: &str) -> AnyView {
    if id == SCRATCH {
        return view! { <p class="hint">"By the policies of the scratch set for " {untrusted_text(name)}</p> }.into_any();
    }
    let name = untrusted_text(name);
    view! { <p class="hint">"By the policies of " <A href=format!("/issuers/{id}")>{name}</A></p> }
        .into_any()
}

/// First steps.
#[component]
fn Nothing() -> impl IntoView {
    let examples = [
        "branch-push",
        "pull-request",
        "expired",
        "look-alike-organization",
        "dot-is-wildcard",
    ];
    let items = examples.into_iter().filter_map(gallery::find).map(|example| {
        view! { <li><A href=format!("/examples/{}", example.id)>{example.title.clone()}</A></li> }
    });
    view! {
        <section class="card empty">
            <h2>"No token at hand?"</h2>
            <p>
                "Sign a sample token, write claims, or open an example. A token is never stored and never sent."
            </p>
            <ul class="example-list">
                {items.collect_view()}
                <li><A href="/examples">"All examples"</A></li>
            </ul>
        </section>
    }
}

#[component]
fn Remarks(findings: Memo<Vec<Diagnostic>>) -> impl IntoView {
    let item = |finding: Diagnostic| {
        view! {
            <li>
                {(!finding.path.is_empty()).then(|| view! { {inline_code(&place_name(&finding.path))} " " })}
                {inline_code(&finding.message)}
                {finding.help.map(|help| view! { <p class="hint">{inline_code(&help)}</p> })}
            </li>
        }
    };
    move || {
        (!findings.read().is_empty()).then(|| {
            view! {
                <div class="notice notice--note">
                    <h3>"Findings"</h3>
                    <ul>{findings.get().into_iter().map(item).collect_view()}</ul>
                </div>
            }
        })
    }
}
