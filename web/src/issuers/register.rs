//! Registers an issuer: from a provider and its parameters, as a copy of another, or from scratch.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::details_form::{Details, DetailsFields};
use super::names_form::{Names, NamesForm};
use super::policy_preview::PolicyPreview;
use super::provider_picker::ProviderPicker;
use super::untrusted_certificate::IssuerProblem;
use crate::state::clock::now;
use crate::state::remote::sync::Sync;
use crate::state::store::{new_id, use_store};
use crate::state::unsaved::Unsaved;
use crate::ui::field::Checkbox;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::Sample;
use claimgate_providers::{Filled, Provider};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The state of the registration.
#[derive(Clone, Copy)]
struct Registration {
    details: Details,
    choice: RwSignal<String>,
    /// The parameters of the chosen provider.
    names: Memo<Option<StoredValue<Names>>>,
    filled: Memo<Option<Filled>>,
    /// Whether to add the provider's policies and sample.
    starter: RwSignal<bool>,
    /// The copied issuer.
    original: StoredValue<Option<StoredIssuer>>,
}

impl Registration {
    fn new(original: Option<StoredIssuer>) -> Self {
        let query = use_query_map();
        let (asked, examples) =
            query.with_untracked(|query| (query.get("preset"), query.get("examples").is_some()));
        let preset = original.as_ref().map(|original| original.preset.clone());
        let choice = RwSignal::new(
            preset
                .or(asked)
                .filter(|id| claimgate_providers::find(id).is_some())
                .unwrap_or_default(),
        );
        let is_copy = original.is_some();
        let names = Memo::new_with_compare(
            move |_| {
                let provider = claimgate_providers::find(&choice.read()).filter(|_| !is_copy)?;
                let names = Names::of(provider, &Default::default());
                if examples {
                    names.fill_examples();
                }
                Some(StoredValue::new(names))
            },
            |_, _| true,
        );
        let filled = Memo::new(move |_| {
            let names = names.get()?.get_value();
            Some(claimgate_providers::find(&choice.read())?.fill(&names.given(), now()))
        });
        let details = original.as_ref().map_or_else(Details::new, |original| {
            Details::of(&StoredIssuer {
                name: format!("{} copy", original.name),
                ..original.clone()
            })
        });
        let starter = RwSignal::new(true);
        Self {
            details,
            choice,
            names,
            filled,
            starter,
            original: StoredValue::new(original),
        }
    }

    fn provider(self) -> Option<&'static Provider> {
        claimgate_providers::find(&self.choice.read())
    }

    /// Whether the provider's policies are wanted although parameters are missing or invalid.
    fn is_incomplete(self) -> bool {
        let is_not_right = |names: StoredValue<Names>| {
            names.with_value(|names| !names.missing().is_empty() || names.is_wrong())
        };
        self.starter.get() && self.names.get().is_some_and(is_not_right)
    }

    /// The issuer, if nothing is missing.
    fn issuer(self) -> Option<StoredIssuer> {
        let blank = StoredIssuer {
            preset: self.choice.get_untracked(),
            ..StoredIssuer::blank(new_id(), now())
        };
        let mut issuer = self.details.apply(blank)?;
        if untrack(|| self.is_incomplete()) {
            return None;
        }
        if let Some(original) = self.original.get_value() {
            issuer.policies = original.policies;
            issuer.samples = original.samples;
        } else if let (true, Some(filled)) =
            (self.starter.get_untracked(), self.filled.get_untracked())
        {
            issuer.samples = vec![sample(&filled)];
            issuer.policies = filled.policies;
        }
        Some(issuer)
    }

    /// Fills in name and URL, unless the person has edited them.
    fn keep_filled(self) {
        Effect::new(move |old: Option<Option<Filled>>| {
            let (old, new) = (old.flatten(), self.filled.get());
            let replace = |field: RwSignal<String>, of: fn(&Filled) -> &str| {
                let is_untouched = field.with_untracked(|text| {
                    text.is_empty() || old.as_ref().is_some_and(|old| of(old) == text)
                });
                if is_untouched && (old.is_some() || new.is_some()) {
                    field.set(new.as_ref().map(of).unwrap_or_default().to_owned());
                }
            };
            replace(self.details.name, |filled| &filled.name);
            replace(self.details.url, |filled| &filled.url);
            new
        });
    }

    /// Whether the person has entered anything that would be lost.
    fn is_changed(self) -> bool {
        if self.original.with_value(Option::is_some) {
            return true;
        }
        let [name, url, number, _, jwks, thumbprints, audiences] = self.details.texts();
        let filled = self.filled.get();
        let [filled_name, filled_url] = filled
            .as_ref()
            .map_or(["", ""], |filled| [&filled.name, &filled.url]);
        let has_names = self
            .names
            .get()
            .is_some_and(|names| names.with_value(|names| !names.is_empty()));
        has_names
            || name != filled_name
            || url != filled_url
            || [number, jwks, thumbprints, audiences]
                .iter()
                .any(|text| !text.is_empty())
            || self.details.flags().contains(&true)
    }
}

