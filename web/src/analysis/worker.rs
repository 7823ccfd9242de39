//! Questions about policies, asked in a worker: they may take seconds, and typing goes on meanwhile.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use crate::ui::in_sight::keep_in_sight;
use claimgate_workbench::analysis::question::answer;

/// How long a question rests before it is asked.
pub(crate) const REST: Duration = Duration::from_millis(200);

/// The answer to a question that may change.
pub(crate) struct Live<T: Send + Sync + 'static> {
    /// The last answer, or why there is none. It stays until the next one.
    pub(crate) answer: RwSignal<Option<Result<T, String>>>,
    /// Whether another answer is on its way.
    pub(crate) is_busy: RwSignal<bool>,
    /// Gives up waiting.
    pub(crate) stop: Callback<()>,
}

impl<T: Send + Sync> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Live<T> {}

/// Asks a question, and again when it changes; none while it is `None`. A question that has changed is
/// not waited for.
pub(crate) fn live<T>(question: impl Fn() -> Option<String> + Send + Sync + 'static) -> Live<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let question = Memo::new(move |_| question());
    live_of(
        move || question.read().is_some().then_some(REST),
        move || (question.get_untracked().unwrap_or_default(), ()),
        |(), answer| answer,
    )
}

/// The same for a question that takes time to write: it is written after a rest. `rest` tracks what the
/// question is made of, and says how long it rests; there is no question while that is `None`. `question`
/// also returns what it is about, and `with` joins that to the answer. A question that is the same as the
/// last one keeps its answer.
pub(crate) fn live_of<A, T, R>(
    rest: impl Fn() -> Option<Duration> + 'static,
    question: impl Fn() -> (String, A) + 'static,
    with: fn(A, T) -> R,
) -> Live<R>
where
    A: 'static,
    T: DeserializeOwned + 'static,
    R: Send + Sync + 'static,
{
    let (answer_to, is_busy) = (RwSignal::new(None), RwSignal::new(false));
    let analyst = StoredValue::new_local(Analyst::default());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let answered = StoredValue::new(None::<String>);
    let question = Rc::new(question);
    Effect::new(move || {
        let rest = rest();
        drop_wait(waiting);
        analyst.try_update_value(Analyst::interrupt);
        is_busy.set(rest.is_some());
        let Some(rest) = rest else { return };
        let question = Rc::clone(&question);
        let ask = move || {
            // The page may be gone by now.
            let Some(last) = answered.try_get_value() else {
                return;
            };
            let (asked, about) = untrack(|| question());
            if last.as_ref() == Some(&asked) {
                return is_busy.set(false);
            }
            let text = asked.clone();
            let done = move |reply: Result<String, String>| {
                answered.try_set_value(reply.is_ok().then_some(text));
                let answer = reply.and_then(|text| answer(&text));
                let answer = answer.map(|answer| with(about, answer));
                // What it shows may take the place of what has the focus.
                keep_in_sight(|| drop(answer_to.try_set(Some(answer))));
                is_busy.try_set(false);
            };
            analyst.try_update_value(|analyst| analyst.ask(&asked, Box::new(done)));
        };
        waiting.set_value(set_timeout_with_handle(ask, rest).ok());
    });
    on_cleanup(move || drop_wait(waiting));
    let stop = Callback::new(move |()| {
        drop_wait(waiting);
        analyst.try_update_value(Analyst::interrupt);
        answered.set_value(None);
        answer_to.set(Some(Err("stopped before it was finished".to_owned())));
        is_busy.set(false);
    });
    Live {
        answer: answer_to,
        is_busy,
        stop,
    }
}

fn drop_wait(waiting: StoredValue<Option<TimeoutHandle>>) {
    if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
        handle.clear();
    }
}

type Done = Box<dyn FnOnce(Result<String, String>)>;

/// A worker, once it is needed, and what waits for its answer.
#[derive(Default)]
struct Analyst {
    worker: Option<Started>,
    waiting: Rc<RefCell<Option<Done>>>,
}

/// A worker that runs until it is dropped.
struct Started {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(Event)>,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Analyst {
    /// Ends a question that has no answer yet: the worker cannot be interrupted otherwise.
    fn interrupt(&mut self) {
        if self.waiting.borrow_mut().take().is_some() {
            self.worker = None;
        }
    }

    /// Asks a question; `done` gets the text of the answer.
    fn ask(&mut self, question: &str, done: Done) {
        if self.worker.is_none() {
            self.worker = start(&self.waiting).ok();
        }
        let Some(started) = &self.worker else {
            return done(Err("this browser cannot start the analysis".to_owned()));
        };
        *self.waiting.borrow_mut() = Some(done);
        if started.worker.post_message(&question.into()).is_err() {
            reply(
                &self.waiting,
                Err("the question could not be sent to the analysis".to_owned()),
            );
        }
    }
}

fn start(waiting: &Rc<RefCell<Option<Done>>>) -> Result<Started, JsValue> {
    let base = document().base_uri()?.unwrap_or_default();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let address = Url::new_with_base("analysis/worker.js", &base)?.href();
    let worker = Worker::new_with_options(&address, &options)?;
    let answered = Rc::clone(waiting);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string();
        reply(
            &answered,
            text.ok_or_else(|| "the answer is not text".to_owned()),
        );
    });
    let failed = Rc::clone(waiting);
    let on_error = Closure::<dyn Fn(Event)>::new(move |_| {
        let problem = "the analysis could not be loaded: reload the page to try again";
        reply(&failed, Err(problem.to_owned()));
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Ok(Started {
        worker,
        _on_message: on_message,
        _on_error: on_error,
    })
}

fn reply(waiting: &Rc<RefCell<Option<Done>>>, answer: Result<String, String>) {
    // Taken first: `done` may ask the next question.
    let done = waiting.borrow_mut().take();
    if let Some(done) = done {
        done(answer);
    }
}
