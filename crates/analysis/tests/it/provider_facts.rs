//! What providers do send is admitted, and what they do not is proved never to match.

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate_analysis::{Analysis, CheckOptions, PolicyModel, Relation, check, difference};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const TERRAFORM: &str = "https://app.terraform.io";
const BUILDKITE: &str = "https://agent.buildkite.com";
const AZURE: &str = "https://vstoken.dev.azure.com/00000000-0000-4000-8000-000000000001";
const AWS: &str = "https://abc.tokens.sts.global.api.aws";

fn issuer(url: &str, policies: &[(&str, &str)]) -> IssuerDefinition {
    let policies = policies.iter().map(|(decision, rules)| {
        format!(
            r#"{{"decision": "{decision}", "tokenType": "organization", "rules": {{{rules}}}}}"#
        )
    });
    let policies = policies.collect::<Vec<_>>().join(",");
    IssuerDefinition {
        url: url.to_owned(),
        policies: parse_policies(&format!("[{policies}]")).unwrap(),
        ..IssuerDefinition::default()
    }
}

fn model(url: &str, policies: &[(&str, &str)]) -> PolicyModel {
    PolicyModel::new(&issuer(url, policies), Dialect::Pulumi).unwrap()
}

/// The codes of the findings, with the policy that each is on.
fn codes(url: &str, policies: &[(&str, &str)]) -> Vec<String> {
    let report = check(&issuer(url, policies), &CheckOptions::new(Dialect::Pulumi)).unwrap();
    let findings = report.findings.iter();
    findings
        .map(|own| format!("{} {}", own.diagnostic.path, own.diagnostic.code))
        .collect()
}

fn has(url: &str, policies: &[(&str, &str)], code: &str) -> bool {
    codes(url, policies).iter().any(|own| own.ends_with(code))
}

