//! GitHub Actions: the forms of `sub`, and jobs of pull requests.

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{Difference, Mismatch, ProviderHints};

use super::github_subject::{Subject, ids, without_ids};
use super::{correction, is_on};
use crate::github::{PULL_REQUEST_REF, pull_request_claim, sample};
use crate::shared_issuer::GITHUB;

pub(super) const HINTS: ProviderHints = ProviderHints {
    differences: &[Difference {
        fold: without_ids,
        hint: |at, _| ids(at),
    }],
    mismatch,
    outsiders,
};

/// The part of a merge queue's branch before the branch that it merges into.
const QUEUE: &str = "gh-readonly-queue/";

fn mismatch(at: &Mismatch<'_>) -> Vec<Diagnostic> {
    if is_on(at, "repository") || is_on(at, "project_path") {
        return correction::address(at).into_iter().collect();
    }
    if is_on(at, "workflow") {
        return workflow_file(at).into_iter().collect();
    }
    if is_on(at, "workflow_ref") || is_on(at, "job_workflow_ref") {
        return workflow_ref(at).into_iter().collect();
    }
    if is_on(at, "ref") {
        return merge_queue(at, "ref-form").into_iter().collect();
    }
    if !is_on(at, "sub") {
        return Vec::new();
    }
    let known = customized(at).or_else(|| merge_queue(at, "sub-form"));
    if let Some(hint) = known.filter(|_| at.pattern.starts_with("repo:")) {
        return vec![hint];
    }
    let corrected = correction::hints(at);
    if !corrected.is_empty() {
        return corrected;
    }
    let (Some(pattern), Some(value)) = (Subject::read(at.pattern), Subject::read(at.value)) else {
        return Vec::new();
    };
    let is_same = |pattern: &str, value: &str| {
        at.matches(&pattern.to_ascii_lowercase(), &value.to_ascii_lowercase())
    };
    let have_ids_changed = pattern.id.is_some() != value.id.is_some();
    let is_context_same = at.matches(pattern.context, value.context);
    let mut hints = Vec::new();
    if have_ids_changed {
        hints.push(ids(at));
    }
    if !is_same(pattern.owner, value.owner) {
        // Another owner is another one, and no mistake in the form, unless all else is the same.
        let is_moved = have_ids_changed && is_same(pattern.name, value.name) && is_context_same;
        return match is_moved {
            true => [hints, vec![moved(at, &pattern, &value)]].concat(),
            false => Vec::new(),
        };
    }
    if !at.matches(pattern.owner, value.owner) {
        let message = format!(
            "`{}` and `{}` differ in upper and lower case, and in more",
            pattern.owner, value.owner
        );
        let help = "patterns are case-sensitive: write it as in the token";
        hints.push(Diagnostic::note("look-alike-case", message).help(help));
    }
    if !is_same(pattern.name, value.name) {
        let is_id_same = pattern.id.is_some_and(|id| Some(id) == id_of(at, &value));
        let is_explained = is_id_same || (have_ids_changed && is_context_same);
        if !is_explained {
            return Vec::new();
        }
        hints.push(renamed(at, &pattern, &value, is_id_same));
    }
    if !is_context_same {
        hints.extend(context(at, &pattern, &value));
    }
    hints
}

/// `deploy.yml` in place of the workflow's name.
fn workflow_file(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_file = at.pattern.ends_with(".yml") || at.pattern.ends_with(".yaml");
    let name = at
        .claims
        .get("workflow_ref")
        .or_else(|| at.claims.get("job_workflow_ref"));
    let (file, _) = name?.as_str()?.split_once('@')?;
    let claim = match at.claims.get("workflow_ref") {
        Some(_) => "workflow_ref",
        None => "job_workflow_ref",
    };
    let message = format!(
        "`{}` is a file, and claim `workflow` has the workflow's name, `{}`",
        at.pattern, at.value
    );
    let is_own = file.ends_with(at.pattern.trim_start_matches(['.', '/']));
    let help = match is_own {
        true => format!("for the file, write a rule on `{claim}` with `{file}@*`"),
        false => format!("for the file, write a rule on `{claim}`, which is `{file}@…` here"),
    };
    is_file.then(|| Diagnostic::note("claim-mistaken", message).help(help))
}

/// `deploy.yml@main` in place of `acme/web/.github/workflows/deploy.yml@refs/heads/main`.
fn workflow_ref(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (file, reference) = at.value.split_once('@')?;
    let (own_file, own_reference) = at.pattern.split_once('@').unwrap_or((at.pattern, "*"));
    let own_end = own_file.strip_prefix("./").unwrap_or(own_file);
    let end = format!("/{}", own_end.trim_start_matches('/'));
    let path = match at.matches(own_file, file) {
        true => own_file,
        false => Some(file).filter(|file| file.ends_with(&end))?,
    };
    let of = match at.matches(own_reference, reference) {
        true => own_reference,
        false => Some(reference).filter(|of| of.ends_with(&format!("/{own_reference}")))?,
    };
    let suggested = format!("{path}@{of}");
    let message = format!(
        "`{}` is `OWNER/REPO/.github/workflows/FILE@REF`, with the full name of the reference",
        at.claim
    );
    let is_other = suggested != at.pattern && at.matches(&suggested, at.value);
    is_other.then(|| at.suggest(Diagnostic::note("ref-form", message), "", &[suggested]))
}

