//! Presets: URL, claims, policies and jobs of each provider, as templates with a few parameters.

mod clean;
mod escape;
mod files;
mod fill;
mod infer;
mod read;
mod shape;
mod template;
mod tenant;
#[cfg(test)]
mod tests;
mod warnings;

use std::sync::LazyLock;

use claimgate::json::Value;

pub use fill::{Filled, KnownClaim, Workflow};
pub use infer::provider_of;
pub use shape::Shape;
pub use tenant::tenant;
pub use warnings::ParameterWarning;

/// The parameter of every template for the address of the service that exchanges tokens, by
/// default [Pulumi Cloud](claimgate::exchange::PULUMI_CLOUD).
pub const CLOUD_URL: &str = "cloudUrl";

/// The parameter for the audience of the ID token, if it is not the organization's.
pub const AUDIENCE: &str = "audience";

/// A provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its group in lists.
    pub group: Group,
    /// The source of the facts.
    pub source: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Steps that are often forgotten.
    pub checklist: Vec<String>,
    note: String,
    url: String,
    derived: Vec<Derived>,
    header: Value,
    claims: Value,
    policies: Value,
    known: Vec<Known>,
    workflows: Vec<WorkflowTemplate>,
}

/// The kinds of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A service that runs jobs.
    Jobs,
    /// A cluster that runs pods.
    Cluster,
    /// A cloud, or a platform that runs apps.
    Cloud,
}

impl Group {
    /// All groups, in the order of lists.
    pub const ALL: [Self; 3] = [Self::Jobs, Self::Cluster, Self::Cloud];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Jobs => "CI and deployments",
            Self::Cluster => "Kubernetes",
            Self::Cloud => "Clouds and platforms",
        }
    }

    /// Its name in the files.
    fn word(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Cluster => "cluster",
            Self::Cloud => "cloud",
        }
    }
}

/// A parameter of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its identifier: the key in the input of [`Provider::fill`].
    pub id: String,
    /// Its label.
    pub label: String,
    /// The default.
    pub example: String,
    /// Where to find it, or what it does.
    pub hint: String,
    /// Whether it has no default: text that depends on it is left out if it is missing.
    pub is_optional: bool,
    /// Whether no claim contains it: it is the target of the exchange.
    pub is_exchange_only: bool,
    /// The form of its values.
    pub shape: Shape,
}

/// A derived parameter: the first case whose parameter was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Derived {
    id: String,
    cases: Vec<Case>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Case {
    given: Option<String>,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    path: String,
    doc: String,
    values: Vec<String>,
    patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct WorkflowTemplate {
    title: String,
    file: String,
    language: String,
    text: &'static str,
}

/// All providers.
pub fn all() -> &'static [Provider] {
    static ALL: LazyLock<Vec<Provider>> = LazyLock::new(|| {
        files::PROVIDERS
            .iter()
            .filter_map(|file| read::read(file))
            .collect()
    });
    &ALL
}

/// The provider with that identifier.
pub fn find(id: &str) -> Option<&'static Provider> {
    all().iter().find(|provider| provider.id == id)
}
