//! Files that leave or enter the page: downloads, the clipboard, and files that a person chooses.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

pub(crate) use claimgate_workbench::text::file_name::file_name;

/// Offers a text as a file with that name; false if the browser does not allow it.
pub(crate) fn download(file: &str, text: &str) -> bool {
    try_download(file, text).is_ok()
}

fn try_download(file: &str, text: &str) -> Result<(), JsValue> {
    let parts = Array::of1(&JsValue::from_str(text));
    let blob = web_sys::Blob::new_with_str_sequence(&parts)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link = document()
        .create_element("a")?
        .unchecked_into::<web_sys::HtmlAnchorElement>();
    link.set_href(&address);
    link.set_download(file);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}

/// Copies a text to the clipboard; false if the browser does not allow it.
pub(crate) async fn copy(text: &str) -> bool {
    let Ok(written) = write_text(text) else {
        return false;
    };
    JsFuture::from(written).await.is_ok()
}

/// `navigator.clipboard.writeText(text)`. Without https there is no clipboard.
fn write_text(text: &str) -> Result<Promise, JsValue> {
    let clipboard = member(&member(&window(), "navigator")?, "clipboard")?;
    let write = member(&clipboard, "writeText")?.dyn_into::<Function>()?;
    write
        .call1(&clipboard, &JsValue::from_str(text))?
        .dyn_into()
}

/// The name and the text of the file that was chosen in an `<input type="file">`, or dropped
/// (`event.dataTransfer`).
pub(crate) async fn file_of(holder: JsValue) -> Option<(String, String)> {
    let file = member(&member(&holder, "files").ok()?, "0")
        .ok()
        .filter(JsValue::is_object)?;
    let name = member(&file, "name")
        .ok()
        .and_then(|name| name.as_string())
        .unwrap_or_default();
    let text = JsFuture::from(file.unchecked_into::<web_sys::Blob>().text())
        .await
        .ok()?;
    Some((name, text.as_string()?))
}

fn member(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &JsValue::from_str(name))
}
