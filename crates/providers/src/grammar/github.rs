//! GitHub Actions.

use super::github_outsiders::OUTSIDERS;
use super::words::{ALPHANUMERIC, FILE, HYPHENATED, NUMBER, PRINTABLE, REF, WORKFLOW_FILE, name};
use super::{
    Atom, Claim, Grammar, IssuerForm, Shape, Words, always, atom, part, shape, sometimes, tenant,
    text,
};

/// The tokens of GitHub's jobs.
///
/// A repository's name has up to 100 ASCII letters, digits, `.`, `-` and `_` (github/docs#44805); an
/// owner's has letters, digits and `-`, up to 39, and managed users `_` and a short code. The limits
/// of length are not part of the grammar. `pull_request` in `sub` stands for the event of that name;
/// a job of `pull_request_target` has the subject of the base branch (DataDog/team-freeze-guard, its
/// trust policy; kyma-project/test-infra#9976 for `ref`), and one of `merge_group` that of the branch
/// `gh-readonly-queue/…`. A `pull_request` that was closed has the base branch as its `ref`
/// (DataDog/pup#519).
///
/// A workflow's file is named `….yml` or `….yaml`. Every event of a pull request runs on the merge ref, or
/// on a branch, never on a tag; and `ref_type` says what `ref` is.
pub(super) static GITHUB: Grammar = Grammar {
    id: "github-actions",
    name: "GitHub Actions",
    as_of: "2026-11-29",
    sources: &[
        "https://docs.github.com/en/actions/reference/security/oidc",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
        "https://github.com/github/docs/pull/44805",
        "https://github.com/DataDog/pup/pull/519",
        "https://github.com/kyma-project/test-infra/issues/9976",
    ],
    assumptions: &[
        "no repository customizes its subjects with `repo` as the first key",
        "a job that `pull_request_target` starts has the subject of the base branch, or of a pull request",
        "the name of a workflow file ends with `.yml` or `.yaml`",
        "no job that a pull request starts runs on a tag",
    ],
    never: &[
        &[("ref", "refs/tags/*"), ("event_name", "pull_request*")],
        &[("ref_type", "tag"), ("event_name", "pull_request*")],
        &[("ref", "refs/tags/*"), ("ref_type", "branch")],
        &[("ref", "refs/heads/*"), ("ref_type", "tag")],
    ],
    issuers: &[
        IssuerForm::Exact("https://token.actions.githubusercontent.com"),
        IssuerForm::Around("https://token.actions.githubusercontent.com/", ""),
        IssuerForm::Around("https://token.actions.", ".ghe.com"),
        IssuerForm::Around("https://", "/_services/token"),
    ],
    atoms: &ATOMS,
    claims: &CLAIMS,
    shapes: &SHAPES,
    mine: &["owner", "repository"],
    outsiders: &OUTSIDERS,
};

const OWNER: Words = Words::Name {
    first: ALPHANUMERIC,
    rest: &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-'), ('_', '_')],
};

static ATOMS: [Atom; 40] = [
    tenant("owner", OWNER, &["evil-corp"]),
    tenant("owner_id", NUMBER, &["66600"]),
    tenant("enterprise", name(HYPHENATED), &["evil-enterprise"]),
    tenant("enterprise_id", NUMBER, &["666"]),
    tenant("repository_id", NUMBER, &["666000"]),
    atom("repository", name(FILE), &["web"]),
    atom("branch", Words::Path(REF), &["main", "feature"]),
    atom("tag", Words::Path(REF), &["v1"]),
    atom("environment", name(PRINTABLE), &["production", "staging"]),
    atom(
        "pull_ref",
        Words::Path(REF),
        &["refs/pull/7/merge", "refs/heads/main"],
    ),
    atom(
        "job_ref",
        Words::Path(REF),
        &["refs/heads/main", "refs/tags/v1"],
    ),
    atom(
        "branch_or_tag",
        Words::OneOf(&["branch", "tag"]),
        &["branch"],
    ),
    atom("branch_type", Words::OneOf(&["branch"]), &["branch"]),
    atom("tag_type", Words::OneOf(&["tag"]), &["tag"]),
    atom(
        "event",
        name(&[('a', 'z'), ('_', '_')]),
        &[
            "push",
            "workflow_dispatch",
            "schedule",
            "pull_request_target",
        ],
    ),
    atom(
        "pull_event",
        Words::OneOf(&[
            "pull_request",
            "pull_request_target",
            "pull_request_review",
            "pull_request_review_comment",
        ]),
        &["pull_request"],
    ),
    atom("audience", Words::Any, &["https://github.com/evil-corp"]),
    atom("actor", name(&[('!', '~')]), &["mallory"]),
    atom("actor_id", NUMBER, &["13"]),
    atom("workflow", Words::Any, &["deploy"]),
    atom("workflow_file", WORKFLOW_FILE, &["deploy.yml", "evil.yml"]),
    atom(
        "workflow_at",
        Words::Path(REF),
        &["refs/heads/main", "refs/heads/feature"],
    ),
    atom("called_owner", OWNER, &["evil-corp"]),
    atom("called_repository", name(FILE), &["workflows"]),
    atom("called_file", WORKFLOW_FILE, &["deploy.yml", "evil.yml"]),
    atom(
        "called_at",
        Words::Path(REF),
        &["refs/heads/main", "refs/heads/feature"],
    ),
    atom(
        "visibility",
        Words::OneOf(&["public", "private", "internal"]),
        &["public"],
    ),
    atom(
        "runner",
        Words::OneOf(&["github-hosted", "self-hosted"]),
        &["github-hosted"],
    ),
    atom("protected", Words::OneOf(&["false", "true"]), &["false"]),
    atom("sha", Words::Any, &["5f3c1b2"]),
    atom("workflow_sha", Words::Any, &["5f3c1b2"]),
    atom("called_sha", Words::Any, &["5f3c1b2"]),
    atom("head_ref", Words::Any, &["", "feature"]),
    atom("base_ref", Words::Any, &["", "main"]),
    atom("run_id", Words::Any, &["1001"]),
    atom("check_run_id", Words::Any, &["2002"]),
    atom("run_number", NUMBER, &["10"]),
    atom("run_attempt", NUMBER, &["1"]),
    atom("more", Words::Further(':'), &["", ":ref:refs/heads/main"]),
    atom(
        "key",
        Words::OneOf(&[
            "actor",
            "actor_id",
            "base_ref",
            "context",
            "environment",
            "event_name",
            "head_ref",
            "ref",
            "ref_type",
            "repository_visibility",
            "runner_environment",
            "workflow",
            "workflow_ref",
        ]),
        &["context"],
    ),
];

