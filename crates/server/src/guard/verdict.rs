//! Which policies admit strangers. This is the one place that knows how that is found out: at present
//! from the text of the patterns, so a verdict may be mistaken.

use claimgate::diagnostic::{Diagnostic, Severity};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_analysis::{Policies, findings};
use claimgate_providers::shared_issuer;
use serde_json::Value;

use crate::issuers::effect::effect;

/// The codes of findings which, as errors, say that nothing pins the tenant through its separator.
const UNPINNED: [&str; 3] = [
    "shared-issuer-unpinned",
    "audience-only",
    "name-without-separator",
];

/// What is asked: which allows of `after` admit strangers that `before` does not admit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// The issuer's URL.
    pub(crate) issuer: &'a str,
    /// The audiences that the issuer lists: one more rule on `aud` of every allow.
    pub(crate) audiences: Option<&'a [String]>,
    /// The stored policies.
    pub(crate) before: &'a [PolicyDefinition],
    /// Those that are to replace them.
    pub(crate) after: &'a [PolicyDefinition],
}

/// The verdict on one policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Its index in `after`, from 0.
    pub(crate) policy: usize,
    /// What is wrong with it, for people.
    pub(crate) finding: Diagnostic,
    pub(crate) answer: Answer,
}

/// Whether strangers are admitted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// They are, with the claims of a token that is admitted, if one is known.
    Open { witness: Option<Value> },
    /// It is not known.
    #[expect(dead_code, reason = "the text of a pattern always gives an answer")]
    Undecided,
}

/// The verdicts on the allows that are new or changed, and that strangers may pass.
pub(crate) fn verdicts(question: &Question<'_>) -> Vec<Verdict> {
    let Question {
        issuer,
        audiences,
        before,
        after,
    } = *question;
    if shared_issuer(issuer).is_none() {
        return Vec::new();
    }
    let is_new = |policy: &PolicyDefinition| {
        policy.decision == Decision::Allow
            && !before.iter().any(|old| effect(old) == effect(policy))
    };
    let policies = Policies::new(after, Dialect::Pulumi)
        .at(issuer)
        .with_audiences(audiences);
    let open = findings(&policies).into_iter().filter(|finding| {
        UNPINNED.contains(&&*finding.code) && finding.severity == Severity::Error
    });
    let verdict = |finding: Diagnostic| {
        let index = finding.path.strip_prefix("policies[")?.split(']').next()?;
        let policy = index.parse().ok()?;
        after.get(policy).filter(|policy| is_new(policy))?;
        Some(Verdict {
            policy,
            finding,
            answer: Answer::Open { witness: None },
        })
    };
    open.filter_map(verdict).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{PolicyDefinition, parse_policies};

    use super::{Question, verdicts};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn policies(rules: &[&str]) -> Vec<PolicyDefinition> {
        let policy =
            |rules| format!(r#"{{"decision":"allow","tokenType":"organization","rules":{rules}}}"#);
        let all: Vec<_> = rules.iter().map(policy).collect();
        parse_policies(&format!("[{}]", all.join(","))).unwrap()
    }

    fn opened(issuer: &str, before: &[PolicyDefinition], after: &[PolicyDefinition]) -> Vec<usize> {
        let question = Question {
            issuer,
            audiences: None,
            before,
            after,
        };
        verdicts(&question)
            .iter()
            .map(|verdict| verdict.policy)
            .collect()
    }

    #[test]
    fn only_an_allow_that_is_new_or_changed_is_judged() {
        let (closed, open) = (r#"{"sub":"repo:octo-org/*"}"#, r#"{"sub":"repo:*"}"#);
        let stored = policies(&[open, closed]);
        for (after, expected) in [
            (&[closed][..], &[][..]),
            (&[open], &[]),
            (&[closed, open], &[]),
            (&[open, r#"{"sub":"repo:*","event_name":"push"}"#], &[1]),
            (&[r#"{"sub":"*"}"#, closed, r#"{"actor":"ada"}"#], &[0, 2]),
        ] {
            assert_eq!(
                opened(GITHUB, &stored, &policies(after)),
                expected,
                "{after:?}"
            );
        }
        assert_eq!(opened(GITHUB, &[], &stored), [0]);
        // Every way in which a stranger may come in.
        let ways = [r#"{"aud":"x"}"#, r#"{"sub":"repo:octo-org*"}"#, closed];
        assert_eq!(opened(GITHUB, &[], &policies(&ways)), [0, 1]);
        assert_eq!(opened("https://ci.example", &[], &stored), [0; 0]);
    }

    #[test]
    fn a_name_a_note_and_an_order_make_no_policy_new() {
        let stored = policies(&[r#"{"sub":"repo:*","event_name":"push"}"#]);
        let mut after = policies(&[r#"{"event_name":"push","sub":"repo:*"}"#]);
        after[0].name = Some("a name".to_owned());
        after[0].note = Some("a note".to_owned());
        assert_eq!(opened(GITHUB, &stored, &after), [0; 0]);
    }
}
