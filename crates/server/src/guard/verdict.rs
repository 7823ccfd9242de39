//! Which policies let strangers in. The analysis answers it, with a token that is admitted.

use claimgate::claims::Value as Claim;
use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_analysis::{Analysis, PolicyModel, Undecided, Witness};
use claimgate_providers::shared_issuer;
use serde_json::Value;

use crate::issuers::effect::effect;

/// The most verdicts of each kind that are given: more would not be read, and take time to find.
const MANY: usize = 20;

/// The code of what is found.
const OPEN: &str = "shared-issuer-unpinned";

/// What is asked: which allows of an issuer admit strangers `after` a change that do not get in
/// `before`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) before: &'a IssuerDefinition,
    pub(crate) after: &'a IssuerDefinition,
}

/// The verdict on one policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Its index among the policies after the change, from 0.
    pub(crate) policy: usize,
    /// What is wrong with it, for people.
    pub(crate) finding: Diagnostic,
    pub(crate) answer: Answer,
}

/// Whether strangers are admitted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// They are, with the claims of a token that is admitted.
    Open { witness: Value },
    /// It is not known.
    Undecided,
}

/// The verdicts on the allows that admit strangers who did not get in before, or may do so: the first
/// twenty of each.
///
/// An allow that is as it was needs no question, unless something else lets more in: a deny is gone, or
/// the issuer accepts more audiences.
pub(crate) fn verdicts(question: &Question<'_>) -> Vec<Verdict> {
    let Question { before, after } = *question;
    if shared_issuer(&after.url).is_none() {
        return Vec::new();
    }
    let stored: Vec<_> = before.policies.iter().map(effect).collect();
    let is_restricted = restricts_as_before(before, after);
    let is_asked = |policy: &PolicyDefinition| {
        policy.decision == Decision::Allow && !(is_restricted && stored.contains(&effect(policy)))
    };
    let all = after.policies.iter().enumerate();
    let asked: Vec<usize> = all
        .filter(|(_, policy)| is_asked(policy))
        .map(|(index, _)| index)
        .collect();
    let Some(model) = model(after).filter(|_| !asked.is_empty()) else {
        return Vec::new();
    };
    // Stored policies that cannot be read admit no one.
    let nothing = || PolicyModel::new(&IssuerDefinition::default(), Dialect::Pulumi).ok();
    let Some(stored) = self::model(before).or_else(nothing) else {
        return Vec::new();
    };
    let answers = Analysis::new(&model).new_strangers(&asked, &stored, MANY);
    let verdicts = answers
        .into_iter()
        .filter_map(|(policy, answer)| verdict(after, policy, &answer));
    let mut undecided = 0;
    let is_told = |verdict: &Verdict| {
        undecided += usize::from(verdict.answer == Answer::Undecided);
        verdict.answer != Answer::Undecided || undecided <= MANY
    };
    verdicts.filter(is_told).collect()
}

/// Whether all that restricted the allows before still does: denies, other allows' roles, audiences.
fn restricts_as_before(before: &IssuerDefinition, after: &IssuerDefinition) -> bool {
    let restricts =
        |policy: &&PolicyDefinition| policy.decision == Decision::Deny || policy.role_id.is_some();
    let kept: Vec<_> = after
        .policies
        .iter()
        .filter(restricts)
        .map(effect)
        .collect();
    let mut own = before.policies.iter().filter(restricts);
    before.audiences == after.audiences
        && before.report_only >= after.report_only
        && own.all(|policy| kept.contains(&effect(policy)))
}

/// The verdict of an answer; `None` if it is proved that no new stranger is admitted.
fn verdict(
    issuer: &IssuerDefinition,
    policy: usize,
    answer: &claimgate_analysis::Answer,
) -> Option<Verdict> {
    let (finding, answer) = match answer {
        claimgate_analysis::Answer::No { .. } => return None,
        claimgate_analysis::Answer::Yes { witness } => {
            let claims = serde_json::to_value(&witness.claims).unwrap_or_default();
            let finding = open(issuer, policy, witness);
            (finding, Answer::Open { witness: claims })
        }
        claimgate_analysis::Answer::Undecided { reason } => (undecided(*reason), Answer::Undecided),
        // Answers that are not known here are no proof.
        _ => (undecided(Undecided::NotProved), Answer::Undecided),
    };
    let finding = finding.at(format!("policies[{policy}]"));
    Some(Verdict {
        policy,
        finding,
        answer,
    })
}

