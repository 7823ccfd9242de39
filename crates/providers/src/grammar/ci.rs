//! Services that run jobs, apart from GitHub and GitLab.

use super::words::{FILE, HYPHENATED, LABEL, LOWER, PRINTABLE, REF, SLUGS, UUID, name};
use super::{
    ANY_SHAPE, Claim, ClaimKind, Grammar, Is, IssuerForm, Shape, Words, always, atom, many,
    outsider, part, shape, sometimes, tenant, text, typed,
};

/// HCP Terraform.
pub(super) static TERRAFORM: Grammar = Grammar {
    id: "terraform-cloud",
    name: "HCP Terraform",
    as_of: "2026-11-29",
    sources: &[
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
    ],
    assumptions: &[],
    issuers: &[
        IssuerForm::Exact("https://app.terraform.io"),
        IssuerForm::Exact("https://app.eu.terraform.io"),
    ],
    atoms: &[
        tenant("organization", SLUGS, &["evil-corp"]),
        tenant(
            "organization_id",
            name(HYPHENATED),
            &["org-evil000000000000"],
        ),
        tenant("project_id", name(HYPHENATED), &["prj-evil000000000000"]),
        tenant("workspace_id", name(HYPHENATED), &["ws-evil000000000000"]),
        atom("project", name(PRINTABLE), &["web"]),
        atom("workspace", SLUGS, &["production", "staging"]),
        atom("phase", Words::OneOf(&["plan", "apply", "test"]), &["plan"]),
        atom("audience", Words::Any, &["aws.workload.identity"]),
        atom("run", name(HYPHENATED), &["run-V3n1AUXNGWbfECsJ"]),
    ],
    claims: &[
        many(always("aud", &[part("audience")])),
        always("terraform_organization_id", &[part("organization_id")]),
        always("terraform_organization_name", &[part("organization")]),
        sometimes("terraform_project_id", &[part("project_id")]),
        sometimes("terraform_project_name", &[part("project")]),
        always("terraform_workspace_id", &[part("workspace_id")]),
        always("terraform_workspace_name", &[part("workspace")]),
        always("terraform_run_id", &[part("run")]),
        always("terraform_run_phase", &[part("phase")]),
        sometimes(
            "terraform_full_workspace",
            &[
                text("organization:"),
                part("organization"),
                text(":project:"),
                part("project"),
                text(":workspace:"),
                part("workspace"),
            ],
        ),
    ],
    shapes: &[
        shape(
            "workspace",
            "a run of a workspace",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization"),
                    text(":project:"),
                    part("project"),
                    text(":workspace:"),
                    part("workspace"),
                    text(":run_phase:"),
                    part("phase"),
                ],
            )],
        ),
        shape(
            "workspace, older",
            "a run of a workspace, with a subject without project",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization"),
                    text(":workspace:"),
                    part("workspace"),
                    text(":run_phase:"),
                    part("phase"),
                ],
            )],
        ),
    ],
    mine: &["organization", "workspace"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[
                ("organization", Is::LikeOurs),
                ("organization_id", Is::Named),
                ("project_id", Is::Named),
                ("workspace_id", Is::Named),
            ],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like ours",
            &[("organization", Is::LikeOurs)],
            &[
                ("organization", Is::Ours),
                ("organization_id", Is::Named),
                ("project_id", Is::Named),
                ("workspace_id", Is::Named),
            ],
        ),
        outsider(
            "other-workspace",
            "another workspace of ours",
            &[("organization", Is::Ours)],
            &[("workspace", Is::Ours), ("workspace_id", Is::Named)],
        ),
        outsider(
            "plan",
            "a plan, which a pull request starts",
            &[("organization", Is::Ours), ("phase", Is::Text("plan"))],
            &[],
        ),
    ],
};

