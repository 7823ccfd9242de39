//! Edited policies on their way from the editor to the playground.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::StoredValue;
use leptos::prelude::{SetValue, UpdateValue};

/// Edited policies on their way to the playground: the issuer's identifier, and the unsaved
/// policies.
#[derive(Clone, Copy, Default)]
pub(crate) struct Handover(StoredValue<Option<(String, Vec<PolicyDefinition>)>>);

impl Handover {
    /// Stores policies for the playground.
    pub(crate) fn give(self, id: &str, policies: Vec<PolicyDefinition>) {
        self.0.set_value(Some((id.to_owned(), policies)));
    }

    /// Takes the stored policies; the next call returns none.
    pub(crate) fn take(self) -> Option<(String, Vec<PolicyDefinition>)> {
        self.0.try_update_value(Option::take).flatten()
    }
}
