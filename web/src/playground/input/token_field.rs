//! The field for the token, with its three parts in colours.

use claimgate::jwt::bare_token;
use leptos::html;
use leptos::prelude::*;

use crate::state::draft::unique;
use claimgate_workbench::playground::token_text::parts;

/// The field. A layer below with the same text has the colours; the field's own text is
/// transparent.
#[component]
pub(crate) fn TokenField(
    value: RwSignal<String>,
    /// Hidden elements cannot be scrolled.
    #[prop(into)]
    is_shown: Signal<bool>,
) -> impl IntoView {
    let id = format!("field-{}", unique());
    let hint = format!("{id}-hint");
    let layer = NodeRef::<html::Pre>::new();
    let area = NodeRef::<html::Textarea>::new();
    let follow = move || {
        // The field may be gone by the next frame.
        let (layer, area) = (
            layer.try_get_untracked().flatten(),
            area.try_get_untracked().flatten(),
        );
        if let (Some(layer), Some(area)) = (layer, area) {
            layer.set_scroll_top(area.scroll_top());
        }
    };
    Effect::new(move || {
        value.track();
        is_shown.track();
        request_animation_frame(follow);
    });
    view! {
        <div class="field">
            <label for=id.clone()>"Token"</label>
            <div class="token-box">
                <pre class="token-layer" aria-hidden="true" node_ref=layer>
                    {move || parts(&value.read()).into_iter().map(|(class, text)| view! { <span class=class>{text}</span> }).collect_view()}
                </pre>
                <textarea
                    id=id
                    class="mono"
                    rows=8
                    node_ref=area
                    placeholder="eyJhbGciOiJSUzI1NiIs…"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=hint.clone()
                    prop:value=move || value.get()
                    on:input:target=move |event| {
                        let text = event.target().value();
                        value.set(bare_token(&text).map_or(text, |bare| bare.token));
                    }
                    on:scroll=move |_| follow()
                ></textarea>
            </div>
            <p id=hint class="hint">
                <span class="part part--header">"Header"</span> ", " <span class="part part--claims">"claims"</span> ", "
                <span class="part part--signature">"signature"</span>
                ". Stays in this tab's memory, on other pages of the app too, until you clear it or close the tab: never stored, never sent."
            </p>
        </div>
    }
}
