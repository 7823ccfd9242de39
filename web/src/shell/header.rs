//! The header of every page: the pages, the command palette, the documentation, the theme, and with
//! a server the organization and the user.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::docs::DocsLink;
use super::lazy::ServerPart;
use crate::state::store::use_store;
use crate::state::theme::{self, Theme};
use crate::state::unsaved::Unsaved;
use crate::ui::icon::{Icon, icon, theme_icon};

/// The header. `palette` opens the command palette.
#[component]
pub(crate) fn Header(palette: RwSignal<bool>) -> impl IntoView {
    let remote = use_store().remote;
    view! {
        <header class="site-header">
            <div class="site-header__inner">
                <A href="/" attr:class="brand">
                    <img src="mark.svg" alt="" width="24" height="24" />
                    "Claimgate"
                </A>
                <Pages />
                <div class="site-tools">
                    <button
                        type="button"
                        class="button button--tool palette-button"
                        aria-keyshortcuts="Control+K Meta+K"
                        aria-haspopup="dialog"
                        on:click=move |_| palette.set(true)
                    >
                        {icon(Icon::Search)} <span>"Go to…"</span> <kbd aria-hidden="true">"Ctrl K"</kbd>
                    </button>
                    {remote.map(|_| view! { <Account /> })}
                    <DocsLink />
                    <ThemeButton />
                </div>
            </div>
        </header>
    }
}

#[component]
fn Pages() -> impl IntoView {
    let remote = use_store().remote;
    let path = use_location().pathname;
    let is_under_issuers = move || {
        path.with(|path| {
            // Without a server, the trust map belongs to the issuers.
            let is_map = remote.is_none() && path.ends_with("/map");
            path.contains("/issuers/") || path.ends_with("/import") || is_map
        })
    };
    view! {
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
    }
}

/// The organization and the user: code that only a server needs.
#[component]
fn Account() -> impl IntoView {
    let (store, unsaved) = (use_store(), expect_context::<Unsaved>());
    view! { <Suspense>{Suspend::new(ServerPart::Account(Box::new((store, unsaved))).view())}</Suspense> }
}

/// Goes through the themes: the system's, light, dark.
#[component]
fn ThemeButton() -> impl IntoView {
    let chosen = expect_context::<Theme>().chosen;
    let label = move || format!("Theme: {}", theme::label(&chosen.read()));
    let shown = move || icon(theme_icon(&chosen.read()));
    view! {
        <button
            type="button"
            class="button button--icon"
            aria-label=label
            title=label
            on:click=move |_| chosen.update(|chosen| *chosen = theme::after(chosen).to_owned())
        >
            {shown}
        </button>
    }
}
