//! The shared state of the playground's panes: the fields, the scratch set, highlights, and the
//! answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use claimgate::diagnostic::Diagnostics;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, to_json};
pub(crate) use claimgate_workbench::policies::claim_member::member;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::form::Form;
use crate::editor::focus::focus;
use crate::state::store::Store;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::evaluate::{Answer, Evaluation, Question, Report, Waiting};
use claimgate_workbench::playground::gallery::Example;
use claimgate_workbench::playground::scratch::Throwaway;
use claimgate_workbench::playground::scratch::{SCRATCH, Scratch};

/// A rule or claim under the pointer, highlighted wherever it appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Highlight {
    /// The rule's policy; none for a claim itself.
    pub(crate) policy: Option<usize>,
    /// The claim path.
    pub(crate) claim: String,
}

/// The visible pane on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The policies.
    Policies,
    /// The token or the claims.
    Token,
    /// The explanation.
    Decision,
}

impl Pane {
    /// Its name in class names.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Policies => "policies",
            Self::Token => "token",
            Self::Decision => "decision",
        }
    }
}

/// An answer with its question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answered {
    /// The question.
    pub(crate) question: Question,
    /// The issuers of the question.
    pub(crate) stored: Vec<StoredIssuer>,
    /// The answer.
    pub(crate) answer: Answer,
}

/// Initial content of a playground.
pub(crate) enum Opening {
    /// An example.
    Example(&'static Example),
    /// A link's content, after the `#`.
    Fragment(String),
    /// The text of a dropped file.
    File(String),
}

type Stored<'a> = (
    &'a [StoredIssuer],
    Option<StoredIssuer>,
    Option<&'a Throwaway>,
);
type ShownReport = Memo<Option<Report>>;
type Policies = Result<Vec<PolicyDefinition>, Diagnostics>;

/// How the token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenView {
    /// Its claims.
    Claims,
    /// The token itself.
    Encoded,
    /// Its header.
    Header,
}
type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// The entry points of the code that is loaded with the first input (`tools.rs`).
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    /// Parses policies while they are edited; those at the given places are incomplete.
    pub(crate) read: fn(&str, Dialect, &[usize]) -> Policies,
    /// Replaces the policies at the given places, which do not decide.
    pub(crate) set_aside: fn(&[PolicyDefinition], &[usize]) -> Vec<PolicyDefinition>,
    /// Evaluates the question with the registered issuers or the scratch set, and with a throw-away
    /// key; also returns the issuers.
    pub(crate) evaluate: fn(&Question, Stored<'_>) -> (Vec<StoredIssuer>, Evaluation),
    /// Has the browser check a signature, and completes the answer.
    pub(crate) verify: fn(Box<Waiting>) -> Later<Answer>,
    /// Opens the initial content.
    pub(crate) open: fn(Bench, Store, &Opening) -> Result<(), String>,
    /// The scratch set.
    pub(crate) scratch: fn(Bench) -> AnyView,
    /// The field for claims.
    pub(crate) claims: fn(Bench) -> AnyView,
    /// Whose token it is.
    pub(crate) about: fn(Bench) -> AnyView,
    /// Notes on the token.
    pub(crate) token_notes: fn(Bench) -> AnyView,
    /// Notes on the input.
    pub(crate) input_notes: fn(Bench) -> AnyView,
    /// The menu of times.
    pub(crate) times: fn(Bench, Signal<i64>) -> AnyView,
    /// The form that signs a sample.
    pub(crate) sign: fn(Bench) -> AnyView,
    /// The token's header and claims.
    pub(crate) decoded: fn(Bench, Signal<i64>) -> AnyView,
    /// The checks at a glance.
    pub(crate) dots: fn(ShownReport) -> AnyView,
    /// The panel that drafts a policy.
    pub(crate) draft: fn(Bench) -> AnyView,
    /// The checks, with actions.
    pub(crate) checks: fn(Bench, ShownReport) -> AnyView,
    /// The explanation.
    pub(crate) reasons: fn(Bench, ShownReport) -> AnyView,
    /// The simulated exchange.
    pub(crate) exchange: fn(Bench) -> AnyView,
    /// The panel for sharing.
    pub(crate) share: fn(Bench, ShownReport, Signal<i64>, Signal<bool>) -> AnyView,
}

