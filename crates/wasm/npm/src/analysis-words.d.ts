// Generated from crates/wasm-analysis/src/words.rs: CLAIMGATE_WRITE=1 cargo test -p claimgate-wasm-analysis

/** How what new policies admit relates to what old ones admit. */
export type Relation =
  | "equivalent"
  | "wider"
  | "narrower"
  | "incomparable"
  | "undecided";

/** Why a question has no answer. */
export type UndecidedReason =
  | "too-many-states"
  | "too-many-steps"
  | "too-many-branches"
  | "too-many-ways"
  | "not-confirmed"
  | "not-proved";

/** The identifier of a class of outsiders. */
export type OutsiderClass =
  | "any-namespace"
  | "anyone"
  | "default-account"
  | "look-alike-namespace"
  | "look-alike-owner"
  | "other-account"
  | "other-app"
  | "other-branch"
  | "other-client"
  | "other-environment"
  | "other-pipeline"
  | "other-project"
  | "other-repository"
  | "other-role"
  | "other-space"
  | "other-stack"
  | "other-tag"
  | "other-workflow"
  | "other-workspace"
  | "plan"
  | "pull-request"
  | "recycled-name"
  | "self-hosted-runner"
  | "ssh-rerun"
  | "unprotected-ref";

/** A provider whose tokens are known. */
export type FactsProvider =
  | "GitHub Actions"
  | "GitLab.com"
  | "GitLab"
  | "Amazon EKS"
  | "Google Kubernetes Engine"
  | "Azure Kubernetes Service"
  | "AWS outbound identity federation"
  | "Amazon Cognito user pools"
  | "Amazon Cognito identity pools"
  | "HCP Terraform"
  | "Buildkite"
  | "CircleCI"
  | "Bitbucket Pipelines"
  | "Azure DevOps"
  | "Spacelift"
  | "Codefresh"
  | "Vercel"
  | "Pulumi Cloud"
  | "Fly.io"
  | "Google Cloud"
  | "Scalr"
  | "Upbound";
