//! What the playground asks about: token or claims, issuer, request, what to skip, and the time.

use claimgate::policy::TokenType;
use leptos::prelude::*;

use super::field::{Checkbox, Select, TextArea, TextField, same};
use crate::providers;
use crate::state::clock::now;
use crate::state::draft::target_label;
use crate::state::store::use_store;

/// The fields. The token is in memory only.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether claims are typed, not a token pasted.
    pub(crate) is_claims: RwSignal<bool>,
    /// The token.
    pub(crate) token: RwSignal<String>,
    /// The claims.
    pub(crate) claims: RwSignal<String>,
    /// The chosen issuer's identifier, or nothing.
    pub(crate) issuer: RwSignal<String>,
    /// The requested token type.
    pub(crate) token_type: RwSignal<String>,
    /// The requested team, user or runner.
    pub(crate) target: RwSignal<String>,
    /// Whether `scope=admin` is asked for.
    pub(crate) admin: RwSignal<bool>,
    /// Leaves the issuer's check out.
    pub(crate) skip_issuer: RwSignal<bool>,
    /// Leaves the key's check out.
    pub(crate) skip_key: RwSignal<bool>,
    /// Leaves the signature's check out.
    pub(crate) skip_signature: RwSignal<bool>,
    /// Leaves the time's check out.
    pub(crate) skip_time: RwSignal<bool>,
    /// Another time than now.
    pub(crate) now: RwSignal<String>,
}

impl Form {
    /// Empty fields, with that issuer.
    pub(crate) fn new(issuer: String) -> Self {
        let text = || RwSignal::new(String::new());
        let flag = || RwSignal::new(false);
        Self {
            is_claims: flag(),
            token: text(),
            claims: text(),
            issuer: RwSignal::new(issuer),
            token_type: RwSignal::new(TokenType::Organization.as_str().to_owned()),
            target: text(),
            admin: flag(),
            skip_issuer: flag(),
            skip_key: flag(),
            skip_signature: flag(),
            skip_time: flag(),
            now: text(),
        }
    }
}

/// The fields as a pane.
#[component]
pub(crate) fn PlaygroundForm(
    form: Form,
    #[prop(into)] problem: Signal<String>,
    #[prop(into)] preset: Signal<String>,
) -> impl IntoView {
    let store = use_store();
    let issuers = Signal::derive(move || {
        let named = store.issuers.get().into_iter().map(|issuer| (issuer.id, issuer.name));
        [(String::new(), "The one that iss names".to_owned())].into_iter().chain(named).collect::<Vec<_>>()
    });
    view! {
        <section class="card stack playground__form" aria-label="Input">
            <Mode form=form />
            {move || if form.is_claims.get() {
                view! { <ClaimsInput form=form problem=problem preset=preset /> }.into_any()
            } else {
                view! {
                    <TextArea
                        label="Token"
                        value=form.token
                        rows=8
                        placeholder="eyJhbGciOiJSUzI1NiIs…"
                        hint="Stays in this page: never stored, never sent."
                    />
                }.into_any()
            }}
            <Select label="Issuer" value=form.issuer options=issuers />
            <Requested form=form />
            <Show when=move || !form.is_claims.get()>
                <Leave form=form />
            </Show>
        </section>
    }
}

#[component]
fn Mode(form: Form) -> impl IntoView {
    let button = move |label: &'static str, is_claims: bool| {
        view! {
            <button
                type="button"
                aria-pressed=move || (form.is_claims.get() == is_claims).to_string()
                on:click=move |_| form.is_claims.set(is_claims)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="Input kind">
            {button("From a token", false)} {button("From claims", true)}
        </div>
    }
}

#[component]
fn ClaimsInput(form: Form, problem: Signal<String>, preset: Signal<String>) -> impl IntoView {
    let sample = move |_| {
        let provider = providers::find(&preset.read_untracked()).or_else(|| providers::all().first());
        form.claims.set(provider.map(|provider| provider.example(now()).claims).unwrap_or_default());
    };
    view! {
        <TextArea
            label="Claims"
            value=form.claims
            rows=14
            error=problem
            hint="A JSON object. There is no token: signature, issuer and time are not checked."
            placeholder=r#"{"iss": "https://…", "sub": "…"}"#
        />
        <div class="actions">
            <button type="button" class="button" on:click=sample>"Load sample claims"</button>
        </div>
    }
}

#[component]
fn Requested(form: Form) -> impl IntoView {
    let label = Memo::new(move |_| target_label(&form.token_type.read()));
    let options = same(TokenType::ALL.map(TokenType::as_str));
    view! {
        <div class="field-row field-row--even">
            <Select label="Requested token type" value=form.token_type options=options />
            {move || match label.get() {
                Some(label) => view! { <TextField label=label value=form.target mono=true /> }.into_any(),
                None => view! { <Checkbox label="Ask for admin scope" value=form.admin /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Leave(form: Form) -> impl IntoView {
    let error = Signal::derive(move || {
        let text = form.now.get();
        let wrong = !text.trim().is_empty() && claimgate::time::parse(&text).is_none();
        if wrong {
            "expected a time like 2026-11-24T00:21:00Z, or seconds since 1970".to_owned()
        } else {
            String::new()
        }
    });
    view! {
        <details class="more">
            <summary>"Checks and time"</summary>
            <fieldset class="checkboxes">
                <legend>"Leave out a check"</legend>
                <Checkbox label="Skip issuer" value=form.skip_issuer />
                <Checkbox label="Skip key" value=form.skip_key />
                <Checkbox label="Skip signature" value=form.skip_signature />
                <Checkbox label="Skip time" value=form.skip_time />
            </fieldset>
            <TextField
                label="Time"
                value=form.now
                error=error
                mono=true
                hint="Optional: judge as of another time, RFC 3339 or seconds since 1970."
                placeholder="2026-11-24T00:21:00Z"
            />
        </details>
    }
}
