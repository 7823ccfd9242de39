//! The parameters that a provider needs.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::field::TextField;
use super::shown::prose;
use claimgate_providers::{Ask, Provider, Remark};

/// The values while they are typed.
#[derive(Clone)]
pub(crate) struct Names {
    fields: Vec<(Ask, RwSignal<String>)>,
}

impl Names {
    /// The fields of a provider, with the given values.
    pub(crate) fn of(provider: &Provider, given: &BTreeMap<String, String>) -> Self {
        let field = |ask: &Ask| {
            (
                ask.clone(),
                RwSignal::new(given.get(&ask.id).cloned().unwrap_or_default()),
            )
        };
        Self {
            fields: provider.asks.iter().map(field).collect(),
        }
    }

    /// The typed values, by the identifiers of the parameters.
    pub(crate) fn given(&self) -> BTreeMap<String, String> {
        self.fields
            .iter()
            .map(|(ask, text)| (ask.id.clone(), text.get()))
            .collect()
    }

    /// Whether all fields are empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields
            .iter()
            .all(|(_, text)| text.read().trim().is_empty())
    }

    /// The labels of required parameters that are empty.
    pub(crate) fn missing(&self) -> Vec<String> {
        let is_missing = |(ask, text): &&(Ask, RwSignal<String>)| {
            !ask.is_optional && text.read().trim().is_empty()
        };
        self.fields
            .iter()
            .filter(is_missing)
            .map(|(ask, _)| ask.label.clone())
            .collect()
    }

    /// Whether a value is invalid.
    pub(crate) fn is_wrong(&self) -> bool {
        self.fields
            .iter()
            .any(|(ask, text)| ask.shape.problem(&text.read()).is_some())
    }

    /// Fills empty fields with their examples, except optional ones.
    pub(crate) fn fill_examples(&self) {
        for (ask, text) in self.fields.iter().filter(|(ask, _)| !ask.is_optional) {
            if text.read_untracked().trim().is_empty() {
                text.set(ask.example.clone());
            }
        }
    }
}

/// The fields, each with its hint and remarks on the value.
#[component]
pub(crate) fn NamesForm(
    names: Names,
    #[prop(into)] remarks: Signal<Vec<Remark>>,
    /// Whether missing values are shown as errors.
    #[prop(into)]
    required: Signal<bool>,
) -> impl IntoView {
    let fields = names.fields.into_iter().map(|(ask, text)| {
        let id = ask.id.clone();
        let own =
            Signal::derive(move || remarks.get().into_iter().filter(|remark| remark.ask == id).collect::<Vec<_>>());
        let label = if ask.is_optional { format!("{} (optional)", ask.label) } else { ask.label.clone() };
        let wanted = in_sentence(&ask.label);
        let error = Signal::derive(move || {
            let is_missing = required.get() && !ask.is_optional && text.read().trim().is_empty();
            let missing = is_missing.then(|| format!("expected the {wanted}, found nothing"));
            missing.or_else(|| ask.shape.problem(&text.read())).unwrap_or_default()
        });
        view! {
            <div class="name">
                <TextField label=label value=text hint=ask.hint placeholder=ask.example error=error />
                {move || own.get().into_iter().map(remark_view).collect_view()}
            </div>
        }
    });
    view! { <div class="names">{fields.collect_view()}</div> }
}

/// A label within a sentence: with a lowercase first letter, unless the word is a name or has other
/// capitals.
fn in_sentence(label: &str) -> String {
    let first = label.split(' ').next().unwrap_or_default();
    let is_name = [
        "Azure",
        "Buildkite",
        "Fly.io",
        "Google",
        "Pulumi",
        "Spacelift",
    ];
    let has_capitals = first.chars().skip(1).any(char::is_uppercase);
    if has_capitals || is_name.contains(&first) {
        return label.to_owned();
    }
    let mut letters = label.chars();
    letters
        .next()
        .map(|letter| letter.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

fn remark_view(remark: Remark) -> AnyView {
    view! {
        <div class="notice notice--note notice--small" role="note">
            <p>{prose(&remark.message)} "."</p>
            <p class="hint">"What to do: " {prose(&remark.help)} "."</p>
        </div>
    }
    .into_any()
}
