//! Styles that only some pages need, loaded before those are shown.
//!
//! `index.html` has all style sheets; those of some pages are disabled, and `shell/lazy.rs` says which page needs which.

use js_sys::Promise;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlLinkElement;

/// Enables style sheets at once, given by their names with spaces between them. The future ends when they have loaded, or
/// cannot be loaded.
pub(crate) fn load(sheets: &str) -> impl Future<Output = ()> + Send + use<> {
    let link = |sheet: &str| {
        let selector = format!("link[data-sheet='{sheet}']");
        document().query_selector(&selector).ok().flatten()
    };
    let loading: Vec<Promise> = sheets
        .split_whitespace()
        .filter_map(link)
        .filter_map(|link| enable(&link.dyn_into().ok()?))
        .collect();
    // Only one thread has a page.
    SendWrapper::new(async {
        for finished in loading {
            let _ = JsFuture::from(finished).await;
        }
    })
}

/// Starts to load a style sheet; `None` if it has loaded. One that failed is disabled again (`early.js`), so that this
/// tries again.
fn enable(link: &HtmlLinkElement) -> Option<Promise> {
    if link.sheet().is_some() {
        return None;
    }
    let finished = Promise::new(&mut |done, _| {
        for event in ["load", "error"] {
            let _ = link.add_event_listener_with_callback(event, &done);
        }
    });
    link.set_disabled(false);
    Some(finished)
}
