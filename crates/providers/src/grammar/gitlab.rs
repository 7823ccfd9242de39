//! GitLab CI/CD.

use super::words::{FILE, NUMBER, PRINTABLE, REF, UUID, name};
use super::{
    Atom, Claim, ClaimKind, Form, Grammar, Is, IssuerForm, Outsider, Shape, Words, always, atom,
    many, outsider, part, shape, sometimes, tenant, text, typed, unnamed,
};

/// GitLab.com.
pub(super) static GITLAB: Grammar = Grammar {
    id: "gitlab",
    name: "GitLab.com",
    issuers: &[IssuerForm::Exact("https://gitlab.com")],
    ..GITLAB_SELF_MANAGED
};

/// GitLab on a host of its own: recognized by `gitlab` as the first label of its name.
pub(super) static GITLAB_SELF_MANAGED: Grammar = Grammar {
    id: "gitlab-self-managed",
    name: "GitLab",
    as_of: "2026-11-30",
    sources: &[
        "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
        "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/160562",
    ],
    assumptions: &[
        "a project can choose the components of its subjects: `project_path` comes first, any other claims follow",
    ],
    never: &[],
    issuers: &[IssuerForm::Around("https://gitlab.", "")],
    atoms: &ATOMS,
    claims: &CLAIMS,
    shapes: &SHAPES,
    mine: &["namespace", "project"],
    outsiders: &OUTSIDERS,
};

static ATOMS: [Atom; 37] = [
    tenant("namespace", Words::Path(FILE), &["evil-group"]),
    tenant("namespace_id", NUMBER, &["66600"]),
    tenant("project_id", NUMBER, &["666000"]),
    atom("project", name(FILE), &["web"]),
    atom("branch", Words::Path(REF), &["main", "feature"]),
    atom("tag", Words::Path(REF), &["v1"]),
    atom("branch_type", Words::OneOf(&["branch"]), &["branch"]),
    atom("tag_type", Words::OneOf(&["tag"]), &["tag"]),
    atom("environment", name(PRINTABLE), &["production", "staging"]),
    atom(
        "environment_protected",
        Words::OneOf(&["false", "true"]),
        &["false"],
    ),
    atom("environment_action", name(&[('a', 'z')]), &["start"]),
    atom("tier", name(&[('a', 'z')]), &["production", "other"]),
    atom("protected", Words::OneOf(&["false", "true"]), &["false"]),
    atom("audience", Words::Any, &["https://gitlab.com"]),
    atom("user_id", NUMBER, &["13"]),
    atom("user_login", name(FILE), &["mallory"]),
    atom("user_email", Words::Any, &["mallory@example.com"]),
    atom("user_access", name(&[('a', 'z')]), &["developer"]),
    atom("group", Words::Path(FILE), &["evil-group"]),
    atom("pipeline_id", NUMBER, &["574"]),
    atom(
        "source",
        name(&[('a', 'z'), ('_', '_')]),
        &["push", "merge_request_event", "schedule"],
    ),
    atom("job_id", NUMBER, &["302"]),
    atom("job_project_path", Words::Path(FILE), &["evil-group/web"]),
    atom("job_project_id", NUMBER, &["666000"]),
    atom("job_namespace", Words::Path(FILE), &["evil-group"]),
    atom("job_namespace_id", NUMBER, &["66600"]),
    atom("runner_id", Words::Integer, &["1"]),
    atom(
        "runner",
        Words::OneOf(&["gitlab-hosted", "self-hosted"]),
        &["gitlab-hosted"],
    ),
    atom("sha", name(&[('0', '9'), ('a', 'f')]), &["714a629c"]),
    atom(
        "config",
        Words::Any,
        &["gitlab.com/evil-group/web//.gitlab-ci.yml@refs/heads/main"],
    ),
    atom(
        "visibility",
        Words::OneOf(&["public", "internal", "private"]),
        &["public"],
    ),
    atom("jti", UUID, &["235b3a54-b797-45c7-ae9a-f72d7bc6ef5b"]),
    atom("ref", Words::Path(REF), &["main", "feature"]),
    atom("ref_type", Words::OneOf(&["branch", "tag"]), &["branch"]),
    atom("ref_path", Words::Any, &["refs/heads/main"]),
    atom("more", Words::Further(':'), &["", ":ref_protected:false"]),
    atom("components", COMPONENTS, &["", ":ref_protected:false"]),
];

