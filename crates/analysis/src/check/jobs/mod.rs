//! Findings on which of the jobs of a tenant an allow admits.

pub(super) mod any_environment;
pub(super) mod any_ref;
pub(super) mod any_repository;
pub(super) mod any_tag;
pub(super) mod fork_build;
pub(super) mod kubernetes_default_account;
pub(super) mod personal_from_ci;
pub(super) mod pull_request_admitted;
pub(super) mod self_hosted_runner;
pub(super) mod ssh_rerun;
pub(super) mod team_pattern_wide;
pub(super) mod wildcard_crosses_separator;
pub(super) mod workflow_ref_unpinned;
pub(super) mod workflow_unpinned;

use super::Find;

pub(super) const FIND: &[Find] = &[
    any_repository::find,
    any_ref::find,
    any_tag::find,
    pull_request_admitted::find,
    any_environment::find,
    wildcard_crosses_separator::find,
    workflow_unpinned::find,
    workflow_ref_unpinned::find,
    self_hosted_runner::find,
    ssh_rerun::find,
    fork_build::find,
    kubernetes_default_account::find,
    team_pattern_wide::find,
    personal_from_ci::find,
];
