//! The shared state of the playground's panes: the fields, the scratch set, highlights, and the
//! answer.

use claimgate::diagnostic::Diagnostics;
use claimgate::inspect::Skip;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken, TokenType, to_json};
use claimgate::time::format_utc;
pub(crate) use claimgate_workbench::claim_member::member;
use leptos::prelude::*;

use super::playground_tools::Tools;
use crate::state::clock::read_time;
use crate::state::store::Store;
use claimgate_workbench::evaluate::{Answer, Question, Report, request};
use claimgate_workbench::gallery::unsigned;
use claimgate_workbench::scratch::Throwaway;
use claimgate_workbench::scratch::{Origin, SCRATCH, Scratch};
use claimgate_workbench::share::{ClaimsText, Shared, SharedIssuer};
use claimgate_workbench::storage::StoredIssuer;

/// The fields. The token is in memory only.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether the input is claims rather than a token.
    pub(crate) is_claims: RwSignal<bool>,
    /// The token.
    pub(crate) token: RwSignal<String>,
    /// The claims.
    pub(crate) claims: RwSignal<String>,
    /// The chosen issuer's identifier, [`SCRATCH`], or empty.
    pub(crate) issuer: RwSignal<String>,
    /// The requested token type.
    pub(crate) token_type: RwSignal<String>,
    /// The requested team, user or runner.
    pub(crate) target: RwSignal<String>,
    /// Whether `scope=admin` is requested.
    pub(crate) admin: RwSignal<bool>,
    /// Skips the check of the issuer.
    pub(crate) skip_issuer: RwSignal<bool>,
    /// Skips the check of the key.
    pub(crate) skip_key: RwSignal<bool>,
    /// Skips the check of the signature.
    pub(crate) skip_signature: RwSignal<bool>,
    /// Skips the check of the time.
    pub(crate) skip_time: RwSignal<bool>,
    /// Whether to skip the check of the audience.
    pub(crate) skip_audience: RwSignal<bool>,
    /// A time other than now.
    pub(crate) now: RwSignal<String>,
    /// The organization of the requested access token; empty for the one that `aud` names.
    pub(crate) organization: RwSignal<String>,
    /// The requested lifetime in seconds.
    pub(crate) expiration: RwSignal<String>,
}

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
    /// The dialect of its patterns.
    pub(crate) dialect: RwSignal<Dialect>,
    /// The key of the last signed sample.
    pub(crate) throwaway: RwSignal<Option<Throwaway>>,
    /// The highlighted rule or claim.
    pub(crate) highlight: RwSignal<Option<Highlight>>,
    /// The visible pane on a narrow screen.
    pub(crate) pane: RwSignal<Pane>,
    /// The displayed answer.
    pub(crate) answered: RwSignal<Option<Answered>>,
    /// The engine and its views, once loaded.
    pub(crate) tools: RwSignal<Option<Tools>>,
}

impl Form {
    /// Empty fields, with that issuer.
    fn new(issuer: String) -> Self {
        let text = || RwSignal::new(String::new());
        let flag = || RwSignal::new(false);
        Self {
            is_claims: flag(),
            token: text(),
            claims: text(),
            issuer: RwSignal::new(issuer),
            token_type: RwSignal::new(TokenType::Organization.as_str().to_owned()),
            target: text(),
            admin: flag(),
            skip_issuer: flag(),
            skip_key: flag(),
            skip_signature: flag(),
            skip_time: flag(),
            skip_audience: flag(),
            now: text(),
            organization: text(),
            expiration: text(),
        }
    }

    /// The requested token.
    pub(crate) fn request(self) -> RequestedToken {
        request(&self.token_type.read(), self.target.get(), self.admin.get())
    }

    /// The checks to skip.
    pub(crate) fn skip(self) -> Skip {
        Skip {
            issuer: self.skip_issuer.get(),
            key: self.skip_key.get(),
            signature: self.skip_signature.get(),
            time: self.skip_time.get(),
            audience: self.skip_audience.get(),
        }
    }

    fn set_skip(self, skip: Skip) {
        self.skip_issuer.set(skip.issuer);
        self.skip_key.set(skip.key);
        self.skip_signature.set(skip.signature);
        self.skip_time.set(skip.time);
        self.skip_audience.set(skip.audience);
    }

    fn set_request(self, request: &RequestedToken) {
        self.token_type
            .set(request.token_type().as_str().to_owned());
        let (target, admin) = match request {
            RequestedToken::Organization { admin } => ("", *admin),
            RequestedToken::Team { name } | RequestedToken::Runner { name } => {
                (name.as_str(), false)
            }
            RequestedToken::Personal { login } => (login.as_str(), false),
        };
        self.target.set(target.to_owned());
        self.admin.set(admin);
    }
}

