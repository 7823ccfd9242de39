//! Saves a scratch set to its issuer, after a review of the changes.

use claimgate::text::list;
use leptos::prelude::*;

use crate::editor::review::{Review, ReviewDialog};
use crate::playground::bench::Bench;
use crate::state::store::use_store;
use crate::ui::save_state::saved_view;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::policies::trials::Trial;

/// The button with the review. Empty if there is no issuer to save to.
#[component]
pub(crate) fn SaveToIssuer(bench: Bench) -> impl IntoView {
    let store = use_store();
    let target = Memo::new(move |_| {
        let scratch = bench.scratch.read();
        let issuers = store.issuers.read();
        let target = scratch.as_ref()?.target(&issuers)?;
        Some((target.id.clone(), target.name.clone()))
    });
    let current = move || store.find(&target.get_untracked()?.0);
    let is_open = RwSignal::new(false);
    let saved = RwSignal::new(None::<(String, String)>);
    let objection = RwSignal::new(String::new());
    Effect::new(move || {
        bench.text.track();
        saved.set(None);
        objection.set(String::new());
    });
    let ask = move |_| {
        let Some(issuer) = current() else { return };
        objection.set(objection_to(bench, &issuer).unwrap_or_default());
        is_open.set(objection.read_untracked().is_empty());
    };
    let save = Callback::new(move |()| {
        let (Some((id, name)), Ok(policies)) =
            (target.get_untracked(), bench.written.get_untracked())
        else {
            return;
        };
        store.change(&id, |issuer| issuer.policies.clone_from(&policies));
        bench.scratch.update(|scratch| {
            if let Some(scratch) = scratch {
                scratch.issuer.policies = policies;
            }
        });
        is_open.set(false);
        saved.set(Some((id, name)));
    });
    let cancel = Callback::new(move |()| is_open.set(false));
    let review = move || {
        let issuer = current()?;
        let policies = bench.written.get_untracked().ok()?;
        let trials = Trial::of_change(&issuer, &policies);
        Some(view! {
            <Review
                settings=Some(Settings::of(&issuer))
                old=issuer.policies
                new=policies
                trials=trials
                go_to_test=None
                save=save
                cancel=cancel
            >
                <p>"They replace the policies of " <strong>{untrusted_text(&issuer.name)}</strong> "."</p>
            </Review>
        })
    };
    view! {
        {move || target.read().is_some().then(|| view! {
            <button type="button" class="button" on:click=ask>"Save to issuer…"</button>
            <p role="status" class="hint">{move || untrusted_text(&objection.read())}</p>
        })}
        <ReviewDialog is_open=is_open>{review()}</ReviewDialog>
        <p role="status" class="saved">{move || saved.get().map(|(id, name)| saved_view(store, &id, &name))}</p>
    }
}

/// Why the scratch set cannot be saved to an issuer, or need not be.
fn objection_to(bench: Bench, issuer: &StoredIssuer) -> Option<String> {
    let aside = bench.aside.get_untracked();
    if !aside.is_empty() {
        return Some(format!("Complete {} first.", list::policies(&aside)));
    }
    bench.written.with_untracked(|written| match written {
        Err(_) => Some("Correct the errors above first.".to_owned()),
        Ok(policies) if *policies == issuer.policies => {
            Some(format!("Nothing would change in {}.", issuer.name))
        }
        Ok(_) => None,
    })
}
