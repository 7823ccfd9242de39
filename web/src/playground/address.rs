//! What the playground begins with, and what it keeps: the address, the content of links, the input in
//! memory, and changed scratch policies.

use claimgate::jwt::bare_token;
use claimgate::policy::to_json;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use wasm_bindgen::JsValue;

use super::bench::{Bench, Opening, Tools};
use super::tools::want;
use crate::state::dropped::DroppedFile;
use crate::state::handover::Handover;
use crate::state::held_token::use_held_token;
use crate::state::store::Store;
use crate::state::unsaved::Unsaved;
use claimgate_workbench::playground::gallery::is_unsigned;
use claimgate_workbench::playground::scratch::{SCRATCH, Scratch};

/// Opens the policies from the editor as a scratch copy of their issuer, with the unsaved changes.
pub(super) fn take_over(bench: Bench, store: Store, problem: RwSignal<String>) {
    let handed = expect_context::<Handover>().take();
    if let Some((issuer, policies)) =
        handed.and_then(|(id, policies)| Some((store.find(&id)?, policies)))
    {
        bench.start_scratch(Scratch::of_issuer(&issuer), &policies);
        want(bench.tools, problem);
    }
}

/// A callback that opens an example or a link's content: at once, or as soon as the tools are
/// loaded.
pub(super) fn opener(bench: Bench, store: Store, problem: RwSignal<String>) -> Callback<Opening> {
    let show = move |tools: Tools, opening: &Opening| match (tools.open)(bench, store, opening) {
        Ok(()) => problem.set(String::new()),
        Err(error) => {
            let what = match opening {
                Opening::File(_) => "file",
                _ => "link",
            };
            problem.set(format!("This {what} cannot be opened: {error}."));
        }
    };
    let waiting = StoredValue::new(None::<Opening>);
    Effect::new(move || {
        // Take the pending content only once it can be shown.
        if let Some(tools) = bench.tools.get()
            && let Some(opening) = waiting.try_update_value(Option::take).flatten()
        {
            show(tools, &opening);
        }
    });
    Callback::new(move |opening| match bench.tools.get_untracked() {
        Some(tools) => show(tools, &opening),
        None => {
            waiting.set_value(Some(opening));
            want(bench.tools, problem);
        }
    })
}

/// Opens a link's content: initially, and whenever another link is followed on this page.
pub(super) fn follow_fragment(open: Callback<Opening>) {
    let opened = StoredValue::new(String::new());
    let open = move |fragment: String| {
        if fragment.is_empty()
            || fragment == "#main"
            || opened.with_value(|opened| *opened == fragment)
        {
            return;
        }
        opened.set_value(fragment.clone());
        open.run(Opening::Fragment(fragment));
    };
    let typed = || window().location().hash().unwrap_or_default();
    // For a link within the app, the router knows the target before the address changes.
    let hash = use_location().hash;
    open(
        Some(hash.get_untracked())
            .filter(|hash| !hash.is_empty())
            .unwrap_or_else(typed),
    );
    Effect::new(move || open(hash.get()));
    let handle = window_event_listener(ev::hashchange, move |_| open(typed()));
    on_cleanup(move || handle.remove());
}

/// Loads the tools on the first input, before they are needed.
pub(super) fn load_once_used(bench: Bench, problem: RwSignal<String>) {
    let is_asked = StoredValue::new(bench.tools.read_untracked().is_some());
    for event in ["focusin", "keydown", "pointerdown", "pointermove", "wheel"] {
        let handle = window_event_listener_untyped(event, move |_| {
            if is_asked.try_update_value(|is_asked| std::mem::replace(is_asked, true))
                == Some(false)
            {
                want(bench.tools, problem);
            }
        });
        on_cleanup(move || handle.remove());
    }
}

/// Keeps the chosen issuer in the address, and chooses the one that the address names. A link's
/// content stays in the address while its scratch set is in use.
pub(super) fn keep_address(bench: Bench, is_example: bool) {
    let navigate = use_navigate();
    let query = use_query_map();
    let location = use_location();
    let issuer = bench.form.issuer;
    Effect::new(move |before: Option<String>| {
        let issuer = issuer.get();
        if before.is_some_and(|before| before != issuer) && issuer != SCRATCH {
            let query = if issuer.is_empty() {
                String::new()
            } else {
                format!("?issuer={issuer}")
            };
            if is_example {
                // Navigating with the router would reset the page.
                let base = document().base_uri().ok().flatten().unwrap_or_default();
                let history = window().history();
                let _ = history.map(|history| {
                    history.replace_state_with_url(
                        &JsValue::NULL,
                        "",
                        Some(&format!("{base}playground{query}")),
                    )
                });
            } else {
                let options = NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&format!("/playground{query}"), options);
            }
        }
        issuer
    });
    Effect::new(move |before: Option<String>| {
        let _ = location.pathname.read();
        let named = query.read().get("issuer").unwrap_or_default();
        let is_other = untrack(|| *issuer.read() != named && *issuer.read() != SCRATCH);
        if before.is_some_and(|before| before != named) && is_other {
            issuer.set(named.clone());
        }
        named
    });
}

/// Opens files that are dropped, here or on the page before.
pub(super) fn follow_files(open: Callback<Opening>) {
    let dropped = expect_context::<DroppedFile>();
    Effect::new(move || {
        if let Some(text) = dropped.take() {
            open.run(Opening::File(text));
        }
    });
}

/// Keeps the input in memory while another page is shown, and takes it back unless the playground is
/// filled otherwise. The token is that of all pages; an example's is not kept.
pub(super) fn keep_input(bench: Bench, is_filled: bool) {
    let (handover, held) = (expect_context::<Handover>(), use_held_token());
    let token = bench.form.token;
    if !is_filled {
        if let Some((values, throwaway)) = handover.take_input() {
            bench.form.restore(&values);
            bench.throwaway.set(throwaway);
        }
        let text = held.text.get_untracked();
        token.set(bare_token(&text).map_or(text, |bare| bare.token));
        on_cleanup(move || {
            let throwaway = bench.throwaway.get_untracked();
            handover.keep_input(bench.form.values(), throwaway);
        });
    }
    Effect::new(move |before: Option<String>| {
        let token = token.get();
        if before.is_some_and(|before| before != token) && !is_unsigned(&token) {
            held.text.set(token.clone());
        }
        token
    });
}

/// Asks before leaving a changed scratch set.
pub(super) fn guard_scratch(bench: Bench) {
    let is_changed = Memo::new(move |_| {
        let scratch = bench.scratch.read();
        scratch
            .as_ref()
            .is_some_and(|scratch| *bench.text.read() != to_json(&scratch.issuer.policies))
    });
    expect_context::<Unsaved>().watch(is_changed);
}
