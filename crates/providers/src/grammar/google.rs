//! Google Cloud.

use super::words::{FILE, LABEL, LOWER, NUMBER, name};
use super::{
    ClaimKind, Grammar, Is, IssuerForm, Words, always, atom, outsider, part, shape, sometimes,
    tenant, text, typed,
};

/// Google: service accounts and users.
pub(super) static GOOGLE: Grammar = Grammar {
    id: "gcp",
    name: "Google Cloud",
    as_of: "2026-11-29",
    sources: &["https://cloud.google.com/compute/docs/instances/verifying-instance-identity"],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Exact("https://accounts.google.com")],
    atoms: &[
        tenant("subject", NUMBER, &["100000000000000000666"]),
        tenant(
            "project",
            Words::Name {
                first: LOWER,
                rest: LABEL,
            },
            &["evil-project"],
        ),
        atom(
            "account",
            Words::Name {
                first: LOWER,
                rest: LABEL,
            },
            &["deployer"],
        ),
        tenant("project_number", Words::Integer, &["666666666666"]),
        tenant("party", name(FILE), &["100000000000000000666"]),
        tenant("user", name(&[('!', '?'), ('A', '~')]), &["mallory"]),
        tenant(
            "domain",
            name(&[('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-'), ('.', '.')]),
            &["gmail.com"],
        ),
        atom("audience", Words::Any, &["https://vault.example.com"]),
        atom("verified", Words::OneOf(&["true", "false"]), &["true"]),
        atom("zone", name(LABEL), &["us-central1-a"]),
        atom("instance", name(LABEL), &["vm-1"]),
        atom("created", Words::Integer, &["1699990000"]),
        atom("number", Words::Integer, &["1234567890123456789"]),
    ],
    claims: &[
        always("aud", &[part("audience")]),
        always("sub", &[part("subject")]),
        sometimes("azp", &[part("party")]),
        typed(
            ClaimKind::Boolean,
            sometimes("email_verified", &[part("verified")]),
        ),
        sometimes("google.compute_engine.project_id", &[part("project")]),
        typed(
            ClaimKind::Integer,
            sometimes(
                "google.compute_engine.project_number",
                &[part("project_number")],
            ),
        ),
        sometimes("google.compute_engine.zone", &[part("zone")]),
        sometimes("google.compute_engine.instance_name", &[part("instance")]),
        sometimes("google.compute_engine.instance_id", &[part("number")]),
        typed(
            ClaimKind::Integer,
            sometimes(
                "google.compute_engine.instance_creation_timestamp",
                &[part("created")],
            ),
        ),
    ],
    shapes: &[
        shape(
            "service account",
            "a service account of a project",
            &[sometimes(
                "email",
                &[
                    part("account"),
                    text("@"),
                    part("project"),
                    text(".iam.gserviceaccount.com"),
                ],
            )],
        ),
        shape(
            "default service account",
            "the default service account of a project",
            &[sometimes(
                "email",
                &[
                    part("project_number"),
                    text("-compute@developer.gserviceaccount.com"),
                ],
            )],
        ),
        shape(
            "user",
            "a user",
            &[
                sometimes("email", &[part("user"), text("@"), part("domain")]),
                sometimes("hd", &[part("domain")]),
            ],
        ),
    ],
    mine: &["project", "account"],
    outsiders: &[
        outsider(
            "anyone",
            "anyone with an account",
            &[],
            &[
                ("subject", Is::Named),
                ("project", Is::Ours),
                ("project_number", Is::Named),
                ("party", Is::Named),
                ("user", Is::Named),
                ("domain", Is::Named),
            ],
        ),
        outsider(
            "other-account",
            "another service account of our project",
            &[("project", Is::Ours)],
            &[("account", Is::Ours), ("subject", Is::Named)],
        ),
    ],
};
