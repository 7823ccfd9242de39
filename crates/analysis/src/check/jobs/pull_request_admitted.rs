//! `pull-request-admitted`: an allow admits jobs of pull requests.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;
use claimgate_providers::grammar::{GITHUB_ACTIONS, Grammar, Is, Piece, class};

use crate::check::context::{Context, is_admin, names_pull_requests};
use crate::check::finding::{Edit, Finding, SafeFix};
use crate::check::fix::verified;
use crate::check::rule::{Example, Rule};
use crate::sent::claims_of;

use super::any_repository::is_protected;

pub(in crate::check) const RULE: Rule = Rule {
    code: "pull-request-admitted",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "An allow admits jobs of pull requests, before anyone has reviewed them.",
    about: "The code of such a job is that of the pull request. GitHub gives jobs of forks no token, but those of branches of the same repository get one, and with `pull_request_target` mistakes are easy. It is an error if the allow grants admin permission.",
    incident: "PyPI and crates.io refuse trusted publishing from `pull_request_target`, and a public Terraform module for GitHub's OIDC excludes pull requests by a condition of its own: the code of an attacker would publish.",
    remedy: "end `sub` with a branch or an environment, or add a deny policy with `\"event_name\": \"pull_request*\"`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:pull_request" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "event_name": "pull_request*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let is_github = cx.is_of(GITHUB_ACTIONS);
    if cx.grammar().is_some() {
        cx.take_heuristic(RULE.code);
    }
    let mut denied = Denied::default();
    for (allow, definition) in cx.allows() {
        if is_protected(cx, allow) || is_of_branch(cx, allow) {
            continue;
        }
        let (id, witness, what, usual) = match cx.outsider(allow, &[class::PULL_REQUEST]) {
            Some(witness) => (
                class::PULL_REQUEST,
                witness,
                "jobs of pull requests",
                Severity::Warning,
            ),
            // A plan changes nothing by itself, and most want one for each pull request.
            None => match cx.outsider(allow, &[class::PLAN]) {
                Some(witness) => (
                    class::PLAN,
                    witness,
                    "plans of pull requests",
                    Severity::Note,
                ),
                None => continue,
            },
        };
        let severity = match is_admin(definition) {
            true => Severity::Error,
            false => usual,
        };
        let message = format!("this admits {what}, before anyone has reviewed them");
        let mut found = Finding::on(allow, RULE.says(message)).severity(severity);
        if is_github && names_pull_requests(definition) {
            found = found.help("if it is meant for pull requests, grant only what anyone who can open one may do; otherwise end `sub` with a branch or an environment");
        } else if is_github {
            found.fixes.extend(denied.of(cx, allow, definition));
        } else if id == class::PLAN {
            found = found.help("require `run_phase:apply` in `sub`");
        } else {
            found = found.help(match cx.grammar().and_then(telling) {
                Some((claim, text)) => {
                    format!("name the branch, or add a deny policy with `\"{claim}\": \"{text}\"`")
                }
                None => "name the branch that the policy is for".to_owned(),
            });
        }
        cx.add(found.witness(witness));
    }
}

/// The claim and the value by which the provider tells jobs of pull requests apart.
fn telling(grammar: &'static Grammar) -> Option<(&'static str, &'static str)> {
    let mut classes = grammar.outsiders.iter();
    let own = classes.find(|own| own.id == class::PULL_REQUEST)?;
    let is_text = |(part, is): &(&'static str, Is)| match is {
        Is::Text(text) => Some((*part, *text)),
        _ => None,
    };
    let (part, text) = own.is.iter().find_map(is_text)?;
    let claim = claims_of(grammar).find(|claim| claim.value == [Piece::Atom(part)])?;
    Some((claim.path, text))
}

/// The denies of pull requests that fix findings: one for each type of token and target.
#[derive(Default)]
struct Denied<'a>(Vec<(&'a PolicyDefinition, Option<SafeFix>)>);

impl<'a> Denied<'a> {
    fn of(
        &mut self,
        cx: &mut Context<'_>,
        allow: usize,
        definition: &'a PolicyDefinition,
    ) -> Option<SafeFix> {
        let target = |own: &PolicyDefinition| {
            let names = [&own.team_name, &own.user_login, &own.runner_id];
            (own.token_type, names.map(Clone::clone))
        };
        let mut known = self.0.iter();
        if let Some((_, fix)) = known.find(|(own, _)| target(own) == target(definition)) {
            return fix.clone();
        }
        // What is written is meant: such a deny would take it away.
        let is_meant =
            |own: &PolicyDefinition| target(own) == target(definition) && names_pull_requests(own);
        if cx.allows().iter().any(|(_, own)| is_meant(own)) {
            self.0.push((definition, None));
            return None;
        }
        let edit = Edit::AddDeny {
            like: allow,
            claim: "event_name".to_owned(),
            pattern: "pull_request*".to_owned(),
        };
        let fix = verified(cx, "deny jobs of pull requests", vec![edit]);
        self.0.push((definition, fix.clone()));
        fix
    }
}

/// Whether the job of a pull request is one of a branch that the allow names. GitHub tells both apart.
fn is_of_branch(cx: &mut Context<'_>, allow: usize) -> bool {
    let tells_branches = cx.grammar().is_some_and(|grammar| {
        let mut classes = grammar.outsiders.iter();
        grammar.id != GITHUB_ACTIONS && classes.any(|own| own.id == class::OTHER_BRANCH)
    });
    tells_branches && cx.outsider(allow, &[class::OTHER_BRANCH]).is_none()
}
