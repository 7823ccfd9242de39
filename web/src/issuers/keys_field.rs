//! An issuer's keys: pasted or fetched, and parsed while they are typed.

use claimgate::jwt::{Jwk, Jwks};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::state::fetch::fetch_keys;
use crate::state::store::use_store;
use crate::ui::field::TextArea;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_link, untrusted_text};
use claimgate_formats::thumbprint;
use claimgate_workbench::issuers::keys::warnings;

/// The state of a fetch.
#[derive(Clone, PartialEq)]
enum Fetch {
    Idle,
    Running,
    Done(String),
    Failed(String),
}

/// The parsed keys; none for an empty field.
fn parse(text: &str) -> Option<Result<Jwks, String>> {
    (!text.trim().is_empty()).then(|| Jwks::parse(text).map_err(|error| error.to_string()))
}

/// Why the keys cannot be saved; empty if they can.
pub(crate) fn keys_error(text: &str) -> String {
    parse(text).and_then(Result::err).unwrap_or_default()
}

/// The field, with a list of its keys.
#[component]
pub(crate) fn KeysField(
    jwks: RwSignal<String>,
    #[prop(into)] url: Signal<String>,
    /// The text and the address of fetched keys.
    fetched: RwSignal<Option<(String, String)>>,
    /// Why the server could not fetch the keys; shown while the field is empty.
    problem: RwSignal<String>,
) -> impl IntoView {
    let fetch = RwSignal::new(Fetch::Idle);
    let start = move |_| {
        let issuer = url.get_untracked();
        problem.set(String::new());
        if let Err(error) = claimgate::issuer::validate_url(&issuer) {
            fetch.set(Fetch::Failed(format!(
                "Keys are fetched from the issuer's URL: {error}."
            )));
            return;
        }
        fetch.set(Fetch::Running);
        spawn_local(async move {
            let outcome = fetch_keys(issuer).await;
            fetch.try_set(match outcome {
                Ok(keys) => {
                    // The page may be gone by now.
                    fetched.try_set(Some((keys.jwks.clone(), keys.source)));
                    jwks.try_set(keys.jwks);
                    Fetch::Done(keys.sentence)
                }
                Err(problem) => Fetch::Failed(problem),
            });
        });
    };
    let error = Memo::new(move |_| {
        if jwks.read().trim().is_empty() {
            problem.get()
        } else {
            keys_error(&jwks.read())
        }
    });
    let hint = if use_store().remote.is_some() {
        "The issuer's public keys, as JSON. Optional: without keys here, the server fetches them from the issuer."
    } else {
        "The issuer's public keys, as JSON. Optional, but without keys every token is refused."
    };
    view! {
        <div class="keys">
            <TextArea
                label="JWKS"
                value=jwks
                rows=6
                error=error
                hint=hint
                placeholder=r#"{"keys": [{"kty": "RSA", "kid": "…", "n": "…", "e": "AQAB"}]}"#
            />
            {move || parse(&jwks.read()).and_then(Result::ok).map(|keys| {
                let is_source_shown = matches!(*fetch.read(), Fetch::Done(_));
                let source = fetched.get().filter(|(text, _)| *text == *jwks.read()).map(|(_, address)| address);
                view! { <KeyList jwks=keys source=source is_source_shown=is_source_shown /> }
            })}
            <div class="actions">
                <button type="button" class="button" data-command="Fetch keys from issuer" on:click=start disabled=move || *fetch.read() == Fetch::Running>
                    {icon(Icon::Refresh)} "Fetch keys from issuer"
                </button>
                <span class="hint">"Contacts the issuer's server only when you press this button."</span>
            </div>
            <p class="fetch" role="status">
                {move || match fetch.get() {
                    Fetch::Idle => String::new().into_any(),
                    Fetch::Running => "Fetching…".into_any(),
                    Fetch::Done(message) => view! { <span class="good">{message}</span> }.into_any(),
                    // The server has failed too, and the field says so.
                    Fetch::Failed(_) if !problem.read().is_empty() => String::new().into_any(),
                    Fetch::Failed(problem) => view! { <span class="error">{inline_code(&problem)}</span> }.into_any(),
                }}
            </p>
        </div>
    }
}

/// The contents of the set: every key with its thumbprint and warnings, and the source of the set.
#[component]
fn KeyList(
    jwks: Jwks,
    source: Option<String>,
    /// Whether the source is already shown elsewhere.
    is_source_shown: bool,
) -> impl IntoView {
    let rows = jwks
        .keys()
        .iter()
        .map(|key| key_row(&jwks, key))
        .collect_view();
    let source = match source {
        Some(_) if is_source_shown => ().into_any(),
        Some(address) => {
            view! { <p class="hint">"Fetched from " {untrusted_link(&address)}</p> }.into_any()
        }
        None => view! { <p class="hint">"Pasted."</p> }.into_any(),
    };
    view! {
        <ul class="key-list" aria-label="Keys">{rows}</ul>
        {source}
    }
}

fn key_row(jwks: &Jwks, key: &Jwk) -> AnyView {
    let warnings = warnings(jwks, key);
    let kid = key.kid.as_deref().unwrap_or("(no kid)");
    let state = if key.problem.is_some() {
        view! { <span class="error">"✗ not usable"</span> }.into_any()
    } else if warnings.is_empty() {
        view! { <span class="good">"✓ usable"</span> }.into_any()
    } else {
        view! { <span class="dirty">"! see warnings"</span> }.into_any()
    };
    let thumbprint = thumbprint::of_key(key).map(|print| {
        view! { <span class="key-list__print">"SHA-256 thumbprint " <code>{print}</code></span> }
    });
    view! {
        <li>
            <code>{untrusted_text(kid)}</code>
            <span>{untrusted_text(&key.describe())}</span>
            {state}
            {thumbprint}
            {warnings.into_iter().map(|warning| view! { <span class="key-list__note">{inline_code(&warning)}</span> }).collect_view()}
        </li>
    }
    .into_any()
}
