//! One issuer: its details and its policies.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::not_found::NotFoundPage;
use crate::components::details_form::DetailsForm;
use crate::components::export_panel::ExportPanel;
use crate::components::policy_editor::PolicyEditor;
use crate::components::shown::shown;
use crate::components::workflow_panel::WorkflowPanel;
use crate::state::storage::StoredIssuer;
use crate::state::store::use_store;

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
    let exported = Signal::derive(move || {
        let issuers = store.issuers.read();
        issuers.iter().filter(|issuer| issuer.id == *id.read_value()).cloned().collect::<Vec<_>>()
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <div class="section-head">
                <div>
                    <h1>{move || name.get().map(|name| shown(&name))}</h1>
                    <p><code>{shown(&issuer.url)}</code></p>
                </div>
                <A href=playground attr:class="button">"Try in the playground"</A>
            </div>
            <div class="two-panes">
                <PolicyEditor issuer=issuer.clone() />
                <DetailsForm issuer=issuer.clone() />
            </div>
            <WorkflowPanel issuer=issuer />
            <ExportPanel issuers=exported />
        </div>
    }
}
