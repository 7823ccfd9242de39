//! A class of outsiders: admitted, with a token, or kept out, with a proof.

use claimgate_analysis::{Admitted, Answer, Rung, Undecided, Witness};
use leptos::prelude::*;

use super::closing::Closings;
use super::proof::Proved;
use super::subject::Subject;
use super::witness::{Token, TryIt};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::words::sentence_case;

/// The class.
#[component]
pub(super) fn RungRow(rung: Rung, subject: Subject) -> impl IntoView {
    let Rung {
        id,
        title,
        is_stranger,
        answer,
        admitted,
        ..
    } = rung;
    let (symbol, state, word) = match (&answer, is_stranger) {
        (Answer::Yes { .. }, true) => ("!", "bad", "Admitted"),
        (Answer::Yes { .. }, false) => ("○", "note", "Admitted"),
        (Answer::No { .. }, _) => ("✓", "good", "Not admitted"),
        _ => ("?", "unknown", "Not known"),
    };
    let details = match answer {
        Answer::Yes { witness } => {
            let class = (id, title.clone());
            view! { <Opening class=class admitted=admitted witness=*witness subject=subject /> }
                .into_any()
        }
        Answer::No { proof } => {
            view! { <Proved proof=proof about=format!("that it is not admitted: {title}") /> }
                .into_any()
        }
        Answer::Undecided { reason } => undecided(reason),
        _ => ().into_any(),
    };
    view! {
        <li class=format!("rung rung--{state}")>
            <span class="rung__mark" aria-hidden="true">{symbol}</span>
            <div class="rung__body">
                <h3 class="rung__head">{untrusted_text(&sentence_case(&title))} " " <span class="rung__word">{word}</span></h3>
                {details}
            </div>
        </li>
    }
}

fn undecided(reason: Undecided) -> AnyView {
    view! {
        <p class="hint">
            {format!("Neither a token nor a proof was found: {}. Treat it as admitted.", reason.sentence())}
        </p>
    }
    .into_any()
}

/// Tokens of the class that are admitted, and what can be done about it.
#[component]
fn Opening(
    /// The class's identifier and title.
    class: (String, String),
    /// The policies that admit it, with a token that they match.
    admitted: Vec<Admitted>,
    witness: Witness,
    subject: Subject,
) -> impl IntoView {
    let (id, title) = class;
    let tokens = admitted.into_iter().map(|group| {
        let by = sentence_case(&group.sentence());
        view! {
            <p class="hint">{inline_code(&by)} ":"</p>
            <Token witness=group.witness />
        }
    });
    let is_closing = RwSignal::new(false);
    let closing_title = title.clone();
    view! {
        {tokens.collect_view()}
        <div class="actions">
            <TryIt witness=witness trial=subject.trial policies=subject.policies title=title.clone() />
            <button
                type="button"
                class="button button--small"
                aria-expanded=move || is_closing.get().to_string()
                on:click=move |_| is_closing.update(|is_closing| *is_closing = !*is_closing)
            >
                "Deny these tokens…" <span class="visually-hidden">" " {title.clone()}</span>
            </button>
        </div>
        {move || is_closing.get().then(|| view! {
            <Closings class=id.clone() title=closing_title.clone() subject=subject />
        })}
    }
}