/// Buildkite.
pub(super) static BUILDKITE: Grammar = Grammar {
    id: "buildkite",
    name: "Buildkite",
    as_of: "2026-11-29",
    sources: &["https://buildkite.com/docs/agent/cli/reference/oidc"],
    assumptions: &[],
    issuers: &[IssuerForm::Exact("https://agent.buildkite.com")],
    atoms: &[
        tenant("organization", name(HYPHENATED), &["evil-corp"]),
        tenant(
            "organization_id",
            UUID,
            &["f892efa9-103e-4d28-97a1-000000000666"],
        ),
        tenant(
            "pipeline_id",
            UUID,
            &["0184990a-477b-4fa8-9968-000000000666"],
        ),
        tenant(
            "cluster_id",
            UUID,
            &["0191f956-042f-7ec4-aa62-000000000666"],
        ),
        atom("pipeline", name(HYPHENATED), &["web"]),
        atom(
            "ref",
            Words::Path(REF),
            &["refs/heads/main", "refs/heads/feature"],
        ),
        atom("branch", Words::Any, &["main", "feature"]),
        atom("tag", Words::Any, &["v1"]),
        atom(
            "commit",
            Words::Any,
            &["9f3182061f1e2cca4702c368cbc039b7dc9d4485"],
        ),
        atom("step", Words::Any, &["build"]),
        atom("audience", Words::Any, &["https://buildkite.com/evil-corp"]),
        atom("number", Words::Integer, &["1"]),
        atom("id", UUID, &["0184990a-477b-4fa8-9968-496074483cee"]),
        atom(
            "source",
            name(&[('a', 'z'), ('_', '_')]),
            &["ui", "webhook"],
        ),
        atom(
            "runner",
            Words::OneOf(&["buildkite-hosted", "self-hosted"]),
            &["buildkite-hosted"],
        ),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always("organization_slug", &[part("organization")]),
        always("pipeline_slug", &[part("pipeline")]),
        sometimes("organization_id", &[part("organization_id")]),
        sometimes("pipeline_id", &[part("pipeline_id")]),
        sometimes("cluster_id", &[part("cluster_id")]),
        typed(
            ClaimKind::Integer,
            always("build_number", &[part("number")]),
        ),
        always("build_branch", &[part("branch")]),
        sometimes("build_tag", &[part("tag")]),
        always("build_commit", &[part("commit")]),
        sometimes("step_key", &[part("step")]),
        always("job_id", &[part("id")]),
        always("agent_id", &[part("id")]),
        sometimes("build_source", &[part("source")]),
        sometimes("runner_environment", &[part("runner")]),
    ],
    shapes: &[
        shape(
            "pipeline",
            "a job with the usual subject",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization"),
                    text(":pipeline:"),
                    part("pipeline"),
                    text(":ref:"),
                    part("ref"),
                    text(":commit:"),
                    part("commit"),
                    text(":step:"),
                    part("step"),
                ],
            )],
        ),
        identified("organization_id"),
        identified("pipeline_id"),
        identified("cluster_id"),
        shape(
            "organization",
            "a job whose subject is the organization",
            &[always("sub", &[part("organization")])],
        ),
        shape(
            "pipeline name",
            "a job whose subject is the pipeline",
            &[always("sub", &[part("pipeline")])],
        ),
    ],
    mine: &["organization", "pipeline"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[
                ("organization", Is::LikeOurs),
                ("organization_id", Is::Named),
                ("pipeline_id", Is::Named),
                ("cluster_id", Is::Named),
            ],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like ours",
            &[("organization", Is::LikeOurs)],
            &[
                ("organization", Is::Ours),
                ("organization_id", Is::Named),
                ("pipeline_id", Is::Named),
                ("cluster_id", Is::Named),
            ],
        ),
        outsider(
            "other-pipeline",
            "another pipeline of ours",
            &[("organization", Is::Ours)],
            &[("pipeline", Is::Ours), ("pipeline_id", Is::Named)],
        ),
        outsider(
            "other-branch",
            "a branch or tag that no policy names",
            &[("organization", Is::Ours), ("pipeline", Is::Ours)],
            &[("ref", Is::Named), ("branch", Is::Named)],
        ),
    ],
};

const fn identified(atom: &'static str) -> Shape {
    match atom.as_bytes() {
        b"organization_id" => shape(
            atom,
            "a job whose subject is the id of the organization",
            ORGANIZATION_ID,
        ),
        b"pipeline_id" => shape(
            atom,
            "a job whose subject is the id of the pipeline",
            PIPELINE_ID,
        ),
        _ => shape(
            atom,
            "a job whose subject is the id of the cluster",
            CLUSTER_ID,
        ),
    }
}

const ORGANIZATION_ID: &[Claim] = &[always("sub", &[part("organization_id")])];
const PIPELINE_ID: &[Claim] = &[always("sub", &[part("pipeline_id")])];
const CLUSTER_ID: &[Claim] = &[always("sub", &[part("cluster_id")])];

