//! The page of an address that has content only with a server.

use leptos::prelude::*;
use leptos_router::components::A;

use super::docs::address;
use super::page_title::show_title;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use claimgate_workbench::shell::docs::SERVER;

/// What a page of a server is called and would show, where the app runs without one.
#[component]
pub(crate) fn NeedsServer(
    /// The title of the page.
    title: &'static str,
    /// What it shows with a server: a sentence.
    text: &'static str,
) -> impl IntoView {
    show_title(title);
    let actions = view! {
        <div class="actions">
            <a class="button button--primary" href=address(SERVER) target="_blank" rel="noopener">
                {icon(Icon::Book)} "How to run a server" <span class="visually-hidden">" (opens in a new tab)"</span>
            </a>
            <A href="/playground" attr:class="button">{icon(Icon::Play)} "Try tokens in the playground"</A>
        </div>
    };
    view! {
        <div class="container stack">
            <h1>{title}</h1>
            <EmptyState title="This page needs a server" action=actions.into_any()>
                {text} " This app runs without one: it keeps issuers and policies in this browser, and exchanges no tokens."
            </EmptyState>
        </div>
    }
}
