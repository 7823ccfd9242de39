//! The review before policies are saved: what the change opens and closes, in words, on the tests, and as text.

use claimgate::policy::PolicyDefinition;
use leptos::html::Dialog;
use leptos::prelude::*;

use super::changes::{ChangeList, ChangedText, ONLY_ORDER};
use super::tests::result::TestReview;
use crate::analysis::meaning::MeaningOfChange;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::diff::{changes, lines};
use claimgate_workbench::policies::trials::{Tally, Trial};

/// The dialog of a review. Its content is made each time that it opens.
#[component]
pub(crate) fn ReviewDialog(is_open: RwSignal<bool>, children: ChildrenFn) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if is_open.get() {
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog node_ref=dialog class="review" aria-labelledby="review-heading" on:close=move |_| is_open.set(false)>
            {move || is_open.get().then(|| untrack(|| children()))}
        </dialog>
    }
}

/// The changes that saving would make, after what the caller has to say about them.
#[component]
pub(crate) fn Review(
    /// The issuer's settings; none if it is not registered any more.
    settings: Option<Settings>,
    /// The saved policies.
    old: Vec<PolicyDefinition>,
    /// The policies to save.
    new: Vec<PolicyDefinition>,
    /// The tests, decided by both.
    trials: Vec<Trial>,
    /// Called before a link leads to a test; none where there are no tests to go to.
    go_to_test: Option<Callback<()>>,
    /// Saves.
    save: Callback<()>,
    /// Closes the review.
    cancel: Callback<()>,
    children: Children,
) -> impl IntoView {
    let is_good = Tally::of(&trials).is_good();
    view! {
        <h2 id="review-heading">"Save these changes?"</h2>
        {children()}
        <Differences settings=settings old=old new=new />
        {(!trials.is_empty()).then(|| view! { <TestReview trials=trials leave=go_to_test /> })}
        <div class="actions">
            <button type="button" class="button button--primary" autofocus on:click=move |_| save.run(())>
                {if is_good { "Save" } else { "Save anyway" }}
            </button>
            <button type="button" class="button button--quiet" on:click=move |_| cancel.run(())>"Cancel"</button>
        </div>
    }
}

/// What a change of policies opens and closes, and what it changes: in words, and line by line.
#[component]
pub(crate) fn Differences(
    /// The issuer's settings; without them, what the change means is left out.
    settings: Option<Settings>,
    /// The policies before.
    old: Vec<PolicyDefinition>,
    /// The policies after.
    new: Vec<PolicyDefinition>,
    /// Whether the lines are unfolded.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    if old == new {
        return view! { <p class="hint">"The policies are the same."</p> }.into_any();
    }
    let list = changes(&old, &new);
    let lines = lines(&old, &new);
    if list.is_empty() {
        return view! {
            <p>{ONLY_ORDER}</p>
            <ChangedText lines=lines open=open />
        }
        .into_any();
    }
    view! {
        {settings.map(|settings| view! { <MeaningOfChange settings=settings old=old new=new /> })}
        <ChangeList changes=list />
        <ChangedText lines=lines open=open />
    }
    .into_any()
}
