//! Service accounts of Kubernetes clusters.

use super::words::{LABEL, LOWER, SUBDOMAIN, UUID};
use super::{
    ANY_SHAPE, Atom, Claim, Grammar, Is, IssuerForm, Outsider, Words, always, atom, many, outsider,
    part, sometimes, text,
};

/// Amazon EKS.
pub(super) static EKS: Grammar = Grammar {
    id: "eks",
    name: "Amazon EKS",
    issuers: &[IssuerForm::Around("https://oidc.eks.", "")],
    ..CLUSTER
};

/// Google Kubernetes Engine.
pub(super) static GKE: Grammar = Grammar {
    id: "gke",
    name: "Google Kubernetes Engine",
    issuers: &[IssuerForm::Around(
        "https://container.googleapis.com/v1/projects/",
        "",
    )],
    ..CLUSTER
};

/// Azure Kubernetes Service.
pub(super) static AKS: Grammar = Grammar {
    id: "aks",
    name: "Azure Kubernetes Service",
    issuers: &[
        IssuerForm::Around("https://oidc.prod-aks.azure.com/", ""),
        IssuerForm::Around("https://", ".oic.prod-aks.azure.com/"),
    ],
    ..CLUSTER
};

const CLUSTER: Grammar = Grammar {
    id: "kubernetes",
    name: "Kubernetes",
    as_of: "2026-11-29",
    sources: &[
        "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
    ],
    assumptions: &["tokens are those of pods and service accounts"],
    never: &[],
    issuers: &[],
    atoms: &ATOMS,
    claims: &CLAIMS,
    shapes: &ANY_SHAPE,
    mine: &["namespace", "account"],
    outsiders: &OUTSIDERS,
};

const NAME: Words = Words::Name {
    first: LOWER,
    rest: LABEL,
};

const LONG_NAME: Words = Words::Name {
    first: LOWER,
    rest: SUBDOMAIN,
};

static ATOMS: [Atom; 9] = [
    atom("namespace", NAME, &["default", "other"]),
    atom("account", LONG_NAME, &["default", "other"]),
    atom("audience", Words::Any, &["https://kubernetes.default.svc"]),
    atom(
        "account_uid",
        UUID,
        &["a720ba5c-5406-11ea-9438-063a49b60fba"],
    ),
    atom("pod", LONG_NAME, &["web-0"]),
    atom("pod_uid", UUID, &["5a20f883-5407-11ea-a85c-0e62b7a4a436"]),
    atom("node", LONG_NAME, &["node-1"]),
    atom("node_uid", UUID, &["646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1"]),
    atom("jti", UUID, &["aed34954-b33a-4142-b1ec-389d6bbb4936"]),
];

static CLAIMS: [Claim; 10] = [
    many(always("aud", &[part("audience")])),
    always(
        "sub",
        &[
            text("system:serviceaccount:"),
            part("namespace"),
            text(":"),
            part("account"),
        ],
    ),
    always("\"kubernetes.io\".namespace", &[part("namespace")]),
    always("\"kubernetes.io\".serviceaccount.name", &[part("account")]),
    always(
        "\"kubernetes.io\".serviceaccount.uid",
        &[part("account_uid")],
    ),
    sometimes("\"kubernetes.io\".pod.name", &[part("pod")]),
    sometimes("\"kubernetes.io\".pod.uid", &[part("pod_uid")]),
    sometimes("\"kubernetes.io\".node.name", &[part("node")]),
    sometimes("\"kubernetes.io\".node.uid", &[part("node_uid")]),
    sometimes("jti", &[part("jti")]),
];

static OUTSIDERS: [Outsider; 4] = [
    outsider(
        "any-namespace",
        "a pod of any namespace",
        &[],
        &[("namespace", Is::LikeOurs)],
    ),
    outsider(
        "look-alike-namespace",
        "a namespace whose name begins like yours",
        &[("namespace", Is::LikeOurs)],
        &[("namespace", Is::Ours)],
    ),
    outsider(
        "other-account",
        "another service account of our namespace",
        &[("namespace", Is::Ours)],
        &[("account", Is::Ours)],
    ),
    outsider(
        "default-account",
        "a pod without a service account of its own",
        &[("namespace", Is::Ours), ("account", Is::Text("default"))],
        &[],
    ),
];
