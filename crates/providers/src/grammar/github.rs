//! GitHub Actions.

use super::github_outsiders::OUTSIDERS;
use super::github_shapes::{JOB_WORKFLOW_REF, SHAPES};
use super::github_words::{
    AT, CLAIMS_OF_SUBJECT, EVENT, KEYS, NAME_OR_NONE, OTHER_EVENT, OWNER, REF_OR_NONE,
    WORKFLOW_PATH,
};
use super::words::{FILE, HYPHENATED, NUMBER, PRINTABLE, REF, name};
use super::{
    Atom, Claim, Grammar, IssuerForm, Words, always, atom, mostly, part, sometimes, tenant, text,
};

/// The tokens of GitHub's jobs.
///
/// A repository's name has up to 100 ASCII letters, digits, `.`, `-` and `_` (github/docs#44805); an
/// owner's has letters, digits and `-`, up to 39, and managed users `_` and a short code. The limits
/// of length are not part of the grammar.
///
/// `pull_request` in `sub` stands for the event of that name. Whether other events of pull requests have
/// the subject of the base branch is documented of `pull_request_target` only by those who saw it
/// (DataDog/team-freeze-guard, its trust policy; kyma-project/test-infra#9976 for `ref`), so both are admitted.
/// A job of `merge_group` has the subject of the branch `gh-readonly-queue/…`. A `pull_request` that was
/// closed has the base branch as its `ref` (DataDog/pup#519). `ref` is empty in some tokens
/// (pypi/warehouse#14335).
///
/// Anyone can customize the subjects of their own repositories with `include_claim_keys`, with `repo` as the
/// first key, too: `repo:OWNER/REPOSITORY`, what the usual subject says after it, and more claims. `:` in a
/// value is `%3A` in `sub`, but not in the value's own claim. GitHub Enterprise Server did not escape it
/// before 3.19.
///
/// A workflow's file is named `….yml` or `….yaml`, except for workflows that GitHub makes itself,
/// `dynamic/…`. A ruleset of an organization can require a workflow of another of its repositories, so
/// `workflow_ref` need not name the job's own.
pub(super) static GITHUB: Grammar = Grammar {
    id: "github-actions",
    name: "GitHub Actions",
    as_of: "2026-11-30",
    sources: &[
        "https://docs.github.com/en/actions/reference/security/oidc",
        "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
        "https://github.com/github/docs/pull/44805",
        "https://github.com/DataDog/pup/pull/519",
        "https://github.com/pypi/warehouse/pull/14335",
        "https://github.com/kyma-project/test-infra/issues/9976",
    ],
    assumptions: &[
        "a repository can customize its subjects: they begin with any claim, or with `repo`, and go on with any others",
        "`:` in an environment's name is `%3A` in `sub`, and `:` in `environment`; where GitHub Enterprise Server does not escape it, `sub` has `:`",
        "a job of a repository that does not customize its subjects has `pull_request` as its event only if its subject says so",
        "a job that another event of a pull request starts has the subject of a branch, or of a pull request",
        "`ref` is empty, or begins with `refs/heads/`, `refs/tags/` or `refs/pull/`",
        "the name of a workflow file ends with `.yml` or `.yaml`, unless GitHub made the workflow (`dynamic/…`)",
        "the workflow in `workflow_ref` is of a repository of the same owner",
        "no job that a pull request or a merge queue starts runs on a tag",
    ],
    never: &[
        &[("ref", "refs/tags/*"), ("event_name", "pull_request*")],
        &[("ref_type", "tag"), ("event_name", "pull_request*")],
        &[("ref", "refs/tags/*"), ("event_name", "merge_group")],
        &[("ref_type", "tag"), ("event_name", "merge_group")],
        &[("ref", "refs/tags/*"), ("ref_type", "branch")],
        &[("ref", "refs/heads/*"), ("ref_type", "tag")],
        &[("ref", "refs/*"), ("ref_type", "")],
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

static ATOMS: [Atom; 49] = [
    tenant("owner", OWNER, &["evil-corp"]),
    tenant("owner_id", NUMBER, &["66600"]),
    tenant("enterprise", name(HYPHENATED), &["evil-enterprise"]),
    tenant("enterprise_id", NUMBER, &["666"]),
    tenant("repository_id", NUMBER, &["666000"]),
    atom("repository", name(FILE), &["web"]),
    atom("branch", Words::Path(REF), &["main", "feature"]),
    atom("tag", Words::Path(REF), &["v1"]),
    atom("environment", name(PRINTABLE), &["production", "staging"]),
    // The parts of a name with `:`, in its own claim and in subjects.
    atom("name_before", Words::Any, &["production"]),
    atom("name_after", Words::Any, &["v1"]),
    atom("escaped_before", NAME_OR_NONE, &["production"]),
    atom("escaped_after", NAME_OR_NONE, &["v1"]),
    atom("tail", Words::Any, &["ref:refs/heads/main"]),
    atom("any_environment", Words::Any, &["production"]),
    atom(
        "pull_ref",
        REF_OR_NONE,
        &["refs/pull/7/merge", "refs/heads/main"],
    ),
    atom("job_ref", REF_OR_NONE, &["refs/heads/main", "refs/tags/v1"]),
    atom(
        "branch_or_tag",
        Words::OneOf(&["branch", "tag", ""]),
        &["branch"],
    ),
    atom("branch_type", Words::OneOf(&["branch"]), &["branch"]),
    atom("tag_type", Words::OneOf(&["tag"]), &["tag"]),
    atom("any_event", EVENT, EVENTS),
    atom("event", OTHER_EVENT, EVENTS),
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
    mostly(
        "repository",
        atom("workflow_repository", name(FILE), &["web"]),
    ),
    atom(
        "workflow_file",
        WORKFLOW_PATH,
        &[".github/workflows/deploy.yml", ".github/workflows/evil.yml"],
    ),
    atom(
        "workflow_at",
        AT,
        &["refs/heads/main", "refs/heads/feature"],
    ),
    atom("called_owner", OWNER, &["evil-corp"]),
    atom("called_repository", name(FILE), &["workflows"]),
    atom(
        "called_file",
        WORKFLOW_PATH,
        &[".github/workflows/deploy.yml", ".github/workflows/evil.yml"],
    ),
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
    atom("claims", CLAIMS_OF_SUBJECT, &["", ":actor:mallory"]),
    atom("key", KEYS, &["context:ref:refs/heads/main"]),
];

const EVENTS: &[&str] = &[
    "push",
    "workflow_dispatch",
    "schedule",
    "pull_request_target",
];

static CLAIMS: [Claim; 28] = [
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
    always("event_name", &[part("any_event")]),
    always("actor", &[part("actor")]),
    always("actor_id", &[part("actor_id")]),
    always("workflow", &[part("workflow")]),
    always(
        "workflow_ref",
        &[
            part("owner"),
            text("/"),
            part("workflow_repository"),
            text("/"),
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
    sometimes("environment", &[part("any_environment")]),
];