/// A repository of the same name and another owner.
fn moved(at: &Mismatch<'_>, pattern: &Subject<'_>, value: &Subject<'_>) -> Diagnostic {
    let message = format!(
        "the token's owner is `{}`, and the rule's is `{}`",
        value.owner, pattern.owner
    );
    let advice = "if the owner was renamed or the repository transferred, ";
    let suggested = format!("repo:{}:{}", value.repository, pattern.context);
    at.suggest(
        Diagnostic::note("sub-renamed", message),
        advice,
        &[suggested],
    )
}

/// The id of the token's repository.
fn id_of<'a>(at: &Mismatch<'a>, value: &Subject<'a>) -> Option<&'a str> {
    let claim = || at.claims.get("repository_id")?.as_str();
    value.id.or_else(claim)
}

/// A repository of the same owner and another name.
fn renamed(
    at: &Mismatch<'_>,
    pattern: &Subject<'_>,
    value: &Subject<'_>,
    is_sure: bool,
) -> Diagnostic {
    let message = format!(
        "the token's repository is `{}`, and the rule's is `{}`",
        value.name, pattern.name
    );
    let advice = match is_sure {
        true => "its id is that of the rule, so it was renamed: ",
        false => "if the repository was renamed, ",
    };
    let suggested = format!("repo:{}:{}", value.repository, pattern.context);
    at.suggest(
        Diagnostic::note("sub-renamed", message),
        advice,
        &[suggested],
    )
}

/// Another kind of job: of a branch, of an environment, of a pull request.
fn context(at: &Mismatch<'_>, pattern: &Subject<'_>, value: &Subject<'_>) -> Option<Diagnostic> {
    let (wanted, found) = (pattern.kind(), value.kind());
    if wanted == found || wanted.contains('*') || wanted.is_empty() {
        return None;
    }
    let why = match found {
        "environment" => {
            "a job with an `environment` has `environment:NAME` in its `sub`, and no branch"
        }
        "pull_request" => "a job of a pull request has `pull_request` in its `sub`, and no branch",
        "ref" => {
            "a job without an `environment`, and not of a pull request, has `ref:refs/heads/…` in its `sub`"
        }
        _ => return None,
    };
    let is_known = ["ref", "environment", "pull_request"].contains(&wanted);
    let message = match is_known {
        true => format!(
            "the repository matches, but `{}` expects `{wanted}`, and the token has `{found}`",
            at.pattern
        ),
        false => format!(
            "the repository matches, but GitHub writes no `{wanted}` after it, and the token has `{found}`"
        ),
    };
    Some(Diagnostic::note("sub-form", message).help(why))
}

/// A subject whose form the organization or the repository has changed.
fn customized(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_key = |part: &&str| GITHUB.subject_keys().any(|key| key == *part);
    let keys: Vec<&str> = at.value.split(':').filter(is_key).collect();
    if at.value.starts_with("repo:") || keys.is_empty() {
        return None;
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let message = format!(
        "the token's organization or repository has customized `sub`: it has {}, and no `repo:…`",
        keys.join(", ")
    );
    let advice = "for this form, ";
    Some(at.suggest(
        Diagnostic::note("sub-customized", message),
        advice,
        &[at.value.to_owned()],
    ))
}

/// The branch of a merge queue, where the rule is on the branch that it merges into.
fn merge_queue(at: &Mismatch<'_>, code: &'static str) -> Option<Diagnostic> {
    let (before, rest) = at.value.split_once(QUEUE)?;
    let (branch, _) = rest.rsplit_once("/pr-")?;
    if !at.matches(at.pattern, &format!("{before}{branch}")) {
        return None;
    }
    let message = format!(
        "a merge queue runs on a branch of its own, `{QUEUE}{branch}/…`, before it merges into `{branch}`"
    );
    let suggested = format!("{before}{QUEUE}{branch}/*");
    let advice = "to allow its jobs too, ";
    Some(at.suggest(Diagnostic::note(code, message), advice, &[suggested]))
}

/// Jobs of pull requests that a pattern would admit.
fn outsiders(at: &Mismatch<'_>, pattern: &str) -> Option<String> {
    let [claim] = at.claim.segments() else {
        return None;
    };
    let mut samples: Vec<String> = match claim.as_str() {
        "sub" => vec![format!(
            "repo:{}:pull_request",
            Subject::read(at.value)?.repository
        )],
        // The text before the reference is that of the token.
        "workflow_ref" | "job_workflow_ref" => Vec::new(),
        claim @ ("event_name" | "ref") => {
            let forms = pull_request_claim(claim)?.forms.iter();
            forms.map(|form| sample(form, "x")).collect()
        }
        _ => return None,
    };
    if claim != "sub" && at.value.contains(PULL_REQUEST_REF) {
        samples.push(at.value.to_owned());
    }
    let is_new = |sample: &String| at.matches(pattern, sample) && !at.matches(at.pattern, sample);
    let admits = samples.iter().any(is_new);
    admits.then(|| "pull requests, which anyone can open".to_owned())
}
