//! The page for unknown addresses.

use leptos::prelude::*;
use leptos_router::components::A;

/// The page for unknown addresses.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <div class="container stack">
            <h1>"Page not found"</h1>
            <p class="lead">"There is nothing at this address. An issuer that was deleted is gone from here, too."</p>
            <p><A href="/" attr:class="button">"OIDC Issuers"</A></p>
        </div>
    }
}
