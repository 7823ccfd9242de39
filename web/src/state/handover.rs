//! Edited policies on their way from the editor to the playground.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::StoredValue;
use leptos::prelude::{SetValue, UpdateValue};

/// Edited policies on their way to the playground: the issuer's identifier, and what was not saved.
#[derive(Clone, Copy, Default)]
pub(crate) struct Handover(StoredValue<Option<(String, Vec<PolicyDefinition>)>>);

impl Handover {
    /// Sends policies on their way.
    pub(crate) fn give(self, id: &str, policies: Vec<PolicyDefinition>) {
        self.0.set_value(Some((id.to_owned(), policies)));
    }

    /// What has arrived, once.
    pub(crate) fn take(self) -> Option<(String, Vec<PolicyDefinition>)> {
        self.0.try_update_value(Option::take).flatten()
    }
}
