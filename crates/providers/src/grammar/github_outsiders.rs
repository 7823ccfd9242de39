//! The classes of outsiders on GitHub.

use super::{Is, Outsider, outsider};

const OURS: &[(&str, Is)] = &[("owner", Is::Ours), ("repository", Is::Ours)];
const BRANCH: &[&str] = &["branch", "branch, immutable"];
const PULL: &[&str] = &["pull_request", "pull_request, immutable"];
const TAG: &[&str] = &["tag", "tag, immutable"];
const DEPLOYMENT: &[&str] = &["environment", "environment, immutable"];

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
        ..outsider(
            "other-branch",
            "a branch that no policy names",
            OURS,
            &[("branch", Is::Named)],
        )
    },
    Outsider {
        shapes: TAG,
        ..outsider(
            "other-tag",
            "a tag that no policy names",
            OURS,
            &[("tag", Is::Named)],
        )
    },
    Outsider {
        shapes: PULL,
        ..outsider("pull-request", "a pull request", OURS, &[])
    },
    Outsider {
        shapes: DEPLOYMENT,
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
