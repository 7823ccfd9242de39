//! Registering an issuer.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::components::details_form::{Details, DetailsFields};
use crate::components::field::{Checkbox, Select};
use crate::providers::{self, Filled};
use crate::state::clock::now;
use crate::state::storage::StoredIssuer;
use crate::state::store::{new_id, use_store};
use crate::state::unsaved::Unsaved;

fn blank(preset: String) -> StoredIssuer {
    StoredIssuer { preset, ..StoredIssuer::blank(new_id(), now()) }
}

/// Fills in what the person has not written otherwise.
fn fill(details: Details, old: Option<&Filled>, new: Option<&Filled>) {
    let replace = |field: RwSignal<String>, of: fn(&Filled) -> &str| {
        let untouched = field.with_untracked(|text| text.is_empty() || old.is_some_and(|old| of(old) == text));
        if untouched {
            field.set(new.map(of).unwrap_or_default().to_owned());
        }
    };
    replace(details.name, |preset| &preset.name);
    replace(details.url, |preset| &preset.url);
}

/// Whether the person has written anything that the preset has not.
fn is_changed(details: Details, preset: Option<&Filled>) -> bool {
    let [name, url, number, _, jwks] = details.texts();
    let [filled_name, filled_url] = preset.map_or(["", ""], |preset| [&preset.name, &preset.url]);
    name != filled_name || url != filled_url || !number.is_empty() || !jwks.is_empty()
}

/// The form.
#[component]
pub(crate) fn NewIssuerPage() -> impl IntoView {
    let store = use_store();
    let navigate = use_navigate();
    let details = Details::new();
    let asked = use_query_map().with_untracked(|query| query.get("preset").unwrap_or_default());
    let choice = RwSignal::new(asked);
    let starter = RwSignal::new(false);
    let preset = Memo::new(move |_| providers::find(&choice.read()).map(|provider| provider.example(now())));
    Effect::new(move |old: Option<Option<Filled>>| {
        let new = preset.get();
        fill(details, old.flatten().as_ref(), new.as_ref());
        new
    });
    let registered = RwSignal::new(false);
    let dirty = Memo::new(move |_| !registered.get() && is_changed(details, preset.get().as_ref()));
    expect_context::<Unsaved>().watch(dirty);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(mut issuer) = details.apply(blank(choice.get_untracked())) else { return };
        if let (true, Some(preset)) = (starter.get_untracked(), preset.get_untracked()) {
            issuer.policies = preset.policies;
        }
        let address = format!("/issuers/{}", issuer.id);
        store.add(issuer);
        registered.set(true);
        navigate(&address, NavigateOptions::default());
    };
    let choices: Vec<_> = [(String::new(), "Custom".to_owned())]
        .into_iter()
        .chain(providers::all().iter().map(|provider| (provider.id.clone(), provider.name.clone())))
        .collect();
    view! {
        <div class="container container--narrow stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <h1>"Register issuer"</h1>
            <form class="card stack" on:submit=submit novalidate>
                <Select label="Provider" value=choice options=choices hint="Fills in name and URL." />
                {move || preset.get().map(|preset| view! {
                    <div class="notice notice--note">
                        <p>{preset.note}</p>
                        <Checkbox label="Begin with the starter policy" value=starter />
                    </div>
                })}
                <DetailsFields details=details />
                <div class="actions">
                    <button type="submit" class="button button--primary">"Register issuer"</button>
                    <A href="/" attr:class="button button--quiet">"Cancel"</A>
                </div>
            </form>
        </div>
    }
}
