//! A question before something that cannot be undone, as a dialog.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::inline_code::inline_code;
use super::untrusted_text::untrusted_text;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// What happens then.
    pub(crate) text: String,
    /// What the button does.
    pub(crate) verb: String,
    /// What has to be typed first; nothing if empty.
    pub(crate) typed: String,
}

/// The dialog, open while there is a question. `answer` is called when the person agrees. The dialog stays
/// open until the question is gone, and shows the `problem` meanwhile.
#[component]
pub(crate) fn Confirm(
    question: RwSignal<Option<Question>>,
    #[prop(into)] problem: Signal<String>,
    #[prop(into)] is_busy: Signal<bool>,
    answer: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (question.read().is_some(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="confirm-heading" on:close=move |_| question.set(None)>
            {move || question.get().map(|asked| {
                view! { <Body question=asked close=question problem=problem is_busy=is_busy answer=answer /> }
            })}
        </dialog>
    }
}

#[component]
fn Body(
    question: Question,
    close: RwSignal<Option<Question>>,
    problem: Signal<String>,
    is_busy: Signal<bool>,
    answer: Callback<()>,
) -> impl IntoView {
    let Question {
        title,
        text,
        verb,
        typed,
    } = question;
    let written = RwSignal::new(String::new());
    let is_typed = Memo::new({
        let typed = typed.clone();
        move |_| *written.read() == typed
    });
    let agree = move || {
        if is_typed.get_untracked() && !is_busy.get_untracked() {
            answer.run(());
        }
    };
    let field = (!typed.is_empty()).then(|| {
        view! {
            <form class="field" on:submit=move |event| { event.prevent_default(); agree(); }>
                <label for="confirm-name">"Type " <code>{typed.clone()}</code> " to confirm"</label>
                <input type="text" id="confirm-name" class="mono" autocomplete="off" spellcheck="false" autofocus bind:value=written />
            </form>
        }
    });
    view! {
        <h2 id="confirm-heading">{untrusted_text(&title)}</h2>
        <p>{inline_code(&text)}</p>
        <p><strong>"This cannot be undone."</strong></p>
        {field}
        <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
        <div class="actions">
            <button
                type="button"
                class="button button--danger"
                disabled=move || is_busy.get() || !is_typed.get()
                on:click=move |_| agree()
            >{verb}</button>
            <button type="button" class="button button--quiet" on:click=move |_| close.set(None)>"Cancel"</button>
        </div>
    }
}
