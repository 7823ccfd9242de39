//! Why there is no token of some kind.

use claimgate_analysis::Proof;
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;

/// The proof, folded.
#[component]
pub(crate) fn Proved(
    proof: Proof,
    /// What it proves, for screen readers: "that it is not admitted: a tag".
    about: String,
) -> impl IntoView {
    if proof.steps.is_empty() {
        return view! { <p class="hint">"No allow policy applies."</p> }.into_any();
    }
    let rows = proof.steps.iter().map(|step| {
        let depth = format!("proof__step proof__step--{}", step.depth.min(6));
        view! { <li class=depth>{inline_code(&step.text)}</li> }
    });
    let more = (proof.left_out > 0).then(|| format!("And {} more steps.", proof.left_out));
    view! {
        <details class="more">
            <summary>"Proof" <span class="visually-hidden">" " {untrusted_text(&about)}</span></summary>
            <ol class="proof" tabindex="0">{rows.collect_view()}</ol>
            {more.map(|more| view! { <p class="hint">{more}</p> })}
        </details>
    }
    .into_any()
}
