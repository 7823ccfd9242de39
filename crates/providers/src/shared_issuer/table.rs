//! The table. Sources: AWS IAM, "Identity-provider controls for shared OIDC providers", and the operators'
//! documentation of their claims.

use super::{NameKind, ProjectName, SharedIssuer, TenantClaim};

/// A claim whose whole value is the tenant.
const fn whole(claim: &'static str) -> TenantClaim {
    part(claim, "", "")
}

/// A claim whose whole value is a part of one tenant.
const fn id(claim: &'static str) -> TenantClaim {
    TenantClaim {
        kind: NameKind::Part,
        ..whole(claim)
    }
}

/// A claim with the tenant between two texts.
const fn part(claim: &'static str, before: &'static str, until: &'static str) -> TenantClaim {
    TenantClaim {
        claim,
        before,
        until,
        projects: &[],
        kind: NameKind::Tenant,
    }
}

/// The same, with names below the tenant.
const fn with(row: TenantClaim, projects: &'static [ProjectName]) -> TenantClaim {
    TenantClaim { projects, ..row }
}

const fn project(word: &'static str, before: &'static str, until: &'static str) -> ProjectName {
    ProjectName {
        word,
        before,
        until,
    }
}

/// A composed subject whose first claims may be others.
const fn composed(before: &'static str) -> TenantClaim {
    part("sub", before, ":")
}

const REPOSITORY: [ProjectName; 1] = [project("repository", "", "")];
const REPOSITORY_COLON: [ProjectName; 1] = [project("repository", "", ":")];
const REPOSITORY_SLASH: [ProjectName; 1] = [project("repository", "", "/")];

/// GitHub Actions, without the issuers of enterprises.
pub(crate) static GITHUB: SharedIssuer = SharedIssuer {
    name: "GitHub Actions",
    urls: &["https://token.actions.githubusercontent.com"],
    word: "owner",
    tenants: &[
        whole("repository_owner_id"),
        whole("repository_owner"),
        id("repository_id"),
        with(part("repository", "", "/"), &REPOSITORY),
        with(part("workflow_ref", "", "/"), &REPOSITORY_SLASH),
        whole("enterprise_id"),
        whole("enterprise"),
        with(part("sub", "repo:", "/"), &REPOSITORY_COLON),
        composed("repository_owner_id:"),
        composed("repository_owner:"),
        TenantClaim {
            kind: NameKind::Part,
            ..composed("repository_id:")
        },
        with(part("sub", "repository:", "/"), &REPOSITORY_COLON),
        with(part("sub", "workflow_ref:", "/"), &REPOSITORY_SLASH),
        composed("enterprise_id:"),
        composed("enterprise:"),
    ],
    others: &[
        with(part("job_workflow_ref", "", "/"), &REPOSITORY_SLASH),
        with(part("sub", "job_workflow_ref:", "/"), &REPOSITORY_SLASH),
    ],
    is_subject_composed: true,
};

static GITLAB: SharedIssuer = SharedIssuer {
    name: "GitLab.com",
    urls: &["https://gitlab.com"],
    word: "namespace",
    tenants: &[
        part("namespace_path", "", "/"),
        with(part("project_path", "", "/"), &[project("project", "", "")]),
        whole("namespace_id"),
        id("project_id"),
        with(
            part("sub", "project_path:", "/"),
            &[project("project", "", ":")],
        ),
    ],
    others: &[],
    is_subject_composed: false,
};

static TERRAFORM: SharedIssuer = SharedIssuer {
    name: "HCP Terraform",
    urls: &["https://app.terraform.io", "https://app.eu.terraform.io"],
    word: "organization",
    tenants: &[
        whole("terraform_organization_id"),
        whole("terraform_organization_name"),
        id("terraform_project_id"),
        id("terraform_workspace_id"),
        id("terraform_stack_id"),
        with(
            part("sub", "organization:", ":"),
            &[
                project("project", "project:", ":"),
                project("workspace", "workspace:", ":"),
                project("stack", "stack:", ":"),
                project("deployment", "deployment:", ":"),
            ],
        ),
        with(
            part("terraform_full_workspace", "organization:", ":"),
            &[
                project("project", "project:", ":"),
                project("workspace", "workspace:", ""),
            ],
        ),
    ],
    others: &[],
    is_subject_composed: false,
};

static BUILDKITE: SharedIssuer = SharedIssuer {
    name: "Buildkite",
    urls: &["https://agent.buildkite.com"],
    word: "organization",
    tenants: &[
        whole("organization_id"),
        whole("organization_slug"),
        id("pipeline_id"),
        id("cluster_id"),
        with(
            part("sub", "organization:", ":"),
            &[project("pipeline", "pipeline:", ":")],
        ),
        // A job may ask for one of its ids as the subject.
        TenantClaim {
            kind: NameKind::Uuid,
            ..whole("sub")
        },
    ],
    others: &[],
    is_subject_composed: false,
};

static CIRCLECI: SharedIssuer = SharedIssuer {
    name: "CircleCI",
    urls: &["https://oidc.circleci.com"],
    word: "organization",
    tenants: &[
        whole("\"oidc.circleci.com/org-id\""),
        id("\"oidc.circleci.com/project-id\""),
        part("sub", "org/", "/"),
    ],
    others: &[],
    is_subject_composed: false,
};

