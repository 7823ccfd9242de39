//! The router only.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, path};

use crate::shell::frame::Frame;
use crate::shell::lazy::{
    AuditEntryRoute, AuditRoute, ChangeRoute, ChangesRoute, DemoRoute, ExampleRoute, ExamplesRoute,
    HistoryRoute, ImportRoute, IssuerRoute, IssuersRoute, MapRoute, NewIssuerRoute,
    OrganizationsRoute, PlaygroundRoute, SettingsRoute, TokensRoute,
};
use crate::shell::not_found::NotFoundPage;
use crate::state::dropped::{DropTarget, DroppedFile};
use crate::state::handover::Handover;
use crate::state::held_token::HeldToken;
use crate::state::server::Server;
use crate::state::store::Store;
use crate::state::theme::Theme;
use crate::state::tour::Tour;
use crate::state::unsaved::Unsaved;

/// The whole app.
#[component]
pub(crate) fn App() -> impl IntoView {
    let store = Store::load();
    provide_context(store);
    provide_context(Server::load(store.remote));
    provide_context(Theme::load());
    provide_context(Unsaved::new());
    provide_context(Handover::default());
    provide_context(HeldToken::default());
    provide_context(Tour::default());
    provide_context(DroppedFile::default());
    view! {
        <Router base=base_path()>
            <DropTarget />
            <Frame>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view={Lazy::<IssuersRoute>::new()} />
                    <Route path=path!("/issuers/new") view={Lazy::<NewIssuerRoute>::new()} />
                    <Route path=path!("/issuers/:id") view={Lazy::<IssuerRoute>::new()} />
                    <Route path=path!("/issuers/:id/history") view={Lazy::<HistoryRoute>::new()} />
                    <Route path=path!("/import") view={Lazy::<ImportRoute>::new()} />
                    <Route path=path!("/playground") view={Lazy::<PlaygroundRoute>::new()} />
                    <Route path=path!("/examples") view={Lazy::<ExamplesRoute>::new()} />
                    <Route path=path!("/examples/:id") view={Lazy::<ExampleRoute>::new()} />
                    <Route path=path!("/audit") view={Lazy::<AuditRoute>::new()} />
                    <Route path=path!("/audit/changes") view={Lazy::<ChangesRoute>::new()} />
                    <Route path=path!("/audit/changes/:id") view={Lazy::<ChangeRoute>::new()} />
                    <Route path=path!("/audit/:id") view={Lazy::<AuditEntryRoute>::new()} />
                    <Route path=path!("/tokens") view={Lazy::<TokensRoute>::new()} />
                    <Route path=path!("/organizations") view={Lazy::<OrganizationsRoute>::new()} />
                    <Route path=path!("/settings") view={Lazy::<SettingsRoute>::new()} />
                    <Route path=path!("/demo") view={Lazy::<DemoRoute>::new()} />
                    <Route path=path!("/map") view={Lazy::<MapRoute>::new()} />
                </Routes>
            </Frame>
        </Router>
    }
}

/// The folder that the app is served from, for the router: empty, or like `/sub`.
fn base_path() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let path = base
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or("", |(_, path)| path);
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    }
}
