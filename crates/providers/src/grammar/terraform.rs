//! HCP Terraform.

use super::words::{HYPHENATED, PRINTABLE, SLUGS, name};
use super::{
    Grammar, Is, IssuerForm, Outsider, Shape, Words, always, atom, lacking, many, outsider, part,
    shape, sometimes, tenant, text,
};

/// HCP Terraform.
pub(super) static TERRAFORM: Grammar = Grammar {
    id: "terraform-cloud",
    name: "HCP Terraform",
    as_of: "2026-11-30",
    sources: &[
        "https://developer.hashicorp.com/terraform/language/stacks/deploy/authenticate",
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
    ],
    assumptions: &[],
    never: &[],
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
        atom("phase", name(&[('a', 'z')]), &["plan"]),
        tenant("stack_id", name(HYPHENATED), &["st-evil000000000000"]),
        atom("stack", name(PRINTABLE), &["web"]),
        atom("deployment", name(PRINTABLE), &["production", "staging"]),
        atom("plan", name(HYPHENATED), &["plan-V3n1AUXNGWbfECsJ"]),
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
        sometimes("terraform_stack_id", &[part("stack_id")]),
        sometimes("terraform_stack_name", &[part("stack")]),
        sometimes("terraform_stack_deployment_name", &[part("deployment")]),
        sometimes("terraform_operation", &[part("phase")]),
        sometimes("terraform_plan_id", &[part("plan")]),
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
    shapes: &SHAPES,
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
                ("stack_id", Is::Named),
            ],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like yours",
            &[("organization", Is::LikeOurs)],
            &[
                ("organization", Is::Ours),
                ("organization_id", Is::Named),
                ("project_id", Is::Named),
                ("workspace_id", Is::Named),
                ("stack_id", Is::Named),
            ],
        ),
        Outsider {
            shapes: WORKSPACE,
            ..outsider(
                "other-workspace",
                "another workspace of yours",
                &[("organization", Is::Ours)],
                &[("workspace", Is::Ours), ("workspace_id", Is::Named)],
            )
        },
        Outsider {
            shapes: STACK,
            ..outsider(
                "other-stack",
                "another stack of yours",
                &[("organization", Is::Ours)],
                &[("stack", Is::Named), ("stack_id", Is::Named)],
            )
        },
        outsider(
            "plan",
            "a plan, which a pull request starts",
            &[("organization", Is::Ours), ("phase", Is::Text("plan"))],
            &[],
        ),
    ],
};

const WORKSPACE: &[&str] = &["workspace", "workspace, older"];
const STACK: &[&str] = &["stack", "stack, by id"];

/// The claims of runs of workspaces.
const OF_WORKSPACES: &[&str] = &[
    "terraform_workspace_id",
    "terraform_workspace_name",
    "terraform_run_id",
    "terraform_run_phase",
    "terraform_full_workspace",
];
/// The claims of deployments of stacks.
const OF_STACKS: &[&str] = &[
    "terraform_stack_id",
    "terraform_stack_name",
    "terraform_stack_deployment_name",
    "terraform_operation",
    "terraform_plan_id",
];

/// The subjects of deployments of stacks are in HashiCorp's examples of trust policies. Those of the beta had
/// identifiers in place of the names of organizations and projects.
static SHAPES: [Shape; 4] = [
    lacking(
        OF_STACKS,
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
    ),
    lacking(
        OF_STACKS,
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
    ),
    lacking(
        OF_WORKSPACES,
        shape(
            "stack",
            "a deployment of a stack",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization"),
                    text(":project:"),
                    part("project"),
                    text(":stack:"),
                    part("stack"),
                    text(":deployment:"),
                    part("deployment"),
                    text(":operation:"),
                    part("phase"),
                ],
            )],
        ),
    ),
    lacking(
        OF_WORKSPACES,
        shape(
            "stack, by id",
            "a deployment of a stack, with identifiers in its subject",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization_id"),
                    text(":project:"),
                    part("project_id"),
                    text(":stack:"),
                    part("stack_id"),
                    text(":deployment:"),
                    part("deployment"),
                    text(":operation:"),
                    part("phase"),
                ],
            )],
        ),
    ),
];