impl Bench {
    /// An empty playground, with that issuer.
    pub(crate) fn new(issuer: String) -> Self {
        let text = RwSignal::new(String::new());
        let dialect = RwSignal::new(Dialect::Pulumi);
        let tools = RwSignal::new(Tools::loaded());
        let written = Memo::new(move |_| match tools.get() {
            Some(tools) => (tools.read)(&text.read(), dialect.get()),
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
            dialect,
            throwaway: RwSignal::new(None),
            highlight: RwSignal::new(None),
            pane: RwSignal::new(Pane::Token),
            answered: RwSignal::new(None),
            tools,
        }
    }

    /// Whether the scratch set is in use.
    pub(crate) fn is_scratch(self) -> bool {
        *self.form.issuer.read() == SCRATCH && self.scratch.read().is_some()
    }

    /// The scratch set as an issuer, if it is in use.
    pub(crate) fn scratch_issuer(self) -> Option<StoredIssuer> {
        let is_chosen = self.is_scratch();
        self.scratch
            .read()
            .as_ref()
            .filter(|_| is_chosen)
            .map(|scratch| scratch.with(&self.good.read()))
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
                    .map(|issuer| issuer.policies.clone())
            })
            .unwrap_or_default()
    }

    /// Starts a scratch set and uses it.
    pub(crate) fn start_scratch(self, scratch: Scratch, policies: &[PolicyDefinition]) {
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

    /// Opens the content of a link, a file or an example as a scratch set.
    pub(crate) fn open(self, shared: &Shared, origin: Origin, store: Store) {
        let scratch = store
            .issuers
            .with_untracked(|issuers| Scratch::of_shared(shared, origin, issuers));
        self.dialect.set(shared.dialect);
        self.start_scratch(scratch, &shared.policies);
        let claims = shared
            .claims
            .as_ref()
            .map(ClaimsText::as_str)
            .unwrap_or_default();
        // Claims whose key and signature are not checked come from a token, so the other checks can
        // be shown.
        let was_token = shared.skip.key && shared.skip.signature && !claims.is_empty();
        self.form.token.set(if was_token {
            unsigned(claims)
        } else {
            String::new()
        });
        self.form.claims.set(claims.to_owned());
        self.form.is_claims.set(!was_token);
        self.form.set_request(&shared.request);
        self.form.set_skip(shared.skip);
        self.form
            .now
            .set(shared.now.map(format_utc).unwrap_or_default());
        self.throwaway.set(None);
    }

    /// The shareable content of the playground: policies, claims and the request, and no token.
    pub(crate) fn shared(self, clock: i64) -> Shared {
        let answered = self.answered.get();
        let report = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => Some(report),
            _ => None,
        };
        let claims = match report.and_then(|report| report.claims.as_ref()) {
            Some(_) if self.form.is_claims.get() => ClaimsText::new(&self.form.claims.read()).ok(),
            Some(claims) => ClaimsText::new(&claims.to_json_pretty()).ok(),
            None => None,
        };
        let stored = answered
            .as_ref()
            .map(|answered| answered.stored.as_slice())
            .unwrap_or_default();
        let named = report
            .and_then(|report| report.issuer.as_ref())
            .map(|(id, _)| id.clone());
        let id = named.unwrap_or_else(|| self.form.issuer.get());
        let issuer = stored.iter().find(|issuer| issuer.id == id);
        let is_token = !self.form.is_claims.get();
        let skip = self.form.skip();
        Shared {
            issuer: issuer.map(|issuer| SharedIssuer {
                name: issuer.name.clone(),
                url: issuer.url.clone(),
            }),
            policies: issuer
                .map(|issuer| issuer.policies.clone())
                .unwrap_or_default(),
            now: is_token.then(|| {
                read_time(&self.form.now.read())
                    .ok()
                    .flatten()
                    .unwrap_or(clock)
            }),
            skip: if is_token && claims.is_some() {
                Skip {
                    key: true,
                    signature: true,
                    ..skip
                }
            } else {
                Skip::default()
            },
            claims,
            request: self.form.request(),
            dialect: self.dialect.get(),
        }
    }

    /// Scrolls to the highlighted claim.
    pub(crate) fn reveal(self) {
        self.pane.set(Pane::Token);
        request_animation_frame(|| {
            if let Ok(Some(row)) = document().query_selector(".claims .lit") {
                row.scroll_into_view_with_bool(false);
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
