//! The menu of what an administrator can do on the server, in the header.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::state::remote::Remote;
use crate::ui::icon::{Icon, icon};
use crate::ui::popover::keep_beside;
use crate::ui::untrusted_text::untrusted_text;

/// The pages: title, path and icon.
pub(crate) const PAGES: [(&str, &str, Icon); 7] = [
    ("Audit log", "/audit", Icon::Log),
    ("Changes by administrators", "/audit/changes", Icon::Clock),
    ("Access tokens", "/tokens", Icon::Token),
    ("Trust map", "/map", Icon::Map),
    ("Organizations", "/organizations", Icon::Building),
    ("Settings", "/settings", Icon::Sliders),
    ("Demo tokens", "/demo", Icon::Spark),
];

/// The button and its list. It closes when a page is chosen, on Escape, and when the focus or a click is
/// elsewhere.
#[component]
pub(crate) fn AdministrationMenu(remote: Remote) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let (button, list) = (NodeRef::<html::Button>::new(), NodeRef::<html::Ul>::new());
    let options = Memo::new(move |_| usize::from(is_open.get()));
    keep_beside(
        move || list.get_untracked().map(Into::into),
        move || button.get_untracked().map(Into::into),
        options,
    );
    let path = use_location().pathname;
    // The audit log has a place of its own beside the menu.
    let is_here = move || {
        let path = path.read();
        let mut pages = PAGES.iter().filter(|(_, page, _)| *page != "/audit");
        pages.any(|(_, page, _)| path.ends_with(page) || path.contains(&format!("{page}/")))
    };
    Effect::new(move || {
        path.track();
        is_open.set(false);
    });
    let close_on_escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.prevent_default();
            is_open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
        }
    };
    let leave = move |event: ev::FocusEvent| {
        use wasm_bindgen::JsCast;
        let to = event
            .related_target()
            .and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let is_inside = |node: &web_sys::Node| {
            list.get_untracked()
                .is_some_and(|list| list.contains(Some(node)))
                || button
                    .get_untracked()
                    .is_some_and(|button| button.contains(Some(node)))
        };
        if !to.as_ref().is_some_and(is_inside) {
            is_open.set(false);
        }
    };
    view! {
        <div class="menu" on:keydown=close_on_escape on:focusout=leave>
            <button
                type="button"
                class="button button--tool menu__button"
                class:is-section=is_here
                node_ref=button
                aria-expanded=move || is_open.get().to_string()
                aria-controls="administration-menu"
                on:click=move |_| is_open.update(|open| *open = !*open)
            >{icon(Icon::Policies)} "Administration"</button>
            <ul id="administration-menu" class="menu__list" popover="manual" node_ref=list tabindex="-1">
                <li class="menu__user">"Signed in as " <strong>{move || untrusted_text(&remote.login.read())}</strong></li>
                {PAGES.into_iter().map(|(title, page, shown)| view! {
                    <li><A href=page exact=true>{icon(shown)} <span>{title}</span></A></li>
                }).collect_view()}
            </ul>
        </div>
    }
}
