//! Everything that is found in the policies of an issuer, by the analysis of all tokens, and where
//! that does not reach by the text of patterns. One kind of finding is one file, with its
//! documentation and its example.

mod catalog;
mod context;
mod finding;
mod fix;
mod jobs;
mod options;
mod read;
mod rule;
mod spelling;
mod tenants;
mod whole_set;

use std::collections::HashMap;

use claimgate::diagnostic::Diagnostics;
use claimgate::issuer::IssuerDefinition;
use claimgate::sorted::sorted_by;

use context::{Context, Models};

pub(crate) use context::with_plain_dots;
pub(crate) use tenants::shared_issuer_unpinned;

pub(crate) use catalog::CODES;
pub use catalog::{CATALOG, Group, catalog};
pub use finding::{Edit, Finding, Findings, SafeFix};
pub use fix::apply;
pub use options::CheckOptions;
pub use rule::{Example, Rule};

/// The most policies of an issuer that are analyzed. Others are only read.
const MAX_POLICIES: usize = 1_000;

/// A kind of finding: adds what it finds.
type Find = fn(&mut Context<'_>);

/// Finds what is wrong with the policies of an issuer, or deserves a second look: errors first. Paths
/// begin with `policies[0]`, or name another member of the issuer.
///
/// Without the URL of the issuer nothing is known of its tokens, and whom policies admit is read off
/// the text of their patterns.
///
/// # Errors
/// What is wrong with the policies or audiences, as [`PolicyModel::new`](crate::PolicyModel::new).
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::parse_policies;
/// use claimgate_analysis::{CheckOptions, check};
///
/// let policies = r#"[
///     {"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme*"}}
/// ]"#;
/// let issuer = IssuerDefinition {
///     url: "https://token.actions.githubusercontent.com".to_owned(),
///     policies: parse_policies(policies)?,
///     ..IssuerDefinition::default()
/// };
/// let checked = check(&issuer, &CheckOptions::new(Dialect::Pulumi))?;
/// let first = &checked.findings[0];
/// assert_eq!((&*first.diagnostic.code, &*first.diagnostic.path), ("name-without-separator", "policies[0].rules.sub"));
/// assert!(first.witness.is_some());
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
pub fn check(issuer: &IssuerDefinition, options: &CheckOptions) -> Result<Findings, Diagnostics> {
    let models = Models::new(issuer, options)?;
    let mut cx = Context::new(issuer, &models, options);
    if issuer.policies.len() > MAX_POLICIES {
        cx.add(whole_set::analysis_undecided::too_many(
            issuer.policies.len(),
        ));
    } else {
        let all = [tenants::FIND, jobs::FIND, spelling::FIND, whole_set::FIND];
        for find in all.into_iter().flatten() {
            find(&mut cx);
        }
    }
    cx.add_rest();
    let facts = cx.analysis.facts();
    keep_most_special(&mut cx.findings);
    let place = |finding: &Finding| finding.policies.first().copied();
    let findings = sorted_by(cx.findings, |own| (own.diagnostic.severity, place(own)));
    Ok(Findings { findings, facts })
}

/// Findings that a pattern never matches, the most special first: of those on one rule, the first says it.
const NEVER: [&str; 4] = [
    spelling::boolean_as_text::RULE.code,
    spelling::case_never::RULE.code,
    spelling::regex_in_glob::RULE.code,
    whole_set::never_matches_provider::RULE.code,
];

/// Leaves out findings on a rule that say less than another one. What proves them goes to that one.
fn keep_most_special(findings: &mut Vec<Finding>) {
    let rank = |own: &Finding| NEVER.iter().position(|code| *code == own.diagnostic.code);
    let mut best: HashMap<String, usize> = HashMap::new();
    for own in findings.iter() {
        if let Some(rank) = rank(own) {
            let least = best.entry(own.diagnostic.path.clone()).or_insert(rank);
            *least = rank.min(*least);
        }
    }
    let mut proofs = HashMap::new();
    findings.retain_mut(|own| {
        let path = &own.diagnostic.path;
        let is_kept = rank(own).is_none_or(|own| best.get(path) == Some(&own));
        if let Some(proof) = own.proof.take_if(|_| !is_kept) {
            proofs.insert(path.clone(), proof);
        }
        is_kept
    });
    for own in findings.iter_mut().filter(|own| rank(own).is_some()) {
        let proof = proofs.remove(&own.diagnostic.path);
        own.proof = own.proof.take().or(proof);
    }
}