fn open(issuer: &IssuerDefinition, policy: usize, witness: &Witness) -> Diagnostic {
    let of = |claim: &str| witness.claims.get(claim).and_then(Claim::as_str);
    let token = match of("sub") {
        Some(subject) => format!("a token with the subject `{subject}`"),
        None => "a token of another tenant".to_owned(),
    };
    let help = if is_opened_by_dots(issuer, policy) {
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

/// Whether a policy alone admits no stranger once each of its dots stands for itself.
fn is_opened_by_dots(issuer: &IssuerDefinition, policy: usize) -> bool {
    let Some(mut own) = issuer.policies.get(policy).cloned() else {
        return false;
    };
    let mut has_dots = false;
    for (_, pattern) in &mut own.rules {
        let literal = escaped(pattern);
        has_dots |= literal != *pattern;
        *pattern = literal;
    }
    let alone = IssuerDefinition {
        url: issuer.url.clone(),
        audiences: issuer.audiences.clone(),
        policies: vec![own],
        ..IssuerDefinition::default()
    };
    let answer = || model(&alone).and_then(|model| Analysis::new(&model).stranger(0));
    has_dots && answer().is_some_and(|answer| answer.is_no())
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

fn model(issuer: &IssuerDefinition) -> Option<PolicyModel> {
    PolicyModel::new(issuer, Dialect::Pulumi).ok()
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::policy::parse_policies;

    use super::{Answer, Question, Verdict, escaped, verdicts};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    /// An issuer with policies: those that begin with `{` are the rules of an allow.
    fn issuer(url: &str, policies: &[&str]) -> IssuerDefinition {
        let policy = |text: &&str| match text.strip_prefix("deny ") {
            Some(rules) => {
                format!(r#"{{"decision":"deny","tokenType":"organization","rules":{rules}}}"#)
            }
            None if text.starts_with('{') => {
                format!(r#"{{"decision":"allow","tokenType":"organization","rules":{text}}}"#)
            }
            None => format!(r#"{{"decision":"allow",{text}}}"#),
        };
        let all: Vec<_> = policies.iter().map(policy).collect();
        IssuerDefinition {
            url: url.to_owned(),
            policies: parse_policies(&format!("[{}]", all.join(","))).unwrap(),
            ..IssuerDefinition::default()
        }
    }

    fn github(policies: &[&str]) -> IssuerDefinition {
        issuer(GITHUB, policies)
    }

    fn ask(before: &IssuerDefinition, after: &IssuerDefinition) -> Vec<Verdict> {
        verdicts(&Question { before, after })
    }

    /// The indices of the policies that let new strangers in.
    fn opened(before: &IssuerDefinition, after: &IssuerDefinition) -> Vec<usize> {
        let verdicts = ask(before, after);
        verdicts.iter().map(|verdict| verdict.policy).collect()
    }

    const OPEN: &str = r#"{"sub":"repo:*"}"#;
    const CLOSED: &str = r#"{"sub":"repo:octo-org/*"}"#;

    #[test]
    fn only_an_allow_that_is_new_or_wider_is_judged() {
        let stored = github(&[OPEN, CLOSED]);
        for (after, expected) in [
            (&[CLOSED][..], &[][..]),
            (&[OPEN], &[]),
            (&[CLOSED, OPEN], &[]),
            // Still open, and narrower.
            (&[r#"{"sub":"repo:*","event_name":"push"}"#, CLOSED], &[]),
            (&[r#"{"sub":"repo:octo*"}"#], &[]),
            (&[r#"{"sub":"repo:*:environment:production"}"#, OPEN], &[]),
            (&[OPEN, r#"deny {"sub":"*:pull_request"}"#], &[]),
            // Wider, or for others.
            (&[r#"{"sub":"*"}"#, CLOSED], &[0]),
            (&[CLOSED, r#"{"actor":"ada"}"#], &[1]),
            (
                &[r#""tokenType":"personal","userLogin":"ada","rules":{"sub":"repo:*"}"#],
                &[0],
            ),
            (
                &[
                    r#""tokenType":"organization","authorizedPermissions":["admin"],"rules":{"sub":"repo:*"}"#,
                ],
                &[0],
            ),
            (
                &[r#""tokenType":"organization","roleID":"owner","rules":{"sub":"repo:*"}"#],
                &[0],
            ),
        ] {
            // A composed subject begins with another key: `*` alone admits it too.
            assert_eq!(opened(&stored, &github(after)), expected, "{after:?}");
        }
        assert_eq!(opened(&github(&[]), &stored), [0]);
        let ways = [r#"{"aud":"x"}"#, r#"{"sub":"repo:octo-org*"}"#, CLOSED];
        assert_eq!(opened(&github(&[]), &github(&ways)), [0, 1]);
        let other = issuer("https://ci.example", &[OPEN]);
        assert_eq!(opened(&issuer("https://ci.example", &[]), &other), [0; 0]);
    }

    #[test]
    fn what_no_longer_restricts_an_allow_lets_strangers_in_too() {
        let denied = github(&[OPEN, r#"deny {"sub":"repo:*"}"#]);
        assert_eq!(opened(&github(&[]), &denied), [0; 0]);
        assert_eq!(opened(&denied, &github(&[OPEN])), [0]);
        let mut reporting = denied.clone();
        reporting.report_only = true;
        assert_eq!(opened(&denied, &reporting), [0]);
        assert_eq!(opened(&reporting, &denied), [0; 0]);

        let with = |audiences: &[&str]| IssuerDefinition {
            audiences: (!audiences.is_empty())
                .then(|| audiences.iter().copied().map(str::to_owned).collect()),
            ..github(&[r#"{"sub":"repo:*"}"#])
        };
        let (own, more, any) = (
            with(&["sts.example"]),
            with(&["sts.example", "x"]),
            with(&[]),
        );
        for (before, after, expected) in [
            (&own, &more, &[0][..]),
            (&own, &any, &[0]),
            (&any, &more, &[]),
            (&more, &own, &[]),
            (&more, &more, &[]),
        ] {
            assert_eq!(opened(before, after), expected, "{after:?}");
        }
    }

    #[test]
    fn the_verdict_has_a_token_that_is_admitted_and_names_its_subject() {
        let nothing = github(&[]);
        let [open] = &ask(&nothing, &github(&[r#"{"sub":"repo:octo-org*"}"#]))[..] else {
            panic!("one verdict");
        };
        let Answer::Open { witness } = &open.answer else {
            panic!("{open:?}");
        };
        let subject = witness["sub"].as_str().unwrap();
        assert!(subject.starts_with("repo:octo-org") && !subject.starts_with("repo:octo-org/"));
        let message = &open.finding.message;
        assert!(message.contains(subject), "{message}");
        assert_eq!(ask(&nothing, &github(&[CLOSED])), []);
    }

    #[test]
    fn many_that_are_not_known_hide_no_open_one() {
        let hard = format!(r#"{{"sub":"*a{}*b*c"}}"#, ".".repeat(40));
        let mut all = vec![hard.as_str(); 30];
        all.push(OPEN);
        let found = ask(&github(&[]), &github(&all));
        let is_open = |verdict: &&Verdict| matches!(verdict.answer, Answer::Open { .. });
        let open: Vec<usize> = found
            .iter()
            .filter(is_open)
            .map(|verdict| verdict.policy)
            .collect();
        assert_eq!((open.as_slice(), found.len()), (&[30][..], 21));
        // Nor are more told than are read.
        let open = ask(&github(&[]), &github(&[OPEN; 30]));
        assert_eq!(open.len(), 20);
    }

    #[test]
    fn where_only_a_dot_admits_strangers_the_help_says_so() {
        let nothing = github(&[]);
        for (rule, is_dot) in [
            (r#"{"sub":"repo:octo.org/*"}"#, true),
            (r#"{"sub":"repo:octo-org*"}"#, false),
        ] {
            let [open] = &ask(&nothing, &github(&[rule]))[..] else {
                panic!("{rule}");
            };
            let help = open.finding.help.as_deref().unwrap();
            assert_eq!(
                help.contains(r"write `\.` for a dot"),
                is_dot,
                "{rule}: {help}"
            );
        }
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
        let stored = github(&[r#"{"sub":"repo:*","event_name":"push"}"#]);
        let mut after = github(&[r#"{"event_name":"push","sub":"repo:*"}"#]);
        after.policies[0].name = Some("a name".to_owned());
        after.policies[0].note = Some("a note".to_owned());
        assert_eq!(opened(&stored, &after), [0; 0]);
    }
}
