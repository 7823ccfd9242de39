//! Findings beside what they are about: a rule, or a policy.

use claimgate_analysis::Finding;
use leptos::prelude::*;

use crate::analysis::findings::FindingItem;
use crate::editor::state::PolicyState;
use claimgate_workbench::analysis::placed::beside;

/// The findings beside the rule of a policy on a claim; without a claim, those beside the policy.
#[component]
pub(crate) fn Beside(
    state: PolicyState,
    place: Memo<usize>,
    #[prop(into)] claim: Signal<Option<String>>,
) -> impl IntoView {
    let own = Memo::new(move |_| {
        let (found, claim) = (state.found.shown.read(), claim.read());
        let own = beside(&found.findings, place.get(), claim.as_deref());
        own.cloned().collect::<Vec<_>>()
    });
    let actions = state.finding_actions();
    let label = move || match &*claim.read() {
        Some(claim) => format!("Findings on the rule {claim}"),
        None => format!("Findings on policy {}", place.get() + 1),
    };
    // A finding that stays keeps what is unfolded of it. One that differs in anything is another: its fixes and its
    // token are of other policies.
    let key = |finding: &Finding| serde_json::to_string(finding).unwrap_or_default();
    view! {
        <Show when=move || !own.read().is_empty()>
            <ul class="beside" class:stale=move || state.found.is_stale.get() aria-label=label>
                <For each=move || own.get() key=key let:finding>
                    <FindingItem finding=finding actions=actions is_beside=true />
                </For>
            </ul>
        </Show>
    }
}
