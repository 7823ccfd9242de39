//! Which policies admit strangers. The analysis answers it, with a token that is admitted, for issuers
//! whose tokens it knows. For others it is read off the text of the patterns, and may be mistaken.

use claimgate::claims::Value as Claim;
use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_analysis::{Analysis, Policies, PolicyModel, Undecided, Witness, findings};
use claimgate_providers::shared_issuer;
use serde_json::Value;

use crate::issuers::effect::effect;

/// The code of what the analysis finds.
const OPEN: &str = "shared-issuer-unpinned";

/// The codes of findings which, as errors, say that nothing pins the tenant through its separator.
const UNPINNED: [&str; 3] = [OPEN, "audience-only", "name-without-separator"];

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
    Undecided,
}

/// The verdicts on the allows that are new or changed, and that strangers may pass.
pub(crate) fn verdicts(question: &Question<'_>) -> Vec<Verdict> {
    if shared_issuer(question.issuer).is_none() {
        return Vec::new();
    }
    let is_new = |policy: &PolicyDefinition| {
        let mut stored = question.before.iter();
        policy.decision == Decision::Allow && !stored.any(|old| effect(old) == effect(policy))
    };
    let all = question.after.iter().enumerate();
    let new: Vec<usize> = all
        .filter(|(_, policy)| is_new(policy))
        .map(|(index, _)| index)
        .collect();
    if new.is_empty() {
        return Vec::new();
    }
    let text = textual(question);
    let model = model(question, question.after.to_vec());
    let mut analysis = model.as_ref().map(Analysis::new);
    let judge = |policy: usize| {
        let told = || text.iter().find(|(index, _)| *index == policy);
        match analysis.as_mut().and_then(|all| all.stranger(policy)) {
            Some(answer) => exact(question, policy, &answer),
            None => told().map(|(_, finding)| Verdict {
                policy,
                finding: finding.clone(),
                answer: Answer::Open { witness: None },
            }),
        }
    };
    new.into_iter().filter_map(judge).collect()
}

/// The verdict of the analysis; `None` if it has proved that no stranger is admitted.
fn exact(
    question: &Question<'_>,
    policy: usize,
    answer: &claimgate_analysis::Answer,
) -> Option<Verdict> {
    let (finding, answer) = match answer {
        claimgate_analysis::Answer::No { .. } => return None,
        claimgate_analysis::Answer::Yes { witness } => {
            let claims = serde_json::to_value(&witness.claims).ok();
            let finding = open(question, policy, witness);
            (finding, Answer::Open { witness: claims })
        }
        claimgate_analysis::Answer::Undecided { reason } => (undecided(*reason), Answer::Undecided),
        _ => return None,
    };
    let finding = finding.at(format!("policies[{policy}]"));
    Some(Verdict {
        policy,
        finding,
        answer,
    })
}

fn open(question: &Question<'_>, policy: usize, witness: &Witness) -> Diagnostic {
    let of = |claim: &str| witness.claims.get(claim).and_then(Claim::as_str);
    let token = match of("sub") {
        Some(subject) => format!("a token with the subject `{subject}`"),
        None => "a token of another tenant".to_owned(),
    };
    let help = if is_opened_by_dots(question, policy) {
        "only a `.` that stands for any character admits it: write `\\.` for a dot, which other systems do not read"
    } else {
        "pin the tenant: write its whole name and the separator after it, before any wildcard"
    };
    Diagnostic::note(OPEN, format!("strangers are admitted: {token} is"))
        .severity(Severity::Error)
        .basis(Basis::Facts)
        .help(help)
}

fn undecided(reason: Undecided) -> Diagnostic {
    let message = format!(
        "it is not known whether strangers are admitted: {}",
        reason.sentence()
    );
    Diagnostic::note(OPEN, message)
        .severity(Severity::Warning)
        .help("write the policy with fewer wildcards")
}

/// Whether a policy admits no stranger once each of its dots stands for itself.
fn is_opened_by_dots(question: &Question<'_>, policy: usize) -> bool {
    let mut policies = question.after.to_vec();
    let Some(own) = policies.get_mut(policy) else {
        return false;
    };
    for (_, pattern) in &mut own.rules {
        *pattern = escaped(pattern);
    }
    let model = model(question, policies);
    let answer = model.and_then(|model| Analysis::new(&model).stranger(policy));
    answer.is_some_and(|answer| answer.is_no())
}

/// A pattern whose dots stand for themselves.
fn escaped(pattern: &str) -> String {
    let mut escaped = String::with_capacity(pattern.len());
    let mut is_escape = false;
    for c in pattern.chars() {
        if c == '.' && !is_escape {
            escaped.push('\\');
        }
        is_escape = c == '\\' && !is_escape;
        escaped.push(c);
    }
    escaped
}

fn model(question: &Question<'_>, policies: Vec<PolicyDefinition>) -> Option<PolicyModel> {
    let issuer = IssuerDefinition {
        url: question.issuer.to_owned(),
        audiences: question.audiences.map(<[String]>::to_vec),
        policies,
        ..IssuerDefinition::default()
    };
    PolicyModel::new(&issuer, Dialect::Pulumi).ok()
}

/// What the text of the patterns says, by the index of the policy.
fn textual(question: &Question<'_>) -> Vec<(usize, Diagnostic)> {
    let policies = Policies::new(question.after, Dialect::Pulumi)
        .at(question.issuer)
        .with_audiences(question.audiences);
    let open = findings(&policies).into_iter().filter(|finding| {
        UNPINNED.contains(&&*finding.code) && finding.severity == Severity::Error
    });
    let place = |finding: Diagnostic| {
        let index = finding.path.strip_prefix("policies[")?.split(']').next()?;
        Some((index.parse().ok()?, finding))
    };
    open.filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{PolicyDefinition, parse_policies};

    use super::{Answer, Question, escaped, verdicts};

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
    fn the_verdict_has_a_token_that_is_admitted_and_names_its_subject() {
        let ask = |rules: &str| {
            let after = policies(&[rules]);
            let question = Question {
                issuer: GITHUB,
                audiences: None,
                before: &[],
                after: &after,
            };
            verdicts(&question)
        };
        let [open] = &ask(r#"{"sub":"repo:octo-org*"}"#)[..] else {
            panic!("one verdict");
        };
        let Answer::Open {
            witness: Some(claims),
        } = &open.answer
        else {
            panic!("{open:?}");
        };
        let subject = claims["sub"].as_str().unwrap();
        assert!(subject.starts_with("repo:octo-org") && !subject.starts_with("repo:octo-org/"));
        assert!(
            open.finding.message.contains(subject),
            "{}",
            open.finding.message
        );
        assert_eq!(ask(r#"{"sub":"repo:octo-org/*"}"#), []);
    }

    #[test]
    fn dots_are_escaped_once() {
        for (pattern, expected) in [
            ("a.b", r"a\.b"),
            (r"a\.b", r"a\.b"),
            (r"a\\.b", r"a\\\.b"),
            ("", ""),
        ] {
            assert_eq!(escaped(pattern), expected);
        }
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
