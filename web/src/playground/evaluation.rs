//! The playground's input, debounced, and its evaluation.

use std::time::Duration;

use claimgate::pattern::Dialect;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bench::{Answered, Bench};
use super::tools::want;
use crate::state::clock::read_time;
use crate::state::store::Store;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::evaluate::{Answer, Evaluation, Question};
use claimgate_workbench::playground::scratch::{SCRATCH, Throwaway};

/// The debounce of the evaluation.
const REST: Duration = Duration::from_millis(150);

/// The complete input of one evaluation.
#[derive(Clone, PartialEq)]
pub(super) struct EvaluationInput {
    pub(super) question: Question,
    scratch: Option<StoredIssuer>,
    throwaway: Option<Throwaway>,
}

impl EvaluationInput {
    pub(super) fn of(bench: Bench, clock: i64) -> Self {
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
pub(super) fn settle(asked: Memo<EvaluationInput>) -> RwSignal<EvaluationInput> {
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
pub(super) fn evaluate(
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
                let answer = (tools.verify)(waiting).await;
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
