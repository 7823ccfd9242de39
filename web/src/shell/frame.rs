//! The frame of every page: header, messages of the store, footer.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::conflict_notice::ConflictNotice;
use super::lazy::ServerPart;
use super::page_title::PageTitle;
use super::shortcuts::Shortcuts;
use crate::state::store::{Unreadable, use_store};
use crate::state::theme;
use crate::state::unsaved::Unsaved;
use crate::ui::copy_button::DownloadButton;
use crate::ui::field::Select;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_formats::{percent_encode, settings};
use claimgate_workbench::issuers::storage::to_file;

/// The frame around `children`.
#[component]
pub(crate) fn Frame(children: ChildrenFn) -> impl IntoView {
    let unsaved = expect_context::<Unsaved>();
    let remote = use_store().remote;
    let needs_token = needs_token();
    let is_closed = Memo::new(move |_| {
        remote.is_some_and(|remote| needs_token.get() && !remote.is_ready.get())
    });
    let chosen = RwSignal::new(theme::stored());
    Effect::new(move || theme::choose(&chosen.read()));
    let path = use_location().pathname;
    let is_under_issuers =
        move || path.with(|path| path.contains("/issuers/") || path.ends_with("/import"));
    let choices: Vec<_> = theme::CHOICES
        .iter()
        .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
        .collect();
    view! {
        <div class="app" on:click=move |event| unsaved.guard(&event)>
            <a class="skip-link" href="#main">
                "Skip to content"
            </a>
            <header class="site-header">
                <div class="site-header__inner">
                    <A href="/" attr:class="brand">
                        <img src="mark.svg" alt="" width="24" height="24" />
                        "Claimgate"
                    </A>
                    <nav aria-label="Main">
                        <A href="/" exact=true attr:class=move || if is_under_issuers() { "is-section" } else { "" }>
                            "OIDC Issuers"
                        </A>
                        <A href="/playground">"Playground"</A>
                        <A href="/examples">"Examples"</A>
                        {move || remote.filter(|remote| remote.is_ready.get()).map(|_| view! {
                            <A href="/audit">"Audit log"</A>
                        })}
                    </nav>
                    <div class="theme-switch">
                        <Select label="Theme" value=chosen options=choices />
                    </div>
                </div>
            </header>
            <main id="main" tabindex="-1">
                {remote.map(|_| view! { <ServerParts needs_token=needs_token /> })}
                <StoreMessages />
                {move || (!is_closed.get()).then(|| children())}
            </main>
            <footer class="site-footer">
                <div class="container site-footer__inner">
                    <p>{match remote {
                        None => "Tokens never leave this page. Issuers and policies are kept in this browser only.",
                        Some(_) => "Tokens that are judged never leave this page. Issuers and policies are kept by this \
                                    server, samples in this browser only.",
                    }}</p>
                    <PageTitle />
                    <Shortcuts />
                </div>
            </footer>
            <UndoToast />
        </div>
    }
}

/// Whether the page has no content without an access token, when there is a server.
fn needs_token() -> Memo<bool> {
    let path = use_location().pathname;
    Memo::new(move |_| {
        let path = path.read();
        !["/playground", "/examples"]
            .iter()
            .any(|open| path.starts_with(open))
    })
}

/// Shown only with a server: loaded on demand, so that it is not part of the initial code.
#[component]
fn ServerParts(needs_token: Memo<bool>) -> impl IntoView {
    let (store, unsaved) = (use_store(), expect_context::<Unsaved>());
    Suspend::new(ServerPart::Above(Box::new((store, unsaved, needs_token))).view())
}

#[component]
fn StoreMessages() -> impl IntoView {
    let store = use_store();
    view! {
        {move || store.problem.get().map(|problem| view! { <NotStored problem=problem /> })}
        {move || store.unreadable.get().map(|unreadable| view! { <UnreadableNotice unreadable=unreadable /> })}
        {move || store.conflicts.get().into_iter().map(|conflict| {
            view! { <ConflictNotice conflict=conflict /> }
        }).collect_view()}
    }
}

/// A plain notice that changes are in memory only, with a way to save them.
#[component]
fn NotStored(problem: String) -> impl IntoView {
    let store = use_store();
    if store.remote.is_some() {
        return view! { <p class="notice notice--bad container" role="alert">"Samples are not kept: " {inline_code(&problem)} "."</p> }.into_any();
    }
    let text = Signal::derive(move || to_file(&store.issuers.read()));
    let handle = window_event_listener(ev::beforeunload, move |event| {
        if !store.issuers.read_untracked().is_empty() {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <div class="notice notice--bad container" role="alert">
            <p>"Not stored: " {inline_code(&problem)} "."</p>
            <Show when=move || !store.issuers.read().is_empty()>
                <p class="hint">
                    "Issuers and policies are kept in this tab, as you see them, until it is closed or loaded anew. \
                     Download them to keep them; the file can be imported again."
                </p>
                <div class="actions">
                    <DownloadButton text=text name=Signal::stored(settings::FILE.to_owned()) what="claimgate.json" />
                    <button type="button" class="button button--small" on:click=move |_| store.retry()>
                        "Try to store again"
                    </button>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn UnreadableNotice(unreadable: Unreadable) -> impl IntoView {
    let store = use_store();
    let address = format!(
        "data:application/json;charset=utf-8,{}",
        percent_encode(&unreadable.raw)
    );
    let anew = move |_| {
        let sure =
            window().confirm_with_message("Replace the stored data by an empty list of issuers?");
        if sure.unwrap_or(false) {
            store.discard_unreadable();
        }
    };
    view! {
        <section class="notice notice--bad container" aria-label="Stored data cannot be read">
            <h2>"The stored issuers cannot be read"</h2>
            <p>{inline_code(&unreadable.problem)} ". Nothing was changed or deleted. Keep a copy of the text before starting anew."</p>
            <details>
                <summary>"Show the stored text"</summary>
                <pre tabindex="0">{untrusted_lines(&unreadable.raw)}</pre>
            </details>
            <div class="actions">
                <a class="button" href=address download="claimgate-v1.json">"Download the text"</a>
                <button type="button" class="button button--danger" on:click=anew>"Start anew"</button>
            </div>
        </section>
    }
}

#[component]
fn UndoToast() -> impl IntoView {
    let store = use_store();
    view! {
        <div class="toasts" role="status">
            {move || store.undo.get().map(|undo| view! {
                <div class="toast">
                    <span>{undo.verb} " " <strong>{untrusted_text(&undo.object)}</strong></span>
                    <button type="button" class="button" on:click=move |_| store.undo()>"Undo"</button>
                    <button
                        type="button"
                        class="button button--quiet"
                        aria-label="Dismiss"
                        on:click=move |_| store.undo.set(None)
                    >"✕"</button>
                </div>
            })}
        </div>
    }
}
