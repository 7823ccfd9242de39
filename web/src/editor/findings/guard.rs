//! What the guard of shared issuers says of policies before they are saved.

use claimgate::text::list;
use claimgate_analysis::Finding;
use claimgate_api::SettingsBody;
use leptos::prelude::*;

use crate::analysis::findings::place_button;
use crate::analysis::witness::Token;
use crate::connected::loaded::Loaded;
use crate::editor::state::PolicyState;
use crate::state::remote::sync::Sync;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::analysis::guard::{Guard, is_open};
use claimgate_workbench::analysis::words::sentence_case;

/// Asks the server, if there is one, what its guard does, once it matters.
pub(crate) fn follow_server(state: PolicyState) {
    let Some(sync) = Sync::of(state.store) else {
        return;
    };
    state.guard.set(Guard::Unknown);
    let path = Memo::new(move |_| match state.found.guarded.read().is_empty() {
        true => String::new(),
        false => "/api/settings".to_owned(),
    });
    let loaded = Loaded::<SettingsBody>::new(sync, path);
    Effect::new(move || {
        if let Some(settings) = &*loaded.body.read() {
            state.guard.set(Guard::of(settings));
        }
    });
}

/// What the guard finds on the policy at a place.
#[component]
pub(crate) fn GuardNotice(state: PolicyState, place: Memo<usize>) -> impl IntoView {
    let own = Memo::new(move |_| {
        let found = state.found.shown.read();
        let place = place.get();
        let mut guard = found.guard.iter();
        guard
            .find(|finding| finding.policies.first() == Some(&place))
            .cloned()
    });
    view! {
        <div role="status" class="guard">
            {move || own.get().map(|finding| notice(state, finding, None))}
        </div>
    }
}

/// What the guard finds, with a button that leads to each policy: beside their text in full, below their form
/// in one line.
#[component]
pub(crate) fn GuardSummary(state: PolicyState, is_text: Memo<bool>) -> impl IntoView {
    move || {
        let found = state.found.shown.get();
        let go = state.finding_actions().go;
        if found.guard.is_empty() {
            return ().into_any();
        }
        if is_text.get() {
            let notices = found.guard.iter().map(|finding| {
                let path = finding.diagnostic.path.clone();
                notice(state, finding.clone(), Some(place_button(path, go)))
            });
            return notices.collect_view().into_any();
        }
        let places = found
            .guard
            .iter()
            .map(|finding| view! { {place_button(finding.diagnostic.path.clone(), go)} " " })
            .collect_view();
        let is_open = found.guard.iter().any(is_open);
        view! {
            <div class=class(is_open)>
                <p>{places} <strong>{headline(is_open)}</strong> " " {move || state.guard.get().sentence(is_open)}</p>
            </div>
        }
        .into_any()
    }
}

/// The same for the review before policies are saved, in one sentence on the worst of it.
#[component]
pub(crate) fn GuardReview(state: PolicyState) -> impl IntoView {
    move || {
        let guarded = state.found.guarded.read();
        if state.found.is_stale.get() || guarded.is_empty() {
            return None;
        }
        let is_open = guarded.values().any(|is_open| *is_open);
        let policies = guarded.iter().filter(|(_, own)| **own == is_open);
        let policies: Vec<usize> = policies.map(|(policy, _)| *policy).collect();
        let policies = sentence_case(&list::policies(&policies));
        Some(view! {
            <p class=class(is_open)>
                <span><strong>{policies} ": " {headline(is_open)}</strong> " " {state.guard.get().sentence(is_open)}</span>
            </p>
        })
    }
}

fn notice(state: PolicyState, finding: Finding, place: Option<AnyView>) -> AnyView {
    let is_open = is_open(&finding);
    let help = finding.diagnostic.help;
    let reason = (!is_open).then(|| {
        view! { <p>{inline_code(&finding.diagnostic.message)}</p> }
    });
    view! {
        <div class=class(is_open)>
            <p>
                {place} " " <strong>{headline(is_open)}</strong> " "
                {move || state.guard.get().sentence(is_open)}
            </p>
            {reason}
            {finding.witness.map(|witness| view! {
                <p class="hint">"A stranger's token that this admits and the saved policies do not:"</p>
                <Token witness=*witness />
            })}
            {help.map(|help| view! { <p class="hint">{inline_code(&help)}</p> })}
        </div>
    }
    .into_any()
}

fn class(is_open: bool) -> &'static str {
    match is_open {
        true => "notice notice--bad",
        false => "notice notice--note",
    }
}

fn headline(is_open: bool) -> &'static str {
    match is_open {
        true => "Strangers are admitted.",
        false => "It is not known whether strangers are admitted.",
    }
}