static CLAIMS: [Claim; 31] = [
    many(always("aud", &[part("audience")])),
    always("namespace_id", &[part("namespace_id")]),
    always("namespace_path", &[part("namespace")]),
    always("project_id", &[part("project_id")]),
    always(
        "project_path",
        &[part("namespace"), text("/"), part("project")],
    ),
    always("user_id", &[part("user_id")]),
    always("user_login", &[part("user_login")]),
    always("user_email", &[part("user_email")]),
    sometimes("user_access_level", &[part("user_access")]),
    many(sometimes("groups_direct", &[part("group")])),
    always("pipeline_id", &[part("pipeline_id")]),
    always("pipeline_source", &[part("source")]),
    always("job_id", &[part("job_id")]),
    sometimes("job_project_path", &[part("job_project_path")]),
    sometimes("job_project_id", &[part("job_project_id")]),
    sometimes("job_namespace_path", &[part("job_namespace")]),
    sometimes("job_namespace_id", &[part("job_namespace_id")]),
    always("ref_protected", &[part("protected")]),
    sometimes("environment", &[part("environment")]),
    sometimes("environment_protected", &[part("environment_protected")]),
    sometimes("environment_action", &[part("environment_action")]),
    sometimes("deployment_tier", &[part("tier")]),
    typed(
        ClaimKind::Integer,
        sometimes("runner_id", &[part("runner_id")]),
    ),
    sometimes("runner_environment", &[part("runner")]),
    sometimes("sha", &[part("sha")]),
    sometimes("project_visibility", &[part("visibility")]),
    sometimes("ci_config_ref_uri", &[part("config")]),
    sometimes("jti", &[part("jti")]),
    always("ref", &[part("ref")]),
    always("ref_type", &[part("ref_type")]),
    sometimes("ref_path", &[part("ref_path")]),
];

/// `ci_id_token_sub_claim_components`: what follows the project, other than the ref or its type.
const COMPONENTS: Words = Words::Either(&[
    Words::OneOf(&[""]),
    Words::After(
        &[
            ":aud",
            ":ci_config_ref_uri",
            ":ci_config_sha",
            ":deployment_tier",
            ":environment",
            ":environment_action",
            ":environment_protected",
            ":groups_direct",
            ":job_id",
            ":job_namespace_id",
            ":job_namespace_path",
            ":job_project_id",
            ":job_project_path",
            ":job_source",
            ":namespace_id",
            ":namespace_path",
            ":pipeline_id",
            ":pipeline_source",
            ":project_id",
            ":project_path",
            ":project_visibility",
            ":ref_path",
            ":ref_protected",
            ":runner_environment",
            ":runner_id",
            ":sha",
            ":user_access_level",
            ":user_email",
            ":user_id",
            ":user_identities",
            ":user_login",
        ],
        &Words::Further(':'),
    ),
]);

macro_rules! subject {
    ($($rest:expr),+) => {
        always(
            "sub",
            &[
                text("project_path:"), part("namespace"), text("/"), part("project"), $($rest),+
            ],
        )
    };
}

const CUSTOMIZED: &str = "a job of a project that chooses the components of its subjects";

