//! Has the edited policies checked by the analysis, and applies its fixes.

use std::sync::Arc;

use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Fits, SafeFix, apply};
use leptos::prelude::*;

use crate::analysis::findings::FindingActions;
use crate::analysis::found::checked;
use crate::analysis::worker::{REST, live_of};
use crate::editor::at::Fitting;
use crate::editor::state::PolicyState;
use claimgate_workbench::analysis::question::Settings;

impl PolicyState {
    /// Has the policies checked by the analysis whenever they change and have no errors, once that is
    /// wanted. The guard compares them with the saved ones.
    pub(crate) fn check(
        self,
        settings: Signal<Settings>,
        saved: Signal<Vec<PolicyDefinition>>,
        is_wanted: Signal<bool>,
    ) {
        let is_wanted = Memo::new(move |last: Option<&bool>| {
            last.copied().unwrap_or_default() || is_wanted.get()
        });
        let ready = Memo::new(move |_| {
            let is_right = self.compiled.read().errors.is_empty();
            let written = self.written.get().ok();
            written.filter(|_| is_right && is_wanted.get())
        });
        let found = checked(settings, saved, ready.into());
        Effect::new(move || self.found.checked.set(found.get()));
        self.fit(settings);
    }

    /// Asks which values fit the pattern at the cursor. What is one's own is what the policies name, or the
    /// last ones without errors.
    fn fit(self, settings: Signal<Settings>) {
        let asked = Memo::new(move |_| {
            let at = self.at.get().filter(|at| !at.pattern.is_empty());
            at.map(|at| (at.claim, at.pattern))
        });
        let good = Memo::new(move |last: Option<&Vec<PolicyDefinition>>| {
            let written = self.written.get().ok();
            written.unwrap_or_else(|| last.cloned().unwrap_or_default())
        });
        let about = StoredValue::new(None);
        let rest = move || {
            settings.track();
            good.track();
            asked.read().is_some().then_some(REST)
        };
        let question = move || {
            let asked = asked.get();
            let (claim, pattern) = asked.clone().unwrap_or_default();
            about.set_value(asked);
            settings
                .read()
                .fits(&good.read(), claim.as_deref(), &pattern)
        };
        let live = live_of::<Fits>(rest, question);
        Effect::new(move || {
            if let (false, Some(Ok(fits))) = (live.is_busy.get(), live.answer.get())
                && let Some(asked) = about.get_value()
            {
                let fits = Arc::new(fits);
                self.fits.set(Some(Fitting { asked, fits }));
            }
        });
    }

    /// What can be done about a finding.
    pub(crate) fn finding_actions(self) -> FindingActions {
        FindingActions {
            go: Callback::new(move |path: String| self.go_to(&path)),
            fix: Callback::new(move |fix: SafeFix| self.apply_fix(&fix)),
        }
    }

    /// Applies a fix, as one step of the history, unless the policies have changed since it was found.
    pub(crate) fn apply_fix(self, fix: &SafeFix) {
        let found = self.found.shown.get_untracked();
        let Some(policies) = &found.policies else {
            return;
        };
        let is_fresh = self
            .written
            .with_untracked(|written| written.as_ref() == Ok(policies));
        if is_fresh {
            self.set_policies(&apply(policies, &fix.edits));
        }
    }
}
