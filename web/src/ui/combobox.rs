//! A field with completion: a line of text, which is a combobox as WAI-ARIA describes it; or a pattern, which is wrapped
//! where it is too long for a line, and is a text box, because a combobox has one line.

pub(crate) use claimgate_workbench::policies::choices::Choice;
use claimgate_workbench::policies::choices::fit;
use leptos::ev;
use leptos::html::{Input, Textarea, Ul};
use leptos::prelude::*;

use super::popover::keep_beside;
use super::untrusted_text::{hidden_note, untrusted_text};
use crate::state::draft::unique;
use claimgate_workbench::policies::pattern_help::{class, parts};

/// A field's state.
#[derive(Clone, Copy)]
struct State {
    value: RwSignal<String>,
    is_open: RwSignal<bool>,
    /// Whether the list shows all choices, not only matching ones.
    is_all: RwSignal<bool>,
    active: RwSignal<Option<usize>>,
    fitting: Memo<Vec<Choice>>,
}

impl State {
    fn open(self, all: bool) {
        self.is_all.set(all);
        self.active.set(None);
        self.is_open.set(true);
    }

    fn close(self) {
        self.is_open.set(false);
        self.active.set(None);
    }

    fn choose(self, place: usize) {
        if let Some(choice) = self
            .fitting
            .with_untracked(|choices| choices.get(place).cloned())
        {
            self.value.set(choice.value);
        }
        self.close();
    }

    /// Moves to the next or previous choice, and wraps around.
    fn go(self, is_down: bool) {
        let count = self.fitting.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        self.active.update(|active| {
            *active = Some(match (*active, is_down) {
                (None, true) => 0,
                (None, false) => count - 1,
                (Some(place), true) => (place + 1) % count,
                (Some(place), false) => (place + count - 1) % count,
            });
        });
    }
}

/// The element of a field: one of the two.
#[derive(Clone, Copy)]
struct Element {
    line: NodeRef<Input>,
    area: NodeRef<Textarea>,
}

impl Element {
    fn get(self) -> Option<web_sys::HtmlElement> {
        let line = self.line.get_untracked().map(Into::into);
        line.or_else(|| self.area.get_untracked().map(Into::into))
    }

    /// The place of the cursor.
    fn cursor(self) -> Option<usize> {
        let line = self.line.get_untracked();
        let place = match line {
            Some(line) => line.selection_start(),
            None => self.area.get_untracked()?.selection_start(),
        };
        Some(place.ok()?? as usize)
    }
}

