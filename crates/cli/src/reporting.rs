//! Policies that only report what they would deny: a member of the server's own, `reportOnly`. They
//! are part of what is checked and shown, and of no decision.

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{Explanation, Outcome};
use claimgate::policy::PolicyDefinition;
use claimgate_server::issuers::policies::Policy;
use serde::Serialize;

/// What policies compile to, with and without those that only report.
#[derive(Debug)]
pub(crate) struct Sets<T> {
    /// All of them.
    pub(crate) all: T,
    /// Those that decide.
    pub(crate) enforced: T,
    /// The indices of those that only report.
    pub(crate) reporting: Vec<usize>,
}

impl<T> Sets<T> {
    /// Compiles policies in both ways. What is wrong in a part is wrong in the whole.
    pub(crate) fn of<E>(
        policies: &[Policy],
        compile: impl Fn(Vec<PolicyDefinition>) -> Result<T, E>,
    ) -> Result<Self, E> {
        let definitions = |policies: &mut dyn Iterator<Item = &Policy>| -> Vec<PolicyDefinition> {
            policies.map(|policy| policy.definition.clone()).collect()
        };
        let reporting = policies
            .iter()
            .enumerate()
            .filter(|(_, policy)| policy.report_only);
        Ok(Self {
            all: compile(definitions(&mut policies.iter()))?,
            enforced: compile(definitions(
                &mut policies.iter().filter(|policy| !policy.report_only),
            ))?,
            reporting: reporting.map(|(index, _)| index).collect(),
        })
    }
}

/// What is to say about a policy or an issuer that only reports.
pub(crate) fn mark(path: &str) -> Diagnostic {
    let message = "it only reports what it would deny, and denies nothing yet";
    let help = "once the audit log reports nothing that should be let in, take `reportOnly` away";
    Diagnostic::note("report-only", message).at(path).help(help)
}

/// What policies that only report would have denied.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// The indices of the policies, among all.
    pub(crate) policies: Vec<usize>,
    /// The decision as it would be with them.
    pub(crate) summary: String,
}

impl Report {
    /// Whether an explanation with all policies rests on those alone that only report: then it is
    /// not the decision.
    pub(crate) fn of(explanation: Option<&Explanation>, reporting: &[usize]) -> Option<Self> {
        let Explanation {
            decision,
            reason,
            summary,
            ..
        } = explanation?;
        let is_reported = |index: &usize| reporting.contains(index);
        let is_theirs = !reason.policies.is_empty() && reason.policies.iter().all(is_reported);
        (*decision == Outcome::Denied && is_theirs).then(|| Self {
            policies: reason.policies.clone(),
            summary: summary.clone(),
        })
    }

    /// The same for people, who were shown an explanation without those policies: that counts
    /// differently.
    pub(crate) fn text(&self, shown: &Explanation, reporting: &[usize]) -> String {
        let among_all = |index: usize| {
            (0..)
                .filter(|place| !reporting.contains(place))
                .nth(index)
                .unwrap_or(index)
        };
        let renumbered = shown
            .reason
            .policies
            .iter()
            .map(|index| (index + 1, among_all(*index) + 1));
        let mut numbers = "above, policies are counted without them".to_owned();
        for (own, all) in renumbered.filter(|(own, all)| own != all) {
            numbers += &format!("; policy {own} there is policy {all} of all");
        }
        let note = "note[report-only]: with the policies that only report it would be";
        format!("{note} {}\n  help: {numbers}\n", self.summary)
    }
}

#[cfg(test)]
mod tests {
    use claimgate::claims::{Claims, TrustedClaims};
    use claimgate::explain::explain;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicySet, RequestedToken};
    use claimgate_server::issuers::policies::parse;

    use super::{Report, Sets};

    #[test]
    fn a_report_is_a_denial_by_policies_that_only_report() {
        let policy = |decision, mark, sub| {
            format!(
                r#"{{"decision": "{decision}", "tokenType": "organization"{mark}, "rules": {{"sub": "{sub}"}}}}"#
            )
        };
        let mark = r#", "reportOnly": true"#;
        let policies = [
            policy("deny", mark, "a*"),
            policy("allow", "", "*"),
            policy("deny", "", "*c"),
        ];
        let policies = parse(&format!("[{}]", policies.join(", "))).unwrap();
        let sets = Sets::of(&policies, |policies| {
            PolicySet::compile(&policies, Dialect::Pulumi)
        })
        .unwrap();
        assert_eq!(
            (sets.all.len(), sets.enforced.len(), &sets.reporting),
            (3, 2, &vec![0])
        );
        for (sub, expected) in [
            ("ab", Some(vec![0])),
            ("bc", None),
            ("ac", None),
            ("b", None),
        ] {
            let claims = Claims::from_json(&format!(r#"{{"sub": "{sub}"}}"#)).unwrap();
            let claims = TrustedClaims::dangerous_assume_verified(claims);
            let explanation = explain(
                &sets.all,
                &claims,
                &RequestedToken::Organization { admin: false },
            );
            let found =
                Report::of(Some(&explanation), &sets.reporting).map(|report| report.policies);
            assert_eq!(found, expected, "{sub}");
        }
    }
}
