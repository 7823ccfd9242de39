//! The top of every page of a connected app: signing in, the first organization, and changes that
//! the server did not make.

use leptos::ev::{self, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use super::organization_name::OrganizationName;
use crate::state::draft::unique;
use crate::state::remote::sync::Sync;
use crate::state::remote::{Access, FailedChange, Remote};
use crate::state::store::Store;
use crate::ui::field::Checkbox;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_workbench::remote::plan::Step;

/// The whole notice. `needs_token` says whether the page has no content without a token.
#[component]
pub(crate) fn Connected(store: Store, needs_token: Memo<bool>) -> impl IntoView {
    let (remote, sync) = (store.remote?, Sync::of(store)?);
    sync.start();
    follow_names(remote);
    ask_before_leaving(remote, store);
    Some(move || match remote.access.get() {
        Access::SignedOut if needs_token.get() => {
            view! { <SignInPage remote=remote sync=sync /> }.into_any()
        }
        Access::Founding if needs_token.get() => {
            view! { <FirstOrganization sync=sync /> }.into_any()
        }
        Access::SignedOut | Access::Founding => view! {
            <p class="server-bar container">
                <span>"You are not signed in: the issuers of this server are not shown."</span>
                <A href="/" attr:class="button button--small">"Sign in"</A>
            </p>
        }
        .into_any(),
        Access::Loading => view! {
            <p class="server-bar container" role="status">"Loading the issuers of this server…"</p>
        }
        .into_any(),
        Access::SignedIn => view! { <UndoneList remote=remote sync=sync /> }.into_any(),
        Access::Expired => {
            view! { <SignInAgain remote=remote sync=sync /> <UndoneList remote=remote sync=sync /> }
                .into_any()
        }
    })
}

/// Follows the page's issuer to the identifier that the server has given it.
fn follow_names(remote: Remote) {
    let (navigate, path) = (use_navigate(), use_location().pathname);
    Effect::new(move || {
        let Some((old, new)) = remote.renamed.get() else {
            return;
        };
        if path.get_untracked() == format!("/issuers/{old}") {
            navigate(
                &format!("/issuers/{new}"),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
}

/// Changes that the server does not have are lost when the page is closed or reloaded.
fn ask_before_leaving(remote: Remote, store: Store) {
    let handle = window_event_listener(ev::beforeunload, move |event| {
        let is_open = remote.is_busy.get_untracked()
            || !remote.failed_changes.read_untracked().is_empty()
            || !store.conflicts.read_untracked().is_empty();
        if is_open {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// The form for a new server without an organization.
#[component]
fn FirstOrganization(sync: Sync) -> impl IntoView {
    let (name, problem) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if name.read_untracked().trim().is_empty() {
            return problem.set("Enter a name".to_owned());
        }
        spawn_local(async move {
            if let Err(sentence) = sync.found(name.get_untracked().trim().to_owned()).await {
                let _ = problem.try_set(sentence);
            }
        });
    };
    view! {
        <div class="container stack sign-in">
            <h1>"Create the first organization"</h1>
            <p class="lead">
                "This server has no organization yet. Issuers belong to an organization, and jobs name it when they request a token: "
                <code>"urn:pulumi:org:NAME"</code> "."
            </p>
            <form class="card stack" on:submit=submit novalidate>
                <OrganizationName name=name problem=problem />
                <div class="actions">
                    <button type="submit" class="button button--primary">"Create organization"</button>
                    <button type="button" class="button button--quiet" on:click=move |_| sync.sign_out()>"Sign out"</button>
                </div>
            </form>
        </div>
    }
}

#[component]
fn SignInPage(remote: Remote, sync: Sync) -> impl IntoView {
    view! {
        <div class="container stack sign-in">
            <h1>"Sign in"</h1>
            <p class="lead">
                "Issuers and policies are stored on this server. Sign in with an access token that has admin permission: one granted with \
                 the scope admin, or the bootstrap token, which the server printed when it first started. Until that is used, "
                <code>"claimgate bootstrap-token"</code> " prints it again on the server's machine."
            </p>
            <div class="card stack"><SignInForm remote=remote sync=sync /></div>
            <p class="hint">
                "Without a token, you can use the " <A href="/playground">"playground"</A> " and the "
                <A href="/examples">"examples"</A> ", which send nothing to the server."
            </p>
        </div>
    }
}

#[component]
fn SignInAgain(remote: Remote, sync: Sync) -> impl IntoView {
    view! {
        <section class="notice notice--note container" aria-label="Signed out">
            <h2>"The server has signed you out"</h2>
            <p>
                "The access token has expired or was revoked. Nothing is lost: your edits stay here, and unsaved changes are \
                 saved when you sign in again."
            </p>
            <SignInForm remote=remote sync=sync />
        </section>
    }
}

/// The token goes into a field that no browser offers to save, and is removed as soon as it is
/// used.
#[component]
fn SignInForm(remote: Remote, sync: Sync) -> impl IntoView {
    let token = RwSignal::new(String::new());
    let (stay, busy) = (RwSignal::new(false), RwSignal::new(false));
    let problem = remote.refusal;
    let id = format!("access-token-{}", unique());
    let notes = format!("{id}-notes");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = token.get_untracked().trim().to_owned();
        if text.is_empty() {
            return problem.set("Enter an access token".to_owned());
        }
        busy.set(true);
        spawn_local(async move {
            let _ = sync.sign_in(text, stay.get_untracked()).await;
            // After signing in, the form is gone.
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="stack" on:submit=submit novalidate>
            <div class="field">
                <label for=id.clone()>"Access token"</label>
                <input
                    type="password"
                    id=id
                    class="mono"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=notes.clone()
                    aria-invalid=move || (!problem.read().is_empty()).then_some("true")
                    bind:value=token
                />
                <div id=notes class="notes">
                    <p class="hint">"Sent only to this server, with each request to its API."</p>
                    <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
                </div>
            </div>
            <Checkbox label="Stay signed in until this tab is closed" value=stay />
            <div class="actions">
                <button type="submit" class="button button--primary" disabled=move || busy.get()>
                    {move || if busy.get() { "Signing in…" } else { "Sign in" }}
                </button>
            </div>
        </form>
    }
}

/// Changes that the server did not make: the page shows the server's version, and the changes are
/// kept here.
#[component]
fn UndoneList(remote: Remote, sync: Sync) -> impl IntoView {
    view! {
        <For each=move || remote.failed_changes.get() key=|failed| failed.id let:failed>
            <FailedChangeNotice failed=failed sync=sync />
        </For>
    }
}

#[component]
fn FailedChangeNotice(failed: FailedChange, sync: Sync) -> impl IntoView {
    let (what, wanted) = match &failed.step {
        Step::Create(_) => ("The issuer was not registered", String::new()),
        Step::Details(_) => ("The details were not saved", String::new()),
        Step::Policies(issuer) => (
            "The policies were not saved",
            serde_json::to_string_pretty(&issuer.policies).unwrap_or_default(),
        ),
        Step::Tests(_) => ("The tests were not saved", String::new()),
        Step::Delete(_) => ("The issuer was not deleted", String::new()),
    };
    let (name, reason) = (untrusted_text(&failed.name), inline_code(&failed.reason));
    let failed = StoredValue::new(failed);
    view! {
        <section class="notice notice--bad container" role="alert">
            <p><strong>{name}</strong> ": " {what} ": " {reason} "."</p>
            {(!wanted.is_empty()).then(|| view! {
                <details>
                    <summary>"Show the unsaved change"</summary>
                    <pre tabindex="0">{untrusted_lines(&wanted)}</pre>
                </details>
            })}
            <div class="actions">
                <button type="button" class="button button--small" on:click=move |_| sync.try_again(&failed.get_value())>
                    "Try again"
                </button>
                <button
                    type="button"
                    class="button button--small button--quiet"
                    on:click=move |_| sync.discard_failed(&failed.get_value())
                >
                    "Discard"
                </button>
            </div>
        </section>
    }
}
