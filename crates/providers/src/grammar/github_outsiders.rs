//! The classes of outsiders on GitHub.

use super::{Form, Is, Outsider, outsider, unnamed};

const OURS: &[(&str, Is)] = &[("owner", Is::Ours), ("repository", Is::Ours)];
const BRANCH: &[&str] = &["branch", "branch, immutable"];
const PULL: &[&str] = &["pull_request", "pull_request, immutable"];
const TAG: &[&str] = &["tag", "tag, immutable"];
const DEPLOYMENT: &[&str] = &["environment", "environment, immutable"];

/// Customized subjects whose shapes say neither the event nor the environment.
const CUSTOM: &[&str] = &[
    "custom, ref",
    "custom, ref, immutable",
    "custom, repo",
    "custom, repo, immutable",
    "custom, owner",
    "custom, owner id",
    "custom, repository id",
    "custom, repository",
    "custom, enterprise",
    "custom, workflow",
    "custom",
];

/// What tells jobs with an environment, which the usual shapes of the other classes do not have.
const ENVIRONMENT: (&str, &str) = ("environment", "*");
const ENVIRONMENT_IN_SUBJECT: (&str, &str) = ("sub", "*environment:*");

const CUSTOM_BRANCH: &[Form] = &[Form {
    shapes: CUSTOM,
    has: &[("ref", "refs/heads/*"), ("ref_type", "branch")],
    has_not: &[
        ENVIRONMENT,
        ENVIRONMENT_IN_SUBJECT,
        ("sub", "*ref:refs/tags/*"),
        ("sub", "*:pull_request"),
        ("sub", "*:pull_request:*"),
        ("event_name", "pull_request"),
    ],
    unnamed: &[
        unnamed("ref", "refs/heads/", "branch"),
        unnamed("sub", "ref:refs/heads/", "branch"),
    ],
}];

const CUSTOM_TAG: &[Form] = &[Form {
    shapes: CUSTOM,
    has: &[("ref", "refs/tags/*"), ("ref_type", "tag")],
    has_not: &[
        ENVIRONMENT,
        ENVIRONMENT_IN_SUBJECT,
        ("sub", "*ref:refs/heads/*"),
        ("sub", "*:pull_request"),
        ("sub", "*:pull_request:*"),
    ],
    unnamed: &[
        unnamed("ref", "refs/tags/", "tag"),
        unnamed("sub", "ref:refs/tags/", "tag"),
    ],
}];

/// The event alone tells, and the subject does not say a branch, a tag, or an environment.
const CUSTOM_PULL: &[Form] = &[
    Form {
        shapes: &["custom, pull_request", "custom, pull_request, immutable"],
        has: &[],
        has_not: &[],
        unnamed: &[],
    },
    Form {
        shapes: CUSTOM,
        has: &[("event_name", "pull_request")],
        has_not: &[
            ENVIRONMENT,
            ENVIRONMENT_IN_SUBJECT,
            ("sub", "*ref:refs/heads/*"),
            ("sub", "*ref:refs/tags/*"),
            ("ref", ""),
        ],
        unnamed: &[],
    },
];

const CUSTOM_DEPLOYMENT: &[Form] = &[
    Form {
        shapes: &["custom, environment", "custom, environment, immutable"],
        has: &[],
        has_not: &[],
        unnamed: &[unnamed("environment", "", "environment")],
    },
    Form {
        shapes: CUSTOM,
        has: &[ENVIRONMENT],
        has_not: &[
            ("sub", "*ref:*"),
            ("sub", "*:pull_request"),
            ("sub", "*:pull_request:*"),
        ],
        unnamed: &[
            unnamed("environment", "", "environment"),
            unnamed("sub", "environment:", "environment"),
        ],
    },
];

pub(super) static OUTSIDERS: [Outsider; 10] = [
    outsider(
        "anyone",
        "anyone with an account",
        &[],
        &[
            ("owner", Is::LikeOurs),
            ("owner_id", Is::Named),
            ("repository_id", Is::Named),
            ("enterprise", Is::Named),
            ("enterprise_id", Is::Named),
        ],
    ),
    outsider(
        "look-alike-owner",
        "an owner whose name begins like yours",
        &[("owner", Is::LikeOurs)],
        &[
            ("owner", Is::Ours),
            ("owner_id", Is::Named),
            ("repository_id", Is::Named),
            ("enterprise", Is::Named),
            ("enterprise_id", Is::Named),
        ],
    ),
    outsider(
        "recycled-name",
        "someone who registers a name of yours once it has been renamed or deleted",
        OURS,
        &[("owner_id", Is::Named), ("repository_id", Is::Named)],
    ),
    outsider(
        "other-repository",
        "another repository of yours",
        &[("owner", Is::Ours)],
        &[("repository", Is::Ours), ("repository_id", Is::Named)],
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
    Outsider {
        shapes: PULL,
        besides: CUSTOM_PULL,
        ..outsider("pull-request", "a pull request", OURS, &[])
    },
    Outsider {
        shapes: DEPLOYMENT,
        besides: CUSTOM_DEPLOYMENT,
        ..outsider(
            "other-environment",
            "an environment that no policy names",
            OURS,
            &[("environment", Is::Named)],
        )
    },
    outsider(
        "other-workflow",
        "a workflow file that no policy names",
        OURS,
        &[
            ("workflow_file", Is::Named),
            ("called_file", Is::Named),
            ("workflow", Is::Named),
        ],
    ),
    outsider(
        "self-hosted-runner",
        "a job on a self-hosted runner",
        &[
            ("owner", Is::Ours),
            ("repository", Is::Ours),
            ("runner", Is::Text("self-hosted")),
        ],
        &[],
    ),
];
