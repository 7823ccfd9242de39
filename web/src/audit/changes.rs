//! A server's log of administrators' changes, newest first.

use claimgate_api::{ChangeAction, ChangeEntry};
use leptos::prelude::*;
use leptos_router::components::A;

use super::filters::{Choice, LogFilters, Search, nothing, options};
use crate::connected::author::author;
use crate::connected::list::{List, list_view};
use crate::connected::loaded::{local_time, zone_name};
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::clock::now;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::percent_encode;

const COLUMNS: [&str; 4] = ["Time", "Change", "Name", "By"];

/// The list.
#[component]
pub(crate) fn ChangesPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! {
            <NeedsServer
                title="Changes by administrators"
                text="A server records each change to issuers, policies and tokens here, with its author."
            />
        }
        .into_any();
    };
    show_title("Changes by administrators");
    let search = Search::new("/audit/changes");
    let list = List::<ChangeEntry>::new(sync);
    let load = move || {
        let query = search.query.get();
        if sync.is_signed_in() {
            let path = match query.scope.is_empty() {
                true => sync.organization_path("/changes"),
                false => "/api/admin/changes".to_owned(),
            };
            list.begin(path, query.request(now()));
        }
    };
    Effect::new(load);
    let code = Memo::new(move |_| search.query.read().code.clone());
    let actions = ChangeAction::ALL.iter();
    let actions = actions.map(|action| (action.code(), action.label()));
    let codes = options([("", "All")].into_iter().chain(actions));
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit">"Audit log"</A></p>
            <div class="section-head">
                <h1>"Changes by administrators"</h1>
                <button type="button" class="button" data-command="Refresh the changes" on:click=move |_| untrack(load)>
                    {icon(Icon::Refresh)} "Refresh"
                </button>
            </div>
            <p class="lead">
                "Every change through the API to this organization and its issuers, policies, tests, tokens and environments, and every \
                 opening of an environment, with the access token that was used. Changes made despite a finding of the guard are \
                 marked. Times are in " {zone_name(now())} "."
            </p>
            <LogFilters label="Changes" search=search store=store sync=sync scopes=2>
                <Choice
                    label="Change"
                    value=code
                    options=codes
                    choose=Callback::new(move |chosen| search.change(false, |query| query.code = chosen))
                />
            </LogFilters>
            {list_view(list, &COLUMNS, None, row, move || nothing(
                search,
                "No change matches",
                "No recorded change matches the filters.",
                "Show all changes",
                none,
            ))}
        </div>
    }
    .into_any()
}

fn none() -> AnyView {
    let register = view! { <A href="/issuers/new" attr:class="button">"Register issuer"</A> };
    view! {
        <EmptyState title="No changes yet" action=register.into_any()>
            "A change is what an administrator does: registering an issuer, saving policies, revoking a token."
        </EmptyState>
    }
    .into_any()
}

fn row(change: &ChangeEntry) -> AnyView {
    let address = format!("/audit/changes/{}", percent_encode(&change.id));
    let time = local_time(change.at);
    let name = change.name.as_deref().or(change.organization.as_deref());
    view! {
        <tr>
            <td data-label="Time"><A href=address attr:class="audit__link">{time}</A></td>
            <td data-label="Change"><span>{untrusted_text(&change.summary)} {overridden(change.warnings)}</span></td>
            <td data-label="Name"><code>{untrusted_text(name.unwrap_or_default())}</code></td>
            <td data-label="By"><span>{author(Some(&change.by))}</span></td>
        </tr>
    }
    .into_any()
}

/// The mark of a change that was made despite findings of the guard.
pub(super) fn overridden(warnings: usize) -> Option<AnyView> {
    let text = match warnings {
        0 => return None,
        1 => "despite the guard: 1 finding".to_owned(),
        many => format!("despite the guard: {many} findings"),
    };
    Some(view! { " " <span class="badge badge--note">{text}</span> }.into_any())
}
