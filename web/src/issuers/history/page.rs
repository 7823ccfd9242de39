//! The page of the history: `/issuers/ID/history?from=2&to=5`.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::compare::Compare;
use super::list::RevisionList;
use super::restore::Restore;
use super::state::History;
use crate::connected::loaded::{Problem, zone_name};
use crate::shell::needs_server::NeedsServer;
use crate::state::clock::now;
use crate::state::remote::Access;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;

/// The page.
#[component]
pub(crate) fn HistoryPage() -> impl IntoView {
    let store = use_store();
    let Some((sync, remote)) = Sync::of(store).zip(store.remote) else {
        // Without a server there is no history.
        return view! {
            <NeedsServer
                title="Policy history"
                text="A server keeps every revision of an issuer's policies, to compare and restore them."
            />
        }
        .into_any();
    };
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let name = Memo::new(move |_| {
        let issuers = store.issuers.read();
        let issuer = issuers.iter().find(|issuer| issuer.id == *id.read());
        issuer.map(|issuer| issuer.name.clone())
    });
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let version = |name: &str| query.read().get(name)?.parse().ok();
        (version("from"), version("to"))
    });
    let history = History::new(sync, id, asked);
    let load = move || {
        if name.read().is_some() && remote.access.get() == Access::SignedIn {
            history.load();
        }
    };
    Effect::new(load);
    let issuer_page = move || format!("/issuers/{}", id.get());
    view! {
        <div class="container stack">
            <p class="crumbs">
                <A href="/">"OIDC Issuers"</A> " / "
                <A href=issuer_page>{move || untrusted_text(&name.get().unwrap_or_default())}</A>
            </p>
            <div class="section-head">
                <h1>"Policy history"</h1>
                <button
                    type="button"
                    class="button"
                    data-command="Refresh the policy history"
                    on:click=move |_| history.load()
                >
                    {icon(Icon::Refresh)} "Refresh"
                </button>
            </div>
            <p class="lead">
                "Every change to the policies creates a revision. Restoring one saves its policies as a new revision. Times are in "
                {zone_name(now())} "."
            </p>
            <Problem
                what="The policies of a revision could not be loaded"
                sentence=history.problem
                again=move |()| history.fetch_again()
            />
            <Restore history=history />
            <div class="history">
                <RevisionList history=history />
                <Compare history=history />
            </div>
        </div>
    }
    .into_any()
}
