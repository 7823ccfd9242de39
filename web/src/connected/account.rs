//! The organization and the user in the header, with the button to sign out.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::menu::AdministrationMenu;
use crate::state::remote::sync::Sync;
use crate::state::remote::{Access, Remote};
use crate::state::store::Store;
use crate::state::unsaved::Unsaved;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;

/// The account, once signed in.
#[component]
pub(crate) fn Account(store: Store, unsaved: Unsaved) -> impl IntoView {
    let (remote, sync) = (store.remote?, Sync::of(store)?);
    let is_in = Memo::new(move |_| remote.access.get() == Access::SignedIn);
    Some(view! {
        <Show when=move || is_in.get()>
            <section class="account" aria-label="Account">
                <span class="account__state" role="status">
                    {move || if remote.is_busy.get() { "Saving…" } else { "" }}
                </span>
                <Organization remote=remote sync=sync unsaved=unsaved />
                <AdministrationMenu remote=remote />
                <span class="account__user" title=move || remote.login.get()>
                    {icon(Icon::User)} <span class="visually-hidden">"Signed in as "</span>
                    <span class="account__login">{move || untrusted_text(&remote.login.read())}</span>
                </span>
                <SignOut remote=remote sync=sync unsaved=unsaved />
            </section>
        </Show>
    })
}

/// Asks before changes are lost.
pub(crate) fn may_go(remote: Remote, unsaved: Unsaved) -> bool {
    let is_open =
        remote.is_busy.get_untracked() || !remote.failed_changes.read_untracked().is_empty();
    let question = "Some changes have not reached the server and would be lost. Continue?";
    unsaved.may_leave() && (!is_open || window().confirm_with_message(question).unwrap_or(true))
}

#[component]
fn Organization(remote: Remote, sync: Sync, unsaved: Unsaved) -> impl IntoView {
    let choose = move |organization: String| {
        if may_go(remote, unsaved) {
            spawn_local(async move {
                // Problems are reported at the sign-in form.
                let _ = sync.choose(organization).await;
            });
        } else {
            // The field shows the current choice again.
            remote.organization.notify();
        }
    };
    move || {
        let names = remote.organizations.get();
        if let [only] = names.as_slice() {
            return view! {
                <span class="account__organization">
                    {icon(Icon::Building)} <span class="visually-hidden">"Organization "</span> <strong>{only.clone()}</strong>
                </span>
            }
            .into_any();
        }
        let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
        let options = names.into_iter().map(option).collect_view();
        view! {
            <label class="account__organization">
                {icon(Icon::Building)}
                <span class="visually-hidden">"Organization"</span>
                <select
                    prop:value=move || remote.organization.get()
                    on:change:target=move |event| choose(event.target().value())
                >
                    {options}
                </select>
            </label>
        }
        .into_any()
    }
}

#[component]
fn SignOut(remote: Remote, sync: Sync, unsaved: Unsaved) -> impl IntoView {
    let leave = move |_| {
        if may_go(remote, unsaved) {
            sync.sign_out();
        }
    };
    view! {
        <button type="button" class="button button--tool account__leave" title="Sign out" on:click=leave>
            {icon(Icon::SignOut)} <span>"Sign out"</span>
        </button>
    }
}
