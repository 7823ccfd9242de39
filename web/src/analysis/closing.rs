//! How a class of outsiders can be kept out, and what that closes besides.

use claimgate_analysis::{Closing, apply};
use leptos::prelude::*;

use super::subject::Subject;
use super::witness::Token;
use super::worker::live;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::words;

/// The ways, those that close least first.
#[component]
pub(super) fn Closings(class: String, title: String, subject: Subject) -> impl IntoView {
    // For the policies as they are now: once they change, the section has another answer.
    let question = subject.settings.read_untracked().close(
        &subject.policies.read_untracked(),
        &subject.mine.read_untracked(),
        &class,
    );
    let asked = live::<Vec<Closing>>(move || Some(question.clone()));
    view! {
        <div class="closings" role="group" aria-label=format!("Ways to deny: {title}")>
            <div role="status">
                <Show when=move || asked.answer.read().is_none()><p class="hint">"Looking for a rule that denies them…"</p></Show>
            </div>
            {move || match asked.answer.get() {
                None => ().into_any(),
                Some(Err(problem)) => view! { <p class="error">"No answer: " {inline_code(&problem)} "."</p> }.into_any(),
                Some(Ok(found)) if found.is_empty() => view! {
                    <p>
                        "No single rule denies these without also denying tokens that the policies are meant for. State what is yours \
                         above, or narrow the policies by hand."
                    </p>
                }
                .into_any(),
                Some(Ok(found)) => found
                    .into_iter()
                    .map(|closing| view! { <Way closing=closing subject=subject /> })
                    .collect_view()
                    .into_any(),
            }}
        </div>
    }
}

/// One way.
#[component]
fn Way(closing: Closing, subject: Subject) -> impl IntoView {
    let Closing {
        edits,
        also,
        difference,
        ..
    } = closing;
    let policies = subject.policies.get_untracked();
    let changes = edits
        .iter()
        .map(|edit| view! { <li>{inline_code(&words::edit(edit, &policies))}</li> })
        .collect_view();
    let also = if also.is_empty() {
        "It denies no other class of outsiders.".to_owned()
    } else {
        format!("It also denies: {}.", also.join("; "))
    };
    let closed = difference.kinds.into_iter().flat_map(|kind| kind.closed);
    let tokens = closed
        .map(|change| view! { <li><Token witness=change.witness /></li> })
        .collect_view();
    let apply = move |_| {
        if let Some(state) = subject.editor.get_untracked() {
            let policies = subject.policies.get_untracked();
            state.set_policies(&apply(&policies, &edits));
        }
    };
    view! {
        <div class="closing">
            <ul class="closing__edits">{changes}</ul>
            <p class="hint">{untrusted_text(&also)} " It opens nothing, and no allow becomes useless (proved)."</p>
            <details class="more"><summary>"Tokens that it denies"</summary><ul class="closing__tokens">{tokens}</ul></details>
            <button type="button" class="button button--primary button--small" on:click=apply>"Apply to the policies"</button>
        </div>
    }
}
