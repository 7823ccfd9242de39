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

impl PolicyState {
    /// Has the policies checked by the analysis whenever they change and have no errors, once that is
    /// wanted. The guard compares them with the saved ones.
    pub(crate) fn check(self, saved: Signal<Vec<PolicyDefinition>>, is_wanted: Signal<bool>) {
        let is_wanted = Memo::new(move |last: Option<&bool>| {
            last.copied().unwrap_or_default() || is_wanted.get()
        });
        let right = Memo::new(move |_| {
            let is_right = self.compiled.read().errors.is_empty();
            let written = self.written.read();
            written.as_ref().ok().filter(|_| is_right).cloned()
        });
        let found = checked(self.settings, saved, right, is_wanted).answer;
        Effect::new(move || self.found.checked.set(found.get().and_then(Result::ok)));
        self.fit(right);
    }

    /// Asks which values fit the pattern at the cursor. What is one's own is what the policies name, or the
    /// last ones without errors; `right` are those without errors.
    fn fit(self, right: Memo<Option<Vec<PolicyDefinition>>>) {
        let asked = Memo::new(move |_| {
            let at = self.at.get().filter(|at| !at.pattern.is_empty());
            at.map(|at| (at.claim, at.pattern))
        });
        let good = Memo::new(move |last: Option<&Vec<PolicyDefinition>>| {
            let right = right.get();
            right.unwrap_or_else(|| last.cloned().unwrap_or_default())
        });
        let rest = move || {
            self.settings.track();
            good.track();
            asked.read().is_some().then_some(REST)
        };
        let question = move || {
            let asked = asked.get().unwrap_or_default();
            let (claim, pattern) = &asked;
            let settings = self.settings.read();
            let text = settings.fits(&good.read(), claim.as_deref(), pattern);
            (text, asked)
        };
        let fitting = live_of(rest, question, |asked, fits: Fits| Fitting {
            asked,
            fits: Arc::new(fits),
        });
        Effect::new(move || {
            if let Some(Ok(fitting)) = fitting.answer.get() {
                self.fits.set(Some(fitting));
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
        if let Some(policies) = &found.policies
            && !self.found.is_stale.get_untracked()
        {
            self.set_policies(&apply(policies, &fix.edits));
        }
    }
}
