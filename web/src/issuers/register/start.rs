//! Where registering begins: a pasted URL or token, from which the provider is detected.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::detect_part::detected;
use crate::state::held_token::use_held_token;
use crate::ui::field::TextArea;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::detect::{Detected, is_beginning};

/// The field. `found` gets what the text tells, each time that it tells something.
#[component]
pub(crate) fn Start(found: Callback<Detected>) -> impl IntoView {
    let held = use_held_token();
    // A provider that the address names is not replaced by that of a token from before.
    let is_chosen = use_query_map().with_untracked(|query| query.get("preset").is_some());
    let text = RwSignal::new(match is_chosen {
        true => String::new(),
        false => held.text.get_untracked(),
    });
    let result = detected(text);
    Effect::new(move || {
        if let Some(Ok(detected)) = result.get() {
            if detected.is_token {
                held.text.set(text.get_untracked());
            }
            found.run(detected);
        }
    });
    let error = Signal::derive(move || match &*result.read() {
        // While a URL is typed, the message waits for its first part.
        Some(Err(error)) if !is_beginning(&text.read()) => error.clone(),
        _ => String::new(),
    });
    view! {
        <section class="card stack--tight" aria-labelledby="start-heading">
            <h2 id="start-heading">"Paste an issuer's URL or one of its tokens"</h2>
            <TextArea
                label="URL or token"
                value=text
                rows=2
                error=error
                placeholder="https://… or eyJ…"
                hint="Claimgate detects the provider and fills in its names. A token stays in this page's memory and is never stored."
            />
            <div role="status">{move || result.get().and_then(Result::ok).map(|detected| summary(&detected))}</div>
        </section>
    }
}

fn summary(detected: &Detected) -> AnyView {
    let source = if detected.is_token {
        "This token's issuer is "
    } else {
        "This is "
    };
    match detected.provider {
        Some(provider) => {
            let count = detected.names.len();
            let names = match count {
                0 => String::new(),
                1 => " 1 name is filled in below.".to_owned(),
                _ => format!(" {count} names are filled in below."),
            };
            view! { <p class="good">"✓ " {source} <strong>{provider.name.clone()}</strong> "." {names}</p> }.into_any()
        }
        None => view! {
            <p class="hint">{source} <code>{untrusted_text(&detected.url)}</code> {inline_code(", which is not a known provider. It will be registered as a custom issuer.")}</p>
        }
        .into_any(),
    }
}
