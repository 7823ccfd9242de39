//! Tokens of AWS: roles and Cognito.

use super::words::{DIGITS, FILE, LABEL, NUMBER, UUID, name};
use super::{
    ANY_SHAPE, Atom, Claim, ClaimKind, Grammar, Is, IssuerForm, Outsider, Shape, Words, always,
    atom, outsider, part, shape, sometimes, tenant, text, typed,
};

/// Roles that get tokens by outbound federation.
pub(super) static ROLES: Grammar = Grammar {
    id: "aws",
    name: "AWS outbound identity federation",
    as_of: "2026-11-30",
    sources: &[
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ],
    assumptions: &[
        "`sub` is the ARN of any principal of the account: a role, a user, a session or the root user",
    ],
    never: &[],
    issuers: &[IssuerForm::Around("https://", ".tokens.sts.global.api.aws")],
    atoms: &ATOMS,
    claims: &CLAIMS,
    shapes: &SHAPES,
    mine: &["account", "role"],
    outsiders: &OUTSIDERS,
};

/// The characters of names and paths of roles.
const ROLE: Words = Words::Path(&[
    ('a', 'z'),
    ('A', 'Z'),
    ('0', '9'),
    ('+', '.'),
    ('=', '='),
    ('@', '@'),
    ('_', '_'),
]);

static ATOMS: [Atom; 11] = [
    tenant("account", name(DIGITS), &["666666666666"]),
    atom("role", ROLE, &["DataProcessing", "Other"]),
    atom("partition", name(LABEL), &["aws"]),
    atom("service", Words::OneOf(&["iam", "sts"]), &["iam"]),
    atom("principal", PRINCIPAL, &["user/mallory", "root"]),
    atom("audience", Words::Any, &["https://api.example.com"]),
    atom("region", name(LABEL), &["us-east-1"]),
    tenant("organization", name(LABEL), &["o-evil000000"]),
    atom(
        "unit",
        Words::Any,
        &["o-evil000000/r-ab12/ou-ab12-11111111/"],
    ),
    atom(
        "function",
        Words::Any,
        &["arn:aws:lambda:us-east-1:666666666666:function:f"],
    ),
    atom("jti", Words::Any, &["xyz123-def456"]),
];

/// Principals other than roles.
const PRINCIPAL: Words = Words::Either(&[
    Words::OneOf(&["root"]),
    Words::After(&["user/", "assumed-role/", "federated-user/"], &Words::Any),
]);

static SHAPES: [Shape; 2] = [
    shape(
        "role",
        "a role",
        &[always(
            "sub",
            &[
                text("arn:"),
                part("partition"),
                text(":iam::"),
                part("account"),
                text(":role/"),
                part("role"),
            ],
        )],
    ),
    shape(
        "principal",
        "a user, a session or the root user",
        &[always(
            "sub",
            &[
                text("arn:"),
                part("partition"),
                text(":"),
                part("service"),
                text("::"),
                part("account"),
                text(":"),
                part("principal"),
            ],
        )],
    ),
];

static CLAIMS: [Claim; 7] = [
    always("aud", &[part("audience")]),
    always(
        "\"https://sts.amazonaws.com/\".aws_account",
        &[part("account")],
    ),
    sometimes(
        "\"https://sts.amazonaws.com/\".source_region",
        &[part("region")],
    ),
    sometimes(
        "\"https://sts.amazonaws.com/\".org_id",
        &[part("organization")],
    ),
    sometimes("\"https://sts.amazonaws.com/\".ou_path", &[part("unit")]),
    sometimes(
        "\"https://sts.amazonaws.com/\".lambda_source_function_arn",
        &[part("function")],
    ),
    sometimes("jti", &[part("jti")]),
];

static OUTSIDERS: [Outsider; 2] = [
    outsider(
        "anyone",
        "a role of another account",
        &[],
        &[("account", Is::Ours), ("organization", Is::Named)],
    ),
    outsider(
        "other-role",
        "another role of our account",
        &[("account", Is::Ours)],
        &[("role", Is::Ours)],
    ),
];

/// Users of a Cognito user pool.
pub(super) static COGNITO_USERS: Grammar = Grammar {
    id: "cognito",
    name: "Amazon Cognito user pools",
    as_of: "2026-11-29",
    sources: &[
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html",
    ],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Around("https://cognito-idp.", "")],
    atoms: &[
        atom("user", UUID, &["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"]),
        atom(
            "client",
            name(&[('a', 'z'), ('0', '9')]),
            &["client1example"],
        ),
        atom("use", Words::OneOf(&["id", "access"]), &["id"]),
        atom("name", Words::Any, &["mallory"]),
        atom("email", Words::Any, &["mallory@example.com"]),
        atom("boolean", Words::OneOf(&["true", "false"]), &["true"]),
        atom("scope", Words::Any, &["aws.cognito.signin.user.admin"]),
    ],
    claims: &[
        always("sub", &[part("user")]),
        always("token_use", &[part("use")]),
        sometimes("aud", &[part("client")]),
        sometimes("client_id", &[part("client")]),
        sometimes("username", &[part("name")]),
        sometimes("\"cognito:username\"", &[part("name")]),
        sometimes("email", &[part("email")]),
        typed(
            ClaimKind::Boolean,
            sometimes("email_verified", &[part("boolean")]),
        ),
        sometimes("scope", &[part("scope")]),
    ],
    shapes: &ANY_SHAPE,
    mine: &["client", "user"],
    outsiders: &[
        outsider(
            "anyone",
            "another user of the pool",
            &[],
            &[
                ("user", Is::Named),
                ("name", Is::Named),
                ("email", Is::Named),
            ],
        ),
        outsider(
            "other-client",
            "another app client",
            &[],
            &[("client", Is::Ours)],
        ),
    ],
};

/// Identities of Cognito identity pools.
pub(super) static COGNITO_IDENTITIES: Grammar = Grammar {
    id: "cognito-identities",
    name: "Amazon Cognito identity pools",
    as_of: "2026-11-29",
    sources: &[
        "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html",
    ],
    assumptions: &[],
    never: &[],
    issuers: &[IssuerForm::Exact("https://cognito-identity.amazonaws.com")],
    atoms: &[
        tenant(
            "pool",
            name(&[('0', '9'), ('a', 'z'), ('-', '-'), (':', ':')]),
            &["us-east-1:00000000-0000-0000-0000-000000000666"],
        ),
        atom(
            "identity",
            name(&[('0', '9'), ('a', 'z'), ('-', '-'), (':', ':')]),
            &["us-east-1:00000000-0000-0000-0000-000000000013"],
        ),
        atom("amr", name(FILE), &["unauthenticated", "authenticated"]),
        atom("number", NUMBER, &["1"]),
    ],
    claims: &[
        always("aud", &[part("pool")]),
        always("sub", &[part("identity")]),
        super::many(sometimes("amr", &[part("amr")])),
    ],
    shapes: &ANY_SHAPE,
    mine: &["pool"],
    outsiders: &[outsider(
        "anyone",
        "an identity of another pool",
        &[],
        &[("pool", Is::Ours)],
    )],
};