static SHAPES: [Shape; 5] = [
    shape(
        "branch",
        "a job on a branch",
        &[
            subject!(text(":ref_type:branch:ref:"), part("branch"), part("more")),
            always("ref", &[part("branch")]),
            always("ref_type", &[part("branch_type")]),
            sometimes("ref_path", &[text("refs/heads/"), part("branch")]),
        ],
    ),
    shape(
        "tag",
        "a job on a tag",
        &[
            subject!(text(":ref_type:tag:ref:"), part("tag"), part("more")),
            always("ref", &[part("tag")]),
            always("ref_type", &[part("tag_type")]),
            sometimes("ref_path", &[text("refs/tags/"), part("tag")]),
        ],
    ),
    shape(
        "custom, ref",
        CUSTOMIZED,
        &[subject!(text(":ref:"), part("ref"), part("more"))],
    ),
    shape(
        "custom, ref type",
        CUSTOMIZED,
        &[subject!(
            text(":ref_type:"),
            part("ref_type"),
            part("components")
        )],
    ),
    shape("custom", CUSTOMIZED, &[subject!(part("components"))]),
];

const OURS: &[(&str, Is)] = &[("namespace", Is::Ours), ("project", Is::Ours)];
const BRANCH: &[&str] = &["branch"];
const TAG: &[&str] = &["tag"];
const CUSTOM: &[&str] = &["custom, ref", "custom, ref type", "custom"];

const CUSTOM_BRANCH: &[Form] = &[Form {
    shapes: CUSTOM,
    has: &[("ref_type", "branch")],
    has_not: &[("sub", "*ref_type:tag*"), ("sub", "*ref_path:refs/tags/*")],
    unnamed: &[
        unnamed("ref", "", "branch"),
        unnamed("ref_path", "refs/heads/", "branch"),
        unnamed("sub", ":ref:", "branch"),
        unnamed("sub", ":ref_path:refs/heads/", "branch"),
    ],
}];

const CUSTOM_TAG: &[Form] = &[Form {
    shapes: CUSTOM,
    has: &[("ref_type", "tag")],
    has_not: &[
        ("sub", "*ref_type:branch*"),
        ("sub", "*ref_path:refs/heads/*"),
    ],
    unnamed: &[
        unnamed("ref", "", "tag"),
        unnamed("ref_path", "refs/tags/", "tag"),
        unnamed("sub", ":ref:", "tag"),
        unnamed("sub", ":ref_path:refs/tags/", "tag"),
    ],
}];

static OUTSIDERS: [Outsider; 8] = [
    outsider(
        "anyone",
        "anyone with an account",
        &[],
        &[
            ("namespace", Is::LikeOurs),
            ("namespace_id", Is::Named),
            ("project_id", Is::Named),
        ],
    ),
    outsider(
        "look-alike-owner",
        "a group whose name begins like yours",
        &[("namespace", Is::LikeOurs)],
        &[
            ("namespace", Is::Ours),
            ("namespace_id", Is::Named),
            ("project_id", Is::Named),
        ],
    ),
    outsider(
        "recycled-name",
        "someone who registers a name of yours once it has been renamed or deleted",
        OURS,
        &[("namespace_id", Is::Named), ("project_id", Is::Named)],
    ),
    outsider(
        "other-repository",
        "another project of yours",
        &[("namespace", Is::Ours)],
        &[("project", Is::Ours), ("project_id", Is::Named)],
    ),
    Outsider {
        shapes: BRANCH,
        besides: CUSTOM_BRANCH,
        ..outsider(
            "other-branch",
            "a branch that no policy names",
            OURS,
            &[("branch", Is::Named)],
        )
    },
    Outsider {
        shapes: TAG,
        besides: CUSTOM_TAG,
        ..outsider(
            "other-tag",
            "a tag that no policy names",
            OURS,
            &[("tag", Is::Named)],
        )
    },
    outsider(
        "unprotected-ref",
        "a branch or tag that is not protected",
        &[
            ("namespace", Is::Ours),
            ("project", Is::Ours),
            ("protected", Is::Text("false")),
        ],
        &[],
    ),
    outsider(
        "pull-request",
        "a merge request",
        &[
            ("namespace", Is::Ours),
            ("project", Is::Ours),
            ("source", Is::Text("merge_request_event")),
        ],
        &[],
    ),
];
