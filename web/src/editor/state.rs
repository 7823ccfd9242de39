//! The shared state of the policy editor's parts: the policies in both views, their history, and
//! the engine's diagnostics.

mod views;

use claimgate::diagnostic::Diagnostics;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::at::{AtPattern, Fitting};
use super::compiled::{Compiled, findings_on_text};
use super::decisions::trials;
use super::findings::found::{Edits, FoundState};

use crate::state::clock::now;
use crate::state::draft::{PolicyDraft, PolicyFields, fields_of, restore};
use crate::state::store::{Store, use_store};
use claimgate_providers::KnownClaim;
use claimgate_workbench::analysis::guard::Guard;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::policies::history::{Content, History};
use claimgate_workbench::policies::samples::{Ready, known_claims};
use claimgate_workbench::policies::trials::{Facts, Trial, facts};

/// The views of the policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyView {
    /// Fields.
    Form,
    /// Text.
    Json,
}

/// The editor's state.
#[derive(Clone, Copy)]
pub(crate) struct PolicyState {
    /// The app's issuers.
    pub(crate) store: Store,
    /// The issuer's identifier.
    pub(crate) id: StoredValue<String>,
    /// The issuer as it was opened, or last saved here: later changes by other tabs are compared
    /// with it.
    pub(crate) opened: StoredValue<StoredIssuer>,
    /// The policies in the form.
    pub(crate) drafts: RwSignal<Vec<PolicyDraft>>,
    /// The policies as text.
    pub(crate) json: RwSignal<String>,
    /// The visible view, which is the edited one.
    pub(crate) shown: RwSignal<PolicyView>,
    /// Why the other view is unavailable; empty if it is available.
    pub(crate) view_error: RwSignal<String>,
    /// Whether saving was tried.
    pub(crate) tried: RwSignal<bool>,
    /// The history of both views.
    pub(crate) history: RwSignal<History>,
    /// How patterns are read.
    pub(crate) dialect: Signal<Dialect>,
    /// The settings of the issuer that findings depend on.
    pub(crate) settings: Memo<Settings>,
    /// The edited policies.
    pub(crate) written: Memo<Result<Vec<PolicyDefinition>, Diagnostics>>,
    /// The result of compiling them.
    pub(crate) compiled: Memo<Compiled>,
    /// What is found in the edited policies.
    pub(crate) found: FoundState,
    /// Which values fit the pattern at the cursor, once the analysis has answered.
    pub(crate) fits: RwSignal<Option<Fitting>>,
    /// What happens to policies that let strangers in.
    pub(crate) guard: RwSignal<Guard>,
    /// The saved policies.
    pub(crate) saved: Memo<Vec<PolicyDefinition>>,
    /// Whether they differ from the saved ones.
    pub(crate) dirty: Memo<bool>,
    /// Why the server's guard refused them; empty once they are saved or discarded.
    pub(crate) refused: RwSignal<String>,
    /// The issuer's samples, parsed.
    pub(crate) samples: Memo<Vec<Ready>>,
    /// The tests: the decisions of the saved policies and of the last edited ones without errors.
    pub(crate) trials: Memo<Vec<Trial>>,
    /// What is known of each policy.
    pub(crate) facts: Memo<Vec<Facts>>,
    /// The claims that rules can use.
    pub(crate) known: Memo<Vec<KnownClaim>>,
    /// The pattern at the cursor.
    pub(crate) at: RwSignal<Option<AtPattern>>,
    /// The key of the card that a link led to last: it is not folded.
    pub(crate) wanted: RwSignal<Option<usize>>,
    /// The range of the text to scroll to.
    pub(crate) goal: RwSignal<Option<(usize, usize)>>,
    /// The reactive owner of the fields: the editor, not the button or effect that happens to
    /// create them.
    owner: StoredValue<Owner>,
}

impl PolicyState {
    /// The state of an issuer's editor, without changes.
    pub(crate) fn of(issuer: &StoredIssuer, shown: PolicyView) -> Self {
        let store = use_store();
        let id = issuer.id.clone();
        let current = Memo::new(move |_| {
            let issuers = store.issuers.read();
            issuers.iter().find(|issuer| issuer.id == id).cloned()
        });
        let first = Content::Form(PolicyFields::of_all(&issuer.policies));
        let json = RwSignal::new(first.to_json());
        let dialect = Signal::stored(Dialect::Pulumi);
        let state = Self::build(issuer, current.into(), (first, json), shown, dialect);
        state.follow();
        state
    }

    /// The state of policies that belong to no registered issuer. Their text is `json`.
    pub(crate) fn scratch(
        issuer: Signal<Option<StoredIssuer>>,
        json: RwSignal<String>,
        shown: PolicyView,
        dialect: Signal<Dialect>,
    ) -> Self {
        let text = Content::Json(json.get_untracked());
        let fields = text.to_form(&[]);
        // What the form cannot show stays text.
        let shown = if fields.is_ok() {
            shown
        } else {
            PolicyView::Json
        };
        let first = match shown {
            PolicyView::Form => Content::Form(fields.unwrap_or_default()),
            PolicyView::Json => text,
        };
        let own = issuer.get_untracked();
        let own = own.unwrap_or_else(|| StoredIssuer::blank(String::new(), 0));
        Self::build(&own, issuer, (first, json), shown, dialect)
    }

