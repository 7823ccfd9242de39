//! `kubernetes-default-account`: an allow admits pods without a service account of their own.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "kubernetes-default-account",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "An allow admits pods that have no service account of their own, or those of any namespace.",
    about: "Every pod that names no service account runs as `default` of its namespace. A policy for `default` is one for everything in the namespace, and one for `*` for the whole cluster.",
    incident: "A debugging pod, a compromised chart, a test of a colleague: all of them run as `default`, and get what the policy grants.",
    remedy: "create a service account for the workload, and name it with its namespace",
    found_in: Example::at(
        "https://oidc.eks.eu-north-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "system:serviceaccount:web:*" } }
]"#,
    ),
    not_in: Example::at(
        "https://oidc.eks.eu-north-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "system:serviceaccount:web:deployer" } }
]"#,
    ),
};

/// The classes of pods, each with how a message calls them.
const PODS: [(&str, &str); 2] = [
    (class::ANY_NAMESPACE, "pods of any namespace"),
    (
        class::DEFAULT_ACCOUNT,
        "pods without a service account of their own",
    ),
];

pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, _) in cx.allows() {
        for (id, pods) in PODS {
            if let Some(witness) = cx.outsider(allow, &[id]) {
                let message = format!("this admits {pods}");
                cx.add(Finding::on(allow, RULE.says(message)).witness(witness));
                break;
            }
        }
    }
}