/// CircleCI, with the issuer of an organization or the shared one.
pub(super) static CIRCLECI: Grammar = Grammar {
    id: "circleci",
    name: "CircleCI",
    as_of: "2026-11-29",
    sources: &[
        "https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/",
    ],
    assumptions: &[],
    issuers: &[
        IssuerForm::Exact("https://oidc.circleci.com"),
        IssuerForm::Around("https://oidc.circleci.com/org/", ""),
    ],
    atoms: &[
        tenant(
            "organization",
            UUID,
            &["00000000-0000-4000-8000-000000000666"],
        ),
        tenant("project", UUID, &["00000000-0000-4000-8000-000000006660"]),
        atom("user", UUID, &["00000000-0000-4000-8000-000000000013"]),
        atom(
            "audience",
            Words::Any,
            &["00000000-0000-4000-8000-000000000666"],
        ),
        atom("context", UUID, &["00000000-0000-4000-8000-000000000004"]),
        atom("id", UUID, &["00000000-0000-4000-8000-000000000005"]),
        atom("origin", Words::Path(FILE), &["github.com/evil-corp/web"]),
        atom(
            "ref",
            Words::Path(REF),
            &["refs/heads/main", "refs/heads/feature"],
        ),
        atom("rerun", Words::OneOf(&["false", "true"]), &["false"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        many(sometimes(
            "\"oidc.circleci.com/context-ids\"",
            &[part("context")],
        )),
        always("\"oidc.circleci.com/org-id\"", &[part("organization")]),
        always("\"oidc.circleci.com/project-id\"", &[part("project")]),
        sometimes("\"oidc.circleci.com/job-id\"", &[part("id")]),
        sometimes(
            "\"oidc.circleci.com/pipeline-definition-id\"",
            &[part("id")],
        ),
        sometimes("\"oidc.circleci.com/pipeline-id\"", &[part("id")]),
        sometimes("\"oidc.circleci.com/workflow-id\"", &[part("id")]),
        typed(
            ClaimKind::Boolean,
            sometimes("\"oidc.circleci.com/ssh-rerun\"", &[part("rerun")]),
        ),
        sometimes("\"oidc.circleci.com/vcs-origin\"", &[part("origin")]),
        sometimes("\"oidc.circleci.com/vcs-ref\"", &[part("ref")]),
    ],
    shapes: &[
        shape(
            "project",
            "a job, in the first form of tokens",
            &[always(
                "sub",
                &[
                    text("org/"),
                    part("organization"),
                    text("/project/"),
                    part("project"),
                    text("/user/"),
                    part("user"),
                ],
            )],
        ),
        shape(
            "project and ref",
            "a job, in the second form of tokens",
            &[always(
                "sub",
                &[
                    text("org/"),
                    part("organization"),
                    text("/project/"),
                    part("project"),
                    text("/user/"),
                    part("user"),
                    text("/vcs-origin/"),
                    part("origin"),
                    text("/vcs-ref/"),
                    part("ref"),
                ],
            )],
        ),
    ],
    mine: &["organization", "project"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[("organization", Is::Ours), ("project", Is::Named)],
        ),
        outsider(
            "other-project",
            "another project of ours",
            &[("organization", Is::Ours)],
            &[("project", Is::Ours)],
        ),
        outsider(
            "ssh-rerun",
            "a job rerun with SSH",
            &[
                ("organization", Is::Ours),
                ("project", Is::Ours),
                ("rerun", Is::Text("true")),
            ],
            &[],
        ),
        outsider(
            "other-branch",
            "a branch or tag that no policy names",
            &[("organization", Is::Ours), ("project", Is::Ours)],
            &[("ref", Is::Named)],
        ),
    ],
};

/// Bitbucket Pipelines.
pub(super) static BITBUCKET: Grammar = Grammar {
    id: "bitbucket",
    name: "Bitbucket Pipelines",
    as_of: "2026-11-29",
    sources: &[
        "https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/",
    ],
    assumptions: &[],
    issuers: &[IssuerForm::Around(
        "https://api.bitbucket.org/2.0/workspaces/",
        "/pipelines-config/identity/oidc",
    )],
    atoms: &[
        atom("workspace", UUID, &["00000000-0000-4000-8000-000000000004"]),
        atom(
            "repository",
            UUID,
            &["00000000-0000-4000-8000-000000000001"],
        ),
        atom(
            "environment",
            UUID,
            &["00000000-0000-4000-8000-000000000002"],
        ),
        atom("step", UUID, &["00000000-0000-4000-8000-000000000003"]),
        atom("pipeline", UUID, &["00000000-0000-4000-8000-000000000005"]),
        atom("branch", Words::Path(REF), &["main", "feature"]),
    ],
    claims: &[
        many(always(
            "aud",
            &[text("ari:cloud:bitbucket::workspace/"), part("workspace")],
        )),
        always("workspaceUuid", &[text("{"), part("workspace"), text("}")]),
        always(
            "repositoryUuid",
            &[text("{"), part("repository"), text("}")],
        ),
        always("pipelineUuid", &[text("{"), part("pipeline"), text("}")]),
        always("stepUuid", &[text("{"), part("step"), text("}")]),
        sometimes("branchName", &[part("branch")]),
    ],
    shapes: &[
        shape(
            "step",
            "a step without deployment",
            &[always(
                "sub",
                &[
                    text("{"),
                    part("repository"),
                    text("}:{"),
                    part("step"),
                    text("}"),
                ],
            )],
        ),
        shape(
            "deployment",
            "a step with a deployment",
            &[
                always(
                    "sub",
                    &[
                        text("{"),
                        part("repository"),
                        text("}:{"),
                        part("environment"),
                        text("}:{"),
                        part("step"),
                        text("}"),
                    ],
                ),
                always(
                    "deploymentEnvironmentUuid",
                    &[text("{"), part("environment"), text("}")],
                ),
            ],
        ),
    ],
    mine: &["workspace", "repository"],
    outsiders: &[
        outsider(
            "other-repository",
            "another repository of the workspace",
            &[],
            &[("repository", Is::Ours)],
        ),
        outsider(
            "other-branch",
            "a branch that no policy names",
            &[("repository", Is::Ours)],
            &[("branch", Is::Named)],
        ),
    ],
};

/// Azure Pipelines.
pub(super) static AZURE_DEVOPS: Grammar = Grammar {
    id: "azure-devops",
    name: "Azure DevOps",
    as_of: "2026-11-29",
    sources: &["https://github.com/sigstore/fulcio/issues/1803"],
    assumptions: &[],
    issuers: &[IssuerForm::Around("https://vstoken.dev.azure.com/", "")],
    atoms: &[
        atom("organization", name(HYPHENATED), &["example"]),
        atom("project", name(PRINTABLE), &["web"]),
        atom("pipeline", name(PRINTABLE), &["deploy"]),
        atom(
            "organization_id",
            UUID,
            &["00000000-0000-4000-8000-000000000001"],
        ),
        atom(
            "project_id",
            UUID,
            &["00000000-0000-4000-8000-000000000002"],
        ),
        atom("id", name(HYPHENATED), &["7"]),
        atom(
            "repository",
            Words::Any,
            &["https://dev.azure.com/example/web/_git/web"],
        ),
        atom(
            "ref",
            Words::Path(REF),
            &["refs/heads/main", "refs/heads/feature"],
        ),
        atom("commit", Words::Any, &["9f31820"]),
        atom("audience", Words::Any, &["api://AzureADTokenExchange"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        sometimes("org_id", &[part("organization_id")]),
        sometimes("prj_id", &[part("project_id")]),
        sometimes("def_id", &[part("id")]),
        sometimes("rpo_id", &[part("id")]),
        sometimes("rpo_uri", &[part("repository")]),
        sometimes("rpo_ver", &[part("commit")]),
        sometimes("rpo_ref", &[part("ref")]),
        sometimes("run_id", &[part("id")]),
    ],
    shapes: &[
        shape(
            "pipeline",
            "a run of a pipeline",
            &[always(
                "sub",
                &[
                    text("p://"),
                    part("organization"),
                    text("/"),
                    part("project"),
                    text("/"),
                    part("pipeline"),
                ],
            )],
        ),
        shape(
            "connection",
            "a service connection",
            &[always(
                "sub",
                &[
                    text("sc://"),
                    part("organization"),
                    text("/"),
                    part("project"),
                    text("/"),
                    part("pipeline"),
                ],
            )],
        ),
    ],
    mine: &["project", "pipeline"],
    outsiders: &[
        outsider(
            "other-project",
            "another project of the organization",
            &[],
            &[("project", Is::Ours), ("project_id", Is::Named)],
        ),
        outsider(
            "other-pipeline",
            "another pipeline of the project",
            &[("project", Is::Ours)],
            &[("pipeline", Is::Ours)],
        ),
    ],
};

/// Spacelift.
pub(super) static SPACELIFT: Grammar = Grammar {
    id: "spacelift",
    name: "Spacelift",
    as_of: "2026-11-29",
    sources: &["https://docs.spacelift.io/integrations/cloud-providers/oidc"],
    assumptions: &[],
    issuers: &[IssuerForm::Around("https://", ".app.spacelift.io")],
    atoms: &[
        atom("space", SLUGS, &["root"]),
        atom(
            "caller_type",
            Words::OneOf(&["stack", "module"]),
            &["stack"],
        ),
        atom("caller", SLUGS, &["infra", "web"]),
        atom(
            "run_type",
            name(&[('A', 'Z'), ('_', '_')]),
            &["TRACKED", "PROPOSED"],
        ),
        atom("run", name(HYPHENATED), &["run-1"]),
        atom("scope", Words::OneOf(&["read", "write"]), &["write"]),
        atom("audience", name(FILE), &["demo.app.spacelift.io"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always(
            "sub",
            &[
                text("space:"),
                part("space"),
                text(":"),
                part("caller_type"),
                text(":"),
                part("caller"),
                text(":run_type:"),
                part("run_type"),
                text(":scope:"),
                part("scope"),
            ],
        ),
        always("spaceId", &[part("space")]),
        always("callerType", &[part("caller_type")]),
        always("callerId", &[part("caller")]),
        always("runType", &[part("run_type")]),
        always("runId", &[part("run")]),
        always("scope", &[part("scope")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["space", "caller"],
    outsiders: &[
        outsider(
            "other-space",
            "another space of the account",
            &[],
            &[("space", Is::Ours)],
        ),
        outsider(
            "other-stack",
            "another stack of the space",
            &[("space", Is::Ours)],
            &[("caller", Is::Ours)],
        ),
        outsider(
            "pull-request",
            "a proposed run, which a pull request starts",
            &[
                ("space", Is::Ours),
                ("caller", Is::Ours),
                ("run_type", Is::Text("PROPOSED")),
            ],
            &[],
        ),
    ],
};

/// Codefresh.
pub(super) static CODEFRESH: Grammar = Grammar {
    id: "codefresh",
    name: "Codefresh",
    as_of: "2026-11-29",
    sources: &["https://codefresh.io/docs/docs/integrations/oidc-pipelines/"],
    assumptions: &[],
    issuers: &[IssuerForm::Exact("https://oidc.codefresh.io")],
    atoms: &[
        tenant(
            "account",
            name(&[('a', 'f'), ('0', '9')]),
            &["000000000000000000000666"],
        ),
        atom("account_name", Words::Any, &["evil-corp"]),
        atom(
            "pipeline",
            name(&[('a', 'f'), ('0', '9')]),
            &["000000000000000000006660"],
        ),
        atom("name", Words::Any, &["web/deploy"]),
        atom("initiator", Words::Any, &["mallory"]),
        atom("more", Words::Further(':'), &["", ":initiator:mallory"]),
        atom("audience", Words::Any, &["https://g.codefresh.io"]),
        atom(
            "label",
            Words::Name {
                first: LOWER,
                rest: LABEL,
            },
            &["git"],
        ),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always(
            "sub",
            &[
                text("account:"),
                part("account"),
                text(":pipeline:"),
                part("pipeline"),
                part("more"),
            ],
        ),
        always("account_id", &[part("account")]),
        sometimes("account_name", &[part("account_name")]),
        sometimes("pipeline_id", &[part("pipeline")]),
        sometimes("pipeline_name", &[part("name")]),
        sometimes("initiator", &[part("initiator")]),
        sometimes("platform", &[part("label")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["account", "pipeline"],
    outsiders: &[
        outsider("anyone", "any account", &[], &[("account", Is::Ours)]),
        outsider(
            "other-pipeline",
            "another pipeline of ours",
            &[("account", Is::Ours)],
            &[("pipeline", Is::Ours)],
        ),
    ],
};
