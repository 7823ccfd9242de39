//! The samples of an issuer, and the edited policies' decision on each.

use std::sync::Arc;

use claimgate::explain::Outcome;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet};
use leptos::prelude::*;
use leptos_router::components::A;

use super::sample_form::{Editing, SampleForm, example_sample};
use super::state::PolicyState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::Sample;
use claimgate_providers::Filled;
use claimgate_workbench::issuers::storage::compile_policies;
use claimgate_workbench::playground::evaluate::request;
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};
use claimgate_workbench::policies::samples::{Decided, Ready};

/// A sample with the decisions of the saved and the edited policies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    /// The sample.
    pub(crate) sample: Sample,
    problem: Option<String>,
    before: Option<Decided>,
    now: Option<Decided>,
}

impl Trial {
    fn of(ready: &Ready, before: Option<&PolicySet>, now: Option<&PolicySet>) -> Self {
        Self {
            sample: ready.sample.clone(),
            problem: ready.claims.as_ref().err().cloned(),
            before: before.and_then(|policies| ready.decide(policies)),
            now: now.and_then(|policies| ready.decide(policies)),
        }
    }

    /// Whether the two decisions differ.
    pub(crate) fn changes(&self) -> bool {
        let outcome = |decided: &Option<Decided>| decided.as_ref().map(|decided| decided.outcome);
        outcome(&self.before) != outcome(&self.now)
    }

    /// The change of the decision: `allowed, was denied`.
    pub(crate) fn turn(&self) -> String {
        let word = |decided: &Option<Decided>| {
            decided
                .as_ref()
                .map_or("undecided", |decided| word(decided.outcome))
        };
        format!("{}, was {}", word(&self.now), word(&self.before))
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Denied => "denied",
    }
}

/// The compiled policies, if there are no errors.
fn set_of(policies: &[PolicyDefinition], report_only: bool) -> Option<Arc<PolicySet>> {
    let set = compile_policies(policies, report_only, Dialect::Pulumi);
    set.ok().map(Arc::new)
}

/// The current decisions on all samples, without tracking.
pub(crate) fn trials(state: PolicyState) -> Vec<Trial> {
    let before = set_of(
        &state.saved.get_untracked(),
        state.report_only.get_untracked(),
    );
    let now = state
        .compiled
        .with_untracked(|compiled| compiled.set.clone());
    let samples = state.samples.read_untracked();
    samples
        .iter()
        .map(|ready| Trial::of(ready, before.as_deref(), now.as_deref()))
        .collect()
}

/// The panel.
#[component]
pub(crate) fn SamplePanel(
    state: PolicyState,
    example: Option<Filled>,
    url: String,
) -> impl IntoView {
    let before = Memo::new_with_compare(
        move |_| set_of(&state.saved.get(), state.report_only.get()),
        |_, _| true,
    );
    // The last policies without errors are used.
    let good = Memo::new_with_compare(
        move |last: Option<&Option<Arc<PolicySet>>>| {
            state
                .compiled
                .read()
                .set
                .clone()
                .or_else(|| last.cloned().flatten())
        },
        |_, _| true,
    );
    let trials = Memo::new(move |_| {
        let (before, good) = (before.get(), good.get());
        let samples = state.samples.read();
        samples
            .iter()
            .map(|ready| Trial::of(ready, before.as_deref(), good.as_deref()))
            .collect::<Vec<_>>()
    });
    let turned = Memo::new(move |_| trials.read().iter().filter(|trial| trial.changes()).count());
    let is_stale = Memo::new(move |_| state.compiled.read().set.is_none());
    let editing = RwSignal::new(None::<Editing>);
    let removed = RwSignal::new(None::<(usize, Sample)>);
    let ids = Memo::new(move |_| {
        trials
            .read()
            .iter()
            .map(|trial| trial.sample.id.clone())
            .collect::<Vec<_>>()
    });
    let url = StoredValue::new(url);
    view! {
        <section class="stack samples" aria-labelledby="samples-heading">
            <div>
                <h2 id="samples-heading">"Samples"</h2>
                <p class="hint">"Claims that the policies are tried on, as you write."</p>
            </div>
            <p class="samples__news" role="status">{move || changes_note(turned.get(), is_stale.get())}</p>
            <Show when=move || ids.read().is_empty() && editing.read().is_none()><Empty /></Show>
            <ul class="sample-list" aria-label="Samples" class:stale=move || is_stale.get()>
                <For each=move || ids.get() key=String::clone let:id>
                    <SampleRow state=state id=id trials=trials editing=editing removed=removed url=url />
                </For>
            </ul>
            <div role="status">
                {move || removed.get().map(|(_, sample)| view! {
                    <p class="samples__undo">
                        "Deleted " <strong>{untrusted_text(&sample.name)}</strong> "."
                        <button type="button" class="button" on:click=move |_| bring_back(state, removed)>"Undo"</button>
                    </p>
                })}
            </div>
            {move || editing.get().map(|editing_now| view! {
                <SampleForm state=state editing=editing_now close=Callback::new(move |()| editing.set(None)) />
            })}
            <Show when=move || editing.read().is_none()><Add state=state example=example.clone() editing=editing /></Show>
        </section>
    }
}

