//! Bodies of Pulumi Cloud's REST API.

use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::policy::PolicyDefinition;

use super::settings::{keys, object, policies_value};

/// The body of `POST /api/orgs/{org}/oidc/issuers`.
pub(crate) fn issuer_body(issuer: &IssuerDefinition) -> String {
    let text = |text: &String| Value::String(text.clone());
    let mut members = vec![("name", text(&issuer.name)), ("url", text(&issuer.url))];
    if !issuer.thumbprints.is_empty() {
        members.push(("thumbprints", Value::Array(issuer.thumbprints.iter().map(text).collect())));
    }
    members.extend(issuer.max_expiration.map(|seconds| ("maxExpiration", Value::Integer(seconds.into()))));
    members.extend(issuer.jwks.as_deref().map(|jwks| ("jwks", keys(jwks))));
    object(members).to_json_pretty()
}

/// The body of `PATCH /api/orgs/{org}/auth/policies/{policyId}`: all policies of the issuer, for it replaces them all.
/// `authorizedPermissions` is always there, because the API's description requires it.
pub(crate) fn policies_body(policies: &[PolicyDefinition]) -> String {
    let complete = |policy: &PolicyDefinition| {
        let permissions = policy.authorized_permissions.clone().unwrap_or_default();
        PolicyDefinition { authorized_permissions: Some(permissions), ..policy.clone() }
    };
    let policies: Vec<PolicyDefinition> = policies.iter().map(complete).collect();
    object([("policies", policies_value(&policies))]).to_json_pretty()
}
