//! Fills in a provider's parameters.

use std::collections::BTreeMap;

use claimgate::claim_path::ClaimPath;
use claimgate::exchange::PULUMI_CLOUD;
use claimgate::json::Value;
use claimgate::policy::{PolicyDefinition, parse_policies};

use super::clean::clean;
use super::template::Values;
use super::warnings::{ParameterWarning, warnings};
use super::{AUDIENCE, CLOUD_URL, Derived, Known, Provider, WorkflowTemplate};

/// A provider with its parameters filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// A label for the issuer.
    pub name: String,
    /// The issuer's URL.
    pub url: String,
    /// A note on the setup.
    pub note: String,
    /// The header of a sample token, as pretty JSON.
    pub header: String,
    /// Sample claims, as pretty JSON.
    pub claims: String,
    /// Policies to start from, restricted to the given parameters.
    pub policies: Vec<PolicyDefinition>,
    /// Claims that rules are usually about.
    pub known: Vec<KnownClaim>,
    /// Ready jobs that fetch an ID token and exchange it.
    pub workflows: Vec<Workflow>,
    /// Warnings about the given parameters.
    pub warnings: Vec<ParameterWarning>,
}

/// A claim that rules are usually about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownClaim {
    /// Its path, quoted as rules need it.
    pub path: String,
    /// Its documentation.
    pub doc: String,
    /// Its values, the sample's own first.
    pub values: Vec<String>,
    /// Useful patterns for it.
    pub patterns: Vec<String>,
}

/// A ready job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// The variant that it shows.
    pub title: String,
    /// The path of its file.
    pub file: String,
    /// Its language: `yaml`, `shell`, `groovy` or `typescript`.
    pub language: String,
    /// Its text.
    pub text: String,
}

impl Provider {
    /// Fills in the parameters: `given` by the identifiers of [`Provider::parameters`],
    /// [`CLOUD_URL`] and [`AUDIENCE`]. A missing parameter takes its example; text that depends on a
    /// missing optional one is left out. Times in the sample are relative to `now`.
    pub fn fill(&self, given: &BTreeMap<String, String>, now: i64) -> Filled {
        let values = self.values(given, now);
        let claims = values.fill_value(&self.claims).unwrap_or(Value::Null);
        let policies = values
            .fill_value(&self.policies)
            .map(|policies| policies.to_json());
        Filled {
            name: self.name.clone(),
            url: values.fill(&self.url).unwrap_or_default(),
            note: values.fill(&self.note).unwrap_or_default(),
            header: self.header.to_json_pretty(),
            policies: policies
                .and_then(|json| parse_policies(&json).ok())
                .unwrap_or_default(),
            known: self
                .known
                .iter()
                .map(|known| known_claim(known, &values, &claims))
                .collect(),
            claims: claims.to_json_pretty(),
            workflows: self
                .workflows
                .iter()
                .map(|template| workflow(template, &values))
                .collect(),
            warnings: warnings(self, given),
        }
    }

    /// The provider filled in with its examples.
    pub fn example(&self, now: i64) -> Filled {
        self.fill(&BTreeMap::new(), now)
    }

    fn values(&self, given: &BTreeMap<String, String>, now: i64) -> Values {
        let mut values = Values::at(now);
        let written = |id: &str| {
            given
                .get(id)
                .map(|text| clean(text))
                .filter(|text| !text.is_empty())
        };
        for parameter in &self.parameters {
            let example = (!parameter.is_optional).then(|| parameter.example.clone());
            values.set(&parameter.id, written(&parameter.id).or(example));
        }
        let cloud = written(CLOUD_URL).map(|url| url.trim_end_matches('/').to_owned());
        values.set(CLOUD_URL, cloud.or_else(|| Some(PULUMI_CLOUD.to_owned())));
        values.set("tokenUrl", values.fill("{{cloudUrl}}/api/oauth/token"));
        values.set(
            "exchangeAudience",
            values.fill("urn:pulumi:org:{{organization}}"),
        );
        values.set(
            AUDIENCE,
            written(AUDIENCE).or_else(|| values.fill("{{exchangeAudience}}")),
        );
        values.set("audienceClaim", values.fill(r#"{"aud":{{audience|json}}}"#));
        for derived in &self.derived {
            values.set(&derived.id, derive(derived, &values));
        }
        values
    }
}

fn derive(derived: &Derived, values: &Values) -> Option<String> {
    let is_met =
        |given: &Option<String>| given.as_ref().is_none_or(|name| values.get(name).is_some());
    let case = derived.cases.iter().find(|case| is_met(&case.given))?;
    values.fill(&case.text)
}

fn known_claim(known: &Known, values: &Values, claims: &Value) -> KnownClaim {
    let mut examples = sample_texts(&known.path, claims);
    for value in known.values.iter().filter_map(|value| values.fill(value)) {
        if !examples.contains(&value) {
            examples.push(value);
        }
    }
    let patterns = known
        .patterns
        .iter()
        .filter_map(|pattern| values.fill(pattern))
        .collect();
    KnownClaim {
        path: known.path.clone(),
        doc: known.doc.clone(),
        values: examples,
        patterns,
    }
}

/// The strings of the sample at a path.
fn sample_texts(path: &str, claims: &Value) -> Vec<String> {
    let found = ClaimPath::parse(path).ok().and_then(|path| {
        path.segments()
            .iter()
            .try_fold(claims, |value, segment| value.member(segment))
    });
    match found {
        Some(Value::Array(items)) => items.iter().filter_map(Value::scalar_text).collect(),
        Some(value) => value
            .scalar_text()
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

fn workflow(template: &WorkflowTemplate, values: &Values) -> Workflow {
    Workflow {
        title: template.title.clone(),
        file: template.file.clone(),
        language: template.language.clone(),
        text: values.fill_lines(template.text),
    }
}
