//! CodeMirror, the module `web/editor`, as the app calls it.

use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use claimgate_providers::KnownClaim;

/// The language of an editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Policies as JSON, with the schema's completion and help.
    Policies,
    /// Any JSON.
    Claims,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Policies => "policies",
            Self::Claims => "claims",
        }
    }
}

#[wasm_bindgen(inline_js = "export const load = (address) => import(address);")]
extern "C" {
    /// Loads a module; rejects if it is unavailable.
    #[wasm_bindgen(catch)]
    async fn load(address: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The module of `web/editor`.
    type Module;
    #[wasm_bindgen(method, catch)]
    fn create(
        this: &Module,
        parent: &web_sys::HtmlElement,
        options: &JsValue,
    ) -> Result<Handle, JsValue>;

    /// An editor, as the module returns it.
    #[derive(Clone)]
    pub(super) type Handle;
    #[wasm_bindgen(method, js_name = setValue)]
    pub(super) fn set_value(this: &Handle, text: &str);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    pub(super) fn set_diagnostics(this: &Handle, list: &JsValue);
    #[wasm_bindgen(method, js_name = setMarks)]
    pub(super) fn set_marks(this: &Handle, list: &JsValue);
    #[wasm_bindgen(method, js_name = setKnown)]
    pub(super) fn set_known(this: &Handle, list: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn reveal(this: &Handle, from: usize, to: usize);
    #[wasm_bindgen(method)]
    pub(super) fn focus(this: &Handle, from: usize, to: usize);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// An editor and its callbacks, dropped together.
pub(super) struct Editor {
    handle: Handle,
    _on_change: Closure<dyn Fn(String)>,
    _on_cursor: Closure<dyn Fn(usize)>,
    _on_undo: Option<Closure<dyn Fn(bool)>>,
    _on_action: Closure<dyn Fn(usize, usize)>,
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

/// The options of a new editor.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) label: String,
    pub(super) notes: String,
    pub(super) mode: Mode,
    pub(super) rows: u32,
    pub(super) value: RwSignal<String>,
    pub(super) placeholder: String,
}

/// The callbacks of an editor.
#[derive(Clone, Copy)]
pub(super) struct Calls {
    pub(super) on_cursor: Option<Callback<usize>>,
    pub(super) on_undo: Option<Callback<bool>>,
    pub(super) on_action: Option<Callback<(usize, usize)>>,
}

/// Loads CodeMirror and creates an editor in `parent`.
pub(super) async fn make(
    parent: &web_sys::HtmlElement,
    options: &Options,
    calls: Calls,
) -> Result<Editor, JsValue> {
    let base = document().base_uri()?.unwrap_or_default();
    let module = load(&web_sys::Url::new_with_base("editor.js", &base)?.href())
        .await?
        .unchecked_into::<Module>();
    let value = options.value;
    let on_change = Closure::<dyn Fn(String)>::new(move |text| {
        value.try_set(text);
    });
    let on_cursor = Closure::<dyn Fn(usize)>::new(move |place| {
        if let Some(on_cursor) = calls.on_cursor {
            on_cursor.run(place);
        }
    });
    let on_undo = calls
        .on_undo
        .map(|on_undo| Closure::<dyn Fn(bool)>::new(move |is_redo| on_undo.run(is_redo)));
    let on_action = Closure::<dyn Fn(usize, usize)>::new(move |note, action| {
        if let Some(on_action) = calls.on_action {
            on_action.run((note, action));
        }
    });
    let object = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| js_sys::Reflect::set(&object, &name.into(), value);
    set("label", &(&options.label).into())?;
    set("describedBy", &(&options.notes).into())?;
    set("mode", &options.mode.as_str().into())?;
    set("rows", &options.rows.into())?;
    set("placeholder", &(&options.placeholder).into())?;
    set(
        "value",
        &value.try_get_untracked().unwrap_or_default().into(),
    )?;
    set("onChange", on_change.as_ref())?;
    set("onCursor", on_cursor.as_ref())?;
    set("onAction", on_action.as_ref())?;
    if let Some(on_undo) = &on_undo {
        set("onUndo", on_undo.as_ref())?;
    }
    let handle = module.create(parent, &object)?;
    Ok(Editor {
        handle,
        _on_change: on_change,
        _on_cursor: on_cursor,
        _on_undo: on_undo,
        _on_action: on_action,
    })
}

/// Where a field keeps its editor.
pub(super) type Place = StoredValue<Option<Editor>, LocalStorage>;

/// Calls the editor, if it exists.
pub(super) fn with_editor(editor: Place, what: impl FnOnce(&Handle)) {
    // The handle is cloned because the call may re-enter.
    let handle =
        editor.try_with_value(|editor| editor.as_ref().map(|editor| editor.handle.clone()));
    if let Some(handle) = handle.flatten() {
        what(&handle);
    }
}

/// A list as the editor takes it.
pub(super) fn to_js(list: &[impl Serialize]) -> JsValue {
    let json = serde_json::to_string(list).unwrap_or_default();
    js_sys::JSON::parse(&json).unwrap_or_else(|_| js_sys::Array::new().into())
}

/// Claims as the editor takes them.
pub(super) fn claims(list: &[KnownClaim]) -> JsValue {
    #[derive(Serialize)]
    struct Claim<'a> {
        path: &'a str,
        doc: &'a str,
        values: &'a [String],
        patterns: &'a [String],
    }
    let claims: Vec<_> = list
        .iter()
        .map(|claim| Claim {
            path: &claim.path,
            doc: &claim.doc,
            values: &claim.values,
            patterns: &claim.patterns,
        })
        .collect();
    to_js(&claims)
}