/// The field. With `is_pattern` it is wrapped, and its wildcards are highlighted.
#[component]
pub(crate) fn Combobox(
    label: &'static str,
    /// Whether the label is for screen readers only.
    #[prop(optional)]
    hide_label: bool,
    value: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    list_label: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] is_pattern: bool,
    #[prop(into, optional)] described_by: String,
    #[prop(into, optional)] invalid: Signal<bool>,
    #[prop(optional, into)] on_cursor: Option<Callback<usize>>,
) -> impl IntoView {
    let id = format!("combobox-{}", unique());
    let list = format!("{id}-list");
    let is_open = RwSignal::new(false);
    let is_all = RwSignal::new(false);
    let fitting = Memo::new(move |_| match is_open.get() {
        true => fit(&choices.read(), &value.read(), is_all.get()),
        false => Vec::new(),
    });
    let element = Element {
        line: NodeRef::new(),
        area: NodeRef::new(),
    };
    let rows = NodeRef::<Ul>::new();
    let active = RwSignal::new(None);
    let state = State {
        value,
        is_open,
        is_all,
        active,
        fitting,
    };
    let options = Memo::new(move |_| fitting.read().len());
    let is_shown = Memo::new(move |_| options.get() > 0);
    keep_beside(
        move || rows.get_untracked().map(Into::into),
        move || element.get(),
        options,
    );
    let moved = move || {
        if let (Some(on_cursor), Some(cursor)) = (on_cursor, element.cursor()) {
            on_cursor.run(cursor);
        }
    };
    let click = move |_| {
        if value.read_untracked().is_empty() && !is_open.get_untracked() {
            state.open(true);
        }
        moved();
    };
    let keys = move |event: ev::KeyboardEvent| {
        press(state, is_shown, &event);
        // A pattern has one line.
        if is_pattern && event.key() == "Enter" {
            event.prevent_default();
        }
    };
    let described_by = (!described_by.is_empty()).then_some(described_by);
    let placeholder = (!placeholder.is_empty()).then_some(placeholder);
    let option = {
        let id = id.clone();
        move |place: usize| format!("{id}-{place}")
    };
    let active = {
        let option = option.clone();
        move || state.active.get().filter(|_| is_shown.get()).map(&option)
    };
    view! {
        <label for=id.clone() class:visually-hidden=hide_label>{label}</label>
        <div class="combobox" class:combobox--pattern=is_pattern>
            {match is_pattern {
                true => view! {
                    <div class="combobox__layer" aria-hidden="true">{move || highlighted(&value.read())}</div>
                    <textarea
                        node_ref=element.area
                        id=id.clone()
                        class="mono"
                        rows=1
                        aria-autocomplete="list"
                        aria-haspopup="listbox"
                        aria-controls=list.clone()
                        aria-activedescendant=active
                        aria-describedby=described_by
                        aria-invalid=move || invalid.get().then_some("true")
                        placeholder=placeholder
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=move || value.get()
                        on:input:target=move |event| {
                            let field = event.target();
                            let text = field.value();
                            let line = text.replace(['\n', '\r'], "");
                            if line != text {
                                field.set_value(&line);
                            }
                            value.set(line);
                            state.open(false);
                            moved();
                        }
                        on:keydown=keys
                        on:keyup=move |_| moved()
                        on:click=click
                        on:focus=move |_| moved()
                        on:blur=move |_| state.close()
                    ></textarea>
                }
                .into_any(),
                false => view! {
                    <input
                        node_ref=element.line
                        type="text"
                        id=id.clone()
                        class="mono"
                        role="combobox"
                        aria-autocomplete="list"
                        aria-expanded=move || is_shown.get().to_string()
                        aria-controls=list.clone()
                        aria-activedescendant=active
                        aria-describedby=described_by
                        aria-invalid=move || invalid.get().then_some("true")
                        placeholder=placeholder
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        bind:value=value
                        on:input=move |_| {
                            state.open(false);
                            moved();
                        }
                        on:keydown=keys
                        on:keyup=move |_| moved()
                        on:click=click
                        on:focus=move |_| moved()
                        on:blur=move |_| state.close()
                    />
                }
                .into_any(),
            }}
            <ul node_ref=rows id=list class="combobox__list" popover="manual" role="listbox" aria-label=list_label>
                {move || {
                    let option = option.clone();
                    fitting.get().into_iter().enumerate().map(move |(place, choice)| view! {
                        <Row id=option(place) place=place choice=choice state=state />
                    }).collect_view()
                }}
            </ul>
        </div>
        {move || hidden_note(&value.read())}
    }
}

#[component]
fn Row(id: String, place: usize, choice: Choice, state: State) -> impl IntoView {
    let is_active = move || state.active.get() == Some(place);
    let own = id.clone();
    Effect::new(move || {
        if is_active()
            && let Some(element) = document().get_element_by_id(&own)
        {
            scroll_within(&element);
        }
    });
    view! {
        <li
            id=id
            role="option"
            aria-selected=move || is_active().to_string()
            // The field keeps the focus.
            on:mousedown=move |event| event.prevent_default()
            on:click=move |_| state.choose(place)
        >
            <code>{untrusted_text(&choice.value)}</code>
            <span class="combobox__doc">{choice.doc}</span>
        </li>
    }
}

/// Scrolls to an option within its list without moving the page.
fn scroll_within(element: &web_sys::Element) {
    use wasm_bindgen::JsCast;
    let Some(option) = element.dyn_ref::<web_sys::HtmlElement>() else {
        return;
    };
    let Some(list) = option.parent_element() else {
        return;
    };
    let (top, bottom) = (
        option.offset_top(),
        option.offset_top() + option.offset_height(),
    );
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}

fn press(state: State, is_shown: Memo<bool>, event: &ev::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.is_composing() {
        return;
    }
    let is_open = is_shown.get_untracked();
    match event.key().as_str() {
        "ArrowDown" | "ArrowUp" if !event.alt_key() || event.key() == "ArrowDown" => {
            if !is_open {
                state.open(true);
            }
            if !event.alt_key() {
                state.go(event.key() == "ArrowDown");
            }
        }
        "Enter" => match state.active.get_untracked() {
            Some(place) if is_open => state.choose(place),
            _ => return,
        },
        "Escape" if is_open => {
            event.stop_propagation();
            state.close();
        }
        _ => return,
    }
    event.prevent_default();
}

/// A pattern with its wildcards marked; only the marks are visible, under the field's own text.
fn highlighted(pattern: &str) -> AnyView {
    let part = |part: claimgate::pattern::Part| match class(part.kind) {
        Some(class) => view! { <mark class=class>{part.text}</mark> }.into_any(),
        None => part.text.into_any(),
    };
    parts(pattern)
        .into_iter()
        .map(part)
        .collect_view()
        .into_any()
}
