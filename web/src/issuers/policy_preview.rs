//! A read-only view of policies and a sample, before they are saved.

use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet};
use claimgate_analysis::{Policies, findings};
use leptos::prelude::*;

use crate::editor::policy_editor::Findings;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};

/// The policies, the engine's findings, and claims that they allow.
#[component]
pub(crate) fn PolicyPreview(
    policies: Vec<PolicyDefinition>,
    /// The URL of their issuer; empty if it is unknown.
    url: String,
    claims: Option<String>,
) -> impl IntoView {
    let findings = PolicySet::compile(&policies, Dialect::Pulumi)
        .map(|_| findings(&Policies::new(&policies, Dialect::Pulumi).at(&url)))
        .unwrap_or_default();
    view! {
        <PolicyList policies=policies />
        <Findings findings=Signal::stored(findings) />
        {claims.map(|claims| view! {
            <details class="more">
                <summary>"Example claims"</summary>
                <pre tabindex="0" class="code">{untrusted_lines(&claims)}</pre>
            </details>
        })}
    }
}

/// Policies as sentences: the decision, the target, and the rules.
#[component]
pub(crate) fn PolicyList(policies: Vec<PolicyDefinition>) -> impl IntoView {
    if policies.is_empty() {
        return view! { <p class="hint">"No policies: every token is denied."</p> }.into_any();
    }
    let items = policies.iter().map(policy_view).collect_view();
    view! { <ol class="policy-list" aria-label="Policies">{items}</ol> }.into_any()
}

fn policy_view(policy: &PolicyDefinition) -> AnyView {
    let target = policy
        .team_name
        .as_ref()
        .or(policy.user_login.as_ref())
        .or(policy.runner_id.as_ref());
    let rule = |(claim, pattern): &(String, String)| {
        view! {
            <div>
                <dt><code>{untrusted_text(claim)}</code></dt>
                <dd><code>{untrusted_text(pattern)}</code></dd>
            </div>
        }
    };
    let is_admin = policy
        .authorized_permissions
        .as_ref()
        .is_some_and(|list| !list.is_empty());
    view! {
        <li>
            <p>
                <strong>{policy.decision.as_str()}</strong> " " {policy.token_type.as_str()} " tokens"
                {target.map(|target| view! { " for " <code>{untrusted_text(target)}</code> })}
                {is_admin.then_some(", admin if requested")}
                {policy.role_id.as_ref().map(|role| view! { ", role " <code>{untrusted_text(role)}</code> })}
            </p>
            <dl class="facts">{policy.rules.iter().map(rule).collect_view()}</dl>
        </li>
    }
    .into_any()
}
