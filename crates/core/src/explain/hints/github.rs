//! Hints on `sub` of GitHub Actions: the only ones that know a provider.

use crate::diagnostic::Diagnostic;

/// Forms of `sub` that GitHub Actions uses for one repository.
pub(super) fn subject_form(
    source: &str,
    value: &str,
    matches: &dyn Fn(&str, &str) -> bool,
) -> Option<Diagnostic> {
    let (pattern, rest) = (subject(source)?, subject(value)?);
    let help = |help: &str| Some(help.to_owned());
    let hint = |code, message: String, help: Option<String>| {
        help.map(|help| Diagnostic::note(code, message).help(help))
    };
    if matches(source, &without_ids(value)) {
        let message = format!("the token has the immutable form of `sub`, with ids: `{value}`");
        return hint(
            "sub-immutable",
            message,
            help(
                "write the ids into the pattern, as the token has them: `repo:OWNER@ID/REPO@ID:…`",
            ),
        );
    }
    if without_ids(source) != source && matches(&without_ids(source), value) {
        let message = format!(
            "the pattern has the immutable form of `sub`, with ids; the token does not: `{value}`"
        );
        return hint(
            "sub-immutable",
            message,
            help("leave the ids out, or let the issuer put them in"),
        );
    }
    let same_repository = matches(pattern.0, rest.0);
    let kind = |context: &str| context.split(':').next().unwrap_or_default().to_owned();
    let (wanted, found) = (kind(pattern.1), kind(rest.1));
    if !same_repository || wanted == found || wanted.contains('*') {
        return None;
    }
    let why = match found.as_str() {
        "environment" => {
            "a job with an `environment` has `environment:NAME` in its `sub`, and no branch"
        }
        "pull_request" => "a job of a pull request has `pull_request` in its `sub`, and no branch",
        "ref" => {
            "a job without an `environment`, and not of a pull request, has `ref:refs/heads/…` in its `sub`"
        }
        _ => return None,
    };
    hint(
        "sub-form",
        format!(
            "the repository matches, but `{source}` expects `{wanted}`, and the token has `{found}`"
        ),
        help(why),
    )
}

/// Splits `repo:OWNER/REPO:CONTEXT` into `OWNER/REPO` and the context.
fn subject(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("repo:")?;
    let end = rest.find(':')?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

/// Removes the `@` and the digits after it, up to the second colon.
fn without_ids(text: &str) -> String {
    let Some((repository, context)) = subject(text) else {
        return text.to_owned();
    };
    let strip = |part: &str| match part.split_once('@') {
        Some((name, id))
            if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*') =>
        {
            name.to_owned()
        }
        _ => part.to_owned(),
    };
    let parts: Vec<String> = repository.split('/').map(strip).collect();
    format!("repo:{}:{context}", parts.join("/"))
}