static CLAIMS: [Claim; 27] = [
    always("aud", &[part("audience")]),
    always(
        "repository",
        &[part("owner"), text("/"), part("repository")],
    ),
    always("repository_owner", &[part("owner")]),
    always("repository_owner_id", &[part("owner_id")]),
    always("repository_id", &[part("repository_id")]),
    always("repository_visibility", &[part("visibility")]),
    always("ref", &[part("job_ref")]),
    always("ref_type", &[part("branch_or_tag")]),
    always("event_name", &[part("event")]),
    always("actor", &[part("actor")]),
    always("actor_id", &[part("actor_id")]),
    always("workflow", &[part("workflow")]),
    always(
        "workflow_ref",
        &[
            part("owner"),
            text("/"),
            part("repository"),
            text("/.github/workflows/"),
            part("workflow_file"),
            text("@"),
            part("workflow_at"),
        ],
    ),
    always("runner_environment", &[part("runner")]),
    always("sha", &[part("sha")]),
    always("run_id", &[part("run_id")]),
    always("run_number", &[part("run_number")]),
    always("run_attempt", &[part("run_attempt")]),
    sometimes("workflow_sha", &[part("workflow_sha")]),
    sometimes("job_workflow_ref", JOB_WORKFLOW_REF),
    sometimes("job_workflow_sha", &[part("called_sha")]),
    sometimes("ref_protected", &[part("protected")]),
    sometimes("head_ref", &[part("head_ref")]),
    sometimes("base_ref", &[part("base_ref")]),
    sometimes("enterprise", &[part("enterprise")]),
    sometimes("enterprise_id", &[part("enterprise_id")]),
    sometimes("check_run_id", &[part("check_run_id")]),
];

const JOB_WORKFLOW_REF: &[super::Piece] = &[
    part("called_owner"),
    text("/"),
    part("called_repository"),
    text("/.github/workflows/"),
    part("called_file"),
    text("@"),
    part("called_at"),
];

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
const PULL_EVENT: Claim = always("event_name", &[part("pull_event")]);
const ENVIRONMENT: Claim = always("environment", &[part("environment")]);

static SHAPES: [Shape; 15] = [
    shape(
        "branch",
        "a job without environment, on a branch",
        &[
            subject!(name: text(":ref:refs/heads/"), part("branch")),
            BRANCH_REF,
            BRANCH_TYPE,
        ],
    ),
    shape(
        "pull_request",
        "a job of a pull request, without environment",
        &[subject!(name: text(":pull_request")), PULL_REF, PULL_EVENT],
    ),
    shape(
        "tag",
        "a job without environment, on a tag",
        &[
            subject!(name: text(":ref:refs/tags/"), part("tag")),
            TAG_REF,
            TAG_TYPE,
        ],
    ),
    shape(
        "environment",
        "a job with an environment",
        &[
            subject!(name: text(":environment:"), part("environment")),
            ENVIRONMENT,
        ],
    ),
    shape(
        "branch, immutable",
        "a job without environment, on a branch, of a repository with immutable subjects",
        &[
            subject!(id: text(":ref:refs/heads/"), part("branch")),
            BRANCH_REF,
            BRANCH_TYPE,
        ],
    ),
    shape(
        "pull_request, immutable",
        "a job of a pull request, without environment, of a repository with immutable subjects",
        &[subject!(id: text(":pull_request")), PULL_REF, PULL_EVENT],
    ),
    shape(
        "tag, immutable",
        "a job without environment, on a tag, of a repository with immutable subjects",
        &[
            subject!(id: text(":ref:refs/tags/"), part("tag")),
            TAG_REF,
            TAG_TYPE,
        ],
    ),
    shape(
        "environment, immutable",
        "a job with an environment, of a repository with immutable subjects",
        &[
            subject!(id: text(":environment:"), part("environment")),
            ENVIRONMENT,
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
                text("/.github/workflows/"),
                part("called_file"),
                text("@"),
                part("called_at"),
                part("more"),
            ]),
            always("job_workflow_ref", JOB_WORKFLOW_REF),
        ],
    ),
    customized("custom", &[custom(&[part("key"), part("more")])]),
];

const fn customized(name: &'static str, claims: &'static [Claim]) -> Shape {
    shape(
        name,
        "a job of a repository that customizes its subjects",
        claims,
    )
}

const fn custom(value: &'static [super::Piece]) -> Claim {
    always("sub", value)
}