static VERCEL: SharedIssuer = SharedIssuer {
    name: "Vercel",
    urls: &["https://oidc.vercel.com"],
    word: "owner",
    tenants: &[
        whole("owner_id"),
        id("project_id"),
        whole("owner"),
        with(
            part("sub", "owner:", ":"),
            &[project("project", "project:", ":")],
        ),
        part("aud", "https://vercel.com/", ""),
    ],
    others: &[],
    is_subject_composed: false,
};

static PULUMI: SharedIssuer = SharedIssuer {
    name: "Pulumi Cloud",
    urls: &["https://api.pulumi.com/oidc"],
    word: "organization",
    tenants: &[
        whole("org"),
        with(
            part("sub", "pulumi:environments:org:", ":"),
            &[project("environment", "env:", "")],
        ),
        part("sub", "pulumi:environments:pulumi.organization.login:", ":"),
        with(
            part("sub", "pulumi:deploy:org:", ":"),
            &[
                project("project", "project:", ":"),
                project("stack", "stack:", ":"),
            ],
        ),
        part("aud", "aws:", ""),
        part("aud", "azure:", ""),
        part("aud", "gcp:", ""),
        part("aud", "vault:", ""),
    ],
    others: &[],
    is_subject_composed: false,
};

static GOOGLE: SharedIssuer = SharedIssuer {
    name: "Google Cloud",
    urls: &["https://accounts.google.com"],
    word: "service account",
    tenants: &[
        whole("sub"),
        whole("azp"),
        whole("email"),
        TenantClaim {
            kind: NameKind::Domain {
                open: &[
                    "gmail.com",
                    "googlemail.com",
                    "iam.gserviceaccount.com",
                    "developer.gserviceaccount.com",
                    "appspot.gserviceaccount.com",
                    "cloudservices.gserviceaccount.com",
                    "cloudbuild.gserviceaccount.com",
                    "gserviceaccount.com",
                ],
            },
            ..whole("email")
        },
        whole("hd"),
        whole("google.compute_engine.project_id"),
        whole("google.compute_engine.project_number"),
        id("google.compute_engine.instance_id"),
    ],
    others: &[],
    is_subject_composed: false,
};

static COGNITO: SharedIssuer = SharedIssuer {
    name: "Amazon Cognito identity pools",
    urls: &["https://cognito-identity.amazonaws.com"],
    word: "identity pool",
    tenants: &[whole("aud"), id("sub")],
    others: &[],
    is_subject_composed: false,
};

static CODEFRESH: SharedIssuer = SharedIssuer {
    name: "Codefresh",
    urls: &["https://oidc.codefresh.io"],
    word: "account",
    tenants: &[
        whole("account_id"),
        id("pipeline_id"),
        part("sub", "account:", ":"),
    ],
    others: &[],
    is_subject_composed: false,
};

static SCALR: SharedIssuer = SharedIssuer {
    name: "Scalr",
    urls: &["https://scalr.io"],
    word: "account",
    tenants: &[part("sub", "account:", ":")],
    others: &[],
    is_subject_composed: false,
};

static UPBOUND: SharedIssuer = SharedIssuer {
    name: "Upbound",
    urls: &["https://proidc.upbound.io"],
    word: "organization",
    tenants: &[part("sub", "mcp:", "/")],
    others: &[],
    is_subject_composed: false,
};

/// All shared issuers that are known.
pub static SHARED_ISSUERS: [&SharedIssuer; 12] = [
    &GITHUB, &GITLAB, &TERRAFORM, &BUILDKITE, &CIRCLECI, &VERCEL, &PULUMI, &GOOGLE, &COGNITO,
    &CODEFRESH, &SCALR, &UPBOUND,
];

const fn undocumented(
    name: &'static str,
    urls: &'static [&'static str],
    tenants: &'static [TenantClaim],
) -> SharedIssuer {
    SharedIssuer {
        name,
        urls,
        word: "tenant",
        tenants,
        others: &[],
        is_subject_composed: false,
    }
}

const BY_SUBJECT: [TenantClaim; 1] = [whole("sub")];

/// Shared issuers of whose tokens nothing is documented but the claim that tells whose they are. A URL
/// that ends with `/` stands for all below it.
pub(crate) static UNDOCUMENTED: [SharedIssuer; 6] = [
    undocumented(
        "Shisho Cloud",
        &["https://tokens.cloud.shisho.dev"],
        &BY_SUBJECT,
    ),
    undocumented(
        "DataChain Studio",
        &["https://studio.datachain.ai/api"],
        &BY_SUBJECT,
    ),
    undocumented(
        "IBM Turbonomic",
        &["https://oidc.op1.openshiftapps.com/"],
        &BY_SUBJECT,
    ),
    undocumented(
        "GitHub audit log streaming",
        &["https://oidc-configuration.audit-log.githubusercontent.com"],
        &BY_SUBJECT,
    ),
    // The retired name of the issuer of GitHub Actions.
    undocumented(
        "GitHub Actions (retired)",
        &["https://vstoken.actions.githubusercontent.com"],
        &BY_SUBJECT,
    ),
    undocumented("Sandboxes", &["https://sandboxes.cloud"], &[whole("aud")]),
];