fn changes_note(turned: usize, is_stale: bool) -> Option<String> {
    match (turned, is_stale) {
        (_, true) => {
            Some("These policies have errors; decided by the last ones that had none.".to_owned())
        }
        (0, false) => None,
        (1, false) => Some("1 sample is decided otherwise than by the saved policies.".to_owned()),
        (count, false) => Some(format!(
            "{count} samples are decided otherwise than by the saved policies."
        )),
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="card empty">
            <h3>"No samples yet"</h3>
            <p>
                "A sample is the claims of a token that you care about: a deployment that must get in, a pull request that \
                 must not. Each shows at once what your policies decide on it."
            </p>
        </div>
    }
}

#[component]
fn Add(
    state: PolicyState,
    example: Option<Filled>,
    editing: RwSignal<Option<Editing>>,
) -> impl IntoView {
    let with_example = example.map(|example| {
        let add = move |_| {
            let sample = example_sample(&example);
            state.store.change(&state.id.read_value(), |issuer| issuer.samples.push(sample));
        };
        view! { <button type="button" class="button" on:click=add>"Add the provider's example"</button> }
    });
    view! {
        <div class="actions">
            <button type="button" class="button" on:click=move |_| editing.set(Some(Editing::new()))>"Add sample"</button>
            {with_example}
        </div>
    }
}

#[component]
fn SampleRow(
    state: PolicyState,
    id: String,
    trials: Memo<Vec<Trial>>,
    editing: RwSignal<Option<Editing>>,
    removed: RwSignal<Option<(usize, Sample)>>,
    url: StoredValue<String>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let trial = Memo::new(move |_| {
        trials
            .read()
            .iter()
            .find(|trial| trial.sample.id == *id.read_value())
            .cloned()
    });
    let sample = Memo::new(move |_| trial.get().map(|trial| trial.sample));
    let name = move || sample.get().map(|sample| sample.name).unwrap_or_default();
    let edit = move |_| editing.set(sample.get_untracked().map(Editing::of));
    let remove = move |_| {
        let place = trials.with_untracked(|trials| {
            trials
                .iter()
                .position(|trial| trial.sample.id == *id.read_value())
        });
        let (Some(place), Some(sample)) = (place, sample.get_untracked()) else {
            return;
        };
        state.store.change(&state.id.read_value(), |issuer| {
            issuer.samples.retain(|other| other.id != sample.id);
        });
        removed.set(Some((place, sample)));
    };
    view! {
        <li class="sample" class:sample--turned=move || trial.read().as_ref().is_some_and(Trial::changes)>
            {move || trial.get().map(|trial| decision(&trial))}
            <div class="sample__actions">
                <Playground state=state sample=sample url=url />
                <button type="button" class="button button--quiet button--tool" on:click=edit>
                    "Edit" <span class="visually-hidden">" " {name}</span>
                </button>
                <button type="button" class="button button--quiet button--tool" on:click=remove>
                    "Delete" <span class="visually-hidden">" " {name}</span>
                </button>
            </div>
            <details>
                <summary>"Claims"</summary>
                <pre>{move || sample.get().map(|sample| claims_text(&sample.claims))}</pre>
            </details>
        </li>
    }
}