static TOOLS: OnceLock<Tools> = OnceLock::new();

/// The shared state.
#[derive(Clone, Copy)]
pub(crate) struct Bench {
    /// The fields.
    pub(crate) form: Form,
    /// The scratch set, if there is one.
    pub(crate) scratch: RwSignal<Option<Scratch>>,
    /// Its policies as text.
    pub(crate) text: RwSignal<String>,
    /// Its parsed policies, or their problems.
    pub(crate) written: Memo<Result<Vec<PolicyDefinition>, Diagnostics>>,
    /// The last valid policies.
    pub(crate) good: Memo<Vec<PolicyDefinition>>,
    /// The places of its incomplete policies, from 0.
    pub(crate) aside: RwSignal<Vec<usize>>,
    /// Whether it is shown as JSON.
    pub(crate) is_json: RwSignal<bool>,
    /// The dialect of its patterns.
    pub(crate) dialect: RwSignal<Dialect>,
    /// The key of the last signed sample.
    pub(crate) throwaway: RwSignal<Option<Throwaway>>,
    /// The highlighted rule or claim.
    pub(crate) highlight: RwSignal<Option<Highlight>>,
    /// The visible pane on a narrow screen.
    pub(crate) pane: RwSignal<Pane>,
    /// How the token is shown.
    pub(crate) token_view: RwSignal<TokenView>,
    /// Whether the panel that drafts a policy is open.
    pub(crate) is_drafting: RwSignal<bool>,
    /// Whether the menu for sharing is open.
    pub(crate) is_sharing: RwSignal<bool>,
    /// The displayed answer.
    pub(crate) answered: RwSignal<Option<Answered>>,
    /// The engine and its views, once loaded.
    pub(crate) tools: RwSignal<Option<Tools>>,
}

impl Tools {
    /// The tools, if they are loaded.
    pub(crate) fn loaded() -> Option<Self> {
        TOOLS.get().copied()
    }

    /// Makes the loaded tools available; only the first ones are kept.
    pub(crate) fn keep(self) {
        let _ = TOOLS.set(self);
    }
}

impl Bench {
    /// An empty playground, with that issuer.
    pub(crate) fn new(issuer: String) -> Self {
        let text = RwSignal::new(String::new());
        let dialect = RwSignal::new(Dialect::Pulumi);
        let tools = RwSignal::new(Tools::loaded());
        let aside = RwSignal::new(Vec::new());
        let written = Memo::new(move |_| match tools.get() {
            Some(tools) => (tools.read)(&text.read(), dialect.get(), &aside.read()),
            None => Ok(Vec::new()),
        });
        let good = Memo::new(move |last: Option<&Vec<PolicyDefinition>>| {
            written
                .get()
                .unwrap_or_else(|_| last.cloned().unwrap_or_default())
        });
        Self {
            form: Form::new(issuer),
            scratch: RwSignal::new(None),
            text,
            written,
            good,
            aside,
            is_json: RwSignal::new(false),
            dialect,
            throwaway: RwSignal::new(None),
            highlight: RwSignal::new(None),
            pane: RwSignal::new(Pane::Token),
            token_view: RwSignal::new(TokenView::Encoded),
            is_drafting: RwSignal::new(false),
            is_sharing: RwSignal::new(false),
            answered: RwSignal::new(None),
            tools,
        }
    }

    /// Whether the scratch set is in use.
    pub(crate) fn is_scratch(self) -> bool {
        *self.form.issuer.read() == SCRATCH && self.scratch.read().is_some()
    }

    /// The scratch set as an issuer, if it is in use, without its incomplete policies.
    pub(crate) fn scratch_issuer(self) -> Option<StoredIssuer> {
        let is_chosen = self.is_scratch();
        let scratch = self.scratch.read();
        let scratch = scratch.as_ref().filter(|_| is_chosen)?;
        let (good, aside) = (self.good.read(), self.aside.read());
        Some(match self.tools.get() {
            Some(tools) if !aside.is_empty() => scratch.with(&(tools.set_aside)(&good, &aside)),
            _ => scratch.with(&good),
        })
    }

    /// The policies of an issuer of the answer; of the scratch set, as they are written.
    pub(crate) fn policies_of(self, issuer: &StoredIssuer) -> Vec<PolicyDefinition> {
        match issuer.id == SCRATCH {
            true => self.good.get_untracked(),
            false => issuer.policies.clone(),
        }
    }

