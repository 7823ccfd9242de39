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
    if !is_on(at, "sub") {
        return Vec::new();
    }
    let hint = terraform(at)
        .or_else(|| pulumi(at))
        .or_else(|| azure_devops(at));
    hint.into_iter().collect()
}

/// HCP Terraform puts the project between organization and workspace.
fn terraform(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (before, rest) = at.value.split_once(":project:")?;
    let (project, _) = rest.split_once(":workspace:")?;
    let is_form = before.starts_with("organization:") && !at.pattern.contains(":project:");
    let with_project = format!(":project:{project}:workspace:");
    let pattern = at.pattern.replacen(":workspace:", &with_project, 1);
    if !is_form || !at.matches(&pattern, at.value) {
        return None;
    }
    let message = format!("`sub` has `project:{project}` between organization and workspace");
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
