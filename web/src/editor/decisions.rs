//! The decisions on the tests, as the policies are edited.

use std::sync::Arc;

use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet};
use leptos::prelude::*;

use super::compiled::Compiled;
use claimgate_workbench::issuers::storage::compile_policies;
use claimgate_workbench::policies::samples::{Decided, Ready};
use claimgate_workbench::policies::trials::Trial;

/// The tests, with the decisions of the saved policies, which have another `report_only`, and of the
/// last edited ones without errors.
pub(super) fn trials(
    compiled: Memo<Compiled>,
    samples: Memo<Vec<Ready>>,
    (saved, report_only): (Memo<Vec<PolicyDefinition>>, Memo<bool>),
) -> Memo<Vec<Trial>> {
    let before = Memo::new(move |_| {
        let samples = samples.read();
        if samples.is_empty() {
            return Vec::new();
        }
        let set = compile_policies(&saved.read(), report_only.get(), Dialect::Pulumi).ok();
        let decide = |ready: &Ready| set.as_ref().and_then(|set| ready.decide(set));
        samples.iter().map(decide).collect()
    });
    let good = Memo::new_with_compare(
        move |last: Option<&Option<Arc<PolicySet>>>| {
            let set = compiled.read().set.clone();
            set.or_else(|| last.cloned().flatten())
        },
        |_, _| true,
    );
    Memo::new(move |_| {
        let (good, samples) = (good.get(), samples.read());
        let before = before.read();
        let trial = |(ready, before): (&Ready, &Option<Decided>)| {
            let now = good.as_ref().and_then(|set| ready.decide(set));
            Trial::new(ready, before.clone(), now)
        };
        samples.iter().zip(&*before).map(trial).collect()
    })
}
