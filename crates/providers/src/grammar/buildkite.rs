//! Buildkite.

use super::words::{HYPHENATED, REF, UUID, name};
use super::{
    Claim, ClaimKind, Grammar, Is, IssuerForm, Words, always, atom, outsider, part, shape,
    sometimes, tenant, text, typed,
};

/// Buildkite.
///
/// The ref in `sub` is `refs/tags/TAG` if the build has a tag, else `refs/heads/BRANCH`: the branch is that of
/// `build_branch`. In the documented sample, which has a `build_tag` too, it is the branch, so that is
/// not excluded. A pipeline may prefix the branches of forks with their owner and `:`. With `--subject-claim`
/// the subject is one of seven identifiers, never a name.
pub(super) static BUILDKITE: Grammar = Grammar {
    id: "buildkite",
    name: "Buildkite",
    as_of: "2026-11-30",
    sources: &[
        "https://buildkite.com/docs/agent/cli/reference/oidc",
        "https://buildkite.com/docs/apis/graphql/schemas/object/repositoryprovidergithubsettings",
    ],
    assumptions: &[
        "`sub` names the branch that `build_branch` does, or the tag of the build, or it is an identifier",
    ],
    never: &[],
    issuers: &[IssuerForm::Exact("https://agent.buildkite.com")],
    atoms: &[
        tenant("organization", name(HYPHENATED), &["evil-corp"]),
        tenant(
            "organization_id",
            UUID,
            &["f892efa9-103e-4d28-97a1-000000000666"],
        ),
        tenant(
            "pipeline_id",
            UUID,
            &["0184990a-477b-4fa8-9968-000000000666"],
        ),
        tenant(
            "cluster_id",
            UUID,
            &["0191f956-042f-7ec4-aa62-000000000666"],
        ),
        tenant("queue_id", UUID, &["0191f956-62da-7515-b79b-000000000666"]),
        atom("build_id", UUID, &["019583d7-3737-4e38-af67-f7cc356bd580"]),
        atom("cluster", Words::Any, &["default"]),
        atom("queue", Words::Any, &["runners"]),
        atom("pipeline", name(HYPHENATED), &["web"]),
        atom("branch", Words::Path(REF), &["main", "feature"]),
        atom("fork", name(HYPHENATED), &["mallory"]),
        atom("tag", Words::Path(REF), &["v1"]),
        atom(
            "commit",
            Words::Any,
            &["9f3182061f1e2cca4702c368cbc039b7dc9d4485"],
        ),
        atom("step", Words::Any, &["build"]),
        atom("audience", Words::Any, &["https://buildkite.com/evil-corp"]),
        atom("number", Words::Integer, &["1"]),
        atom("id", UUID, &["0184990a-477b-4fa8-9968-496074483cee"]),
        atom("agent", UUID, &["0184990a-4782-42b5-afc1-16715b10b8ff"]),
        atom(
            "source",
            name(&[('a', 'z'), ('_', '_')]),
            &["ui", "webhook"],
        ),
        atom(
            "runner",
            Words::OneOf(&["buildkite-hosted", "self-hosted"]),
            &["buildkite-hosted"],
        ),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always("organization_slug", &[part("organization")]),
        always("pipeline_slug", &[part("pipeline")]),
        sometimes("organization_id", &[part("organization_id")]),
        sometimes("pipeline_id", &[part("pipeline_id")]),
        sometimes("cluster_id", &[part("cluster_id")]),
        sometimes("cluster_name", &[part("cluster")]),
        sometimes("queue_id", &[part("queue_id")]),
        sometimes("queue_key", &[part("queue")]),
        sometimes("build_id", &[part("build_id")]),
        typed(
            ClaimKind::Integer,
            always("build_number", &[part("number")]),
        ),
        always("build_branch", &[part("branch")]),
        sometimes("build_tag", &[part("tag")]),
        always("build_commit", &[part("commit")]),
        sometimes("step_key", &[part("step")]),
        always("job_id", &[part("id")]),
        always("agent_id", &[part("agent")]),
        sometimes("build_source", &[part("source")]),
        sometimes("runner_environment", &[part("runner")]),
    ],
    shapes: &[
        shape(
            "branch",
            "a job of a branch, with the usual subject",
            &[always(
                "sub",
                &[
                    text("organization:"),
                    part("organization"),
                    text(":pipeline:"),
                    part("pipeline"),
                    text(":ref:refs/heads/"),
                    part("branch"),
                    text(":commit:"),
                    part("commit"),
                    text(":step:"),
                    part("step"),
                ],
            )],
        ),
        shape(
            "fork",
            "a job of a fork's branch, with the usual subject",
            &[
                always(
                    "sub",
                    &[
                        text("organization:"),
                        part("organization"),
                        text(":pipeline:"),
                        part("pipeline"),
                        text(":ref:refs/heads/"),
                        part("fork"),
                        text(":"),
                        part("branch"),
                        text(":commit:"),
                        part("commit"),
                        text(":step:"),
                        part("step"),
                    ],
                ),
                always("build_branch", &[part("fork"), text(":"), part("branch")]),
            ],
        ),
        shape(
            "tag",
            "a job of a tag, with the usual subject",
            &[
                always(
                    "sub",
                    &[
                        text("organization:"),
                        part("organization"),
                        text(":pipeline:"),
                        part("pipeline"),
                        text(":ref:refs/tags/"),
                        part("tag"),
                        text(":commit:"),
                        part("commit"),
                        text(":step:"),
                        part("step"),
                    ],
                ),
                always("build_tag", &[part("tag")]),
            ],
        ),
        shape(
            "organization_id",
            "a job whose subject is the id of the organization",
            ORGANIZATION_ID,
        ),
        shape(
            "pipeline_id",
            "a job whose subject is the id of the pipeline",
            PIPELINE_ID,
        ),
        shape(
            "cluster_id",
            "a job whose subject is the id of the cluster",
            CLUSTER_ID,
        ),
        shape(
            "queue_id",
            "a job whose subject is the id of the queue",
            QUEUE_ID,
        ),
        shape(
            "build_id",
            "a job whose subject is the id of the build",
            BUILD_ID,
        ),
        shape("job_id", "a job whose subject is its own id", JOB_ID),
        shape(
            "agent_id",
            "a job whose subject is the id of the agent",
            AGENT_ID,
        ),
    ],
    mine: &["organization", "pipeline"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[
                ("organization", Is::LikeOurs),
                ("organization_id", Is::Named),
                ("pipeline_id", Is::Named),
                ("cluster_id", Is::Named),
                ("queue_id", Is::Named),
            ],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like yours",
            &[("organization", Is::LikeOurs)],
            &[
                ("organization", Is::Ours),
                ("organization_id", Is::Named),
                ("pipeline_id", Is::Named),
                ("cluster_id", Is::Named),
                ("queue_id", Is::Named),
            ],
        ),
        outsider(
            "other-pipeline",
            "another pipeline of yours",
            &[("organization", Is::Ours)],
            &[("pipeline", Is::Ours), ("pipeline_id", Is::Named)],
        ),
        outsider(
            "other-branch",
            "a branch or tag that no policy names",
            &[("organization", Is::Ours), ("pipeline", Is::Ours)],
            &[("branch", Is::Named), ("tag", Is::Named)],
        ),
    ],
};

macro_rules! identifier {
    ($claim:literal, $atom:literal) => {
        &[
            always("sub", &[part($atom)]),
            always($claim, &[part($atom)]),
        ]
    };
}

const ORGANIZATION_ID: &[Claim] = identifier!("organization_id", "organization_id");
const PIPELINE_ID: &[Claim] = identifier!("pipeline_id", "pipeline_id");
const CLUSTER_ID: &[Claim] = identifier!("cluster_id", "cluster_id");
const QUEUE_ID: &[Claim] = identifier!("queue_id", "queue_id");
const BUILD_ID: &[Claim] = identifier!("build_id", "build_id");
const JOB_ID: &[Claim] = identifier!("job_id", "id");
const AGENT_ID: &[Claim] = identifier!("agent_id", "agent");