    fn build(
        issuer: &StoredIssuer,
        current: Signal<Option<StoredIssuer>>,
        (first, json): (Content, RwSignal<String>),
        shown: PolicyView,
        dialect: Signal<Dialect>,
    ) -> Self {
        let fields = first.to_form(&[]).unwrap_or_default();
        let owner = Owner::current().unwrap_or_default().child();
        let drafts = RwSignal::new(owner.with(|| fields.iter().map(PolicyDraft::from).collect()));
        let shown = RwSignal::new(shown);
        let history = RwSignal::new(History::new(first));
        let content = Memo::new(move |_| match shown.get() {
            PolicyView::Form => Content::Form(fields_of(drafts)),
            PolicyView::Json => Content::Json(json.get()),
        });
        Effect::new(move || {
            let content = content.get();
            history.update(|history| history.record(content, js_sys::Date::now()));
        });
        let written = Memo::new(move |_| content.read().policies());
        let settings = Memo::new(move |_| with(current, Settings::of).with_dialect(dialect.get()));
        let report_only = Memo::new(move |_| settings.read().report_only);
        let compiled = Memo::new_with_compare(
            move |_| Compiled::of(&content.read(), &written.read(), &settings.read()),
            |_, _| true,
        );
        let on_text = Memo::new(move |_| {
            findings_on_text(&written.read(), &compiled.read(), &settings.read())
        });
        let saved = Memo::new(move |_| with(current, |issuer| issuer.policies.clone()));
        let kept = Memo::new(move |_| with(current, |issuer| issuer.samples.clone()));
        let samples = Memo::new_with_compare(
            move |_| {
                let settings = settings.read();
                let ready = |sample| Ready::of(sample, settings.audiences.as_deref());
                kept.read().iter().map(ready).collect::<Vec<_>>()
            },
            |_, _| true,
        );
        let trials = trials(compiled, samples, (saved, report_only));
        let is_text = Signal::derive(move || shown.get() == PolicyView::Json);
        let found = FoundState::new(Edits {
            drafts,
            is_text,
            written,
            on_text,
        });
        let facts = Memo::new(move |_| {
            let (compiled, trials) = (compiled.read(), trials.read());
            let (count, found) = (drafts.read().len(), found.shown.read());
            let findings = found.findings.iter().map(|finding| &finding.diagnostic);
            facts(count, &trials, findings, &found.idle, &compiled.errors)
        });
        let documented = issuer
            .provider()
            .map(|provider| provider.example(now()).known);
        let documented = documented.unwrap_or_default();
        Self {
            store: use_store(),
            id: StoredValue::new(issuer.id.clone()),
            opened: StoredValue::new(issuer.clone()),
            drafts,
            json,
            shown,
            view_error: RwSignal::new(String::new()),
            tried: RwSignal::new(false),
            history,
            dialect,
            settings,
            written,
            compiled,
            found,
            fits: RwSignal::new(None),
            guard: RwSignal::new(Guard::default()),
            saved,
            dirty: Memo::new(move |_| {
                written.with(|written| written.as_ref() != Ok(&*saved.read()))
            }),
            refused: RwSignal::default(),
            samples,
            trials,
            facts,
            known: Memo::new(move |_| known_claims(documented.clone(), &samples.read())),
            at: RwSignal::new(None),
            wanted: RwSignal::new(None),
            goal: RwSignal::new(None),
            owner: StoredValue::new(owner),
        }
    }

    /// The text of the form and the places of its incomplete policies; none while the text is edited.
    pub(crate) fn form_text(self) -> Option<(String, Vec<usize>)> {
        if self.shown.get() == PolicyView::Json {
            return None;
        }
        let fields = fields_of(self.drafts);
        let incomplete = fields
            .iter()
            .enumerate()
            .filter(|(_, fields)| fields.gap().is_some());
        let places = incomplete.map(|(place, _)| place).collect();
        Some((Content::Form(fields).to_json(), places))
    }

    /// The error at a path, once errors are visible: after saving was tried.
    pub(crate) fn error_at(self, path: &str) -> String {
        self.error_of(path, |_| true)
    }

    /// The same, of those whose code fits.
    pub(crate) fn error_of(self, path: &str, fits: fn(&str) -> bool) -> String {
        if !self.tried.get() {
            return String::new();
        }
        let compiled = self.compiled.read();
        let mut errors = compiled.errors.iter();
        let error = errors.find(|error| error.path == path && fits(&error.code));
        error.map(|error| error.message.clone()).unwrap_or_default()
    }

    /// The places of the incomplete policies of the form, from 0.
    pub(crate) fn incomplete(self) -> Vec<usize> {
        self.form_text().map(|(_, aside)| aside).unwrap_or_default()
    }

    /// Replaces the policies, as one step of the history.
    pub(crate) fn set_policies(self, policies: &[PolicyDefinition]) {
        self.show_content(&Content::Form(PolicyFields::of_all(policies)));
    }

    /// Fills the form.
    pub(crate) fn restore(self, fields: &[PolicyFields]) {
        self.own(|| restore(self.drafts, fields));
    }

    /// Creates fields that live as long as the editor.
    pub(crate) fn own<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }
}

fn with<T: Default>(
    issuer: Signal<Option<StoredIssuer>>,
    read: impl FnOnce(&StoredIssuer) -> T,
) -> T {
    issuer.with(|issuer| issuer.as_ref().map(read).unwrap_or_default())
}
