//! The identifiers of classes of outsiders that several providers have.

/// A thing of one's own that the policy does not name: a repository, a project, a workspace.
pub const OTHERS: [&str; 8] = [
    "other-repository",
    "other-project",
    "other-pipeline",
    "other-workspace",
    "other-app",
    "other-stack",
    "other-space",
    "other-client",
];
/// A branch that the policy does not name.
pub const OTHER_BRANCH: &str = "other-branch";
/// A tag that the policy does not name.
pub const OTHER_TAG: &str = "other-tag";
/// A pull request, a merge request, or a run that one starts.
pub const PULL_REQUEST: &str = "pull-request";
/// A plan, which a pull request starts.
pub const PLAN: &str = "plan";
/// An environment that the policy does not name.
pub const OTHER_ENVIRONMENT: &str = "other-environment";
/// A workflow file that the policy does not name.
pub const OTHER_WORKFLOW: &str = "other-workflow";
/// A job on a self-hosted runner.
pub const SELF_HOSTED_RUNNER: &str = "self-hosted-runner";
/// A job that was rerun with SSH.
pub const SSH_RERUN: &str = "ssh-rerun";
/// A pod without a service account of its own.
pub const DEFAULT_ACCOUNT: &str = "default-account";
/// A pod of any namespace.
pub const ANY_NAMESPACE: &str = "any-namespace";
/// A service account that the policy does not name.
pub const OTHER_ACCOUNT: &str = "other-account";
/// Someone who registers one's own names after a renaming or deletion.
pub const RECYCLED_NAME: &str = "recycled-name";

#[cfg(test)]
mod tests {
    use super::super::GRAMMARS;
    use super::*;

    #[test]
    fn some_provider_has_each_of_them() {
        let known: Vec<_> = GRAMMARS
            .iter()
            .flat_map(|grammar| grammar.outsiders)
            .map(|class| class.id)
            .collect();
        let others = OTHERS.iter().copied();
        let all = others.chain([
            OTHER_BRANCH,
            OTHER_TAG,
            PULL_REQUEST,
            PLAN,
            OTHER_ENVIRONMENT,
            OTHER_WORKFLOW,
            SELF_HOSTED_RUNNER,
            SSH_RERUN,
            DEFAULT_ACCOUNT,
            ANY_NAMESPACE,
            OTHER_ACCOUNT,
            RECYCLED_NAME,
        ]);
        for id in all {
            assert!(known.contains(&id), "{id}");
        }
    }
}
