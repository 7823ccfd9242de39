//! How policies and rules are marked: by what they mean for the decision, so that nothing is red in an
//! explanation of why a token is allowed.

use claimgate::explain::{Outcome, PolicyEvidence, PolicyOutcome};
use claimgate::policy::Decision;

/// Whether something speaks for the token, against it, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Against it.
    Bad,
    /// For it.
    Good,
    /// Worth a note.
    Note,
    /// Neither.
    Neutral,
}

/// A symbol with its tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleMark {
    /// Its colour.
    pub tone: Tone,
    /// `✓`, `✕`, `–` or `!`.
    pub symbol: &'static str,
}

const fn mark(tone: Tone, symbol: &'static str) -> RuleMark {
    RuleMark { tone, symbol }
}

/// The mark of a rule. A rule of an allow that does not match is why a token is denied; that of a deny, or of an
/// allow beside another one that allows, is neither good nor bad.
pub fn rule_mark(policy: &PolicyEvidence, matches: bool, decision: Outcome) -> RuleMark {
    let applies = policy.outcome != PolicyOutcome::NotApplicable;
    let denies = policy.outcome == PolicyOutcome::Matched && !policy.report_only;
    match (policy.decision, matches) {
        (_, true) if !applies => mark(Tone::Neutral, "✓"),
        (_, false) if !applies => mark(Tone::Neutral, "–"),
        (Decision::Allow, true) => mark(Tone::Good, "✓"),
        (Decision::Allow, false) if decision == Outcome::Denied => mark(Tone::Bad, "✕"),
        (Decision::Deny, true) if denies => mark(Tone::Bad, "✓"),
        (_, true) => mark(Tone::Neutral, "✓"),
        (_, false) => mark(Tone::Neutral, "–"),
    }
}

/// The mark of a policy, and its outcome in words.
pub fn policy_mark(policy: &PolicyEvidence, decision: Outcome) -> (RuleMark, &'static str) {
    match (policy.outcome, policy.decision) {
        (PolicyOutcome::Matched, Decision::Deny) if policy.report_only => {
            (mark(Tone::Note, "!"), "matches: would deny, report-only")
        }
        (PolicyOutcome::Matched, Decision::Allow) => (mark(Tone::Good, "✓"), "matches: allows"),
        (PolicyOutcome::Matched, Decision::Deny) => (mark(Tone::Bad, "✕"), "matches: denies"),
        (PolicyOutcome::NotMatched, Decision::Allow) if decision == Outcome::Denied => {
            (mark(Tone::Bad, "✕"), "does not match")
        }
        (PolicyOutcome::NotMatched, _) => (mark(Tone::Neutral, "–"), "does not match"),
        (PolicyOutcome::NotApplicable, _) => (mark(Tone::Neutral, "–"), "does not apply"),
    }
}

#[cfg(test)]
mod tests {
    use claimgate::claims::{Claims, TrustedClaims};
    use claimgate::explain::{Explanation, RuleOutcome, explain};
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicySet, RequestedToken, parse_policies};

    use super::*;

    fn explained(sub: &str) -> Explanation {
        let policies = parse_policies(
            r#"{"policies": [
                {"decision": "allow", "tokenType": "organization", "rules": {"sub": "main"}},
                {"decision": "allow", "tokenType": "organization", "rules": {"sub": "test*"}},
                {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*-pr"}},
                {"decision": "deny", "tokenType": "team", "teamName": "*", "rules": {"sub": "*"}}
            ]}"#,
        );
        let set = PolicySet::compile(&policies.unwrap(), Dialect::Pulumi).unwrap();
        let claims = Claims::from_json(&format!(r#"{{"sub": "{sub}"}}"#)).unwrap();
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        explain(
            &set,
            &claims,
            &RequestedToken::Organization { admin: false },
        )
    }

    type Marks = Vec<(Tone, &'static str)>;

    /// The marks of the policies, and of the first rule of each that applies.
    fn marks(sub: &str) -> (Marks, Marks) {
        let found = explained(sub);
        let of = |mark: RuleMark| (mark.tone, mark.symbol);
        let policies = found.policies.iter();
        let own = policies
            .clone()
            .map(|policy| of(policy_mark(policy, found.decision).0));
        let rules = policies.filter(|policy| policy.outcome != PolicyOutcome::NotApplicable);
        let rules = rules.map(|policy| {
            let matches = policy.rules[0].outcome == RuleOutcome::Matched;
            of(rule_mark(policy, matches, found.decision))
        });
        (own.collect(), rules.collect())
    }

    #[test]
    fn nothing_is_red_where_a_token_is_allowed() {
        let (policies, rules) = marks("main");
        assert_eq!(policies[0], (Tone::Good, "✓"));
        assert_eq!(policies[1..], [(Tone::Neutral, "–"); 3]);
        assert_eq!(rules[0], (Tone::Good, "✓"));
        assert_eq!(rules[1..], [(Tone::Neutral, "–"); 2]);
    }

    #[test]
    fn red_is_what_denies_a_token() {
        let (policies, rules) = marks("other");
        assert_eq!(policies[..2], [(Tone::Bad, "✕"); 2]);
        assert_eq!(policies[2], (Tone::Neutral, "–"));
        assert_eq!(rules[..2], [(Tone::Bad, "✕"); 2]);
        assert_eq!(rules[2], (Tone::Neutral, "–"));
        let (policies, rules) = marks("test-pr");
        assert_eq!(policies[1..3], [(Tone::Good, "✓"), (Tone::Bad, "✕")]);
        assert_eq!(rules[1..3], [(Tone::Good, "✓"), (Tone::Bad, "✓")]);
    }
}
