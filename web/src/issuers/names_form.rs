//! The parameters that a provider needs.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::ui::field::TextField;
use crate::ui::inline_code::inline_code;
use claimgate_providers::{Parameter, ParameterWarning, Provider};

/// The values while they are typed.
#[derive(Clone)]
pub(crate) struct Names {
    fields: Vec<(Parameter, RwSignal<String>)>,
}

impl Names {
    /// The fields of a provider, with the given values.
    pub(crate) fn of(provider: &Provider, given: &BTreeMap<String, String>) -> Self {
        let field = |parameter: &Parameter| {
            (
                parameter.clone(),
                RwSignal::new(given.get(&parameter.id).cloned().unwrap_or_default()),
            )
        };
        Self {
            fields: provider.parameters.iter().map(field).collect(),
        }
    }

    /// The typed values, by the identifiers of the parameters.
    pub(crate) fn given(&self) -> BTreeMap<String, String> {
        self.fields
            .iter()
            .map(|(parameter, text)| (parameter.id.clone(), text.get()))
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
        let is_missing = |(parameter, text): &&(Parameter, RwSignal<String>)| {
            !parameter.is_optional && text.read().trim().is_empty()
        };
        self.fields
            .iter()
            .filter(is_missing)
            .map(|(parameter, _)| parameter.label.clone())
            .collect()
    }

    /// Whether a value is invalid.
    pub(crate) fn is_wrong(&self) -> bool {
        self.fields
            .iter()
            .any(|(parameter, text)| parameter.shape.problem(&text.read()).is_some())
    }

    /// Fills empty fields with their examples, except optional ones.
    pub(crate) fn fill_examples(&self) {
        for (parameter, text) in self
            .fields
            .iter()
            .filter(|(parameter, _)| !parameter.is_optional)
        {
            if text.read_untracked().trim().is_empty() {
                text.set(parameter.example.clone());
            }
        }
    }
}

/// The fields, each with its hint and warnings about the value.
#[component]
pub(crate) fn NamesForm(
    names: Names,
    #[prop(into)] warnings: Signal<Vec<ParameterWarning>>,
    /// Whether missing values are shown as errors.
    #[prop(into)]
    required: Signal<bool>,
) -> impl IntoView {
    let fields = names.fields.into_iter().map(|(parameter, text)| {
        let id = parameter.id.clone();
        let own =
            Signal::derive(move || warnings.get().into_iter().filter(|warning| warning.parameter == id).collect::<Vec<_>>());
        let label = if parameter.is_optional { format!("{} (optional)", parameter.label) } else { parameter.label.clone() };
        let wanted = in_sentence(&parameter.label);
        let error = Signal::derive(move || {
            let is_missing = required.get() && !parameter.is_optional && text.read().trim().is_empty();
            let missing = is_missing.then(|| format!("Enter the {wanted}"));
            missing.or_else(|| parameter.shape.problem(&text.read())).unwrap_or_default()
        });
        view! {
            <div class="name">
                <TextField label=label value=text hint=parameter.hint placeholder=parameter.example error=error />
                {move || own.get().into_iter().map(warning_view).collect_view()}
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

fn warning_view(warning: ParameterWarning) -> AnyView {
    view! {
        <div class="notice notice--note notice--small" role="note">
            <p>{inline_code(&warning.message)} "."</p>
            <p class="hint">"How to fix: " {inline_code(&warning.help)} "."</p>
        </div>
    }
    .into_any()
}