/// The provider's sample, in stored form.
fn sample(filled: &Filled) -> Sample {
    let requested = filled.policies.first();
    let target = requested.and_then(|policy| {
        policy
            .team_name
            .clone()
            .or_else(|| policy.user_login.clone())
            .or_else(|| policy.runner_id.clone())
    });
    Sample {
        id: new_id(),
        name: "Example".to_owned(),
        claims: filled.claims.clone(),
        token_type: requested
            .map_or("organization", |policy| policy.token_type.as_str())
            .to_owned(),
        target: target.unwrap_or_default(),
        admin: false,
    }
}

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
        problem.set(None);
        busy.set(true);
        spawn_local(async move {
            let result = sync.register(issuer).await;
            // The page may be gone by now.
            if busy.try_set(false).is_none() {
                match result {
                    Ok(id) => done(&id),
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
                    <Origin registration=registration />
                    <NamesSection registration=registration />
                    <section class="card stack" aria-labelledby="details-heading">
                        <h2 id="details-heading">"Details"</h2>
                        <DetailsFields details=registration.details />
                        <SameUrl details=registration.details />
                    </section>
                </div>
                <Preview registration=registration />
                <div class="actions register__actions">
                    <button type="submit" class="button button--primary" disabled=move || busy.get()>
                        {move || if busy.get() { "The server registers it…" } else { "Register issuer" }}
                    </button>
                    <A href="/" attr:class="button button--quiet">"Cancel"</A>
                </div>
                <div role="alert">
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
                    "A copy of " <strong>{untrusted_text(&original.name)}</strong> ", with its policies and samples. Give it a URL \
                     of its own: as long as two issuers have the same one, tokens of it are refused."
                </p>
            </div>
        }
        .into_any();
    }
    let choice = registration.choice;
    let navigate = use_navigate();
    let open = RwSignal::new(choice.read_untracked().is_empty());
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
                <h2 id="provider-heading">"Provider: " {name}</h2>
                <button
                    type="button"
                    class="button button--small"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="provider-picker"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {move || if open.get() { "Close the list" } else { "Change provider" }}
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
                        <h2 id="names-heading">"Names that matter"</h2>
                        <button type="button" class="button button--small" on:click=move |_| examples.fill_examples()>
                            "Fill in examples"
                        </button>
                    </div>
                    <p class="hint">{move || registration.filled.get().map(|filled| inline_code(&filled.note))}</p>
                    <NamesForm names=names warnings=warnings required=required />
                    <Checkbox label="Begin with the policies and the sample of these names" value=registration.starter />
                </section>
            }
        })
    }
}

/// A warning that another issuer has the same URL.
#[component]
fn SameUrl(details: Details) -> impl IntoView {
    let store = use_store();
    let other = Memo::new(move |_| {
        let url = details.url.read();
        store
            .issuers
            .read()
            .iter()
            .find(|issuer| !url.is_empty() && issuer.url == *url)
            .map(|issuer| issuer.name.clone())
    });
    view! {
        <div role="status">
            {move || other.get().map(|name| view! {
                <p class="notice notice--note">
                    <span>
                        <strong>{untrusted_text(&name)}</strong> " has this URL too. As long as two issuers have the same one, \
                         tokens of it are refused."
                    </span>
                </p>
            })}
        </div>
    }
}

/// The policies and sample that will be registered along with the details.
#[component]
fn Preview(registration: Registration) -> impl IntoView {
    let content = move || {
        if let Some(original) = registration.original.get_value() {
            let claims = original.samples.first().map(|sample| sample.claims.clone());
            return view! { <PolicyPreview policies=original.policies url=original.url claims=claims /> }.into_any();
        }
        let filled = registration
            .filled
            .get()
            .filter(|_| registration.starter.get());
        match filled {
            Some(filled) => view! { <PolicyPreview policies=filled.policies url=filled.url claims=Some(filled.claims) /> }.into_any(),
            None => view! {
                <p class="hint">"No policies yet: every token is denied until you write one that allows it."</p>
            }
            .into_any(),
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
        (!missing.is_empty()).then(|| format!("Shown with examples for: {}.", missing.join(", ")))
    };
    view! {
        <section class="card stack register__preview" aria-labelledby="preview-heading">
            <h2 id="preview-heading">"Will be registered"</h2>
            <dl class="facts">
                <div><dt>"Issuer"</dt><dd><code>{move || untrusted_text(&registration.details.url.read())}</code></dd></div>
            </dl>
            <p class="hint" role="status">{missing}</p>
            {content}
        </section>
    }
}
