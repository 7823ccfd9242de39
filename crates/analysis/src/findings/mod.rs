//! Findings, one file each.
//!
//! There are three kinds, by what they look at: a pattern, a policy, or all policies of an issuer.

mod audience_only;
mod audience_unpinned;
mod denies_everything;
mod dot_is_wildcard;
mod escape_not_portable;
mod findings_left_out;
mod many_policies;
mod matches_anything;
mod name_without_separator;
mod pull_request_admitted;
mod shared_issuer_unpinned;
mod target_unreachable;

use claimgate::diagnostic::Diagnostic;
use claimgate::numbers::Table;
use claimgate::pattern::{Dialect, Part, parts};
use claimgate::policy::{PolicyDefinition, TokenType};

use crate::policies::Policies;

pub use many_policies::PULUMI_POLICY_LIMIT;
pub(crate) use target_unreachable::is_reachable;

/// A pattern as a finding looks at it.
struct PatternText<'a> {
    source: &'a str,
    place: Place,
    dialect: Dialect,
    parts: Vec<Part>,
}

/// What a pattern is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// A claim of the token.
    Claim,
    /// The team in the request.
    Team,
}

type OnPattern = fn(&PatternText<'_>) -> Option<Diagnostic>;
type OnPolicy = fn(&PolicyDefinition, &Policies<'_>) -> Option<Diagnostic>;
type OnSet = fn(&[PolicyDefinition]) -> Option<Diagnostic>;

/// The findings on one pattern. The caller adds the path.
const ON_PATTERNS: [OnPattern; 3] = [
    escape_not_portable::finding,
    matches_anything::finding,
    dot_is_wildcard::finding,
];

/// The findings on one policy. The caller adds the path.
const ON_POLICIES: [OnPolicy; 6] = [
    shared_issuer_unpinned::finding,
    name_without_separator::finding,
    pull_request_admitted::finding,
    audience_only::finding,
    audience_unpinned::finding,
    denies_everything::finding,
];

/// Once there are as many findings, no more policies are looked at. A finding may compare a policy with
/// all others, which takes too long with tens of thousands of policies.
const MAX_FINDINGS: usize = 1_000;

/// The findings on all policies of an issuer.
const ON_SETS: [OnSet; 1] = [many_policies::finding];

/// The findings on the policies of one issuer, in the order of the policies, those on the whole set
/// last. Paths begin with `policies[0]`. After about 1,000 findings, the other policies are not looked at,
/// and a finding says so.
///
/// The policies should be valid ([`PolicySet::compile`](claimgate::policy::PolicySet::compile)
/// accepts them): findings on others are of no use.
///
/// ```
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
/// use claimgate_analysis::{Policies, findings};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("aud", "octo-org");
/// let findings = findings(&Policies::new(&[allow], Dialect::Pulumi));
/// assert_eq!(findings[0].code, "audience-only");
/// ```
#[must_use]
pub fn findings(policies: &Policies<'_>) -> Vec<Diagnostic> {
    let definitions = policies.definitions;
    let mut reader = Reader {
        all: *policies,
        patterns: Table::default(),
        findings: Vec::new(),
    };
    for (index, definition) in definitions.iter().enumerate() {
        if reader.findings.len() >= MAX_FINDINGS {
            reader.findings.push(findings_left_out::finding(index));
            break;
        }
        reader.policy(index, definition);
    }
    let on_set = ON_SETS.iter().filter_map(|finding| finding(definitions));
    reader.findings.extend(on_set);
    reader.findings
}

struct Reader<'a> {
    all: Policies<'a>,
    /// The findings on the patterns so far: many policies repeat the same few.
    patterns: Table<(Place, &'a str), Vec<Diagnostic>>,
    findings: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn policy(&mut self, index: usize, definition: &'a PolicyDefinition) {
        let team = definition.team_name.as_deref();
        if let Some(name) = team.filter(|_| definition.token_type == TokenType::Team) {
            self.pattern(name, Place::Team, || format!("policies[{index}].teamName"));
        }
        for (claim, pattern) in &definition.rules {
            self.pattern(pattern, Place::Claim, || {
                format!("policies[{index}].rules.{claim}")
            });
        }
        let on_policy = ON_POLICIES
            .iter()
            .filter_map(|finding| finding(definition, &self.all));
        let on_policy = on_policy.chain(target_unreachable::finding(definition, self.all.dialect));
        self.findings
            .extend(on_policy.map(|finding| finding.at(format!("policies[{index}]"))));
    }

    fn pattern(&mut self, source: &'a str, place: Place, path: impl Fn() -> String) {
        // Without these characters no pattern has a finding.
        if !source.contains(['*', '.', '\\']) {
            return;
        }
        let key = (place, source);
        if self.patterns.get(&key).is_none() {
            let findings = on_pattern(source, place, self.all.dialect);
            self.patterns.insert(key, findings);
        }
        let findings = self.patterns.get(&key).into_iter().flatten();
        self.findings
            .extend(findings.map(|finding| finding.clone().at(path())));
    }
}

fn on_pattern(source: &str, place: Place, dialect: Dialect) -> Vec<Diagnostic> {
    let pattern = PatternText {
        source,
        place,
        dialect,
        parts: parts(source, dialect),
    };
    let findings = ON_PATTERNS.iter().filter_map(|finding| finding(&pattern));
    findings.collect()
}

/// The code of the finding on a pattern, in Pulumi's dialect and in `StringLike`.
#[cfg(test)]
fn codes(finding: OnPattern, source: &str) -> [Option<String>; 2] {
    [Dialect::Pulumi, Dialect::StringLike].map(|dialect| {
        let pattern = PatternText {
            source,
            place: Place::Claim,
            dialect,
            parts: parts(source, dialect),
        };
        finding(&pattern).map(|finding| finding.code.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use claimgate::policy::Decision;

    use super::*;

    pub(super) const GITHUB: &str = "https://token.actions.githubusercontent.com";

    pub(super) fn allow(rules: &[(&str, &str)]) -> PolicyDefinition {
        let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
        rules.iter().fold(policy, |policy, (claim, pattern)| {
            policy.rule(*claim, *pattern)
        })
    }

    /// The surroundings of a policy on that issuer.
    pub(super) fn on(url: &str) -> Policies<'_> {
        Policies::new(&[], Dialect::Pulumi).at(url)
    }

    pub(super) fn code_of(finding: Option<Diagnostic>) -> Option<String> {
        finding.map(|finding| finding.code.into_owned())
    }
}
