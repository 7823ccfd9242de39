//! Other services that run jobs.

use super::words::{CharSet, HYPHENATED, LABEL, LOWER, PRINTABLE, REF, SLUGS, UUID, name};
use super::{
    ANY_SHAPE, Grammar, Is, IssuerForm, Words, always, atom, many, outsider, part, shape,
    sometimes, tenant, text,
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
    never: &[],
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
        atom(
            "audience",
            Words::Any,
            &["ari:cloud:bitbucket::workspace/00000000-0000-4000-8000-000000000004"],
        ),
        atom("step", UUID, &["00000000-0000-4000-8000-000000000003"]),
        atom("pipeline", UUID, &["00000000-0000-4000-8000-000000000005"]),
        atom("branch", Words::Path(REF), &["main", "feature"]),
    ],
    claims: &[
        many(always("aud", &[part("audience")])),
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

/// The characters of a project's name on Azure DevOps: not `/`, nor others that do not matter here.
const PROJECT: CharSet = &[(' ', '.'), ('0', '9'), (';', '~'), ('\u{a0}', '\u{10ffff}')];

/// Azure Pipelines.
pub(super) static AZURE_DEVOPS: Grammar = Grammar {
    id: "azure-devops",
    name: "Azure DevOps",
    as_of: "2026-11-30",
    sources: &[
        "https://github.com/sigstore/fulcio/issues/1803",
        "https://learn.microsoft.com/en-us/azure/devops/organizations/settings/naming-restrictions",
    ],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Around("https://vstoken.dev.azure.com/", "")],
    atoms: &[
        atom("organization", name(HYPHENATED), &["example"]),
        atom("project", name(PROJECT), &["web"]),
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
        atom("definition_id", name(HYPHENATED), &["7"]),
        atom(
            "repository_id",
            name(HYPHENATED),
            &["00000000-0000-4000-8000-000000000004"],
        ),
        atom("run_id", name(HYPHENATED), &["345"]),
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
        sometimes("def_id", &[part("definition_id")]),
        sometimes("rpo_id", &[part("repository_id")]),
        sometimes("rpo_uri", &[part("repository")]),
        sometimes("rpo_ver", &[part("commit")]),
        sometimes("rpo_ref", &[part("ref")]),
        sometimes("run_id", &[part("run_id")]),
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
    never: &[],
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
        atom("audience", Words::Any, &["demo.app.spacelift.io"]),
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
    never: &[],
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
            "another pipeline of yours",
            &[("account", Is::Ours)],
            &[("pipeline", Is::Ours)],
        ),
    ],
};
