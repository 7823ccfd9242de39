//! Forms of `sub` of other providers than GitHub.

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{Mismatch, ProviderHints};

use super::is_on;

pub(super) const HINTS: ProviderHints = ProviderHints {
    differences: &[],
    mismatch,
    outsiders: |_, _| None,
};

fn mismatch(at: &Mismatch<'_>) -> Vec<Diagnostic> {
    if is_on(at, "aud") {
        return default_audience(at).into_iter().collect();
    }
    if !is_on(at, "sub") {
        return Vec::new();
    }
    let hint = terraform(at)
        .or_else(|| gitlab(at))
        .or_else(|| kubernetes(at))
        .or_else(|| pulumi(at))
        .or_else(|| azure_devops(at))
        .or_else(|| of_another_provider(at));
    hint.into_iter().collect()
}

/// The audience of a token that none was requested for.
fn default_audience(at: &Mismatch<'_>) -> Option<Diagnostic> {
    const DEFAULTS: [(&str, &str, &str); 4] = [
        (
            "https://token.actions.githubusercontent.com",
            "https://github.com/",
            "GitHub",
        ),
        (
            "https://agent.buildkite.com",
            "https://buildkite.com/",
            "Buildkite",
        ),
        ("https://oidc.vercel.com", "https://vercel.com/", "Vercel"),
        ("https://", "https://kubernetes.default.svc", "Kubernetes"),
    ];
    let issuer = at.claims.get("iss")?.as_str()?;
    let (_, _, provider) = DEFAULTS.iter().find(|(url, start, _)| {
        issuer.starts_with(url) && at.value.starts_with(start) && !at.pattern.starts_with(start)
    })?;
    let message = format!(
        "`{}` is the audience of {provider}'s tokens if none is requested",
        at.value
    );
    let help = match at.pattern.contains(['*', '?']) {
        true => "request the token for an audience that the rule matches".to_owned(),
        false => format!("request the token for the audience `{}`", at.pattern),
    };
    Some(Diagnostic::note("audience-not-requested", message).help(help))
}

/// A pattern in the form of another provider's `sub`.
fn of_another_provider(at: &Mismatch<'_>) -> Option<Diagnostic> {
    const FORMS: [(&str, &str); 8] = [
        ("repo:", "GitHub"),
        ("project_path:", "GitLab"),
        ("system:serviceaccount:", "Kubernetes"),
        ("p://", "Azure DevOps"),
        ("pulumi:", "Pulumi Cloud"),
        ("owner:", "Vercel"),
        ("space:", "Spacelift"),
        ("arn:aws:", "AWS"),
    ];
    let of = |text: &str| FORMS.iter().find(|(start, _)| text.starts_with(start));
    let ((_, wanted), (_, found)) = (of(at.pattern)?, of(at.value)?);
    let message = format!(
        "the rule is in the form of the `sub` of {wanted}, and the token has that of {found}"
    );
    let hint = Diagnostic::note("sub-form", message);
    (wanted != found).then(|| at.suggest(hint, "for this token, ", &[at.value.to_owned()]))
}

/// HCP Terraform puts the project between organization and workspace.
fn terraform(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (before, rest) = at.value.split_once(":project:")?;
    let (project, _) = rest.split_once(":workspace:")?;
    let is_form = before.starts_with("organization:") && !at.pattern.contains(":project:");
    let with_project = format!(":project:{project}:workspace:");
    let pattern = at.pattern.replacen(":workspace:", &with_project, 1);
    if !is_form
        || !at.matches(
            &pattern.to_ascii_lowercase(),
            &at.value.to_ascii_lowercase(),
        )
    {
        return None;
    }
    let is_same = at.matches(&pattern, at.value);
    let (advice, pattern, more) = match is_same {
        true => ("", pattern, ""),
        false => (
            "patterns are case-sensitive: ",
            at.value.to_owned(),
            ", and they differ in upper and lower case",
        ),
    };
    let message = format!("`sub` has `project:{project}` between organization and workspace{more}");
    Some(at.suggest(Diagnostic::note("sub-form", message), advice, &[pattern]))
}

/// GitLab writes `ref_type:branch` or `ref_type:tag` before the reference.
fn gitlab(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (path, rest) = at
        .value
        .strip_prefix("project_path:")?
        .split_once(":ref_type:")?;
    let (kind, _) = rest.split_once(":ref:")?;
    let with_kind = format!(":ref_type:{kind}:ref:");
    let forms = [
        ":ref_type:branch:ref:",
        ":ref_type:tag:ref:",
        ":ref:",
        ":branch:",
        ":tag:",
    ];
    let form = forms.into_iter().find(|form| at.pattern.contains(form))?;
    let pattern = at
        .pattern
        .replacen("https://gitlab.com/", "", 1)
        .replacen(form, &with_kind, 1)
        .replacen("refs/heads/", "", 1)
        .replacen("refs/tags/", "", 1);
    let is_meant = form != with_kind || pattern != at.pattern;
    let is_meant = is_meant && !path.is_empty() && at.matches(&pattern, at.value);
    let message = format!("`sub` has `ref_type:{kind}:ref:` before the name of the {kind}");
    is_meant.then(|| at.suggest(Diagnostic::note("sub-form", message), "", &[pattern]))
}

/// Kubernetes writes `system:serviceaccount:NAMESPACE:NAME`.
fn kubernetes(at: &Mismatch<'_>) -> Option<Diagnostic> {
    const START: &str = "system:serviceaccount:";
    let (namespace, name) = at.value.strip_prefix(START)?.split_once(':')?;
    let rest = at.pattern.strip_prefix(START)?.replace('/', ":");
    let swapped = format!("{name}:{namespace}");
    let pattern = format!("{START}{rest}");
    let pattern = match rest == swapped {
        true => at.value.to_owned(),
        false => Some(pattern).filter(|pattern| at.matches(pattern, at.value))?,
    };
    let message = "`sub` of a service account is `system:serviceaccount:NAMESPACE:NAME`";
    Some(at.suggest(Diagnostic::note("sub-form", message), "", &[pattern]))
}

/// Pulumi ESC has `<yaml>` in place of the name of an environment that is open in its editor.
fn pulumi(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_editor = at.value.starts_with("pulumi:environments:") && at.value.ends_with("<yaml>");
    let message =
        "`<yaml>` stands for an environment that is being edited: its name is not in the token";
    let help = "open the saved environment, or write another policy for the editor";
    is_editor.then(|| Diagnostic::note("sub-form", message).help(help))
}

/// Azure DevOps has tokens of pipelines and of service connections.
fn azure_devops(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let form = |text: &str| match text.split_once("://") {
        Some(("p", _)) => Some("a pipeline (`p://…`)"),
        Some(("sc", _)) => Some("a service connection (`sc://…`)"),
        _ => None,
    };
    let (wanted, found) = (form(at.pattern)?, form(at.value)?);
    let message = format!("the rule is on {wanted}, and the token is that of {found}");
    let help = "a task with a service connection has `sc://ORGANIZATION/PROJECT/CONNECTION` in its `sub`, a pipeline's own token `p://ORGANIZATION/PROJECT/PIPELINE`";
    (wanted != found).then(|| Diagnostic::note("sub-form", message).help(help))
}
