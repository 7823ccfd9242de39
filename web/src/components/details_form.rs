//! An issuer's fields: the same in registering and in editing.

use leptos::prelude::*;

use super::field::{Select, TextField, same};
use super::keys_field::{KeysField, keys_error};
use crate::state::lifetime;
use crate::state::storage::StoredIssuer;

/// The fields' texts.
#[derive(Clone, Copy)]
pub(crate) struct Details {
    /// Name.
    pub(crate) name: RwSignal<String>,
    /// URL.
    pub(crate) url: RwSignal<String>,
    /// Max expiration, the number.
    pub(crate) number: RwSignal<String>,
    /// Its unit.
    pub(crate) unit: RwSignal<String>,
    /// JWKS.
    pub(crate) jwks: RwSignal<String>,
    /// Whether saving was tried: from then on, errors show.
    pub(crate) tried: RwSignal<bool>,
}

impl Details {
    /// Empty fields.
    pub(crate) fn new() -> Self {
        let text = || RwSignal::new(String::new());
        let unit = RwSignal::new("hours".to_owned());
        Self { name: text(), url: text(), number: text(), unit, jwks: text(), tried: RwSignal::new(false) }
    }

    /// The fields of an issuer.
    pub(crate) fn of(issuer: &StoredIssuer) -> Self {
        let details = Self::new();
        let (number, unit) = lifetime::split(issuer.max_expiration);
        details.name.set(issuer.name.clone());
        details.url.set(issuer.url.clone());
        details.number.set(number);
        details.unit.set(unit.to_owned());
        details.jwks.set(issuer.jwks.clone().unwrap_or_default());
        details
    }

    /// All that is written.
    pub(crate) fn texts(self) -> [String; 5] {
        [self.name, self.url, self.number, self.unit, self.jwks].map(|field| field.get())
    }

    fn name_error(self) -> String {
        if self.name.read().trim().is_empty() { "expected a name, found nothing".to_owned() } else { String::new() }
    }

    fn url_error(self) -> String {
        claimgate::issuer::validate_url(&self.url.read()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    fn lifetime(self) -> Result<Option<u64>, String> {
        lifetime::parse(&self.number.read(), &self.unit.read())
    }

    /// Writes the fields into an issuer; none and all errors shown if one is wrong.
    pub(crate) fn apply(self, mut issuer: StoredIssuer) -> Option<StoredIssuer> {
        self.tried.set(true);
        let jwks = self.jwks.get_untracked();
        let wrong = [self.name_error(), self.url_error(), keys_error(&jwks)].iter().any(|error| !error.is_empty());
        let max_expiration = self.lifetime().ok()?;
        if wrong {
            return None;
        }
        issuer.name = self.name.get_untracked().trim().to_owned();
        issuer.url = self.url.get_untracked();
        issuer.max_expiration = max_expiration;
        issuer.jwks = (!jwks.trim().is_empty()).then_some(jwks);
        Some(issuer)
    }
}

/// The fields.
#[component]
pub(crate) fn DetailsFields(details: Details, #[prop(optional)] fixed_url: bool) -> impl IntoView {
    let shown = move |error: String| if details.tried.get() { error } else { String::new() };
    let url_field = if fixed_url {
        view! {
            <div class="field">
                <span class="label">"URL"</span>
                <code class="fixed">{details.url.get_untracked()}</code>
                <p class="hint">"Fixed after registration: a token's iss must equal it, character by character."</p>
            </div>
        }
        .into_any()
    } else {
        let error = Signal::derive(move || {
            let empty = details.url.read().is_empty();
            if empty { shown(details.url_error()) } else { details.url_error() }
        });
        let hint = "A token's iss must equal it, character by character. It cannot be changed later.";
        view! { <TextField label="URL" value=details.url error=error mono=true hint=hint /> }.into_any()
    };
    view! {
        <TextField
            label="Name"
            value=details.name
            error=Signal::derive(move || shown(details.name_error()))
            hint="For yourself."
        />
        {url_field}
        <div class="field-row">
            <TextField
                label="Max expiration"
                value=details.number
                error=Signal::derive(move || details.lifetime().err().unwrap_or_default())
                hint="Optional. The longest life of a granted token; 25 hours if empty."
            />
            <Select label="Unit" value=details.unit options=same(lifetime::UNITS.map(|(name, _)| name)) />
        </div>
        <KeysField jwks=details.jwks url=details.url />
    }
}
