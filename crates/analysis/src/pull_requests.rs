//! Jobs of pull requests on GitHub Actions that a policy admits.

use claimgate::claim_path::ClaimPath;
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::github::{self, PULL_REQUEST_EVENTS, Piece, pull_request_claim, sample};

use crate::outline::{WILDCARD, outline};
use crate::overlap::{Filler, overlap};

/// `OWNER/REPOSITORY`.
const REPOSITORY: [Piece; 3] = [Piece::Name, Piece::Text("/"), Piece::Name];

/// What jobs have where the policy leaves it open: two jobs that have nothing in common there.
const FILLERS: [Filler; 2] = [
    Filler {
        letter: 'x',
        digit: '1',
    },
    Filler {
        letter: 'y',
        digit: '2',
    },
];

/// A job of a pull request: its claims, as far as they are known.
pub(crate) struct Job(Vec<(&'static str, String)>);

/// Jobs of pull requests that the rules of an allow admit, as far as they are on claims that tell such
/// jobs; none if they admit none.
pub(crate) fn admitted(policy: &PolicyDefinition, dialect: Dialect) -> Vec<Job> {
    let jobs = FILLERS.iter().flat_map(|filler| {
        let events = PULL_REQUEST_EVENTS.iter();
        events.filter_map(|event| job(policy, dialect, *filler, event))
    });
    jobs.collect()
}

/// Whether a deny applies to the same requests and stops the job.
pub(crate) fn stops(
    deny: &PolicyDefinition,
    allow: &PolicyDefinition,
    job: &Job,
    dialect: Dialect,
) -> bool {
    // Each allow is compared with each deny: nothing is copied or compiled before it is needed.
    let is_same_target = deny.team_name == allow.team_name
        && deny.user_login == allow.user_login
        && deny.runner_id == allow.runner_id;
    let applies = deny.token_type == allow.token_type
        && (is_same_target || deny.team_name.as_deref() == Some("*"));
    let is_stopped = |(claim, text): &(String, String)| {
        let name = name(claim);
        let value = name.as_deref().and_then(|name| job.get(name));
        value.is_some_and(|value| {
            Pattern::new(text, dialect).is_ok_and(|pattern| pattern.is_match(value))
        })
    };
    deny.decision == Decision::Deny
        && !deny.report_only
        && applies
        && deny.rules.iter().all(is_stopped)
}

impl Job {
    fn get(&self, claim: &str) -> Option<&str> {
        let known = self.0.iter().find(|(name, _)| *name == claim);
        known.map(|(_, value)| value.as_str())
    }
}

fn job(
    policy: &PolicyDefinition,
    dialect: Dialect,
    filler: Filler,
    event: &'static str,
) -> Option<Job> {
    let rules: Vec<_> = policy
        .rules
        .iter()
        .filter_map(|(claim, pattern)| Some((name(claim)?, pattern.as_str())))
        .collect();
    let rule = |wanted: &str| {
        rules
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, text)| *text)
    };
    let default = format!("{0}/{0}", filler.letter);
    let repository = match rule("repository") {
        Some(pattern) => overlap(pattern, dialect, &REPOSITORY, filler)?,
        None => default,
    };
    let subject = match rule("sub") {
        Some(pattern) => subject(pattern, dialect, filler, &repository)?,
        None => format!("repo:{repository}:pull_request"),
    };
    let mut claims = vec![("event_name", event.to_owned()), ("sub", subject)];
    for known in &github::PULL_REQUEST_CLAIMS {
        let value = match (known.claim, rule(known.claim)) {
            ("sub", _) => continue,
            ("event_name", Some(pattern)) => {
                Pattern::new(pattern, dialect)
                    .ok()?
                    .is_match(event)
                    .then_some(())?;
                continue;
            }
            ("event_name", None) => continue,
            (_, Some(pattern)) => {
                let mut forms = known.forms.iter();
                Some(forms.find_map(|form| overlap(pattern, dialect, form, filler))?)
            }
            (_, None) => known.forms.first().map(|form| sample_of(form, filler)),
        };
        claims.extend(value.map(|value| (known.claim, value)));
    }
    let of_subject = claims
        .iter()
        .find(|(name, _)| *name == "sub")
        .and_then(|(_, subject)| {
            Some(subject.strip_prefix("repo:")?.split_once(':')?.0.to_owned())
        });
    let repository = of_subject
        .filter(|_| rule("repository").is_none())
        .unwrap_or(repository);
    claims.push(("repository", repository));
    Some(Job(claims))
}

fn sample_of(form: &[Piece], filler: Filler) -> String {
    sample(form, &filler.letter.to_string()).replace('1', &filler.digit.to_string())
}

/// A subject of a job of a pull request that a pattern matches: in that repository, if it can be.
fn subject(pattern: &str, dialect: Dialect, filler: Filler, repository: &str) -> Option<String> {
    if let Some(subject) = composed(pattern, dialect, filler) {
        return subject;
    }
    let own = format!("repo:{repository}:pull_request");
    let is_own = Pattern::new(pattern, dialect).is_ok_and(|pattern| pattern.is_match(&own));
    if is_own {
        return Some(own);
    }
    let forms = pull_request_claim("sub")?.forms;
    forms
        .iter()
        .find_map(|form| overlap(pattern, dialect, form, filler))
}

/// A subject that is composed of claims, `key:value:key:value`; none within if one of them says that the
/// job is of no pull request.
fn composed(pattern: &str, dialect: Dialect, filler: Filler) -> Option<Option<String>> {
    let parts: Vec<&str> = pattern.split(':').collect();
    let is_key = |part: &&str| github::shared().subject_keys().any(|key| key == *part);
    if pattern.starts_with("repo:") || !parts.iter().any(is_key) {
        return None;
    }
    let is_fit = parts.windows(2).all(|pair| {
        let &[key, value] = pair else { return true };
        match (key, pull_request_claim(key)) {
            ("context", _) => {
                overlap(value, dialect, &[Piece::Text("pull_request")], filler).is_some()
            }
            ("sub", _) | (_, None) => true,
            (_, Some(claim)) => {
                let mut forms = claim.forms.iter();
                forms.any(|form| overlap(value, dialect, form, filler).is_some())
            }
        }
    });
    let text = outline(pattern, dialect).replace(WILDCARD, &filler.letter.to_string());
    Some(is_fit.then_some(text))
}

/// The name of a claim at the top level.
fn name(claim: &str) -> Option<String> {
    match ClaimPath::parse(claim).ok()?.segments() {
        [name] => Some(name.clone()),
        _ => None,
    }
}
