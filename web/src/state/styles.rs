//! Styles that only some pages need, loaded before those are shown.

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Adds a style sheet of the app to the page, unless it is there, and waits for it. Without it the page is
/// shown even so.
pub(crate) async fn load(file: &'static str) {
    let selector = format!("link[rel='stylesheet'][href$='{file}']");
    if !matches!(document().query_selector(&selector), Ok(None)) {
        return;
    }
    let added = Promise::new(&mut |done, _| {
        let finished = Closure::once_into_js(move || done.call0(&JsValue::NULL));
        if add(file, &finished).is_err() {
            let _ = finished
                .unchecked_ref::<js_sys::Function>()
                .call0(&JsValue::NULL);
        }
    });
    let _ = JsFuture::from(added).await;
}

fn add(file: &str, finished: &JsValue) -> Result<(), JsValue> {
    let head = document().head().ok_or(JsValue::NULL)?;
    let link = document().create_element("link")?;
    for event in ["load", "error"] {
        link.add_event_listener_with_callback(event, finished.unchecked_ref())?;
    }
    link.set_attribute("rel", "stylesheet")?;
    link.set_attribute("href", file)?;
    head.append_child(&link)?;
    Ok(())
}
