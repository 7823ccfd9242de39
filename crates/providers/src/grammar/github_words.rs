//! The texts that parts of GitHub's claims can have.

use super::Words;
use super::words::{ALPHANUMERIC, CharSet, FILE, HEX, PRINTABLE, REF, name};

pub(super) const OWNER: Words = Words::Name {
    first: ALPHANUMERIC,
    rest: &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-'), ('_', '_')],
};

const EVENT_SET: CharSet = &[('a', 'z'), ('_', '_')];

pub(super) const EVENT: Words = name(EVENT_SET);

/// Any event but `pull_request`.
pub(super) const OTHER_EVENT: Words = Words::Except(EVENT_SET, "pull_request");

/// The full name of a ref.
const REFS: Words = Words::After(
    &["refs/heads/", "refs/tags/", "refs/pull/"],
    &Words::Path(REF),
);

pub(super) const REF_OR_NONE: Words = Words::Either(&[REFS, Words::OneOf(&[""])]);

/// A part of an environment's name without `:`.
pub(super) const NAME_OR_NONE: Words = Words::Either(&[Words::OneOf(&[""]), name(PRINTABLE)]);

/// What a workflow's file is taken from: a ref or a commit.
pub(super) const AT: Words = Words::Either(&[REFS, name(HEX)]);

/// A workflow's file in its repository. GitHub's own are in none.
pub(super) const WORKFLOW_PATH: Words = Words::Either(&[
    Words::After(
        &[".github/workflows/"],
        &Words::Ending(FILE, &[".yml", ".yaml"]),
    ),
    Words::After(&["dynamic/"], &Words::Path(FILE)),
]);

/// The claims that a subject can begin with, apart from those that shapes know, and what follows. The
/// documentation names no claim that cannot be a key.
pub(super) const KEYS: Words = Words::Either(&[
    Words::After(
        &[
            "actor",
            "actor_id",
            "aud",
            "base_ref",
            "check_run_id",
            "context",
            "enterprise_id",
            "environment",
            "event_name",
            "exp",
            "head_ref",
            "iat",
            "iss",
            "job_workflow_sha",
            "jti",
            "nbf",
            "pull_request",
            "ref",
            "ref_protected",
            "ref_type",
            "repository_visibility",
            "run_attempt",
            "run_id",
            "run_number",
            "runner_environment",
            "sha",
            "sub",
            "workflow",
            "workflow_ref",
            "workflow_sha",
        ],
        &Words::Further(':'),
    ),
    Words::After(&["repo_property_"], &Words::Any),
]);

/// What follows the repository in a subject that has `repo` as its first key, apart from what the usual
/// subjects have there.
pub(super) const CLAIMS_OF_SUBJECT: Words = Words::Either(&[
    Words::OneOf(&[""]),
    Words::After(
        &[
            ":actor",
            ":actor_id",
            ":aud",
            ":base_ref",
            ":check_run_id",
            ":context",
            ":enterprise",
            ":enterprise_id",
            ":event_name",
            ":exp",
            ":head_ref",
            ":iat",
            ":iss",
            ":job_workflow_ref",
            ":job_workflow_sha",
            ":jti",
            ":nbf",
            ":ref_protected",
            ":ref_type",
            ":repo",
            ":repository",
            ":repository_id",
            ":repository_owner",
            ":repository_owner_id",
            ":repository_visibility",
            ":run_attempt",
            ":run_id",
            ":run_number",
            ":runner_environment",
            ":sha",
            ":sub",
            ":workflow",
            ":workflow_ref",
            ":workflow_sha",
        ],
        &Words::Further(':'),
    ),
    Words::After(&[":repo_property_"], &Words::Any),
]);