    /// The displayed report, without tracking.
    pub(crate) fn report_untracked(self) -> Option<Report> {
        self.answered.with_untracked(|answered| {
            match answered.as_ref().map(|answered| &answered.answer) {
                Some(Answer::Report(report)) => Some((**report).clone()),
                _ => None,
            }
        })
    }

    /// The policies of the decision, without tracking.
    pub(crate) fn decided_untracked(self) -> Vec<PolicyDefinition> {
        let id = self
            .report_untracked()
            .and_then(|report| report.issuer)
            .map(|(id, _)| id);
        self.answered
            .with_untracked(|answered| {
                let stored = answered
                    .as_ref()
                    .map(|answered| answered.stored.as_slice())
                    .unwrap_or_default();
                stored
                    .iter()
                    .find(|issuer| Some(&issuer.id) == id.as_ref())
                    .map(|issuer| self.policies_of(issuer))
            })
            .unwrap_or_default()
    }

    /// Starts a scratch set and uses it.
    pub(crate) fn start_scratch(self, scratch: Scratch, policies: &[PolicyDefinition]) {
        self.aside.set(Vec::new());
        self.text.set(to_json(policies));
        self.scratch.set(Some(scratch));
        self.form.issuer.set(SCRATCH.to_owned());
    }

    /// Changes the policies of the scratch set, or of a scratch copy of the issuer in use.
    pub(crate) fn change(self, store: Store, policies: &[PolicyDefinition]) {
        let scratch = if untrack(|| self.is_scratch()) {
            self.scratch.get_untracked()
        } else {
            self.copied(store)
        };
        if let Some(scratch) = scratch {
            self.start_scratch(scratch, policies);
        }
    }

    /// The same; if no issuer is in use, for that of the token.
    pub(crate) fn change_or_start(self, store: Store, policies: &[PolicyDefinition]) {
        if untrack(|| self.is_scratch()) || self.copied(store).is_some() {
            return self.change(store, policies);
        }
        let claims = self.report_untracked().and_then(|report| report.claims);
        let set = store
            .issuers
            .with_untracked(|issuers| Scratch::of_token(claims.as_ref(), issuers));
        self.start_scratch(set, policies);
    }

    /// A scratch copy of the registered issuer in use.
    pub(crate) fn copied(self, store: Store) -> Option<Scratch> {
        let chosen = self.form.issuer.get_untracked();
        let decided = self
            .report_untracked()
            .and_then(|report| report.issuer)
            .map(|(id, _)| id);
        let id = if chosen.is_empty() { decided? } else { chosen };
        store.find(&id).map(|issuer| Scratch::of_issuer(&issuer))
    }

    /// Scrolls to the highlighted claim, and focuses it if its pane replaces the one with the focus.
    pub(crate) fn reveal(self) {
        self.pane.set(Pane::Token);
        if !self.form.is_claims.get_untracked() {
            self.token_view.set(TokenView::Claims);
        }
        let shown = self.highlight.get_untracked();
        request_animation_frame(move || {
            let Ok(Some(row)) = document().query_selector(".claims .lit") else {
                return;
            };
            row.scroll_into_view_with_bool(false);
            let focused = document().active_element();
            let focused = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok());
            // Neither the body nor what is hidden has one.
            if focused.is_none_or(|element| element.offset_parent().is_none()) {
                focus(Some(row));
                // The button has taken it along.
                self.highlight.set(shown);
            }
        });
    }

    /// Whether a rule is highlighted: it or its claim is under the pointer.
    pub(crate) fn is_rule_highlighted(self, policy: usize, claim: &str) -> bool {
        self.highlight
            .read()
            .as_ref()
            .is_some_and(|highlight| match highlight.policy {
                Some(other) => other == policy && highlight.claim == claim,
                None => member(&highlight.claim) == member(claim),
            })
    }

    /// Whether a member of the claims is highlighted.
    pub(crate) fn is_claim_highlighted(self, name: &str) -> bool {
        self.highlight
            .read()
            .as_ref()
            .is_some_and(|highlight| member(&highlight.claim).as_deref() == Some(name))
    }
}

/// The playground around a component, if there is one.
pub(crate) fn use_bench() -> Option<Bench> {
    use_context::<Bench>()
}
