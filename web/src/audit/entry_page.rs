//! The page of one exchange, under the reference that a refused caller gets.

use claimgate_api::AuditRecordBody;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::entry::Exchange;
use crate::connected::loaded::Problem;
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::remote::client::RequestError;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::empty_state::EmptyState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::listed::read;

/// What was found under a reference.
#[derive(Clone)]
enum Found {
    /// The exchange, and whether it is of the organization that is shown.
    Exchange(Box<AuditRecordBody>, bool),
    /// Nothing.
    Missing,
    /// It could not be loaded: why.
    Problem(String),
}

/// One exchange.
#[component]
pub(crate) fn AuditEntryPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! {
            <NeedsServer
                title="Exchange"
                text="A server has a page for each request for an access token, with the checks and policies that decided it."
            />
        }
        .into_any();
    };
    show_title("Exchange");
    let params = use_params_map();
    let reference = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let answer = RwSignal::new(None);
    let load = move || {
        let id = reference.get();
        if sync.is_signed_in() {
            let own = sync.organization_path(&format!("/oidc/exchanges/{}", percent_encode(&id)));
            spawn_local(async move {
                let found = find(sync, own, &id).await;
                let _ = answer.try_set(Some(found));
            });
        }
    };
    Effect::new(load);
    let shown = move |found| match found {
        None => view! { <p class="hint" role="status">"Loading…"</p> }.into_any(),
        Some(Found::Problem(sentence)) => {
            let again = move |()| {
                answer.set(None);
                untrack(load);
            };
            view! { <Problem what="The exchange could not be loaded" sentence=Signal::stored(sentence) again=again /> }
                .into_any()
        }
        Some(Found::Missing) => missing(&reference.get_untracked()),
        Some(Found::Exchange(record, is_own)) => {
            view! { <Exchange record=*record store=store sync=sync is_own=is_own /> }.into_any()
        }
    };
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit">"Audit log"</A></p>
            <h1>"Exchange"</h1>
            {move || shown(answer.get())}
        </div>
    }
    .into_any()
}

/// Looks in the log of the organization, and with the bootstrap token in that of all.
async fn find(sync: Sync, own: String, id: &str) -> Found {
    let of = |answer: Result<_, String>, is_own| match answer {
        Ok(record) => Found::Exchange(Box::new(record), is_own),
        Err(sentence) => Found::Problem(sentence),
    };
    match sync.send("GET", &own, None).await {
        Ok(body) => of(read(body), true),
        Err(RequestError::Missing) if untrack(|| sync.is_root()) => {
            let path = format!("/api/admin/exchanges/{}", percent_encode(id));
            match sync.send("GET", &path, None).await {
                Ok(body) => of(read(body), false),
                Err(RequestError::Missing) => Found::Missing,
                Err(error) => Found::Problem(error.message()),
            }
        }
        Err(RequestError::Missing) => Found::Missing,
        Err(error) => Found::Problem(error.message()),
    }
}

fn missing(reference: &str) -> AnyView {
    let search = view! { <A href="/audit" attr:class="button">"Search the audit log"</A> };
    let reference = untrusted_text(reference);
    view! {
        <EmptyState title="No exchange has this reference" action=search.into_any()>
            <code>{reference}</code>
            " is not in the log of this organization. It may belong to another organization, or it has been deleted: refusals are kept for a \
             shorter time than grants. A refusal whose answer says “not recorded” was only counted."
        </EmptyState>
    }
    .into_any()
}
