//! One issuer: its details and its policies.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::not_found::NotFoundPage;
use crate::components::details_form::{Details, DetailsFields};
use crate::components::policy_editor::PolicyEditor;
use crate::components::save_state::SaveState;
use crate::state::storage::StoredIssuer;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;

/// The page of the issuer that the address names.
#[component]
pub(crate) fn IssuerPage() -> impl IntoView {
    let store = use_store();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    move || match store.find(&id.read()) {
        Some(issuer) => view! { <IssuerView issuer=issuer /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn IssuerView(issuer: StoredIssuer) -> impl IntoView {
    let playground = format!("/playground?issuer={}", issuer.id);
    let store = use_store();
    let id = StoredValue::new(issuer.id.clone());
    let name = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers.iter().find(|issuer| issuer.id == *id.read_value()).map(|issuer| issuer.name.clone())
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <div class="section-head">
                <div>
                    <h1>{move || name.get()}</h1>
                    <p><code>{issuer.url.clone()}</code></p>
                </div>
                <A href=playground attr:class="button">"Try in the playground"</A>
            </div>
            <div class="two-panes">
                <PolicyEditor issuer=issuer.clone() />
                <DetailsForm issuer=issuer />
            </div>
        </div>
    }
}

#[component]
fn DetailsForm(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let details = Details::of(&issuer);
    let saved = RwSignal::new(false);
    let written = Memo::new(move |_| details.texts());
    let kept = RwSignal::new(written.get_untracked());
    let dirty = Memo::new(move |_| *written.read() != *kept.read());
    expect_context::<Unsaved>().watch(dirty);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        saved.set(false);
        let Some(new) = store.find(&issuer.id).and_then(|issuer| details.apply(issuer)) else { return };
        store.change(&issuer.id, |issuer| *issuer = new);
        kept.set(written.get_untracked());
        saved.set(true);
    };
    view! {
        <section class="stack" aria-labelledby="details-heading">
            <h2 id="details-heading">"Details"</h2>
            <form class="card stack" on:submit=submit novalidate>
                <DetailsFields details=details fixed_url=true />
                <div class="actions">
                    <button type="submit" class="button">"Save details"</button>
                    <SaveState dirty=dirty saved=saved />
                </div>
            </form>
        </section>
    }
}
