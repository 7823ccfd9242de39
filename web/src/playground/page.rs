//! Policies, a token or claims, and the decision with its explanation, updated while typing.

use std::time::Duration;

use claimgate::pattern::Dialect;
use claimgate::policy::to_json;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use wasm_bindgen::JsValue;

use super::bench::{Answered, Bench, Opening, Pane, Tools};
use super::policies::PlaygroundPolicies;
use super::result::PlaygroundResult;
use super::token::PlaygroundToken;
use super::tools::want;
use crate::explanation::verdict::{Banner, Verdict};
use crate::state::clock::{read_time, ticking};
use crate::state::handover::Handover;
use crate::state::store::{Store, use_store};
use crate::state::unsaved::Unsaved;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::evaluate::{Answer, Evaluation, Question, Report};
use claimgate_workbench::playground::gallery::Example;
use claimgate_workbench::playground::scratch::Throwaway;
use claimgate_workbench::playground::scratch::{SCRATCH, Scratch};

/// The debounce of the evaluation.
const REST: Duration = Duration::from_millis(150);

/// The page.
#[component]
pub(crate) fn PlaygroundPage() -> impl IntoView {
    view! { <Playground example=None /> }
}

/// The playground, with an example or with the content of the address.
#[component]
pub(crate) fn Playground(example: Option<&'static Example>) -> impl IntoView {
    let store = use_store();
    let bench =
        Bench::new(use_query_map().with_untracked(|query| query.get("issuer").unwrap_or_default()));
    provide_context(bench);
    let problem = RwSignal::new(String::new());
    let open = opener(bench, store, problem);
    match example {
        Some(example) => open.run(Opening::Example(example)),
        None => {
            follow_fragment(open);
            take_over(bench, store, problem);
        }
    }
    load_once_used(bench, problem);
    keep_address(bench, example.is_some());
    guard_scratch(bench);

    let clock = ticking();
    let settled = settle(Memo::new(move |_| EvaluationInput::of(bench, clock.get())));
    evaluate(bench, store, settled, problem);
    let answer = Memo::new(move |_| {
        bench
            .answered
            .read()
            .as_ref()
            .map(|answered| answered.answer.clone())
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
    let stale = Signal::derive(move || {
        report.read().is_some()
            && (!unclear.read().is_empty() || (bench.is_scratch() && bench.written.read().is_err()))
    });
    let banner = Memo::new(move |_| match &*report.read() {
        None => Banner::Nothing,
        Some(report) => Banner::Decided(
            report.decision,
            report.summary.clone(),
            report.unchecked.clone(),
        ),
    });
    let time = Signal::derive(move || settled.read().question.now);
    view! {
        <div class="container container--wide stack">
            <div class="section-head">
                <h1>"Playground"</h1>
                <Panes bench=bench />
            </div>
            {example.map(|example| view! { <Story example=example /> })}
            {move || (!problem.read().is_empty()).then(|| view! {
                <div class="notice notice--bad" role="alert"><p>{inline_code(&problem.read())}</p></div>
            })}
            <div class=move || format!("playground playground--{}", bench.pane.get().word())>
                <div class="playground__verdict"><Verdict banner=banner stale=stale /></div>
                <PlaygroundPolicies bench=bench />
                <PlaygroundToken bench=bench problem=unclear time=time />
                <PlaygroundResult bench=bench report=report stale=stale now=time />
            </div>
        </div>
    }
}

/// The visible pane on a narrow screen.
#[component]
fn Panes(bench: Bench) -> impl IntoView {
    let button = move |label: &'static str, pane: Pane| {
        view! {
            <button
                type="button"
                aria-pressed=move || (bench.pane.get() == pane).to_string()
                on:click=move |_| bench.pane.set(pane)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments panes" role="group" aria-label="Pane">
            {button("Policies", Pane::Policies)} {button("Token", Pane::Token)} {button("Decision", Pane::Decision)}
        </div>
    }
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

/// The complete input of one evaluation.
#[derive(Clone, PartialEq)]
struct EvaluationInput {
    question: Question,
    scratch: Option<StoredIssuer>,
    throwaway: Option<Throwaway>,
}

impl EvaluationInput {
    fn of(bench: Bench, clock: i64) -> Self {
        let form = bench.form;
        let scratch = bench.scratch_issuer();
        let chosen = form.issuer.get();
        let question = Question {
            is_claims: form.is_claims.get(),
            text: if form.is_claims.get() {
                form.claims.get()
            } else {
                form.token.get()
            },
            // The scratch set is gone: no issuer is chosen.
            issuer: if chosen == SCRATCH && scratch.is_none() {
                String::new()
            } else {
                chosen
            },
            request: form.request(),
            skip: form.skip(),
            now: read_time(&form.now.read()).ok().flatten().unwrap_or(clock),
            dialect: if scratch.is_some() {
                bench.dialect.get()
            } else {
                Dialect::Pulumi
            },
        };
        Self {
            question,
            scratch,
            throwaway: bench.throwaway.get(),
        }
    }
}

/// The debounced question; Ctrl+Enter passes it on at once.
fn settle(asked: Memo<EvaluationInput>) -> RwSignal<EvaluationInput> {
    let settled = RwSignal::new(asked.get_untracked());
    let pass = move || {
        // The page may be gone by now.
        if let Some(input) = asked.try_get_untracked() {
            settled.try_set(input);
        }
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
    settled
}

/// Answers each question: at once, or as soon as the browser has checked the signature. The newest
/// question wins.
fn evaluate(
    bench: Bench,
    store: Store,
    settled: RwSignal<EvaluationInput>,
    problem: RwSignal<String>,
) {
    let turn = StoredValue::new(0_u64);
    Effect::new(move || {
        turn.update_value(|turn| *turn += 1);
        let this = turn.get_value();
        let EvaluationInput {
            question,
            scratch,
            throwaway,
        } = settled.get();
        let Some(tools) = bench.tools.get() else {
            if !question.text.trim().is_empty() {
                want(bench.tools, problem);
            }
            return;
        };
        // A separate statement: the borrow of the issuers must end before the answer is shown.
        let (stored, asked) = (tools.evaluate)(
            &question,
            (&store.issuers.read(), scratch, throwaway.as_ref()),
        );
        match asked {
            Evaluation::Answer(answer) => show(
                bench,
                store,
                Answered {
                    question,
                    stored,
                    answer,
                },
            ),
            Evaluation::Signature(waiting) => spawn_local(async move {
                let answer = (tools.check)(waiting).await;
                if turn.try_get_value() == Some(this) {
                    show(
                        bench,
                        store,
                        Answered {
                            question,
                            stored,
                            answer,
                        },
                    );
                }
            }),
        }
    });
}

/// Shows an answer, and records the use of the issuer's policies.
fn show(bench: Bench, store: Store, answered: Answered) {
    let used = match &answered.answer {
        Answer::Report(report) if report.explanation.is_some() => report.issuer.clone(),
        _ => None,
    };
    if bench
        .answered
        .with_untracked(|shown| shown.as_ref() != Some(&answered))
    {
        bench.answered.set(Some(answered));
    }
    if let Some((id, _)) = used {
        store.mark_used(&id);
    }
}

/// Opens the policies from the editor as a scratch copy of their issuer, with the unsaved changes.
fn take_over(bench: Bench, store: Store, problem: RwSignal<String>) {
    let handed = expect_context::<Handover>().take();
    if let Some((issuer, policies)) =
        handed.and_then(|(id, policies)| Some((store.find(&id)?, policies)))
    {
        bench.start_scratch(Scratch::of_issuer(&issuer), &policies);
        want(bench.tools, problem);
    }
}

/// A callback that opens an example or a link's content: at once, or as soon as the tools are
/// loaded.
fn opener(bench: Bench, store: Store, problem: RwSignal<String>) -> Callback<Opening> {
    let show = move |tools: Tools, opening: &Opening| match (tools.open)(bench, store, opening) {
        Ok(()) => problem.set(String::new()),
        Err(error) => problem.set(format!("This link cannot be opened: {error}.")),
    };
    let waiting = StoredValue::new(None::<Opening>);
    Effect::new(move || {
        // Take the pending content only once it can be shown.
        if let Some(tools) = bench.tools.get()
            && let Some(opening) = waiting.try_update_value(Option::take).flatten()
        {
            show(tools, &opening);
        }
    });
    Callback::new(move |opening| match bench.tools.get_untracked() {
        Some(tools) => show(tools, &opening),
        None => {
            waiting.set_value(Some(opening));
            want(bench.tools, problem);
        }
    })
}

/// Opens a link's content: initially, and whenever another link is followed on this page.
fn follow_fragment(open: Callback<Opening>) {
    let opened = StoredValue::new(String::new());
    let open = move |fragment: String| {
        if fragment.is_empty()
            || fragment == "#main"
            || opened.with_value(|opened| *opened == fragment)
        {
            return;
        }
        opened.set_value(fragment.clone());
        open.run(Opening::Fragment(fragment));
    };
    let typed = || window().location().hash().unwrap_or_default();
    // For a link within the app, the router knows the target before the address changes.
    let hash = use_location().hash;
    open(
        Some(hash.get_untracked())
            .filter(|hash| !hash.is_empty())
            .unwrap_or_else(typed),
    );
    Effect::new(move || open(hash.get()));
    let handle = window_event_listener(ev::hashchange, move |_| open(typed()));
    on_cleanup(move || handle.remove());
}

/// Loads the tools on the first input, before they are needed.
fn load_once_used(bench: Bench, problem: RwSignal<String>) {
    let is_asked = StoredValue::new(bench.tools.read_untracked().is_some());
    for event in ["focusin", "keydown", "pointerdown", "pointermove", "wheel"] {
        let handle = window_event_listener_untyped(event, move |_| {
            if is_asked.try_update_value(|is_asked| std::mem::replace(is_asked, true))
                == Some(false)
            {
                want(bench.tools, problem);
            }
        });
        on_cleanup(move || handle.remove());
    }
}

/// Keeps the chosen issuer in the address, and chooses the one that the address names. A link's
/// content stays in the address while its scratch set is in use.
fn keep_address(bench: Bench, is_example: bool) {
    let navigate = use_navigate();
    let query = use_query_map();
    let location = use_location();
    let issuer = bench.form.issuer;
    Effect::new(move |before: Option<String>| {
        let issuer = issuer.get();
        if before.is_some_and(|before| before != issuer) && issuer != SCRATCH {
            let query = if issuer.is_empty() {
                String::new()
            } else {
                format!("?issuer={issuer}")
            };
            if is_example {
                // Navigating with the router would reset the page.
                let base = document().base_uri().ok().flatten().unwrap_or_default();
                let history = window().history();
                let _ = history.map(|history| {
                    history.replace_state_with_url(
                        &JsValue::NULL,
                        "",
                        Some(&format!("{base}playground{query}")),
                    )
                });
            } else {
                let options = NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&format!("/playground{query}"), options);
            }
        }
        issuer
    });
    Effect::new(move |before: Option<String>| {
        let _ = location.pathname.read();
        let named = query.read().get("issuer").unwrap_or_default();
        let is_other = untrack(|| *issuer.read() != named && *issuer.read() != SCRATCH);
        if before.is_some_and(|before| before != named) && is_other {
            issuer.set(named.clone());
        }
        named
    });
}

/// Asks before leaving a changed scratch set.
fn guard_scratch(bench: Bench) {
    let is_changed = Memo::new(move |_| {
        let scratch = bench.scratch.read();
        scratch
            .as_ref()
            .is_some_and(|scratch| *bench.text.read() != to_json(&scratch.issuer.policies))
    });
    expect_context::<Unsaved>().watch(is_changed);
}