/// Tokens that providers send, as rules.
const SENT: &[(&str, &str)] = &[
    // `include_claim_keys` begins with `repo`.
    (GITHUB, r#""sub": "repo:acme/web""#),
    (GITHUB, r#""sub": "repo:acme@1/web@2""#),
    (
        GITHUB,
        r#""sub": "repo:acme/web:ref:refs/heads/main:job_workflow_ref:acme/wf/x""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme/web:ref:refs/heads/main", "environment": "prod""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme/web:environment:prod:ref:refs/heads/main""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme@1/web@2:pull_request:actor:me", "event_name": "pull_request""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme/web:repository_visibility:private""#,
    ),
    // Other first keys.
    (GITHUB, r#""sub": "ref_protected:true""#),
    (GITHUB, r#""sub": "enterprise_id:1:repo:acme/web""#),
    (GITHUB, r#""sub": "check_run_id:1""#),
    (GITHUB, r#""sub": "sha:abc:run_id:1""#),
    (GITHUB, r#""sub": "pull_request:repo:acme/web""#),
    (GITHUB, r#""sub": "repo_property_team:web""#),
    (
        GITHUB,
        r#""sub": "repository_owner:acme", "environment": "prod""#,
    ),
    // `:` in the name of an environment.
    (
        GITHUB,
        r#""sub": "repo:octo-org/octo-repo:environment:Production%3AV1", "environment": "Production:V1""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme@1/web@2:environment:a%3Ab%3Ac", "environment": "a:b:c""#,
    ),
    (GITHUB, r#""environment": "prod:*""#),
    (GITHUB, r#""environment": "prod%3Aeu""#),
    (
        "https://ghe.example/_services/token",
        r#""sub": "repo:acme/web:environment:a:b", "environment": "a:b""#,
    ),
    // Refs, and workflows of rulesets and of GitHub itself.
    (GITHUB, r#""ref": "refs/pull/7/merge""#),
    (GITHUB, r#""ref": "", "repository": "acme/web""#),
    (
        GITHUB,
        r#""repository": "acme/web", "workflow_ref": "acme/rules/.github/workflows/scan.yml@refs/heads/main""#,
    ),
    (
        GITHUB,
        r#""workflow_ref": "acme/web/dynamic/pages/pages-build-deployment@refs/heads/main""#,
    ),
    (
        GITHUB,
        r#""workflow_ref": "acme/web/.github/workflows/x.yml@5f3c1b2""#,
    ),
    (
        GITHUB,
        r#""job_workflow_ref": "acme/wf/.github/workflows/x.yml@5f3c1b2""#,
    ),
    (GITLAB, r#""sub": "project_path:evil/x:ref_protected:true""#),
    (GITLAB, r#""sub": "project_path:acme/web:ref_type:branch""#),
    (GITLAB, r#""sub": "project_path:acme/web""#),
    (GITLAB, r#""sub": "project_path:acme/web:ref:main""#),
    (
        GITLAB,
        r#""sub": "project_path:acme/web:ref_type:tag:ref:v1:environment:prod""#,
    ),
    (
        TERRAFORM,
        r#""sub": "organization:O:project:P:stack:S:deployment:D:operation:plan", "terraform_stack_name": "S", "terraform_operation": "plan""#,
    ),
    (
        TERRAFORM,
        r#""sub": "organization:org-1:project:prj-1:stack:st-1:deployment:D:operation:apply""#,
    ),
    (
        BUILDKITE,
        r#""sub": "0191f956-042f-7ec4-aa62-8e5eeae396d0", "queue_id": "0191f956-042f-7ec4-aa62-8e5eeae396d0""#,
    ),
    (
        BUILDKITE,
        r#""queue_key": "runners", "\"agent_tag:os\"": "x""#,
    ),
    (AZURE, r#""sub": "p://acme/web shop/deploy""#),
    (AWS, r#""sub": "arn:aws:iam::123456789012:user/ci""#),
    (AWS, r#""sub": "arn:aws:iam::123456789012:root""#),
    (
        AWS,
        r#""sub": "arn:aws:sts::123456789012:assumed-role/Data/session""#,
    ),
];

/// Tokens that no provider sends, as rules.
const NOT_SENT: &[(&str, &str)] = &[
    (GITHUB, r#""ref": "main""#),
    (GITHUB, r#""ref": "refs/main""#),
    (GITHUB, r#""sub": "repo:acme/web:refs/heads/main""#),
    (
        GITHUB,
        r#""sub": "repo:acme/web:ref:refs/heads/main", "ref": "refs/heads/x""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme/web:environment:prod", "environment": "staging""#,
    ),
    (
        GITHUB,
        r#""sub": "repo:acme/web:environment:prod%3Aeu", "environment": "staging""#,
    ),
    (
        GITHUB,
        r#""workflow_ref": "acme/web/.github/workflows/deploy.yml@main""#,
    ),
    (
        GITHUB,
        r#""workflow_ref": "other/web/*", "repository": "acme/web""#,
    ),
    (
        GITHUB,
        r#""event_name": "merge_group", "ref": "refs/tags/*""#,
    ),
    (GITHUB, r#""event_name": "merge_group", "ref_type": "tag""#),
    (
        GITLAB,
        r#""sub": "project_path:acme/web:ref_type:branch:ref:main", "ref": "x""#,
    ),
    (GITLAB, r#""sub": "project_path:acme/web:branch:main""#),
    (
        TERRAFORM,
        r#""sub": "organization:*:stack:*:deployment:*:operation:*", "terraform_workspace_name": "*""#,
    ),
    (BUILDKITE, r#""sub": "my-pipeline""#),
    (
        BUILDKITE,
        r#""sub": "0191f956-042f-7ec4-aa62-8e5eeae396d0", "pipeline_id": "f*", "cluster_id": "f*", "organization_id": "f*", "queue_id": "f*", "build_id": "f*", "job_id": "f*", "agent_id": "f*", "organization_slug": "x", "pipeline_slug": "?0191*""#,
    ),
];

#[test]
fn what_providers_send_is_admitted() {
    for (url, rules) in SENT {
        let model = model(url, &[("allow", rules)]);
        let answer = Analysis::new(&model).is_satisfiable(0);
        assert!(answer.is_yes(), "{url} {rules} {answer:?}");
        assert!(
            !has(url, &[("allow", rules)], "never-matches-provider"),
            "{rules}"
        );
    }
}

#[test]
fn what_providers_do_not_send_never_matches() {
    for (url, rules) in NOT_SENT {
        let model = model(url, &[("allow", rules)]);
        let answer = Analysis::new(&model).is_satisfiable(0);
        assert!(answer.is_no(), "{url} {rules} {answer:?}");
        let bare = model.without_facts();
        assert!(Analysis::new(&bare).is_satisfiable(0).is_yes(), "{rules}");
    }
}

/// Anyone can customize the subjects of their own repositories.
#[test]
fn strangers_get_in_by_subjects_that_they_customize() {
    for (url, rules, subject) in [
        (
            GITHUB,
            r#""sub": "repo:*:job_workflow_ref:acme/wf/.github/workflows/deploy.yml@refs/heads/main""#,
            "repo:evil-corp/web",
        ),
        (
            GITHUB,
            r#""sub": "repo:*:ref:refs/heads/main:workflow:deploy""#,
            "repo:evil-corp/web:ref:refs/heads/main:workflow:deploy",
        ),
        (
            GITHUB,
            r#""sub": "ref_protected:true:*""#,
            "ref_protected:true:",
        ),
        (
            GITLAB,
            r#""sub": "project_path:*:ref_protected:true""#,
            "project_path:evil-group/web",
        ),
        (
            TERRAFORM,
            r#""sub": "organization:*:stack:web:*""#,
            "organization:evil-corp:project:",
        ),
    ] {
        let model = model(url, &[("allow", rules)]);
        let answer = Analysis::new(&model).stranger(0).unwrap();
        let witness = answer.witness().unwrap_or_else(|| panic!("{rules}"));
        let sub = witness.claim("sub").and_then(|own| own.as_str()).unwrap();
        assert!(sub.starts_with(subject), "{rules} {sub}");
    }
}

/// The name of an environment is escaped in `sub` and not in its own claim.
#[test]
fn a_deny_of_the_escaped_name_does_not_stand_for_one_of_the_name() {
    let allow = ("allow", r#""sub": "repo:acme/web:*""#);
    let escaped = ("deny", r#""sub": "repo:acme/web:environment:prod%3A*""#);
    let literal = ("deny", r#""environment": "prod%3A*""#);
    let both = [allow, escaped, literal];
    assert!(
        !has(GITHUB, &both, "deny-useless"),
        "{:?}",
        codes(GITHUB, &both)
    );
    for fewer in [[allow, escaped], [allow, literal]] {
        let change = difference(&model(GITHUB, &both), &model(GITHUB, &fewer));
        assert_eq!(change.relation, Relation::Wider, "{fewer:?}");
    }
}

#[test]
fn a_pull_request_has_no_usual_subject_of_a_branch() {
    let rules = r#""sub": "repo:acme/web:ref:refs/heads/main", "event_name": "pull_request*""#;
    let model = model(GITHUB, &[("allow", rules)]);
    let answer = Analysis::new(&model).is_satisfiable(0);
    let witness = answer.witness().unwrap();
    let event = witness.claim("event_name").and_then(|own| own.as_str());
    assert_eq!(event, Some("pull_request_target"));
}

/// A witness has the workflow of its own repository, unless something else is required.
#[test]
fn workflows_are_of_the_repository_where_they_can_be() {
    let of = |rules: &str| {
        let model = model(GITHUB, &[("allow", rules)]);
        let answer = Analysis::new(&model).is_satisfiable(0);
        let workflow = answer.witness().unwrap().claim("workflow_ref").cloned();
        workflow.unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(
        of(r#""sub": "repo:acme/infra:*""#),
        "acme/infra/.github/workflows/deploy.yml@refs/heads/main"
    );
    assert!(
        of(r#""sub": "repo:acme/infra:*", "workflow_ref": "*/rules/*""#).starts_with("acme/rules/")
    );
}

#[test]
fn claims_that_users_name_are_known_and_may_be_missing() {
    for (url, allow, claim) in [
        (GITHUB, r#""sub": "repo:acme/web:*""#, "repo_property_team"),
        (
            AWS,
            r#""sub": "arn:aws:iam::123456789012:role/Data""#,
            r#"\"https://sts.amazonaws.com/\".request_tags.job-id"#,
        ),
        (
            AWS,
            r#""sub": "arn:aws:iam::123456789012:role/Data""#,
            r#"\"https://sts.amazonaws.com/\".principal_tags.team"#,
        ),
        (
            BUILDKITE,
            r#""organization_slug": "acme""#,
            r#"\"agent_tag:os\""#,
        ),
        (BUILDKITE, r#""organization_slug": "acme""#, "queue_key"),
        (
            TERRAFORM,
            r#""sub": "organization:acme:*""#,
            "terraform_stack_name",
        ),
    ] {
        let deny = format!(r#""{claim}": "x""#);
        let policies = [("allow", allow), ("deny", deny.as_str())];
        let codes = codes(url, &policies);
        let has = |code: &str| codes.iter().any(|own| own.ends_with(code));
        assert!(has("deny-avoidable"), "{claim} {codes:?}");
        assert!(!has("claim-unknown"), "{claim} {codes:?}");
    }
    let policies = [
        ("allow", r#""sub": "repo:acme/web:*""#),
        ("deny", r#""environment": "staging""#),
    ];
    assert!(!has(GITHUB, &policies, "deny-avoidable"));
}

#[test]
fn a_project_of_azure_devops_has_no_slash() {
    let model = model(AZURE, &[("allow", r#""sub": "p://acme/web/*""#)]);
    let who = Analysis::new(&model).who(None);
    let rung = who.rungs.iter().find(|rung| rung.id == "other-project");
    assert!(rung.unwrap().answer.is_no(), "{rung:?}");
}

#[test]
fn facts_list_every_form_of_a_subject() {
    let model = model(BUILDKITE, &[("allow", r#""sub": "organization:acme:*""#)]);
    let facts = Analysis::new(&model).facts().facts;
    for form in [
        "`sub` can be `{organization_id}`",
        "`sub` can be `{queue_id}`",
        "`sub` can be `organization:{organization}:pipeline:{pipeline}:ref:refs/tags/{tag}:commit:{commit}:step:{step}`",
    ] {
        assert!(facts.iter().any(|own| own == form), "{form} {facts:#?}");
    }
    assert_eq!(
        facts
            .iter()
            .filter(|own| own.starts_with("`sub` can be"))
            .count(),
        10
    );
    let github = self::model(GITHUB, &[("allow", r#""sub": "repo:acme/*""#)]);
    let facts = Analysis::new(&github).facts().facts;
    assert!(facts.iter().any(|own| own.contains("`%3A`")), "{facts:#?}");
}

/// What else an allow admits is named as the provider calls it.
#[test]
fn other_repositories_have_the_name_of_what_is_admitted() {
    for (url, subject, expected) in [
        (
            GITHUB,
            "repo:acme/*:ref:refs/heads/main",
            "this admits another repository of yours",
        ),
        (
            AZURE,
            "p://acme/web/*",
            "this admits another pipeline of the project",
        ),
        (
            AZURE,
            "p://acme/*/deploy",
            "this admits another project of the organization",
        ),
    ] {
        let rules = format!(r#""aud": "api://AzureADTokenExchange", "sub": "{subject}""#);
        let issuer = issuer(url, &[("allow", &rules)]);
        let report = check(&issuer, &CheckOptions::new(Dialect::Pulumi)).unwrap();
        let found = report.findings.iter().map(|own| &own.diagnostic);
        let found: Vec<&str> = found
            .filter(|own| own.code == "any-repository")
            .map(|own| own.message.as_str())
            .collect();
        assert_eq!(found, [expected], "{subject}");
    }
}
