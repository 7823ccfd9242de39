//! Who gets in: the classes of outsiders of an issuer, from strangers inwards, and which of them the
//! policies admit.

use claimgate::text::list::enumerate;
use claimgate_analysis::{Facts, Who};
use leptos::prelude::*;

use super::rung::RungRow;
use super::subject::{Subject, has_errors};
use super::worker::{Live, live};
use super::yours::yours;
use crate::editor::state::PolicyState;
use crate::ui::empty_state::EmptyState;
use crate::ui::field::TextField;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_link;
use claimgate_workbench::analysis::words;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The section of an issuer's page.
#[component]
pub(crate) fn WhoPanel(
    issuer: StoredIssuer,
    editor: RwSignal<Option<PolicyState>>,
    /// Nothing is asked while the section is hidden.
    #[prop(into)]
    is_shown: Signal<bool>,
    mine: RwSignal<String>,
) -> impl IntoView {
    let subject = Subject::of(&issuer, editor, mine);
    view! {
        <section class="stack who" aria-labelledby="who-heading">
            <div>
                <h2 id="who-heading">"Who gets in"</h2>
                <p class="lead">
                    "Whom these policies admit, from strangers to your own jobs: each class with a token that is allowed, or with a \
                     proof that none is."
                </p>
            </div>
            <Editing editor=editor />
            <WhoAnswer subject=subject is_shown=is_shown />
        </section>
    }
}

/// The answer, with what it takes for one's own.
#[component]
pub(crate) fn WhoAnswer(
    subject: Subject,
    /// Nothing is asked while it is hidden.
    #[prop(into)]
    is_shown: Signal<bool>,
) -> impl IntoView {
    let mine = subject.mine;
    let asked = live::<Who>(move || {
        let ask = || {
            let settings = subject.settings.read();
            settings.who(&subject.policies.read(), &mine.read())
        };
        is_shown.get().then(ask)
    });
    view! {
        <Yours asked=asked mine=mine />
        <Progress asked=asked />
        {move || match asked.answer.get() {
            None => ().into_any(),
            Some(Err(problem)) => view! {
                <div class="notice notice--bad" role="alert"><p>"No answer: " {inline_code(&problem)} "."</p></div>
            }
            .into_any(),
            Some(Ok(who)) => view! { <Ladder who=who subject=subject is_busy=asked.is_busy /> }.into_any(),
        }}
    }
}

/// Whether this is about saved policies, edited ones, or the last ones without errors.
#[component]
fn Editing(editor: RwSignal<Option<PolicyState>>) -> impl IntoView {
    let note = move || match editor.get() {
        Some(state) if has_errors(state) => {
            Some("The edited policies have errors: this is about the last version without errors.")
        }
        Some(state) if state.dirty.get() => Some("This includes unsaved changes."),
        _ => None,
    };
    view! {
        <div role="status">
            {move || note().map(|note| view! { <p class="notice notice--note">{note}</p> })}
        </div>
    }
}

/// What was taken for one's own, and a field to state it.
#[component]
fn Yours(asked: Live<Who>, mine: RwSignal<String>) -> impl IntoView {
    let taken = Memo::new(move |last: Option<&Vec<_>>| match &*asked.answer.read() {
        Some(Ok(who)) => words::ours(&who.ours),
        _ => last.cloned().unwrap_or_default(),
    });
    view! {
        <div class="card who__yours">
            <p>
                {move || match taken.get().as_slice() {
                    [] => view! { "The policies do not say whose tokens they are meant for." }.into_any(),
                    taken => view! { "Yours, " {yours(taken)} "." }.into_any(),
                }}
            </p>
            <details class="more">
                <summary>"State what is yours"</summary>
                <TextField
                    label="What is yours"
                    value=mine
                    mono=true
                    placeholder="acme/web"
                    hint="Names, outermost first, such as owner and repository. If empty, those that the policies name."
                />
            </details>
        </div>
    }
}

/// That an answer is on its way, and a button that gives up.
#[component]
fn Progress(asked: Live<Who>) -> impl IntoView {
    let is_first = move || asked.is_busy.get() && asked.answer.read().is_none();
    view! {
        <div class="who__progress" role="status">
            <Show when=is_first><p class="hint">"Looking for tokens that are admitted…"</p></Show>
        </div>
        <Show when=move || asked.is_busy.get()>
            <p class="who__stop">
                <button type="button" class="button button--small" on:click=move |_| asked.stop.run(())>"Stop"</button>
            </p>
        </Show>
    }
}

/// The classes, those farthest away first.
#[component]
fn Ladder(who: Who, subject: Subject, is_busy: RwSignal<bool>) -> impl IntoView {
    let Who { rungs, facts, .. } = who;
    if rungs.is_empty() {
        let text = match facts.provider {
            Some(_) => "No class of outsiders is known for this issuer.",
            None => {
                "What the tokens of this issuer look like is not known, so there are no classes of outsiders to check. \
                 The findings under Policies say what is too broad."
            }
        };
        return view! { <EmptyState title="Nothing to check" is_nested=true>{text}</EmptyState> }
            .into_any();
    }
    let admitted = rungs.iter().filter(|rung| rung.answer.is_yes()).count();
    let strangers: Vec<_> = rungs
        .iter()
        .filter(|rung| rung.answer.is_yes() && rung.is_stranger)
        .map(|rung| rung.title.clone())
        .collect();
    let count = rungs.len();
    let (class, sentence) = match (strangers.len(), admitted) {
        (0, 0) => (
            "ladder__sum ladder__sum--good",
            "No outsider is admitted.".to_owned(),
        ),
        (0, _) => (
            "ladder__sum",
            format!(
                "Strangers are not admitted. Of {count} classes of outsiders, {admitted} are, within what is yours."
            ),
        ),
        _ => (
            "ladder__sum ladder__sum--bad",
            format!(
                "Strangers are admitted: {}. Of {count} classes of outsiders, {admitted} are admitted.",
                enumerate(&strangers)
            ),
        ),
    };
    let rows = rungs
        .into_iter()
        .map(|rung| view! { <RungRow rung=rung subject=subject /> })
        .collect_view();
    view! {
        <p class=class role="status">{sentence}</p>
        <ol class="ladder" aria-label="Classes of outsiders, strangers first" class:stale=move || is_busy.get()>{rows}</ol>
        <Assumed facts=facts />
    }
    .into_any()
}

/// What the answers assume.
#[component]
fn Assumed(facts: Facts) -> impl IntoView {
    let list = facts
        .facts
        .iter()
        .map(|fact| view! { <li>{inline_code(fact)}</li> });
    let sources = facts
        .sources
        .iter()
        .map(|source| view! { <li>{untrusted_link(source)}</li> });
    view! {
        <details class="more">
            <summary>{inline_code(&facts.sentence())}</summary>
            <ul class="checklist">{list.collect_view()}</ul>
            <p class="hint checklist-part">"Sources:"</p>
            <ul class="checklist">{sources.collect_view()}</ul>
        </details>
    }
}
