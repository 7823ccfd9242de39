//! A code field: CodeMirror, loaded with the first editor on a page, and a plain text area before
//! that and if it cannot be loaded.

use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::code_mirror::{
    Calls, Editor, Handle, Mode, Options, Place, claims, make, to_js, with_editor,
};
use crate::state::draft::unique;
use claimgate_providers::KnownClaim;

/// The severity of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Must be fixed.
    Error,
    /// Deserves a second look.
    Warning,
    /// May be intended.
    Info,
}

/// A note on a range of the text. Offsets are in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Underline {
    /// The start of the range.
    pub(crate) from: usize,
    /// The end of the range.
    pub(crate) to: usize,
    /// The severity.
    pub(crate) severity: Severity,
    /// The message.
    pub(crate) message: String,
    /// What can be done about it: the titles of actions. `on_action` gets the place of the note, and that of the
    /// action.
    pub(crate) actions: Vec<String>,
}

/// A highlighted range of the text. Offsets are in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    /// The start of the range.
    pub(crate) from: usize,
    /// The end of the range.
    pub(crate) to: usize,
    /// Its CSS class.
    pub(crate) class: &'static str,
}

/// Which field is visible.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    /// The plain one, until the editor is loaded.
    Plain,
    /// The editor.
    Code,
    /// The plain one, because the editor could not be loaded.
    Failed,
}

/// A field for code.
///
/// `value` is the text; changes from outside appear in the field. With `on_undo` the caller handles
/// undo and redo (`true`). `reveal` selects a range of the text each time it is set, and scrolls to
/// it.
#[component]
pub(crate) fn CodeEditor(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    mode: Mode,
    #[prop(optional, into)] diagnostics: Signal<Vec<Underline>>,
    #[prop(optional, into)] marks: Signal<Vec<Mark>>,
    #[prop(optional, into)] known: Signal<Vec<KnownClaim>>,
    #[prop(optional, into)] reveal: Signal<Option<(usize, usize)>>,
    #[prop(optional, into)] on_cursor: Option<Callback<usize>>,
    #[prop(optional, into)] on_undo: Option<Callback<bool>>,
    #[prop(optional, into)] on_action: Option<Callback<(usize, usize)>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(default = 8)] rows: u32,
) -> impl IntoView {
    let id = format!("code-{}", unique());
    let notes = format!("{id}-notes");
    let parent = NodeRef::<Div>::new();
    let plain = NodeRef::<Textarea>::new();
    let field = RwSignal::new(Field::Plain);
    let editor = StoredValue::new_local(None::<Editor>);
    let options = Options {
        label: label.clone(),
        notes: notes.clone(),
        mode,
        rows,
        value,
        placeholder: placeholder.clone(),
    };
    let calls = Calls {
        on_cursor,
        on_undo,
        on_action,
    };
    Effect::new(move || {
        let Some(parent) = parent.get() else { return };
        let options = options.clone();
        spawn_local(async move {
            let made = make(&parent, &options, calls).await;
            // The page may have been left meanwhile.
            if parent.is_connected() {
                let is_made = made.is_ok();
                editor.try_update_value(|editor| *editor = made.ok());
                if is_made {
                    // Immediately, because visibility in the view is updated later: no keystroke
                    // may be lost in between.
                    parent.set_hidden(false);
                    let selection = selection_of(plain);
                    with_editor(editor, |handle| {
                        selection
                            .into_iter()
                            .for_each(|(from, to)| handle.focus(from, to));
                    });
                }
                let _ = field.try_set(if is_made { Field::Code } else { Field::Failed });
            }
        });
    });
    Effect::new(move || {
        let text = value.get();
        field.track();
        with_editor(editor, |handle| handle.set_value(&text));
    });
    send(
        editor,
        field,
        known,
        |handle, list| handle.set_known(&list),
        claims,
    );
    send(
        editor,
        field,
        diagnostics,
        |handle, list| handle.set_diagnostics(&list),
        to_js,
    );
    send(
        editor,
        field,
        marks,
        |handle, list| handle.set_marks(&list),
        to_js,
    );
    Effect::new(move || {
        if let Some((from, to)) = reveal.get() {
            with_editor(editor, |handle| handle.reveal(from, to));
            if let (Some(plain), true) =
                (plain.get_untracked(), field.get_untracked() != Field::Code)
            {
                let _ = plain.set_selection_range(from as u32, to as u32);
                let _ = plain.focus();
            }
        }
    });
    let is_code = Memo::new(move |_| field.get() == Field::Code);
    let failed = move || {
        (field.get() == Field::Failed)
            .then_some("The editor could not be loaded; this field works without it.")
    };
    let leave = move || {
        is_code
            .get()
            .then_some("Tab indents; Esc, then Tab leaves the editor.")
    };
    let caption = label.clone();
    view! {
        <div class="field code-editor">
            {
                let id = id.clone();
                move || match is_code.get() {
                    true => {
                        let go = move |_| with_editor(editor, |handle| handle.focus(0, 0));
                        view! { <span class="label" on:click=go>{caption.clone()}</span> }.into_any()
                    }
                    false => view! { <label for=id.clone()>{caption.clone()}</label> }.into_any(),
                }
            }
            <div node_ref=parent class="code-editor__place" hidden=move || !is_code.get()></div>
            {
                let notes = notes.clone();
                move || (!is_code.get()).then(|| view! {
                    <Plain id=id.clone() notes=notes.clone() rows=rows placeholder=placeholder.clone() value=value
                        node=plain on_cursor=on_cursor />
                })
            }
            <div id=notes class="notes">
                {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
                <p class="hint">{leave} {failed}</p>
            </div>
        </div>
    }
}

#[component]
fn Plain(
    id: String,
    notes: String,
    rows: u32,
    placeholder: String,
    value: RwSignal<String>,
    node: NodeRef<Textarea>,
    on_cursor: Option<Callback<usize>>,
) -> impl IntoView {
    let moved = move || {
        if let (Some(on_cursor), Some((place, _))) = (on_cursor, selection_of(node)) {
            on_cursor.run(place);
        }
    };
    view! {
        <textarea
            node_ref=node
            id=id
            class="mono"
            rows=rows
            placeholder=(!placeholder.is_empty()).then_some(placeholder)
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=notes
            prop:value=move || value.get()
            on:input:target=move |event| {
                value.set(event.target().value());
                moved();
            }
            on:keyup=move |_| moved()
            on:click=move |_| moved()
        ></textarea>
    }
}

/// The selection of the plain field, if it has the focus.
fn selection_of(plain: NodeRef<Textarea>) -> Option<(usize, usize)> {
    let plain = plain.try_get_untracked()??;
    let active = document().active_element()?;
    let place =
        |place: Result<Option<u32>, JsValue>| place.ok().flatten().unwrap_or_default() as usize;
    active
        .is_same_node(Some(&plain))
        .then(|| (place(plain.selection_start()), place(plain.selection_end())))
}

/// Sends a list to the editor, now and whenever it changes.
fn send<T: Clone + Send + Sync + 'static>(
    editor: Place,
    field: RwSignal<Field>,
    list: Signal<Vec<T>>,
    call: fn(&Handle, JsValue),
    write: fn(&[T]) -> JsValue,
) {
    Effect::new(move || {
        let list = list.get();
        field.track();
        with_editor(editor, |handle| call(handle, write(&list)));
    });
}
