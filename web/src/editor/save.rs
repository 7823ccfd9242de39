//! Saves policies after a review of the changes.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;

use super::findings::guard::GuardReview;
use super::focus::focus_soon;
use super::review::{Review, ReviewDialog};
use super::state::PolicyState;
use super::tests::result::TestResult;
use crate::ui::inline_code::inline_code;
use crate::ui::save_state::SaveState;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The identifier of the message that the server refused the policies.
const REFUSAL: &str = "policies-refused";

/// The bar with the button that saves.
#[component]
pub(crate) fn SaveBar(state: PolicyState) -> impl IntoView {
    let just_saved = RwSignal::new(false);
    let is_asking = RwSignal::new(false);
    let ask = move || {
        if is_asking.get_untracked() {
            return;
        }
        if state
            .compiled
            .with_untracked(|compiled| !compiled.errors.is_empty())
        {
            state.tried.set(true);
            focus_soon("policy-errors".to_owned());
        } else if state.dirty.get_untracked() {
            is_asking.set(true);
        } else {
            just_saved.set(true);
        }
    };
    let save = Callback::new(move |()| {
        if let Ok(policies) = state.written.get_untracked() {
            let opened = state.opened.get_value();
            let change = |issuer: &mut StoredIssuer| issuer.policies.clone_from(&policies);
            state
                .opened
                .set_value(state.store.change_since(&opened, change));
            state.tried.set(false);
            just_saved.set(true);
        }
        is_asking.set(false);
    });
    let bar = NodeRef::<Div>::new();
    // On another tab of the page, the shortcut does not concern the policies.
    let is_there = move || {
        bar.get_untracked()
            .is_some_and(|bar| bar.offset_parent().is_some())
    };
    save_by_keys(is_there, move || {
        if is_asking.get_untracked() {
            save.run(());
        } else {
            ask();
        }
    });
    let discard = move |_| state.set_policies(&state.saved.get_untracked());
    view! {
        <Refusal state=state />
        <div class="save-bar" node_ref=bar>
            <button type="button" class="button button--primary" title="Ctrl+S" on:click=move |_| ask()>"Save policies"</button>
            <SaveState id=state.id dirty=state.dirty saved=just_saved />
            <TestResult state=state />
            <Show when=move || state.dirty.get()>
                <button type="button" class="button button--quiet save-bar__last" on:click=discard>
                    "Discard" <span class="visually-hidden">" changes"</span>
                </button>
            </Show>
        </div>
        <ReviewDialog is_open=is_asking>
            <EditorReview state=state save=save cancel=Callback::new(move |()| is_asking.set(false)) />
        </ReviewDialog>
    }
}

/// The changes that saving would make.
#[component]
fn EditorReview(state: PolicyState, save: Callback<()>, cancel: Callback<()>) -> impl IntoView {
    let edited = state.written.get_untracked().unwrap_or_default();
    let saved = state.saved.get_untracked();
    let has_moved = state.opened.with_value(|opened| opened.policies != saved);
    let settings = state.store.find(&state.id.read_value());
    view! {
        <Review
            settings=settings.as_ref().map(Settings::of)
            old=saved
            new=edited
            trials=state.trials.get_untracked()
            go_to_test=Some(cancel)
            save=save
            cancel=cancel
        >
            {has_moved.then(|| view! {
                <p class="notice notice--note">
                    "Other policies were saved after this editor opened. The changes below are relative to those. Both versions are \
                     kept until you choose one."
                </p>
            })}
            <GuardReview state=state />
        </Review>
    }
}

/// What the server's guard refused to save. The edits stay in the editor, where they can be corrected.
#[component]
fn Refusal(state: PolicyState) -> impl IntoView {
    let refused = state.refused;
    Effect::new(move || {
        if !refused.read().is_empty() {
            focus_soon(REFUSAL.to_owned());
        }
    });
    view! {
        <div role="alert" class="refusal">
            {move || {
                let refused = refused.get();
                (state.dirty.get() && !refused.is_empty()).then(|| view! {
                    <div id=REFUSAL class="notice notice--bad" tabindex="-1">
                        <p><strong>"The policies were not saved"</strong> ": " {inline_code(&refused)} "."</p>
                        <p class="hint">"Your changes are still in the editor. Correct them, and save again."</p>
                    </div>
                })
            }}
        </div>
    }
}

/// Ctrl+S or Cmd+S.
fn save_by_keys(is_there: impl Fn() -> bool + 'static, save: impl Fn() + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_save =
            event.key().eq_ignore_ascii_case("s") && (event.ctrl_key() || event.meta_key());
        if is_save && !event.shift_key() && !event.alt_key() && is_there() {
            event.prevent_default();
            save();
        }
    });
    on_cleanup(move || handle.remove());
}
