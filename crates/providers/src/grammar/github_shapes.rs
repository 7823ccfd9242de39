//! The forms of GitHub's tokens.

use super::{Claim, Piece, Shape, always, lacking, part, shape, text};

/// The start of subjects, up to and including the `:` after the repository.
macro_rules! subject {
    (name: $($rest:expr),+) => {
        always("sub", &[text("repo:"), part("owner"), text("/"), part("repository"), $($rest),+])
    };
    (id: $($rest:expr),+) => {
        always(
            "sub",
            &[
                text("repo:"), part("owner"), text("@"), part("owner_id"), text("/"),
                part("repository"), text("@"), part("repository_id"), $($rest),+
            ],
        )
    };
}

const BRANCH_REF: Claim = always("ref", &[text("refs/heads/"), part("branch")]);
const TAG_REF: Claim = always("ref", &[text("refs/tags/"), part("tag")]);
const PULL_REF: Claim = always("ref", &[part("pull_ref")]);
const BRANCH_TYPE: Claim = always("ref_type", &[part("branch_type")]);
const TAG_TYPE: Claim = always("ref_type", &[part("tag_type")]);
const OTHER_EVENT: Claim = always("event_name", &[part("event")]);
const PULL_EVENT: Claim = always("event_name", &[part("pull_event")]);
const ENVIRONMENT: Claim = always("environment", &[part("environment")]);
const NAME_WITH_COLON: Claim = always(
    "environment",
    &[part("name_before"), text(":"), part("name_after")],
);

const WITH_COLON: &str = "a job with an environment whose name has `:`";
const CUSTOMIZED: &str = "a job of a repository that customizes its subjects";

macro_rules! usual {
    ($form:ident, $names:expr, $when:expr) => {
        [
            lacking(
                &["environment"],
                shape(
                    $names[0],
                    $when[0],
                    &[
                        subject!($form: text(":ref:refs/heads/"), part("branch")),
                        BRANCH_REF,
                        BRANCH_TYPE,
                        OTHER_EVENT,
                    ],
                ),
            ),
            lacking(
                &["environment"],
                shape(
                    $names[1],
                    $when[1],
                    &[
                        subject!($form: text(":pull_request")),
                        PULL_REF,
                        PULL_EVENT,
                    ],
                ),
            ),
            lacking(
                &["environment"],
                shape(
                    $names[2],
                    $when[2],
                    &[
                        subject!($form: text(":ref:refs/tags/"), part("tag")),
                        TAG_REF,
                        TAG_TYPE,
                        OTHER_EVENT,
                    ],
                ),
            ),
            shape(
                $names[3],
                $when[3],
                &[
                    subject!($form: text(":environment:"), part("environment")),
                    ENVIRONMENT,
                ],
            ),
        ]
    };
}

const BY_NAME: [Shape; 4] = usual!(
    name,
    ["branch", "pull_request", "tag", "environment"],
    [
        "a job without environment, on a branch",
        "a job of a pull request, without environment",
        "a job without environment, on a tag",
        "a job with an environment",
    ]
);
const BY_ID: [Shape; 4] = usual!(
    id,
    [
        "branch, immutable",
        "pull_request, immutable",
        "tag, immutable",
        "environment, immutable",
    ],
    [
        "a job without environment, on a branch, of a repository with immutable subjects",
        "a job of a pull request, without environment, of a repository with immutable subjects",
        "a job without environment, on a tag, of a repository with immutable subjects",
        "a job with an environment, of a repository with immutable subjects",
    ]
);

pub(super) static SHAPES: [Shape; 26] = [
    BY_NAME[0],
    BY_NAME[1],
    BY_NAME[2],
    BY_NAME[3],
    BY_ID[0],
    BY_ID[1],
    BY_ID[2],
    BY_ID[3],
    customized(
        "custom, ref",
        &[
            subject!(name: text(":ref:"), part("job_ref"), part("more")),
            JOB_REF,
        ],
    ),
    customized(
        "custom, ref, immutable",
        &[
            subject!(id: text(":ref:"), part("job_ref"), part("more")),
            JOB_REF,
        ],
    ),
    lacking(
        &["environment"],
        customized(
            "custom, pull_request",
            &[
                subject!(name: text(":pull_request:"), part("tail")),
                PULL_REF,
                PULL_EVENT,
            ],
        ),
    ),
    lacking(
        &["environment"],
        customized(
            "custom, pull_request, immutable",
            &[
                subject!(id: text(":pull_request:"), part("tail")),
                PULL_REF,
                PULL_EVENT,
            ],
        ),
    ),
    customized(
        "custom, environment",
        &[
            subject!(name: text(":environment:"), part("environment"), text(":"), part("tail")),
            ENVIRONMENT,
        ],
    ),
    customized(
        "custom, environment, immutable",
        &[
            subject!(id: text(":environment:"), part("environment"), text(":"), part("tail")),
            ENVIRONMENT,
        ],
    ),
    customized("custom, repo", &[subject!(name: part("claims"))]),
    customized("custom, repo, immutable", &[subject!(id: part("claims"))]),
    shape(
        "environment, escaped",
        WITH_COLON,
        &[
            subject!(name: text(":environment:"), part("escaped_before"), text("%3A"), part("escaped_after"), part("more")),
            NAME_WITH_COLON,
        ],
    ),
    shape(
        "environment, escaped, immutable",
        WITH_COLON,
        &[
            subject!(id: text(":environment:"), part("escaped_before"), text("%3A"), part("escaped_after"), part("more")),
            NAME_WITH_COLON,
        ],
    ),
    shape(
        "environment, not escaped",
        WITH_COLON,
        &[
            subject!(name: text(":environment:"), part("escaped_before"), text(":"), part("name_after")),
            NAME_WITH_COLON,
        ],
    ),
    customized(
        "custom, owner",
        &[custom(&[
            text("repository_owner:"),
            part("owner"),
            part("more"),
        ])],
    ),
    customized(
        "custom, owner id",
        &[custom(&[
            text("repository_owner_id:"),
            part("owner_id"),
            part("more"),
        ])],
    ),
    customized(
        "custom, repository id",
        &[custom(&[
            text("repository_id:"),
            part("repository_id"),
            part("more"),
        ])],
    ),
    customized(
        "custom, repository",
        &[custom(&[
            text("repository:"),
            part("owner"),
            text("/"),
            part("repository"),
            part("more"),
        ])],
    ),
    customized(
        "custom, enterprise",
        &[
            custom(&[text("enterprise:"), part("enterprise"), part("more")]),
            always("enterprise", &[part("enterprise")]),
        ],
    ),
    customized(
        "custom, workflow",
        &[
            custom(&[
                text("job_workflow_ref:"),
                part("called_owner"),
                text("/"),
                part("called_repository"),
                text("/"),
                part("called_file"),
                text("@"),
                part("called_at"),
                part("more"),
            ]),
            always("job_workflow_ref", JOB_WORKFLOW_REF),
        ],
    ),
    customized("custom", &[custom(&[part("key")])]),
];

const JOB_REF: Claim = always("ref", &[part("job_ref")]);

const fn customized(name: &'static str, claims: &'static [Claim]) -> Shape {
    shape(name, CUSTOMIZED, claims)
}

const fn custom(value: &'static [Piece]) -> Claim {
    always("sub", value)
}

pub(super) const JOB_WORKFLOW_REF: &[Piece] = &[
    part("called_owner"),
    text("/"),
    part("called_repository"),
    text("/"),
    part("called_file"),
    text("@"),
    part("called_at"),
];
