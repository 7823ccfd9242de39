//! Policies, a token or claims, and the decision with its explanation, updated while typing.

use claimgate::inspect::{Check, CheckId, CheckStatus};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_query_map};

use super::address::{
    follow_files, follow_fragment, guard_scratch, keep_address, keep_input, load_once_used, opener,
    take_over,
};
use super::bench::{Bench, Opening};
use super::decision_bar::DecisionBar;
use super::evaluation::{EvaluationInput, evaluate, settle};
use super::input::PlaygroundToken;
use super::panes::SplitPanes;
use super::policies::PlaygroundPolicies;
use super::result::PlaygroundResult;
use crate::explanation::verdict::Banner;
use crate::state::clock::ticking;
use crate::state::store::use_store;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::playground::evaluate::{Answer, Report};
use claimgate_workbench::playground::gallery::Example;
use claimgate_workbench::playground::summary::{Verdict, reason};

/// The page.
#[component]
pub(crate) fn PlaygroundPage() -> impl IntoView {
    view! { <Playground example=None /> }
}

/// The playground, with an example or with the content of the address.
#[component]
pub(crate) fn Playground(example: Option<&'static Example>) -> impl IntoView {
    let bench =
        Bench::new(use_query_map().with_untracked(|query| query.get("issuer").unwrap_or_default()));
    provide_context(bench);
    let problem = RwSignal::new(String::new());
    begin(bench, example, problem);
    let clock = ticking();
    let settled = settle(Memo::new(move |_| EvaluationInput::of(bench, clock.get())));
    evaluate(bench, use_store(), settled, problem);
    let Shown { report, unclear } = Shown::of(bench);
    let waiting = Memo::new(move |_| waiting(bench, &unclear.read()));
    let banner = Memo::new(move |_| banner(report.read().as_ref(), waiting.get()));
    let stale = Signal::derive(move || matches!(*banner.read(), Banner::Waiting(..)));
    let is_refused = Memo::new(move |_| report.read().as_ref().is_some_and(is_refused));
    let time = Signal::derive(move || settled.read().question.now);
    view! {
        <div class="container container--wide stack playground-page">
            <div class="section-head"><h1>"Playground"</h1></div>
            {example.map(|example| view! { <Story example=example /> })}
            {move || (!problem.read().is_empty()).then(|| view! {
                <div class="notice notice--bad" role="alert"><p>{inline_code(&problem.read())}</p></div>
            })}
            <div class=move || format!("playground playground--{}", bench.pane.get().word())>
                <DecisionBar bench=bench banner=banner report=report now=time />
                // What can be done about a refused token comes before its claims and the policies.
                {move || is_refused.get().then(|| bench.tools.get().map(|tools| (tools.checks)(bench, report)))}
                <SplitPanes>
                    <PlaygroundPolicies bench=bench />
                    <PlaygroundToken bench=bench problem=unclear time=time />
                </SplitPanes>
                <PlaygroundResult bench=bench report=report stale=stale is_refused=is_refused />
            </div>
        </div>
    }
}

/// Fills the playground: with the example, the content of the address, policies of the editor, or what
/// was there before another page was shown.
fn begin(bench: Bench, example: Option<&'static Example>, problem: RwSignal<String>) {
    let store = use_store();
    let open = opener(bench, store, problem);
    let fragment = use_location().hash.get_untracked();
    keep_input(bench, example.is_some() || fragment.len() > "#main".len());
    match example {
        Some(example) => open.run(Opening::Example(example)),
        None => {
            follow_fragment(open);
            take_over(bench, store, problem);
        }
    }
    follow_files(open);
    load_once_used(bench, problem);
    keep_address(bench, example.is_some());
    guard_scratch(bench);
}

/// What is shown: the last report, and why there is no newer one.
struct Shown {
    report: Memo<Option<Report>>,
    unclear: Memo<String>,
}

impl Shown {
    fn of(bench: Bench) -> Self {
        let answer = Memo::new(move |_| {
            let answered = bench.answered.read();
            answered.as_ref().map(|answered| answered.answer.clone())
        });
        let report = Memo::new(move |last: Option<&Option<Report>>| match answer.get() {
            None | Some(Answer::Nothing) => None,
            Some(Answer::Unclear(_)) => last.cloned().flatten(),
            Some(Answer::Report(report)) => Some(*report),
        });
        let unclear = Memo::new(move |_| match answer.get() {
            Some(Answer::Unclear(problem)) => problem,
            _ => String::new(),
        });
        Self { report, unclear }
    }
}

fn banner(report: Option<&Report>, waiting: Option<String>) -> Banner {
    let Some(report) = report else {
        return Banner::Nothing;
    };
    let reason = reason(&report.summary, report.explanation.as_ref());
    match waiting {
        Some(why) => Banner::Waiting(why, report.verdict(), reason),
        None => Banner::Decided(report.verdict(), reason, report.unchecked.clone()),
    }
}

/// Why the input cannot be decided, as a sentence.
fn waiting(bench: Bench, unclear: &str) -> Option<String> {
    let errors = bench
        .is_scratch()
        .then(|| {
            bench
                .written
                .with(|written| written.as_ref().err().map(|errors| errors.len()))
        })
        .flatten();
    match errors {
        Some(1) => Some("The scratch policies have an error.".to_owned()),
        Some(count) => Some(format!("The scratch policies have {count} errors.")),
        None if unclear.is_empty() => None,
        None => Some("The input is incomplete.".to_owned()),
    }
}

/// Whether a whole token was refused before the policies. While one is typed, its format is refused.
fn is_refused(report: &Report) -> bool {
    let failed = report
        .checks
        .iter()
        .find(|check| check.status == CheckStatus::Failed);
    let is_whole = |check: &Check| !matches!(check.id, CheckId::Format | CheckId::Header);
    report.verdict() == Verdict::Refused && failed.is_some_and(is_whole)
}

#[component]
fn Story(example: &'static Example) -> impl IntoView {
    view! {
        <section class="card story" aria-labelledby="story-heading">
            <h2 id="story-heading">{example.title.as_str()}</h2>
            <p>{example.story.as_str()}</p>
            <p class="hint"><A href="/examples">"All examples"</A></p>
        </section>
    }
}
