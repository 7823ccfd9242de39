//! The top of every page of a connected app: signing in, the organization, and changes that the
//! server did not make.

use leptos::ev::{self, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use crate::state::draft::unique;
use crate::state::remote::sync::Sync;
use crate::state::remote::{Access, FailedChange, Remote};
use crate::state::store::Store;
use crate::state::unsaved::Unsaved;
use crate::ui::field::{Checkbox, TextField};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::remote::plan::Step;

/// The whole notice. `needs_token` says whether the page has no content without a token.
#[component]
pub(crate) fn Connected(store: Store, unsaved: Unsaved, needs_token: Memo<bool>) -> impl IntoView {
    let (remote, sync) = (store.remote?, Sync::of(store)?);
    sync.start();
    follow_names(remote);
    ask_before_leaving(remote, store);
    Some(move || {
        match remote.access.get() {
        Access::SignedOut if needs_token.get() => view! { <SignInPage remote=remote sync=sync /> }.into_any(),
        Access::Founding if needs_token.get() => view! { <FirstOrganization sync=sync /> }.into_any(),
        Access::SignedOut | Access::Founding => view! {
            <p class="server-bar container container--wide">
                <span>"You are not signed in: the issuers of this server are not shown."</span>
                <A href="/" attr:class="button button--small">"Sign in"</A>
            </p>
        }
        .into_any(),
        Access::Loading => view! {
            <p class="server-bar container container--wide" role="status">"Reading the issuers of this server…"</p>
        }
        .into_any(),
        Access::SignedIn => view! {
            <ServerBar remote=remote sync=sync unsaved=unsaved />
            <UndoneList remote=remote sync=sync />
        }
        .into_any(),
        Access::Expired => {
            view! { <SignInAgain remote=remote sync=sync /> <UndoneList remote=remote sync=sync /> }.into_any()
        }
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
            return problem.set("expected a name, found nothing".to_owned());
        }
        spawn_local(async move {
            if let Err(sentence) = sync.found(name.get_untracked().trim().to_owned()).await {
                let _ = problem.try_set(sentence);
            }
        });
    };
    view! {
        <div class="container container--narrow stack sign-in">
            <h1>"The first organization"</h1>
            <p class="lead">
                "This server has none yet. Issuers belong to an organization, and jobs name it when they ask for a token: "
                <code>"urn:pulumi:org:NAME"</code> "."
            </p>
            <form class="card stack" on:submit=submit novalidate>
                <TextField label="Name" value=name error=problem hint="Letters, digits, `-`, `_` and `.`." />
                <div class="actions">
                    <button type="submit" class="button button--primary">"Make the organization"</button>
                    <button type="button" class="button button--quiet" on:click=move |_| sync.sign_out()>"Sign out"</button>
                </div>
            </form>
        </div>
    }
}

#[component]
fn SignInPage(remote: Remote, sync: Sync) -> impl IntoView {
    view! {
        <div class="container container--narrow stack sign-in">
            <h1>"Sign in"</h1>
            <p class="lead">
                "Issuers and policies are kept by this server. An access token with admin rights opens them: the bootstrap \
                 token that the server has shown at its first start, or one that was granted with the scope admin."
            </p>
            <div class="card stack"><SignInForm remote=remote sync=sync /></div>
            <p class="hint">
                "Without one there are the " <A href="/playground">"playground"</A> " and the "
                <A href="/examples">"examples"</A> ", which ask the server for nothing."
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
                "The access token has expired, or was revoked. Nothing is lost: what is written here stays, and what is not \
                 saved yet is saved when you sign in again."
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
            return problem.set("expected an access token, found nothing".to_owned());
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
                    <p class="hint">"It goes to this server, with each request to its API, and nowhere else."</p>
                    <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
                </div>
            </div>
            <Checkbox label="Stay signed in in this tab, until it is closed" value=stay />
            <div class="actions">
                <button type="submit" class="button button--primary" disabled=move || busy.get()>
                    {move || if busy.get() { "Signing in…" } else { "Sign in" }}
                </button>
            </div>
        </form>
    }
}

/// The user and organization, and whether the server has all changes.
#[component]
fn ServerBar(remote: Remote, sync: Sync, unsaved: Unsaved) -> impl IntoView {
    let may_go = move || {
        let is_open =
            remote.is_busy.get_untracked() || !remote.failed_changes.read_untracked().is_empty();
        let sentence =
            "The server does not have all changes yet. Sign out all the same? They will be lost.";
        unsaved.may_leave() && (!is_open || window().confirm_with_message(sentence).unwrap_or(true))
    };
    let leave = move |_| {
        if may_go() {
            sync.sign_out();
        }
    };
    let choose = move |organization: String| {
        if may_go() {
            spawn_local(async move {
                // Problems are reported at the sign-in form.
                let _ = sync.choose(organization).await;
            });
        } else {
            // The field shows the current choice again.
            remote.organization.notify();
        }
    };
    let organizations = move || {
        let names = remote.organizations.get();
        if let [only] = names.as_slice() {
            return view! { <span>"Organization " <strong>{only.clone()}</strong></span> }
                .into_any();
        }
        let options = names
            .into_iter()
            .map(|name| view! { <option value=name.clone()>{name.clone()}</option> });
        view! {
            <label>
                "Organization "
                <select
                    prop:value=move || remote.organization.get()
                    on:change:target=move |event| choose(event.target().value())
                >
                    {options.collect_view()}
                </select>
            </label>
        }
        .into_any()
    };
    view! {
        <section class="server-bar container container--wide" aria-label="Server">
            {organizations}
            <span class="hint">"signed in as " {move || untrusted_text(&remote.login.read())}</span>
            <span class="hint server-bar__state" role="status">
                {move || if remote.is_busy.get() { "Saving…" } else { "" }}
            </span>
            <button type="button" class="button button--quiet button--small" on:click=leave>"Sign out"</button>
        </section>
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
        Step::Create(_) => ("was not registered", String::new()),
        Step::Details(_) => ("keeps its details as they were", String::new()),
        Step::Policies(issuer) => (
            "keeps its policies as they were",
            serde_json::to_string_pretty(&issuer.policies).unwrap_or_default(),
        ),
        Step::Delete(_) => ("was not deleted", String::new()),
    };
    let (name, reason) = (untrusted_text(&failed.name), inline_code(&failed.reason));
    let failed = StoredValue::new(failed);
    view! {
        <section class="notice notice--bad container" role="alert">
            <p><strong>{name}</strong> " " {what} ": " {reason} "."</p>
            {(!wanted.is_empty()).then(|| view! {
                <details>
                    <summary>"What was to be saved"</summary>
                    <pre tabindex="0">{crate::ui::untrusted_text::untrusted_lines(&wanted)}</pre>
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
                    "Give it up"
                </button>
            </div>
        </section>
    }
}
