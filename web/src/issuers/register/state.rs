//! The state of a registration.

use std::collections::BTreeMap;

use claimgate::explain::Outcome;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::issuers::details::Details;
use crate::issuers::names_form::Names;
use crate::state::clock::now;
use crate::state::server::use_server;
use crate::state::store::new_id;
use claimgate_formats::Sample;
use claimgate_providers::{Filled, Provider};
use claimgate_workbench::issuers::detect::Detected;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The state of the registration.
#[derive(Clone, Copy)]
pub(crate) struct Registration {
    /// The details.
    pub(crate) details: Details,
    /// The chosen provider; empty for a custom issuer.
    pub(crate) choice: RwSignal<String>,
    /// Whether the list of providers is open.
    pub(crate) is_choosing: RwSignal<bool>,
    /// Parameters that are known before the person types them.
    pub(crate) given: RwSignal<BTreeMap<String, String>>,
    /// The parameters of the chosen provider.
    pub(crate) names: Memo<Option<StoredValue<Names>>>,
    /// The provider with its parameters filled in.
    pub(crate) filled: Memo<Option<Filled>>,
    /// Whether to add the provider's policies and sample.
    pub(crate) starter: RwSignal<bool>,
    /// The copied issuer.
    pub(crate) original: StoredValue<Option<StoredIssuer>>,
}

impl Registration {
    /// A registration, or a copy of an issuer.
    pub(crate) fn new(original: Option<StoredIssuer>) -> Self {
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
        let organization = untrack(|| use_server().organization());
        let organization = organization.map(|name| ("organization".to_owned(), name));
        let given = RwSignal::new(BTreeMap::from_iter(organization));
        let names = Memo::new_with_compare(
            move |_| {
                let provider = claimgate_providers::find(&choice.read()).filter(|_| !is_copy)?;
                let names = Names::of(provider, &given.read());
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
            is_choosing: RwSignal::new(choice.read_untracked().is_empty()),
            given,
            names,
            filled,
            starter,
            original: StoredValue::new(original),
        }
    }

    /// The chosen provider.
    pub(crate) fn provider(self) -> Option<&'static Provider> {
        claimgate_providers::find(&self.choice.read())
    }

    /// Whether the provider's policies are wanted although parameters are missing or invalid.
    pub(crate) fn is_incomplete(self) -> bool {
        let is_not_right = |names: StoredValue<Names>| {
            names.with_value(|names| !names.missing().is_empty() || names.is_wrong())
        };
        self.starter.get() && self.names.get().is_some_and(is_not_right)
    }

    /// The issuer, if nothing is missing.
    pub(crate) fn issuer(self) -> Option<StoredIssuer> {
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
    pub(crate) fn keep_filled(self) {
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

    /// Takes over what a pasted URL or token tells.
    pub(crate) fn take(self, detected: Detected) {
        let id = detected.provider.map(|provider| provider.id.clone());
        if id.is_some() || detected.is_token {
            self.is_choosing.set(false);
        }
        if !detected.names.is_empty() {
            self.given.update(|given| given.extend(detected.names));
        }
        let id = id.unwrap_or_default();
        if *self.choice.read_untracked() != id {
            self.choice.set(id);
        }
        self.details.url.set(detected.url);
    }

    /// Whether the person has entered anything that would be lost.
    pub(crate) fn is_changed(self) -> bool {
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
        // The preset's policies are written to allow it.
        expect: requested.map(|_| Outcome::Allowed),
        admin: false,
    }
}
