//! The files of providers and their workflows, embedded in the binary.

/// The providers, in the order of lists.
pub(super) const PROVIDERS: [&str; 20] = [
    include_str!("../../../../examples/presets/github-actions.json"),
    include_str!("../../../../examples/presets/gitlab.json"),
    include_str!("../../../../examples/presets/gitlab-self-managed.json"),
    include_str!("../../../../examples/presets/circleci.json"),
    include_str!("../../../../examples/presets/buildkite.json"),
    include_str!("../../../../examples/presets/bitbucket.json"),
    include_str!("../../../../examples/presets/azure-devops.json"),
    include_str!("../../../../examples/presets/terraform-cloud.json"),
    include_str!("../../../../examples/presets/spacelift.json"),
    include_str!("../../../../examples/presets/jenkins.json"),
    include_str!("../../../../examples/presets/pulumi.json"),
    include_str!("../../../../examples/presets/kubernetes.json"),
    include_str!("../../../../examples/presets/eks.json"),
    include_str!("../../../../examples/presets/gke.json"),
    include_str!("../../../../examples/presets/aks.json"),
    include_str!("../../../../examples/presets/aws.json"),
    include_str!("../../../../examples/presets/gcp.json"),
    include_str!("../../../../examples/presets/cognito.json"),
    include_str!("../../../../examples/presets/vercel.json"),
    include_str!("../../../../examples/presets/fly.json"),
];

/// The issuers that sign the tokens of many tenants.
pub(super) const SHARED_ISSUERS: &str = include_str!("../../../../examples/shared-issuers.json");

/// The templates of workflows, by their file names.
pub(super) const WORKFLOWS: [(&str, &str); 18] = [
    (
        "github-actions-action.yml",
        include_str!("../../../../examples/workflows/github-actions-action.yml"),
    ),
    (
        "github-actions-curl.yml",
        include_str!("../../../../examples/workflows/github-actions-curl.yml"),
    ),
    (
        "gitlab.yml",
        include_str!("../../../../examples/workflows/gitlab.yml"),
    ),
    (
        "circleci.yml",
        include_str!("../../../../examples/workflows/circleci.yml"),
    ),
    (
        "buildkite.yml",
        include_str!("../../../../examples/workflows/buildkite.yml"),
    ),
    (
        "bitbucket.yml",
        include_str!("../../../../examples/workflows/bitbucket.yml"),
    ),
    (
        "azure-devops.yml",
        include_str!("../../../../examples/workflows/azure-devops.yml"),
    ),
    (
        "terraform-cloud.sh",
        include_str!("../../../../examples/workflows/terraform-cloud.sh"),
    ),
    (
        "spacelift.yml",
        include_str!("../../../../examples/workflows/spacelift.yml"),
    ),
    (
        "jenkins.groovy",
        include_str!("../../../../examples/workflows/jenkins.groovy"),
    ),
    (
        "pulumi.sh",
        include_str!("../../../../examples/workflows/pulumi.sh"),
    ),
    (
        "kubernetes-pod.yaml",
        include_str!("../../../../examples/workflows/kubernetes-pod.yaml"),
    ),
    (
        "aws.sh",
        include_str!("../../../../examples/workflows/aws.sh"),
    ),
    (
        "gcp.sh",
        include_str!("../../../../examples/workflows/gcp.sh"),
    ),
    (
        "cognito.sh",
        include_str!("../../../../examples/workflows/cognito.sh"),
    ),
    (
        "vercel-build.sh",
        include_str!("../../../../examples/workflows/vercel-build.sh"),
    ),
    (
        "vercel-function.ts",
        include_str!("../../../../examples/workflows/vercel-function.ts"),
    ),
    (
        "fly.sh",
        include_str!("../../../../examples/workflows/fly.sh"),
    ),
];
