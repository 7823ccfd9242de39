//! The frame of every page: header, messages of the store, footer.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::command::CommandPalette;
use super::header::Header;
use super::lazy::ServerPart;
use super::messages_part::Messages;
use super::page_title::PageTitle;
use super::shortcuts::Shortcuts;
use super::tour::TourPanel;
use super::undo_toast::UndoToast;
use crate::state::store::use_store;
use crate::state::tour::use_tour;
use crate::state::unsaved::Unsaved;

/// The frame around `children`.
#[component]
pub(crate) fn Frame(children: ChildrenFn) -> impl IntoView {
    let unsaved = expect_context::<Unsaved>();
    let remote = use_store().remote;
    let needs_token = needs_token();
    let is_closed = Memo::new(move |_| {
        remote.is_some_and(|remote| needs_token.get() && !remote.is_ready.get())
    });
    let palette = RwSignal::new(false);
    let tour = use_tour();
    view! {
        <div class="app" on:click=move |event| unsaved.guard(&event)>
            <a class="skip-link" href="#main">
                "Skip to content"
            </a>
            <Header palette=palette />
            <main id="main" tabindex="-1">
                {remote.map(|_| view! { <ServerParts needs_token=needs_token /> })}
                <Messages />
                {move || (!is_closed.get()).then(|| children())}
            </main>
            <footer class="site-footer">
                <div class="container site-footer__inner">
                    <p>{match remote {
                        None => "Tokens never leave this page. Issuers and policies are stored in this browser only.",
                        Some(_) => "Tokens that you evaluate never leave this page. Issuers, policies and tests are stored on this \
                                    server.",
                    }}</p>
                    <PageTitle />
                    <span class="actions actions--tight">
                        <button type="button" class="button button--quiet button--small" on:click=move |_| tour.start()>"Tour"</button>
                        <Shortcuts />
                    </span>
                </div>
            </footer>
            <CommandPalette open=palette />
            <TourPanel />
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
    Suspend::new(ServerPart::Above(Box::new((use_store(), needs_token))).view())
}
