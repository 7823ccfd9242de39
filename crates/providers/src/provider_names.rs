//! The names of providers, as people state them.

use crate::grammar::{GRAMMARS, Grammar};

/// Short names, each with the identifier that it stands for.
const SHORT: [(&str, &str); 1] = [("github", "github-actions")];

/// What is known of the provider with that identifier, such as `github-actions`, or with its short name:
/// `github`.
///
/// ```
/// use claimgate_providers::provider_named;
///
/// assert_eq!(provider_named("github").unwrap().id, "github-actions");
/// assert!(provider_named("gihub").is_none());
/// ```
#[must_use]
pub fn provider_named(name: &str) -> Option<&'static Grammar> {
    let short = SHORT.iter().find(|(short, _)| *short == name);
    let id = short.map_or(name, |(_, id)| id);
    GRAMMARS.iter().copied().find(|grammar| grammar.id == id)
}

/// Whether two are one provider, which may have several issuers: GitLab.com and GitLab on a host of one's own,
/// or Kubernetes in several clouds. They have the same classes of outsiders.
///
/// ```
/// use claimgate_providers::{is_same_provider, provider_named};
///
/// let [eks, gke, gitlab] = ["eks", "gke", "gitlab"].map(|name| provider_named(name).unwrap());
/// assert!(is_same_provider(eks, gke) && !is_same_provider(eks, gitlab));
/// ```
#[must_use]
pub fn is_same_provider(one: &Grammar, other: &Grammar) -> bool {
    one.id == other.id || std::ptr::eq(one.outsiders, other.outsiders)
}
