//! Clouds, and platforms that run apps.

use super::words::{ALPHANUMERIC, FILE, HYPHENATED, LOWER, NUMBER, PRINTABLE, SLUG, SLUGS, name};
use super::{
    ANY_SHAPE, Grammar, Is, IssuerForm, Words, always, atom, outsider, part, shape, sometimes,
    tenant, text,
};

/// Vercel, with the issuer of a team or the shared one.
pub(super) static VERCEL: Grammar = Grammar {
    id: "vercel",
    name: "Vercel",
    as_of: "2026-11-29",
    sources: &["https://vercel.com/docs/oidc/reference"],
    assumptions: &[],
    never: &[],
    issuers: &[
        IssuerForm::Exact("https://oidc.vercel.com"),
        IssuerForm::Around("https://oidc.vercel.com/", ""),
    ],
    atoms: &[
        tenant("owner", SLUGS, &["evil-corp"]),
        tenant("owner_id", SLUGS, &["team_evil00000000000000000000"]),
        tenant("project_id", SLUGS, &["prj_evil00000000000000000000"]),
        atom("project", name(FILE), &["web"]),
        atom("environment", name(PRINTABLE), &["production", "preview"]),
    ],
    claims: &[
        always("aud", &[text("https://vercel.com/"), part("owner")]),
        always(
            "sub",
            &[
                text("owner:"),
                part("owner"),
                text(":project:"),
                part("project"),
                text(":environment:"),
                part("environment"),
            ],
        ),
        always("owner", &[part("owner")]),
        always("owner_id", &[part("owner_id")]),
        always("project", &[part("project")]),
        always("project_id", &[part("project_id")]),
        always("environment", &[part("environment")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["owner", "project"],
    outsiders: &[
        outsider(
            "anyone",
            "any team",
            &[],
            &[
                ("owner", Is::LikeOurs),
                ("owner_id", Is::Named),
                ("project_id", Is::Named),
            ],
        ),
        outsider(
            "look-alike-owner",
            "a team whose name begins like yours",
            &[("owner", Is::LikeOurs)],
            &[
                ("owner", Is::Ours),
                ("owner_id", Is::Named),
                ("project_id", Is::Named),
            ],
        ),
        outsider(
            "other-project",
            "another project of yours",
            &[("owner", Is::Ours)],
            &[("project", Is::Ours), ("project_id", Is::Named)],
        ),
        outsider(
            "other-environment",
            "an environment that no policy names",
            &[("owner", Is::Ours), ("project", Is::Ours)],
            &[("environment", Is::Named)],
        ),
    ],
};

/// Pulumi Cloud as an issuer.
pub(super) static PULUMI: Grammar = Grammar {
    id: "pulumi",
    name: "Pulumi Cloud",
    as_of: "2026-11-29",
    sources: &["https://www.pulumi.com/docs/pulumi-cloud/access-management/oidc/provider/"],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Exact("https://api.pulumi.com/oidc")],
    atoms: &[
        tenant("organization", SLUGS, &["evil-corp"]),
        atom(
            "service",
            Words::OneOf(&["aws", "azure", "gcp", "vault"]),
            &["aws"],
        ),
        atom("more", Words::Further(':'), &["", ":env:production"]),
        atom("environment", Words::Any, &["production"]),
        atom("root_environment", Words::Any, &["production"]),
        atom("user", name(FILE), &["mallory"]),
    ],
    claims: &[
        sometimes("org", &[part("organization")]),
        sometimes("currentEnv", &[part("environment")]),
        sometimes("rootEnv", &[part("root_environment")]),
        sometimes("trigger_user", &[part("user")]),
    ],
    shapes: &[
        shape(
            "environment",
            "an environment that opens",
            &[
                always("aud", &[part("service"), text(":"), part("organization")]),
                always(
                    "sub",
                    &[
                        text("pulumi:environments:org:"),
                        part("organization"),
                        part("more"),
                    ],
                ),
            ],
        ),
        shape(
            "deployment",
            "a deployment",
            &[
                always("aud", &[part("organization")]),
                always(
                    "sub",
                    &[
                        text("pulumi:deploy:org:"),
                        part("organization"),
                        part("more"),
                    ],
                ),
            ],
        ),
    ],
    mine: &["organization"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[("organization", Is::LikeOurs)],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like yours",
            &[("organization", Is::LikeOurs)],
            &[("organization", Is::Ours)],
        ),
    ],
};

/// Fly.io.
pub(super) static FLY: Grammar = Grammar {
    id: "fly",
    name: "Fly.io",
    as_of: "2026-11-29",
    sources: &["https://fly.io/docs/security/openid-connect/"],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Around("https://oidc.fly.io/", "")],
    atoms: &[
        atom("organization", name(HYPHENATED), &["example-org"]),
        atom("organization_id", NUMBER, &["1"]),
        atom("app", name(HYPHENATED), &["web"]),
        atom("app_id", NUMBER, &["2"]),
        atom("machine", Words::Any, &["machine-1"]),
        atom("machine_id", name(ALPHANUMERIC), &["148e21ea7e46e8"]),
        atom("audience", Words::Any, &["https://fly.io/example-org"]),
        atom("image", Words::Any, &["registry.fly.io/web:latest"]),
        atom("region", name(LOWER), &["sea"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always(
            "sub",
            &[
                part("organization"),
                text(":"),
                part("app"),
                text(":"),
                part("machine"),
            ],
        ),
        always("org_name", &[part("organization")]),
        always("org_id", &[part("organization_id")]),
        always("app_name", &[part("app")]),
        always("app_id", &[part("app_id")]),
        always("machine_name", &[part("machine")]),
        always("machine_id", &[part("machine_id")]),
        sometimes("image", &[part("image")]),
        sometimes("region", &[part("region")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["organization", "app"],
    outsiders: &[outsider(
        "other-app",
        "another app of the organization",
        &[],
        &[("app", Is::Ours), ("app_id", Is::Named)],
    )],
};

/// Scalr.
pub(super) static SCALR: Grammar = Grammar {
    id: "scalr",
    name: "Scalr",
    as_of: "2026-11-29",
    sources: &["https://docs.scalr.io/docs/aws"],
    assumptions: &["only the subjects are known"],
    never: &[],
    issuers: &[IssuerForm::Exact("https://scalr.io")],
    atoms: &[
        tenant("account", SLUGS, &["evil-corp"]),
        atom(
            "more",
            Words::Further(':'),
            &["", ":environment:production:workspace:web"],
        ),
        atom("audience", Words::Any, &["aws.scalr-run-workload"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always("sub", &[text("account:"), part("account"), part("more")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["account"],
    outsiders: &[
        outsider("anyone", "any account", &[], &[("account", Is::LikeOurs)]),
        outsider(
            "look-alike-owner",
            "an account whose name begins like yours",
            &[("account", Is::LikeOurs)],
            &[("account", Is::Ours)],
        ),
    ],
};

/// Upbound.
pub(super) static UPBOUND: Grammar = Grammar {
    id: "upbound",
    name: "Upbound",
    as_of: "2026-11-29",
    sources: &["https://docs.upbound.io/"],
    assumptions: &["only the subjects are known"],
    never: &[],
    issuers: &[IssuerForm::Exact("https://proidc.upbound.io")],
    atoms: &[
        tenant(
            "organization",
            Words::Name {
                first: ALPHANUMERIC,
                rest: SLUG,
            },
            &["evil-corp"],
        ),
        atom("plane", SLUGS, &["production"]),
        atom("more", Words::Further(':'), &[":provider:provider-aws", ""]),
        atom("audience", Words::Any, &["sts.amazonaws.com"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always(
            "sub",
            &[
                text("mcp:"),
                part("organization"),
                text("/"),
                part("plane"),
                part("more"),
            ],
        ),
    ],
    shapes: &ANY_SHAPE,
    mine: &["organization", "plane"],
    outsiders: &[
        outsider(
            "anyone",
            "any organization",
            &[],
            &[("organization", Is::LikeOurs)],
        ),
        outsider(
            "look-alike-owner",
            "an organization whose name begins like yours",
            &[("organization", Is::LikeOurs)],
            &[("organization", Is::Ours)],
        ),
    ],
};
