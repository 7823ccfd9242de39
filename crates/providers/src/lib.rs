//! Providers of ID tokens: what an issuer, its claims, its policies and a job that uses them look
//! like, filled in with the few names that matter.

mod clean;
mod escape;
mod files;
mod fill;
mod infer;
mod read;
mod remarks;
mod shape;
mod template;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use claimgate::json::Value;

pub use fill::{Filled, KnownClaim, Workflow};
pub use infer::provider_of;
pub use remarks::Remark;
pub use shape::Shape;

/// The name that every template may use for the service where tokens are exchanged.
pub const CLOUD_URL: &str = "cloudUrl";

/// The name of the audience that an ID token is asked for with, where it is another one than the
/// organization's.
pub const AUDIENCE: &str = "audience";

/// What [`CLOUD_URL`] is unless told otherwise.
const DEFAULT_CLOUD_URL: &str = "https://api.pulumi.com";

/// A provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, for lists.
    pub group: Group,
    /// Where the facts are from.
    pub source: String,
    /// The names that it asks for.
    pub asks: Vec<Ask>,
    /// What people forget.
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

/// What a provider is.
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
    /// All groups, in the order that lists have.
    pub const ALL: [Self; 3] = [Self::Jobs, Self::Cluster, Self::Cloud];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Jobs => "CI and deployments",
            Self::Cluster => "Kubernetes",
            Self::Cloud => "Clouds and platforms",
        }
    }

    /// Its word in the files.
    fn word(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Cluster => "cluster",
            Self::Cloud => "cloud",
        }
    }
}

/// A name that a provider asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its identifier: the key in what [`Provider::fill`] takes.
    pub id: String,
    /// Its label.
    pub label: String,
    /// What is filled in where nothing is given.
    pub example: String,
    /// Where to find it, or what it does.
    pub hint: String,
    /// Whether nothing is filled in where nothing is given: what depends on it is then left out.
    pub is_optional: bool,
    /// Whether no claim has it: it says for whom the token is exchanged.
    pub is_exchange_only: bool,
    /// What its text can be like.
    pub shape: Shape,
}

/// A name whose text is made of others: the first case whose name was given.
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

/// The provider of that identifier.
pub fn find(id: &str) -> Option<&'static Provider> {
    all().iter().find(|provider| provider.id == id)
}