/// Text of several lines: line breaks are kept, other hidden characters are marked.
fn claims_text(text: &str) -> AnyView {
    text.lines()
        .map(|line| view! { {untrusted_text(line)} "\n" })
        .collect_view()
        .into_any()
}

fn decision(trial: &Trial) -> AnyView {
    let (symbol, class, word) = match trial.now.as_ref().map(|decided| decided.outcome) {
        Some(Outcome::Allowed) => ("✓", "mark mark--good", "Allowed"),
        Some(Outcome::Denied) => ("✕", "mark mark--bad", "Denied"),
        None => ("?", "mark", "Undecided"),
    };
    let was = trial
        .before
        .as_ref()
        .filter(|_| trial.changes())
        .map(|before| format!("was {}", self::word(before.outcome)));
    let sentence = match (&trial.problem, &trial.now) {
        (Some(problem), _) => format!("Its claims cannot be read: {problem}."),
        (None, Some(decided)) => decided.summary.clone(),
        (None, None) => "There are no policies without errors yet.".to_owned(),
    };
    view! {
        <div class="sample__head">
            <span class=class aria-hidden="true">{symbol}</span>
            <strong class="sample__name">{untrusted_text(&trial.sample.name)}</strong>
            <span class="sample__word">{word}</span>
            {was.map(|was| view! { <span class="badge badge--note">{was}</span> })}
        </div>
        <p class="sample__sentence">{untrusted_text(&sentence)}</p>
        {asks(&trial.sample).map(|asks| view! { <p class="hint">{untrusted_text(&asks)}</p> })}
    }
    .into_any()
}

/// The requested token, if it is not the default.
fn asks(sample: &Sample) -> Option<String> {
    match (sample.token_type.as_str(), sample.admin) {
        ("organization", false) => None,
        ("organization", true) => Some("Asks for an organization token with admin.".to_owned()),
        (kind, _) => Some(format!("Asks for a {kind} token, for {}.", sample.target)),
    }
}

/// A link with the sample and the edited policies.
#[component]
fn Playground(
    state: PolicyState,
    sample: Memo<Option<Sample>>,
    url: StoredValue<String>,
) -> impl IntoView {
    let plain = format!("/playground?issuer={}", *state.id.read_value());
    let address = RwSignal::new(plain);
    // Compressing takes time, so the link is made only when it is about to be followed.
    let pack = move || {
        if let Some(fragment) = sample
            .get_untracked()
            .and_then(|sample| packed(state, &sample, &url.read_value()))
        {
            address.set(format!("/playground#{fragment}"));
        }
    };
    view! {
        <A
            href=move || address.get()
            attr:class="button button--quiet button--tool"
            on:focus=move |_| pack()
            on:pointerenter=move |_| pack()
        >
            "Playground" <span class="visually-hidden">" with " {move || sample.get().map(|sample| sample.name)}</span>
        </A>
    }
}

fn packed(state: PolicyState, sample: &Sample, url: &str) -> Option<String> {
    let name = state.store.find(&state.id.read_value())?.name;
    let edited = state
        .written
        .get_untracked()
        .ok()
        .filter(|_| state.compiled.with_untracked(|c| c.set.is_some()));
    let shared = Shared {
        issuer: Some(SharedIssuer {
            name,
            url: url.to_owned(),
        }),
        policies: edited.unwrap_or_else(|| state.saved.get_untracked()),
        claims: Some(ClaimsText::new(&sample.claims).ok()?),
        request: request(&sample.token_type, sample.target.clone(), sample.admin),
        now: None,
        skip: claimgate::inspect::Skip::default(),
        dialect: claimgate::pattern::Dialect::Pulumi,
    };
    shared.to_fragment().ok()
}

fn bring_back(state: PolicyState, removed: RwSignal<Option<(usize, Sample)>>) {
    if let Some((place, sample)) = removed.get_untracked() {
        state.store.change(&state.id.read_value(), |issuer| {
            let place = place.min(issuer.samples.len());
            issuer.samples.insert(place, sample);
        });
        removed.set(None);
    }
}
