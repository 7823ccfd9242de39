//! The router, and nothing else.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::components::frame::Frame;
use crate::pages::examples::{ExamplePage, ExamplesPage};
use crate::pages::import::ImportPage;
use crate::pages::issuer::IssuerPage;
use crate::pages::issuers::IssuersPage;
use crate::pages::new_issuer::NewIssuerPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::playground::PlaygroundPage;
use crate::state::store::Store;
use crate::state::unsaved::Unsaved;

/// The whole app.
#[component]
pub(crate) fn App() -> impl IntoView {
    provide_context(Store::load());
    provide_context(Unsaved::new());
    view! {
        <Router base=base_path()>
            <Frame>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=IssuersPage />
                    <Route path=path!("/issuers/new") view=NewIssuerPage />
                    <Route path=path!("/issuers/:id") view=IssuerPage />
                    <Route path=path!("/import") view=ImportPage />
                    <Route path=path!("/playground") view=PlaygroundPage />
                    <Route path=path!("/examples") view=ExamplesPage />
                    <Route path=path!("/examples/:id") view=ExamplePage />
                </Routes>
            </Frame>
        </Router>
    }
}

/// The folder that the app is served from, for the router: empty, or like `/sub`.
fn base_path() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let path = base.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let path = path.trim_end_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}
