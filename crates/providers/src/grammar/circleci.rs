//! CircleCI.

use super::words::{FILE, REF, UUID};
use super::{
    ClaimKind, Grammar, Is, IssuerForm, Words, always, atom, many, outsider, part, shape,
    sometimes, tenant, text, typed,
};

/// CircleCI, with the issuer of an organization or the shared one.
pub(super) static CIRCLECI: Grammar = Grammar {
    id: "circleci",
    name: "CircleCI",
    as_of: "2026-11-29",
    sources: &[
        "https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/",
    ],
    assumptions: &[],
    never: &[],
    issuers: &[
        IssuerForm::Exact("https://oidc.circleci.com"),
        IssuerForm::Around("https://oidc.circleci.com/org/", ""),
    ],
    atoms: &[
        tenant(
            "organization",
            UUID,
            &["00000000-0000-4000-8000-000000000666"],
        ),
        tenant("project", UUID, &["00000000-0000-4000-8000-000000006660"]),
        atom("user", UUID, &["00000000-0000-4000-8000-000000000013"]),
        atom(
            "audience",
            Words::Any,
            &["00000000-0000-4000-8000-000000000666"],
        ),
        atom("context", UUID, &["00000000-0000-4000-8000-000000000004"]),
        atom("job", UUID, &["00000000-0000-4000-8000-000000000005"]),
        atom(
            "definition",
            UUID,
            &["00000000-0000-4000-8000-000000000006"],
        ),
        atom("pipeline", UUID, &["00000000-0000-4000-8000-000000000007"]),
        atom("workflow", UUID, &["00000000-0000-4000-8000-000000000008"]),
        atom("origin", Words::Path(FILE), &["github.com/evil-corp/web"]),
        atom(
            "ref",
            Words::Path(REF),
            &["refs/heads/main", "refs/heads/feature"],
        ),
        atom("rerun", Words::OneOf(&["false", "true"]), &["false"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        many(sometimes(
            "\"oidc.circleci.com/context-ids\"",
            &[part("context")],
        )),
        always("\"oidc.circleci.com/org-id\"", &[part("organization")]),
        always("\"oidc.circleci.com/project-id\"", &[part("project")]),
        sometimes("\"oidc.circleci.com/job-id\"", &[part("job")]),
        sometimes(
            "\"oidc.circleci.com/pipeline-definition-id\"",
            &[part("definition")],
        ),
        sometimes("\"oidc.circleci.com/pipeline-id\"", &[part("pipeline")]),
        sometimes("\"oidc.circleci.com/workflow-id\"", &[part("workflow")]),
        typed(
            ClaimKind::Boolean,
            sometimes("\"oidc.circleci.com/ssh-rerun\"", &[part("rerun")]),
        ),
        sometimes("\"oidc.circleci.com/vcs-origin\"", &[part("origin")]),
        sometimes("\"oidc.circleci.com/vcs-ref\"", &[part("ref")]),
    ],
    shapes: &[
        shape(
            "project",
            "a job, in the first form of tokens",
            &[always(
                "sub",
                &[
                    text("org/"),
                    part("organization"),
                    text("/project/"),
                    part("project"),
                    text("/user/"),
                    part("user"),
                ],
            )],
        ),
        shape(
            "project and ref",
            "a job, in the second form of tokens",
            &[always(
                "sub",
                &[
                    text("org/"),
                    part("organization"),
                    text("/project/"),
                    part("project"),
                    text("/user/"),
                    part("user"),
                    text("/vcs-origin/"),
                    part("origin"),
                    text("/vcs-ref/"),
                    part("ref"),
                ],
            )],
        ),
    ],
    mine: &["organization", "project"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[("organization", Is::Ours), ("project", Is::Named)],
        ),
        outsider(
            "other-project",
            "another project of yours",
            &[("organization", Is::Ours)],
            &[("project", Is::Ours)],
        ),
        outsider(
            "ssh-rerun",
            "a job rerun with SSH",
            &[
                ("organization", Is::Ours),
                ("project", Is::Ours),
                ("rerun", Is::Text("true")),
            ],
            &[],
        ),
        outsider(
            "other-branch",
            "a branch or tag that no policy names",
            &[("organization", Is::Ours), ("project", Is::Ours)],
            &[("ref", Is::Named)],
        ),
    ],
};
