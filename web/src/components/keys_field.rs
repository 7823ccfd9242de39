//! An issuer's keys: pasted or fetched, and read by the engine as they are typed.

use claimgate::jwt::Jwks;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field::TextArea;
use crate::state::fetch::fetch_keys;

/// What fetching came to.
#[derive(Clone, PartialEq)]
enum Fetch {
    Idle,
    Running,
    Done(String),
    Failed(String),
}

/// The keys as far as the engine understands them; none for an empty field.
fn parse(text: &str) -> Option<Result<Jwks, String>> {
    (!text.trim().is_empty()).then(|| Jwks::parse(text).map_err(|error| error.to_string()))
}

/// Why the keys cannot be saved; empty if they can.
pub(crate) fn keys_error(text: &str) -> String {
    parse(text).and_then(Result::err).unwrap_or_default()
}

/// The field, with the list of what it holds.
#[component]
pub(crate) fn KeysField(jwks: RwSignal<String>, #[prop(into)] url: Signal<String>) -> impl IntoView {
    let fetch = RwSignal::new(Fetch::Idle);
    let start = move |_| {
        let issuer = url.get_untracked();
        if let Err(error) = claimgate::issuer::validate_url(&issuer) {
            fetch.set(Fetch::Failed(format!("Keys are fetched from the issuer's URL: {error}.")));
            return;
        }
        fetch.set(Fetch::Running);
        spawn_local(async move {
            let outcome = fetch_keys(issuer).await;
            fetch.try_set(match outcome {
                Ok((text, sentence)) => {
                    // The page may be gone by now.
                    jwks.try_set(text);
                    Fetch::Done(sentence)
                }
                Err(problem) => Fetch::Failed(problem),
            });
        });
    };
    let error = Signal::derive(move || keys_error(&jwks.read()));
    view! {
        <div class="keys">
            <TextArea
                label="JWKS"
                value=jwks
                rows=6
                error=error
                hint="The issuer's public keys, as JSON. Optional: without keys every signature is refused."
                placeholder=r#"{"keys": [{"kty": "RSA", "kid": "…", "n": "…", "e": "AQAB"}]}"#
            />
            {move || parse(&jwks.read()).and_then(Result::ok).map(|jwks| view! { <KeyList jwks=jwks /> })}
            <div class="actions">
                <button type="button" class="button" on:click=start disabled=move || *fetch.read() == Fetch::Running>
                    "Fetch keys from issuer"
                </button>
                <span class="hint">"Asks the issuer's server. Nothing is fetched unless you press this."</span>
            </div>
            <p class="fetch" role="status">
                {move || match fetch.get() {
                    Fetch::Idle => String::new().into_any(),
                    Fetch::Running => "Fetching…".into_any(),
                    Fetch::Done(sentence) => view! { <span class="good">{sentence}</span> }.into_any(),
                    Fetch::Failed(problem) => view! { <span class="error">{problem}</span> }.into_any(),
                }}
            </p>
        </div>
    }
}

#[component]
fn KeyList(jwks: Jwks) -> impl IntoView {
    let rows = jwks.keys().iter().map(|key| {
        let problem = key.problem.clone();
        view! {
            <li>
                <code>{key.kid.clone().unwrap_or_else(|| "(no kid)".to_owned())}</code>
                <span>{key.describe()}</span>
                {match problem {
                    Some(problem) => view! { <span class="error">{problem}</span> }.into_any(),
                    None => view! { <span class="good">"✓ usable"</span> }.into_any(),
                }}
            </li>
        }
    });
    view! { <ul class="key-list" aria-label="Keys">{rows.collect_view()}</ul> }
}
