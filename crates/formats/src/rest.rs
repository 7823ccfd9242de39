//! Bodies of Pulumi Cloud's REST API, and calls with them.

use claimgate::exchange::PULUMI_CLOUD;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::policy::PolicyDefinition;

use super::percent::percent_encode;
use super::policies::{enforced, left_out};
use super::value::{keys, object, policies_value};
use claimgate::text::quote::{double, shell};

/// The headers of every call: the access token comes from the environment.
const HEADERS: &str = "  --header \"Authorization: token $PULUMI_ACCESS_TOKEN\" \\\n  \
                       --header 'Accept: application/vnd.pulumi+8'";

/// The body of `POST /api/orgs/{org}/oidc/issuers`.
pub fn issuer_body(issuer: &IssuerDefinition) -> String {
    let text = |text: &String| Value::String(text.clone());
    let mut members = vec![("name", text(&issuer.name)), ("url", text(&issuer.url))];
    if !issuer.thumbprints.is_empty() {
        members.push((
            "thumbprints",
            Value::Array(issuer.thumbprints.iter().map(text).collect()),
        ));
    }
    members.extend(
        issuer
            .max_expiration
            .map(|seconds| ("maxExpiration", Value::Integer(seconds.into()))),
    );
    members.extend(issuer.jwks.as_deref().map(|jwks| ("jwks", keys(jwks))));
    object(members).to_json_pretty()
}

/// The body of `PATCH /api/orgs/{org}/auth/policies/{policyId}`: all policies of the issuer, for it
/// replaces them all. `authorizedPermissions` is always there, because the API's description
/// requires it. Report-only policies are left out.
pub fn policies_body(issuer: &IssuerDefinition) -> String {
    let complete = |policy: &PolicyDefinition| {
        let permissions = policy.authorized_permissions.clone().unwrap_or_default();
        PolicyDefinition {
            authorized_permissions: Some(permissions),
            ..policy.clone()
        }
    };
    let policies: Vec<PolicyDefinition> = enforced(issuer).iter().map(complete).collect();
    object([("policies", policies_value(&policies))]).to_json_pretty()
}

/// The calls that register issuers and set their policies, as a shell script. The API files
/// policies under an identifier of their own, which takes another request.
pub fn script(issuers: &[IssuerDefinition], organization: &str) -> String {
    let api = format!("{PULUMI_CLOUD}/api/orgs/{}", percent_encode(organization));
    let mut text =
        "#!/bin/sh\n# Registers OIDC issuers in Pulumi Cloud. Needs curl, jq, and PULUMI_ACCESS_TOKEN of an admin.\n\
                    set -eu\n"
            .to_owned();
    for issuer in issuers {
        let notes = left_out(issuer).map(|(_, note)| format!("# {note}\n"));
        text.push_str(&format!(
            "\n# {}\n{}issuer=$(curl --fail-with-body --silent --show-error {api}/oidc/issuers \\\n{HEADERS} \\\n{}",
            double(&issuer.name),
            notes.collect::<String>(),
            data(&issuer_body(issuer), " | jq --raw-output .id)")
        ));
        if !enforced(issuer).is_empty() {
            text.push_str(&format!(
                "policy=$(curl --fail-with-body --silent --show-error \\\n  \
                 {api}/auth/policies/oidcissuers/\"$issuer\" \\\n{HEADERS} | jq --raw-output .id)\n\
                 curl --fail-with-body --silent --show-error --request PATCH \\\n  \
                 {api}/auth/policies/\"$policy\" \\\n{HEADERS} \\\n{}",
                data(&policies_body(issuer), "")
            ));
        }
    }
    text
}

/// A body as the rest of a call, with what follows on its line.
fn data(body: &str, then: &str) -> String {
    format!(
        "  --header 'Content-Type: application/json' \\\n  --data-raw {}{then}\n",
        shell(body)
    )
}

/// The Pulumi organization that policies are for, where a rule on the audience names one.
pub fn organization_of<'a>(
    policies: impl IntoIterator<Item = &'a PolicyDefinition>,
) -> Option<String> {
    let rules = policies.into_iter().flat_map(|policy| &policy.rules);
    let mut named = rules
        .filter(|(claim, _)| claim == "aud")
        .filter_map(|(_, pattern)| pattern.strip_prefix("urn:pulumi:org:"));
    named
        .find(|name| !name.is_empty() && !name.contains(['*', '?']))
        .map(str::to_owned)
}
