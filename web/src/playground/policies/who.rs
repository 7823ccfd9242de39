//! Who gets in under the scratch set, with tokens to try in the playground.

use claimgate_analysis::Witness;
use leptos::prelude::*;

use crate::analysis::subject::{Subject, Trial};
use crate::analysis::who::WhoAnswer;
use crate::editor::state::PolicyState;
use crate::playground::bench::{Bench, Pane};

/// The answer, folded at first. Nothing is asked until it is opened; then the set is checked too.
#[component]
pub(super) fn ScratchWho(bench: Bench, state: PolicyState) -> impl IntoView {
    let is_open = RwSignal::new(false);
    // What is being written does not count as a change of saved policies.
    let written = Signal::derive(move || state.written.get().unwrap_or_default());
    let is_wanted = Signal::derive(move || is_open.get() || state.dirty.get());
    state.check(written, is_wanted);
    let subject = Subject {
        policies: bench.good.into(),
        settings: state.settings.into(),
        mine: RwSignal::default(),
        editor: RwSignal::new(Some(state)),
        trial: Trial::Here(Callback::new(move |witness| take(bench, &witness))),
    };
    view! {
        <details class="more" on:toggle:target=move |event| is_open.set(event.target().open())>
            <summary><h3>"Who gets in"</h3></summary>
            <div class="stack--tight who">
                <p class="hint">
                    "Whom the scratch set admits, from strangers to your own jobs: each class with a token that is allowed, or with a \
                     proof that none is."
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
