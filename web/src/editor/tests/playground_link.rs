//! A link to the playground with a test and the edited policies.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::editor::state::PolicyState;
use claimgate_formats::Sample;
use claimgate_workbench::playground::evaluate::request;
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};

/// The link. `url` is the issuer's.
#[component]
pub(super) fn PlaygroundLink(
    state: PolicyState,
    sample: Memo<Option<Sample>>,
    url: StoredValue<String>,
) -> impl IntoView {
    let plain = format!("/playground?issuer={}", *state.id.read_value());
    let address = RwSignal::new(plain);
    // Compressing takes time, so the link is made only when it is about to be followed.
    let pack = move || {
        if let Some(fragment) = sample
            .get_untracked()
            .and_then(|sample| packed(state, &sample, &url.read_value()))
        {
            address.set(format!("/playground#{fragment}"));
        }
    };
    view! {
        <A
            href=move || address.get()
            attr:class="button button--quiet button--tool"
            on:focus=move |_| pack()
            on:pointerenter=move |_| pack()
        >
            "Playground" <span class="visually-hidden">" with " {move || sample.get().map(|sample| sample.name)}</span>
        </A>
    }
}

fn packed(state: PolicyState, sample: &Sample, url: &str) -> Option<String> {
    let name = state.store.find(&state.id.read_value())?.name;
    let edited = state
        .written
        .get_untracked()
        .ok()
        .filter(|_| state.compiled.with_untracked(|c| c.set.is_some()));
    let shared = Shared {
        issuer: Some(SharedIssuer {
            name,
            url: url.to_owned(),
        }),
        policies: edited.unwrap_or_else(|| state.saved.get_untracked()),
        claims: Some(ClaimsText::new(&sample.claims).ok()?),
        request: request(&sample.token_type, sample.target.clone(), sample.admin),
        now: None,
        skip: claimgate::inspect::Skip::default(),
        dialect: claimgate::pattern::Dialect::Pulumi,
    };
    shared.to_fragment().ok()
}
