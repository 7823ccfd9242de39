//! Adding and editing a test.

use claimgate::claims::{Claims, Value};
use claimgate::explain::Outcome;
use claimgate::policy::TokenType;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::editor::state::PolicyState;
use crate::state::draft::target_label;
use crate::state::store::new_id;
use crate::ui::field::{Checkbox, Select, TextArea, TextField, same};
use claimgate_formats::{Sample, outcome_of, outcome_word};
use claimgate_providers::Filled;
use claimgate_workbench::policies::samples::{Pasted, pasted};

/// The edited test; a new one has no identifier yet.
#[derive(Clone, PartialEq)]
pub(crate) struct Editing(Sample);

impl Editing {
    /// A new test, of a token that must be allowed.
    pub(crate) fn new() -> Self {
        Self(Sample {
            expect: Some(Outcome::Allowed),
            ..Sample::blank(String::new())
        })
    }

    /// An existing test.
    pub(crate) fn of(sample: Sample) -> Self {
        Self(sample)
    }
}

/// The provider's example, which its starter policy allows.
pub(crate) fn example_sample(example: &Filled) -> Sample {
    Sample {
        name: format!("{} example", example.name),
        claims: example.claims.clone(),
        expect: Some(Outcome::Allowed),
        ..Sample::blank(new_id())
    }
}

#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    claims: RwSignal<String>,
    token_type: RwSignal<String>,
    target: RwSignal<String>,
    admin: RwSignal<bool>,
    expect: RwSignal<String>,
    problem: RwSignal<String>,
    was_token: RwSignal<bool>,
}

impl Fields {
    fn of(sample: &Sample) -> Self {
        Self {
            name: RwSignal::new(sample.name.clone()),
            claims: RwSignal::new(sample.claims.clone()),
            token_type: RwSignal::new(sample.token_type.clone()),
            target: RwSignal::new(sample.target.clone()),
            admin: RwSignal::new(sample.admin),
            expect: RwSignal::new(
                sample
                    .expect
                    .map(outcome_word)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            problem: RwSignal::new(String::new()),
            was_token: RwSignal::new(false),
        }
    }

    /// The edited test, or why it cannot be saved.
    fn sample(self, id: String) -> Result<Sample, String> {
        let text = self.claims.get_untracked();
        if let Pasted::BrokenToken(problem) = pasted(&text) {
            return Err(format!(
                "This looks like a token, but cannot be decoded: {problem}. It is not kept."
            ));
        }
        let claims = Claims::from_json(&text)
            .map_err(|error| format!("expected claims as a JSON object: {error}"))?;
        let token_type = self.token_type.get_untracked();
        let has_target = target_label(&token_type).is_some();
        let is_named = |name: &String| !name.trim().is_empty();
        Ok(Sample {
            id,
            name: Some(self.name.get_untracked())
                .filter(is_named)
                .unwrap_or_else(|| name_of(&claims)),
            claims: text,
            target: if has_target {
                self.target.get_untracked()
            } else {
                String::new()
            },
            admin: !has_target && self.admin.get_untracked(),
            expect: outcome_of(&self.expect.read_untracked()),
            token_type,
        })
    }
}

/// A name for claims without one: their subject.
fn name_of(claims: &Claims) -> String {
    let subject = claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or("Unnamed test");
    subject.chars().take(60).collect()
}

/// The form.
#[component]
pub(crate) fn TestForm(state: PolicyState, editing: Editing, close: Callback<()>) -> impl IntoView {
    let Editing(sample) = editing;
    let fields = Fields::of(&sample);
    let is_new = sample.id.is_empty();
    // A token is reduced to its claims as soon as it is pasted, so it does not stay in the page.
    Effect::new(move || {
        fields.problem.set(String::new());
        let found = pasted(&fields.claims.read());
        if let Pasted::Token(claims) = found {
            fields.was_token.set(true);
            fields.claims.set(claims);
        }
    });
    let id = sample.id.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let id = if is_new { new_id() } else { id.clone() };
        match fields.sample(id) {
            Ok(sample) => {
                state.store.change(&state.id.read_value(), |issuer| {
                    put(&mut issuer.samples, sample);
                });
                close.run(());
            }
            Err(problem) => fields.problem.set(problem),
        }
    };
    let label = Memo::new(move |_| target_label(&fields.token_type.read()));
    let note = "Only claims are kept. The signature of a token that you paste is dropped at once.";
    view! {
        <form class="card stack sample-form" aria-labelledby="test-form-heading" on:submit=submit novalidate>
            <h3 id="test-form-heading">{if is_new { "New test" } else { "Edit test" }}</h3>
            <TextField label="Test name" value=fields.name hint="Optional, for example: push to main." />
            <TextArea label="Claims or token" value=fields.claims rows=8 hint=note error=fields.problem />
            <p class="good" role="status">
                {move || fields.was_token.get().then_some("Decoded: these are the token's claims. The token itself is not kept.")}
            </p>
            <Select label="Expected decision" value=fields.expect options=expectations() />
            <Select label="Requested token type" value=fields.token_type options=same(TokenType::ALL.map(TokenType::as_str)) />
            {move || match label.get() {
                Some(label) => view! { <TextField label=label value=fields.target mono=true /> }.into_any(),
                None => view! { <Checkbox label="Request admin scope" value=fields.admin /> }.into_any(),
            }}
            <div class="actions">
                <button type="submit" class="button button--primary">{if is_new { "Add test" } else { "Save test" }}</button>
                <button type="button" class="button button--quiet" on:click=move |_| close.run(())>"Cancel"</button>
            </div>
        </form>
    }
}

fn expectations() -> Vec<(String, String)> {
    [
        ("allowed", "Allowed"),
        ("denied", "Denied"),
        ("", "None: only show the decision"),
    ]
    .map(|(word, label)| (word.to_owned(), label.to_owned()))
    .to_vec()
}

fn put(samples: &mut Vec<Sample>, sample: Sample) {
    match samples.iter_mut().find(|other| other.id == sample.id) {
        Some(place) => *place = sample,
        None => samples.push(sample),
    }
}
