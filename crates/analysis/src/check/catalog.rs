//! All kinds of findings, in the groups of their documentation.

use super::rule::Rule;
use super::whole_set;

/// A group of kinds of findings: a page of the documentation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Group {
    /// The name of its page.
    pub page: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What its findings are about, in a sentence.
    pub about: &'static str,
    /// The kinds of findings.
    pub rules: &'static [&'static Rule],
}

/// All groups.
pub static CATALOG: [Group; 1] = [Group {
    page: "sets",
    title: "The whole set",
    about: "What the policies of an issuer do to each other.",
    rules: &[
        &whole_set::allow_dead::RULE,
        &whole_set::allow_redundant::RULE,
        &whole_set::policies_equal::RULE,
        &whole_set::deny_useless::RULE,
        &whole_set::deny_avoidable::RULE,
        &whole_set::deny_case::RULE,
        &whole_set::rules_unsatisfiable::RULE,
        &whole_set::never_matches_provider::RULE,
        &whole_set::role_ambiguous_possible::RULE,
        &whole_set::admin_wider::RULE,
        &whole_set::wider_than_baseline::RULE,
        &whole_set::report_only_differs::RULE,
        &whole_set::analysis_undecided::RULE,
    ],
}];

/// All kinds of findings, group by group.
pub fn catalog() -> impl Iterator<Item = &'static Rule> {
    CATALOG.iter().flat_map(|group| group.rules.iter().copied())
}
