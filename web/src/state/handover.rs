//! What pages hand over to the playground, in memory only: edited policies, and the input while another
//! page is shown. A token is neither stored nor sent.

use claimgate::policy::PolicyDefinition;
use claimgate_workbench::playground::scratch::Throwaway;
use leptos::prelude::StoredValue;
use leptos::prelude::{SetValue, UpdateValue};

use crate::playground::form::Values;

/// Edited policies on their way to the playground: the issuer's identifier, and the unsaved
/// policies.
#[derive(Clone, Copy, Default)]
pub(crate) struct Handover {
    policies: StoredValue<Option<(String, Vec<PolicyDefinition>)>>,
    input: StoredValue<Option<(Values, Option<Throwaway>)>>,
}

impl Handover {
    /// Stores policies for the playground.
    pub(crate) fn give(self, id: &str, policies: Vec<PolicyDefinition>) {
        self.policies.set_value(Some((id.to_owned(), policies)));
    }

    /// Takes the stored policies; the next call returns none.
    pub(crate) fn take(self) -> Option<(String, Vec<PolicyDefinition>)> {
        self.policies.try_update_value(Option::take).flatten()
    }

    /// Keeps the playground's input.
    pub(crate) fn keep_input(self, values: Values, throwaway: Option<Throwaway>) {
        self.input.set_value(Some((values, throwaway)));
    }

    /// Takes the kept input; the next call returns none.
    pub(crate) fn take_input(self) -> Option<(Values, Option<Throwaway>)> {
        self.input.try_update_value(Option::take).flatten()
    }
}
