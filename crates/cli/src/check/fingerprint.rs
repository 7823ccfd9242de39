//! Fingerprints of findings, which stay the same while a file changes elsewhere.

use std::collections::HashMap;

use claimgate::diagnostic::Diagnostic;
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::Finding;

use crate::ci::sarif::hash;

/// Gives out the fingerprints of an issuer's findings.
pub(super) struct Fingerprints<'a> {
    issuer: &'a IssuerDefinition,
    /// How many findings had the same.
    seen: HashMap<u64, usize>,
}

impl<'a> Fingerprints<'a> {
    pub(super) fn of(issuer: &'a IssuerDefinition) -> Self {
        Self {
            issuer,
            seen: HashMap::new(),
        }
    }

    /// The fingerprint of the next finding: of its code, its issuer, and what its policy says. The order
    /// of policies and rules, and names and notes, do not matter.
    pub(super) fn next(&mut self, finding: &Finding) -> String {
        let diagnostic = &finding.diagnostic;
        let policy = finding.policies.first();
        let policy = policy.and_then(|index| self.issuer.policies.get(*index));
        let member = match policy {
            Some(_) => diagnostic
                .path
                .split_once("].")
                .map_or("", |(_, member)| member),
            None => &diagnostic.path,
        };
        let policy = policy.map(meaning).unwrap_or_default();
        let parts = [&*diagnostic.code, &self.issuer.url, member, &policy];
        let hash = hash(&parts);
        let count = self.seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:016x}:{count}")
    }

    /// The fingerprint of what is found in a file's text.
    pub(super) fn of_text(diagnostic: &Diagnostic) -> String {
        let hash = hash(&[&diagnostic.code, &diagnostic.path, &diagnostic.message]);
        format!("{hash:016x}:1")
    }
}

/// What a policy says, whatever the order of its rules.
fn meaning(policy: &PolicyDefinition) -> String {
    let mut policy = policy.clone();
    policy.rules.sort();
    policy.name = None;
    policy.note = None;
    serde_json::to_string(&policy).unwrap_or_default()
}
