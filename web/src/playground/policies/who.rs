//! Who gets in by the scratch set, and its tokens in the playground.

use claimgate_analysis::Witness;
use leptos::html;
use leptos::prelude::*;

use crate::analysis::subject::{Subject, Trial};
use crate::analysis::who::WhoAnswer;
use crate::editor::state::PolicyState;
use crate::playground::bench::{Bench, Pane};
use claimgate_workbench::analysis::question::Settings;

/// The answer, folded at first. Nothing is asked until it is opened; then the set is checked too.
#[component]
pub(super) fn ScratchWho(bench: Bench, state: PolicyState) -> impl IntoView {
    let settings = Memo::new(move |_| {
        let scratch = bench.scratch.read();
        let settings = scratch
            .as_ref()
            .map(|scratch| Settings::of(&scratch.issuer));
        settings
            .unwrap_or_default()
            .with_dialect(bench.dialect.get())
    });
    let is_open = RwSignal::new(false);
    let details = NodeRef::<html::Details>::new();
    let toggled = move |_| {
        let details = details.get_untracked();
        is_open.set(details.is_some_and(|details| details.open()));
    };
    // What is being written does not count as a change of saved policies.
    let written = Signal::derive(move || state.written.get().unwrap_or_default());
    let is_wanted = Signal::derive(move || is_open.get() || state.dirty.get());
    state.check(settings.into(), written, is_wanted);
    let subject = Subject {
        policies: bench.good.into(),
        settings: settings.into(),
        mine: RwSignal::default(),
        editor: RwSignal::new(Some(state)),
        trial: Trial::Here(Callback::new(move |witness| take(bench, &witness))),
    };
    view! {
        <details class="more who-fold" node_ref=details on:toggle=toggled>
            <summary><h3>"Who gets in"</h3></summary>
            <div class="stack--tight who">
                <p class="hint">
                    "Whom the scratch set admits, from strangers inwards. What is not admitted is proved."
                </p>
                <WhoAnswer subject=subject is_shown=is_open />
            </div>
        </details>
    }
}

/// Puts a token's claims and its request into the playground. The scratch set stays.
fn take(bench: Bench, witness: &Witness) {
    bench.form.claims.set(witness.claims.to_json_pretty());
    bench.form.is_claims.set(true);
    bench.form.set_request(&witness.request);
    bench.pane.set(Pane::Decision);
    if let Ok(Some(bar)) = document().query_selector(".playground .bar") {
        bar.scroll_into_view();
    }
}
