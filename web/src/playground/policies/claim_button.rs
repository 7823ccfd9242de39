//! The button for a rule's claim.

use leptos::prelude::*;

use crate::playground::bench::{Bench, Highlight};
use crate::ui::untrusted_text::untrusted_text;

/// A button for a rule's claim: it highlights the claim in the token and scrolls to it.
pub(crate) fn claim_button(bench: Bench, policy: usize, claim: &str) -> AnyView {
    let highlight = StoredValue::new(Highlight {
        policy: Some(policy),
        claim: claim.to_owned(),
    });
    let point = move || bench.highlight.set(Some(highlight.get_value()));
    view! {
        <button
            type="button"
            class="claim-button"
            on:focus=move |_| point()
            on:blur=move |_| bench.highlight.set(None)
            on:click=move |_| {
                point();
                bench.reveal();
            }
        >
            <code>{untrusted_text(claim)}</code>
        </button>
    }
    .into_any()
}
