//! Styles that only some pages need, loaded before those are shown.
//!
//! `index.html` has all style sheets; those of some pages are disabled and name them.

use js_sys::Promise;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlLinkElement;

/// Enables the style sheets of the page at once. The future ends when they have loaded, or cannot be loaded.
pub(crate) fn load(page: &str) -> impl Future<Output = ()> + Send + use<> {
    let links = document().query_selector_all(&format!("link[data-pages~='{page}']"));
    let loading: Vec<Promise> = links
        .iter()
        .flat_map(|links| (0..links.length()).filter_map(move |index| links.get(index)))
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
