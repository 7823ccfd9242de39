//! Saves policies after a preview of the changes: in words, as text, and on the tests.

use leptos::ev;
use leptos::html::{Dialog, Div};
use leptos::prelude::*;

use super::changes::{ChangeList, ChangedText};
use super::findings::guard::GuardReview;
use super::state::PolicyState;
use super::tests::result::{TestResult, TestReview};
use crate::analysis::meaning::MeaningOfChange;
use crate::ui::inline_code::inline_code;
use crate::ui::save_state::SaveState;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::diff::{changes, lines};
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::policies::trials::Tally;

/// The identifier of the message that the server refused the policies.
const REFUSAL: &str = "policies-refused";

/// The bar with the button that saves.
#[component]
pub(crate) fn SaveBar(state: PolicyState) -> impl IntoView {
    let just_saved = RwSignal::new(false);
    let is_asking = RwSignal::new(false);
    let dialog = NodeRef::<Dialog>::new();
    let ask = move || {
        if is_asking.get_untracked() {
            return;
        }
        if state
            .compiled
            .with_untracked(|compiled| !compiled.errors.is_empty())
        {
            state.tried.set(true);
            focus_on("policy-errors");
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
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if is_asking.get() {
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
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
        <dialog node_ref=dialog class="review" aria-labelledby="review-heading" on:close=move |_| is_asking.set(false)>
            {move || is_asking.get().then(|| untrack(|| view! {
                <Review state=state save=save cancel=Callback::new(move |()| is_asking.set(false)) />
            }))}
        </dialog>
    }
}

/// The changes that saving would make.
#[component]
fn Review(state: PolicyState, save: Callback<()>, cancel: Callback<()>) -> impl IntoView {
    let edited = state.written.get_untracked().unwrap_or_default();
    let saved = state.saved.get_untracked();
    let has_moved = state.opened.with_value(|opened| opened.policies != saved);
    let list = changes(&saved, &edited);
    let is_order = list.is_empty();
    let settings = state.store.find(&state.id.read_value());
    let settings = settings.as_ref().map(Settings::of);
    let trials = state.trials.get_untracked();
    let is_good = Tally::of(&trials).is_good();
    view! {
        <h2 id="review-heading">"Save these changes?"</h2>
        {has_moved.then(|| view! {
            <p class="notice notice--note">
                "Other policies were saved after this editor opened. The changes below are relative to those. Both versions are \
                 kept until you choose one."
            </p>
        })}
        {is_order.then(|| view! { <p>"Only the order changes. Every decision stays the same."</p> })}
        {(!is_order).then(|| settings.clone().map(|settings| view! {
            <MeaningOfChange settings=settings old=saved.clone() new=edited.clone() />
        }))}
        <GuardReview state=state />
        <ChangeList changes=list />
        {(!trials.is_empty()).then(|| view! { <TestReview trials=trials leave=cancel /> })}
        {(!is_order).then(|| view! { <ChangedText lines=lines(&saved, &edited) /> })}
        <div class="actions">
            <button type="button" class="button button--primary" autofocus on:click=move |_| save.run(())>
                {if is_good { "Save" } else { "Save anyway" }}
            </button>
            <button type="button" class="button button--quiet" on:click=move |_| cancel.run(())>"Cancel"</button>
        </div>
    }
}

/// What the server's guard refused to save. The edits stay in the editor, where they can be corrected.
#[component]
fn Refusal(state: PolicyState) -> impl IntoView {
    let refused = state.refused;
    Effect::new(move || {
        if !refused.read().is_empty() {
            focus_on(REFUSAL);
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

/// Scrolls to an element and focuses it, once it exists.
fn focus_on(id: &'static str) {
    use wasm_bindgen::JsCast;
    request_animation_frame(move || {
        let element = document().get_element_by_id(id);
        let element = element.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    });
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
