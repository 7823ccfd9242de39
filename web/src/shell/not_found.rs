//! The page for unknown addresses.

use leptos::prelude::*;
use leptos_router::components::A;

/// The page for unknown addresses.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <div class="container stack">
            <h1>"Page not found"</h1>
            <p class="lead">"There is no page at this address. If it was an issuer, it may have been deleted."</p>
            <p><A href="/" attr:class="button">"OIDC Issuers"</A></p>
        </div>
    }
}
