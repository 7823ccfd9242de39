//! Patterns that are almost in the form of GitHub's `sub`: an address in place of the repository, `branch:main`
//! in place of `ref:refs/heads/main`.

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{HintSources, Mismatch};

use super::github_subject::{Subject, ids, without_ids};

/// The hint with the pattern in GitHub's form, if that matches the token; and one on the ids of the
/// immutable form, if they keep it apart too.
pub(super) fn hints(at: &Mismatch<'_>) -> Vec<Diagnostic> {
    let Some(value) = Subject::read(at.value) else {
        return Vec::new();
    };
    let Some(corrected) = corrected(at.pattern, &value).filter(|text| text != at.pattern) else {
        return Vec::new();
    };
    let is_with_ids = !at.matches(&corrected, at.value);
    let plain = without_ids(at.value, HintSources::NONE);
    if is_with_ids && (value.id.is_none() || !at.matches(&corrected, &plain)) {
        return Vec::new();
    }
    let message = match (at.pattern.contains(":ref:refs/"), value.context) {
        (true, context) if context.starts_with("ref:refs/tags/") => {
            format!(
                "`{}` is about a branch, and the token is of a tag",
                at.pattern
            )
        }
        (true, context) if context.starts_with("ref:refs/heads/") => {
            format!(
                "`{}` is about a tag, and the token is of a branch",
                at.pattern
            )
        }
        _ => format!(
            "`{}` is not in the form of GitHub's `sub`, `{}`",
            at.pattern,
            form(value.kind())
        ),
    };
    let hint = Diagnostic::note("sub-form", message);
    let context = corrected.splitn(3, ':').nth(2).unwrap_or_default();
    match is_with_ids {
        false => vec![at.suggest(hint, "", &[corrected])],
        true => vec![
            ids(at),
            at.suggest(hint, "", &[format!("repo:{}:{context}", value.repository)]),
        ],
    }
}

fn form(kind: &str) -> &'static str {
    match kind {
        "environment" => "repo:OWNER/REPO:environment:NAME",
        "pull_request" => "repo:OWNER/REPO:pull_request",
        _ => "repo:OWNER/REPO:ref:refs/heads/BRANCH` or `…:ref:refs/tags/TAG",
    }
}

/// The pattern in the form that the value has.
fn corrected(pattern: &str, value: &Subject<'_>) -> Option<String> {
    const PREFIXES: [&str; 7] = [
        "sub:",
        "subject:",
        "repo:",
        "repos:",
        "repository:",
        "repositories:",
        "repo/",
    ];
    let rest = PREFIXES.iter().fold(pattern, |text, prefix| {
        text.strip_prefix(prefix).map_or(text, str::trim_start)
    });
    let (repository, context) = parts(without_host(rest))?;
    let repository = without_git(repository);
    let repository = match repository.contains(['/', '*']) {
        true => repository.to_owned(),
        false => format!("{}/{repository}", value.owner),
    };
    Some(format!("repo:{repository}:{}", in_kind(context, value)?))
}

/// The repository, and what follows it: after a colon, after a further slash, or anything.
fn parts(text: &str) -> Option<(&str, &str)> {
    let found = text.split_once(':').or_else(|| {
        let (slash, _) = text.match_indices('/').nth(1)?;
        Some((text.get(..slash)?, text.get(slash + 1..)?))
    });
    found.or_else(|| text.contains('/').then_some((text, "*")))
}

/// The address of a repository without what is before its name.
fn without_host(text: &str) -> &str {
    const HOSTS: [&str; 11] = [
        "git+",
        "https://",
        "http://",
        "ssh://",
        "git@",
        "www.",
        "github.com/",
        "github.com:",
        "gitlab.com/",
        "gitlab.com:",
        "/",
    ];
    HOSTS
        .iter()
        .fold(text, |text, host| text.strip_prefix(host).unwrap_or(text))
}

fn without_git(name: &str) -> &str {
    let name = name.trim_end_matches('/');
    name.strip_suffix(".git").unwrap_or(name)
}

/// `https://github.com/acme/web.git` in place of `acme/web`.
pub(super) fn address(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let name = without_git(without_host(at.pattern));
    let is_meant = name != at.pattern && at.matches(name, at.value);
    let message = format!(
        "`{}` is the address of a repository, and `{}` has its name",
        at.pattern, at.claim
    );
    let hint = Diagnostic::note("value-is-address", message);
    is_meant.then(|| at.suggest(hint, "", &[name.to_owned()]))
}

/// What follows the repository, in the form of jobs of that kind.
fn in_kind(context: &str, value: &Subject<'_>) -> Option<String> {
    let context = context.trim_start_matches(':');
    if context.starts_with('*') {
        return Some(context.to_owned());
    }
    match value.kind() {
        "environment" => {
            const NAMES: [&str; 6] = [
                "environments:",
                "environment:",
                "environment/",
                "environment=",
                "env:",
                "env/",
            ];
            let name = NAMES.iter().find_map(|name| context.strip_prefix(name))?;
            // A job with an environment has no branch in its subject.
            let name = name.split_once(":ref:").map_or(name, |(name, _)| name);
            Some(format!("environment:{name}"))
        }
        "pull_request" => {
            const NAMES: [&str; 4] = ["pull", "event:pull", "event_name:pull", "ref:refs/pull/"];
            NAMES.iter().find(|name| context.starts_with(**name))?;
            Some("pull_request".to_owned())
        }
        "ref" => {
            const NAMES: [&str; 9] = [
                "ref:",
                "branch:",
                "branches:",
                "tag:",
                "tags:",
                "/",
                "refs/",
                "heads/",
                "tags/",
            ];
            if context.starts_with("environment") || context.starts_with("pull_request") {
                return None;
            }
            let name = NAMES.iter().fold(context, |text, name| {
                text.strip_prefix(name).unwrap_or(text)
            });
            let is_tag = value.context.starts_with("ref:refs/tags/");
            let kind = if is_tag { "tags" } else { "heads" };
            (!name.is_empty()).then(|| format!("ref:refs/{kind}/{name}"))
        }
        _ => None,
    }
}
