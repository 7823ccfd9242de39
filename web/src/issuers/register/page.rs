//! Registers an issuer: from a provider and its parameters, as a copy of another, or from scratch.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::preview_part::{Show, load};
use super::provider_picker::ProviderPicker;
use super::server_part;
use super::start::Start;
use super::state::Registration;
use crate::issuers::details_fields::DetailsFields;
use crate::issuers::names_form::{Names, NamesForm};
use crate::issuers::untrusted_certificate::IssuerProblem;
use crate::state::remote::client::RequestError;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;
use crate::ui::field::Checkbox;
use crate::ui::inline_code::inline_code;
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The page.
#[component]
pub(crate) fn NewIssuerPage() -> impl IntoView {
    let store = use_store();
    let original = use_query_map()
        .with_untracked(|query| query.get("from"))
        .and_then(|id| store.find(&id));
    let registration = Registration::new(original);
    registration.keep_filled();
    let registered = RwSignal::new(false);
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None));
    let dirty = Memo::new(move |_| !registered.get() && registration.is_changed());
    expect_context::<Unsaved>().watch(dirty);
    let navigate = StoredValue::new_local(use_navigate());
    let register = move || {
        problem.set(None);
        registration.details.keys_problem.set(String::new());
        let Some(issuer) = registration.issuer() else {
            return show_first_error();
        };
        let done = move |id: &str| {
            registered.set(true);
            let page = format!("/issuers/{id}");
            navigate.with_value(|navigate| navigate(&page, NavigateOptions::default()));
        };
        let Some(sync) = Sync::of(store) else {
            let id = issuer.id.clone();
            store.add(issuer);
            return done(&id);
        };
        busy.set(true);
        let is_empty = registration
            .details
            .jwks
            .with_untracked(|jwks| jwks.trim().is_empty());
        spawn_local(async move {
            let result = server_part::register(sync, issuer).await;
            // The page may be gone by now.
            if busy.try_set(false).is_none() {
                match result {
                    Ok(id) => done(&id),
                    Err(error @ RequestError::KeysUnfetched(_)) if is_empty => {
                        registration.details.keys_problem.set(error.message());
                        show_first_error();
                    }
                    Err(error) => problem.set(Some(error)),
                }
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        register();
    };
    let trust = Callback::new(move |thumbprint: String| {
        registration.details.add_thumbprint(&thumbprint);
        register();
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <h1>"Register issuer"</h1>
            <form class="register" on:submit=submit novalidate>
                <div class="stack">
                    {registration.original.with_value(Option::is_none).then(|| view! {
                        <Start found=Callback::new(move |detected| registration.take(detected)) />
                    })}
                    <Origin registration=registration />
                    {same_url(registration, true)}
                    <NamesSection registration=registration />
                    <section class="card stack" aria-labelledby="details-heading">
                        <h2 id="details-heading">"Details"</h2>
                        <DetailsFields details=registration.details about_url=same_url(registration, false) />
                    </section>
                </div>
                <Preview registration=registration />
                <div class="save-bar register__actions">
                    <button type="submit" class="button button--primary" disabled=move || busy.get() data-command="Register issuer">
                        {move || if busy.get() { "Registering…" } else { "Register issuer" }}
                    </button>
                    <A href="/" attr:class="button button--quiet">"Cancel"</A>
                </div>
                <div role="alert" class="register__problem">
                    {move || problem.get().map(|error| view! {
                        <IssuerProblem error=error action="Trust this certificate and register" trust=trust />
                    })}
                </div>
            </form>
        </div>
    }
}

/// Scrolls to the first invalid field, once it shows its error.
fn show_first_error() {
    request_animation_frame(|| {
        if let Ok(Some(field)) = document().query_selector("form.register [aria-invalid='true']") {
            use wasm_bindgen::JsCast;
            let _ = field.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
}

/// The provider, or the copied issuer.
#[component]
fn Origin(registration: Registration) -> impl IntoView {
    if let Some(original) = registration.original.get_value() {
        return view! {
            <div class="notice">
                <p>
                    "A copy of " <strong>{untrusted_text(&original.name)}</strong> ", with its policies and tests. Give it its own \
                     URL: while two issuers share one, their tokens are refused."
                </p>
            </div>
        }
        .into_any();
    }
    let choice = registration.choice;
    let navigate = use_navigate();
    let open = registration.is_choosing;
    let choose = Callback::new(move |id: String| {
        let query = if id.is_empty() {
            String::new()
        } else {
            format!("?preset={id}")
        };
        choice.set(id);
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&format!("/issuers/new{query}"), options);
    });
    let name = move || {
        registration
            .provider()
            .map_or("Custom", |provider| provider.name.as_str())
    };
    view! {
        <section class="card stack" aria-labelledby="provider-heading">
            <div class="section-head">
                <h2 id="provider-heading" class="provider-heading">
                    {move || provider_mark(name())} <span>"Provider: " {name}</span>
                </h2>
                <button
                    type="button"
                    class="button button--small"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="provider-picker"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {move || if open.get() { "Close list" } else { "Change provider" }}
                </button>
            </div>
            <div id="provider-picker" hidden=move || !open.get()>
                <ProviderPicker choice=choice choose=choose />
            </div>
        </section>
    }
    .into_any()
}

/// The provider's parameters.
#[component]
fn NamesSection(registration: Registration) -> impl IntoView {
    let warnings = Signal::derive(move || {
        registration
            .filled
            .get()
            .map(|filled| filled.warnings)
            .unwrap_or_default()
    });
    let required =
        Signal::derive(move || registration.details.tried.get() && registration.starter.get());
    move || {
        registration.names.get().map(|names| {
            let names = names.get_value();
            let examples = names.clone();
            view! {
                <section class="card stack" aria-labelledby="names-heading">
                    <div class="section-head">
                        <h2 id="names-heading">"Who may get in"</h2>
                        <button
                            type="button"
                            class="button button--small"
                            data-command="Fill in examples"
                            on:click=move |_| examples.fill_examples()
                        >
                            "Fill in examples"
                        </button>
                    </div>
                    <p class="hint">{move || registration.filled.get().map(|filled| inline_code(&filled.note))}</p>
                    <NamesForm names=names warnings=warnings required=required />
                    <Checkbox label="Start with the provider's policies and a test for these names" value=registration.starter />
                </section>
            }
        })
    }
}

/// A warning that another issuer has the same URL: below the provider if that determines the URL, and
/// otherwise at the URL.
fn same_url(registration: Registration, is_at_provider: bool) -> AnyView {
    let store = use_store();
    let other = Memo::new(move |_| {
        let url = registration.details.url.read();
        let is_here = registration.provider().is_some() == is_at_provider;
        let issuers = store.issuers.read();
        let is_same = |issuer: &&StoredIssuer| is_here && !url.is_empty() && issuer.url == *url;
        let other = issuers.iter().find(is_same)?;
        Some((other.id.clone(), other.name.clone()))
    });
    view! {
        <div role="status" class="register__same">
            {move || other.get().map(|(id, name)| {
                let (name, label) = (untrusted_text(&name), untrusted_text(&name));
                view! {
                    <div class="notice notice--note">
                        <p>
                            <strong>{name}</strong> " has this URL too. While two issuers share a URL, their tokens are refused."
                        </p>
                        <div class="actions">
                            <A href=format!("/issuers/{id}") attr:class="button button--small">"Open " {label}</A>
                        </div>
                    </div>
                }
            })}
        </div>
    }
    .into_any()
}

/// The policies and sample that will be registered along with the details.
#[component]
fn Preview(registration: Registration) -> impl IntoView {
    let show = RwSignal::new(None::<Show>);
    // With the first provider, or at once for a copy.
    let is_wanted = Memo::new(move |_| {
        registration.original.with_value(Option::is_some) || registration.filled.read().is_some()
    });
    Effect::new(move || {
        if is_wanted.get() && show.read_untracked().is_none() {
            spawn_local(async move {
                let _ = show.try_set(load().await);
            });
        }
    });
    let content = move || {
        if let Some(original) = registration.original.get_value() {
            let claims = original.samples.first().map(|sample| sample.claims.clone());
            return show
                .get()
                .map(|show| show(original.policies, original.url, claims));
        }
        let filled = registration
            .filled
            .get()
            .filter(|_| registration.starter.get());
        match filled {
            Some(filled) => show.get().map(|show| show(filled.policies, filled.url, Some(filled.claims))),
            None => Some(view! {
                <p class="hint">"No policies yet: every token is denied until you write a policy that allows it."</p>
            }
            .into_any()),
        }
    };
    let missing = move || {
        let names = registration
            .names
            .get()
            .filter(|_| registration.starter.get());
        let missing = names
            .map(|names| names.with_value(Names::missing))
            .unwrap_or_default();
        (!missing.is_empty()).then(|| {
            format!(
                "The preview uses example values for: {}.",
                missing.join(", ")
            )
        })
    };
    view! {
        <section class="card stack register__preview" aria-labelledby="preview-heading">
            <h2 id="preview-heading">"Preview"</h2>
            <dl class="facts">
                <div><dt>"Issuer"</dt><dd><code>{move || untrusted_text(&registration.details.url.read())}</code></dd></div>
            </dl>
            <p class="hint" role="status">{missing}</p>
            {content}
        </section>
    }
}
