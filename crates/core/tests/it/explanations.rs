//! What people read: the explanation of decisions on the claims of real providers, as snapshots.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Explanation, explain_with, render_text};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
use insta::assert_snapshot;

use crate::sources::SOURCES;

const ORGANIZATION: RequestedToken = RequestedToken::Organization { admin: false };

const GITHUB: &str = r#"[
    {"decision": "allow", "tokenType": "organization",
     "rules": {"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:*"}},
    {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:octo-org/octo-repo:pull_request"}}
]"#;

fn decide(policies: &str, claims: &str, request: &RequestedToken) -> Explanation {
    let set = PolicySet::compile(&parse_policies(policies).unwrap(), Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
    explain_with(&set, &claims, request, SOURCES)
}

fn text(policies: &str, claims: &str, request: &RequestedToken) -> String {
    render_text(&decide(policies, claims, request))
}

fn github(sub: &str) -> String {
    let claims = format!(
        r#"{{"aud": "https://github.com/octo-org", "sub": "{sub}", "repository_owner": "octo-org"}}"#
    );
    text(GITHUB, &claims, &ORGANIZATION)
}

#[test]
fn github_branch() {
    assert_snapshot!(github("repo:octo-org/octo-repo:ref:refs/heads/main"));
}

#[test]
fn github_pull_request_is_denied() {
    assert_snapshot!(github("repo:octo-org/octo-repo:pull_request"));
}

#[test]
fn github_other_repository() {
    assert_snapshot!(github("repo:octo-org/other:ref:refs/heads/main"));
}

#[test]
fn github_look_alike_organization() {
    assert_snapshot!(github("repo:octo-org-evil/octo-repo:ref:refs/heads/main"));
}

#[test]
fn github_invisible_character() {
    assert_snapshot!(github("repo:octo-org/octo\\u200b-repo:ref:refs/heads/main"));
}

#[test]
fn no_invisible_character_is_shown_as_it_is() {
    let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme"}}"#;
    for c in "\u{fe0f}\u{34f}\u{3164}\u{115f}\u{17b4}\u{180e}\u{2800}\u{e0100}\u{e0041}".chars() {
        let claims = format!(r#"{{"aud": "ac{c}me"}}"#);
        let shown = text(policy, &claims, &ORGANIZATION);
        assert!(!shown.contains(c), "{c:?}: {shown}");
        assert!(
            shown.contains(&c.escape_unicode().to_string()),
            "{c:?}: {shown}"
        );
    }
}

#[test]
fn github_environment_pattern_on_a_branch() {
    let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:octo-org/*:environment:prod*"}}"#;
    let claims = r#"{"sub": "repo:octo-org/octo-repo:ref:refs/heads/main"}"#;
    assert_snapshot!(text(policy, claims, &ORGANIZATION));
}

#[test]
fn gitlab_wrong_branch_and_a_string_that_looks_like_a_boolean() {
    let policy = r#"{"decision": "allow", "tokenType": "team", "teamName": "deploy*", "rules": {
        "sub": "project_path:my-group/my-project:ref_type:branch:ref:main", "ref_protected": "true"}}"#;
    let claims = r#"{"sub": "project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1", "ref_protected": "false"}"#;
    assert_snapshot!(text(
        policy,
        claims,
        &RequestedToken::Team {
            name: "deployers".into()
        }
    ));
}

#[test]
fn circleci_quoted_claim_and_array() {
    let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {
        "\"oidc.circleci.com/vcs-ref\"": "refs/heads/*", "\"oidc.circleci.com/context-ids\"": "*-0004",
        "\"oidc.circleci.com/ssh-rerun\"": "false"}}"#;
    let claims = r#"{"oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/context-ids": ["ctx-0001", "ctx-0004"], "oidc.circleci.com/ssh-rerun": false}"#;
    assert_snapshot!(text(policy, claims, &ORGANIZATION));
}

#[test]
fn kubernetes_missing_member_and_object() {
    let policy = r#"{"decision": "allow", "tokenType": "runner", "runnerID": "r1", "rules": {
        "\"kubernetes.io\".namespace": "prod", "\"kubernetes.io\".pod": "*", "kubernetes.io.node": "*"}}"#;
    let claims = r#"{"kubernetes.io": {"namespace": "default", "pod": {"name": "alpine"}}}"#;
    assert_snapshot!(text(
        policy,
        claims,
        &RequestedToken::Runner { name: "r1".into() }
    ));
}

#[test]
fn nothing_for_this_token_type() {
    assert_snapshot!(text(
        GITHUB,
        "{}",
        &RequestedToken::Personal {
            login: "octocat".into()
        }
    ));
}

#[test]
fn no_policy_at_all() {
    assert_snapshot!(text("[]", r#"{"sub": "x"}"#, &ORGANIZATION));
}

#[test]
fn admin_asked_for_and_not_granted() {
    let claims = r#"{"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:environment:prod"}"#;
    assert_snapshot!(text(
        GITHUB,
        claims,
        &RequestedToken::Organization { admin: true }
    ));
}

#[test]
fn roles_that_disagree() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "roleID": "reader", "rules": {"sub": "repo:*"}},
        {"decision": "allow", "tokenType": "organization", "roleID": "writer", "rules": {"sub": "*:environment:prod"}}]"#;
    assert_snapshot!(text(
        policies,
        r#"{"sub": "repo:o/r:environment:prod"}"#,
        &ORGANIZATION
    ));
}

#[test]
fn the_json_form() {
    let claims = r#"{"aud": ["x", "https://github.com/octo-org"], "sub": "repo:octo-org/other:pull_request"}"#;
    assert_snapshot!(serde_json::to_string_pretty(&decide(GITHUB, claims, &ORGANIZATION)).unwrap());
}
