//! HCP Terraform.

use super::words::{HYPHENATED, PRINTABLE, SLUGS, name};
use super::{
    Grammar, Is, IssuerForm, Words, always, atom, many, outsider, part, shape, sometimes, tenant,
    text,
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
