//! What people trip on: each slip is named, with what to write instead, and nothing else is.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::diagnostic::Diagnostics;
use claimgate::explain::{Explanation, explain, explain_with, render_text};
use claimgate::inspect::{Options, Progress, begin};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};

use crate::sources::SOURCES;

fn explained(policies: &str, claims: &str) -> Explanation {
    let policies = PolicySet::compile(&parse_policies(policies).unwrap(), Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
    let request = RequestedToken::Organization { admin: false };
    explain_with(&policies, &claims, &request, SOURCES)
}

/// Of one allow with one rule: the hints' codes, and what they say.
fn hint(claim: &str, pattern: &str, claims: &str) -> (Vec<String>, String) {
    let rule = serde_json::json!({ claim: pattern });
    let policy =
        serde_json::json!({"decision": "allow", "tokenType": "organization", "rules": rule});
    let explanation = explained(&policy.to_string(), claims);
    let words = explanation.hints.iter().map(|hint| {
        format!(
            "{}: {}\n",
            hint.message,
            hint.help.as_deref().unwrap_or_default()
        )
    });
    (
        explanation
            .hints
            .iter()
            .map(|hint| hint.code.to_string())
            .collect(),
        words.collect(),
    )
}

#[test]
fn each_slip_is_named_with_its_remedy() {
    let table = [
        (
            "sub",
            "repo:Octo-Org/app:*",
            r#"{"sub":"repo:octo-org/app:x"}"#,
            "look-alike-case",
            "patterns are case-sensitive: write `repo:octo-org/app:x`",
        ),
        (
            "iss",
            "https://a.example",
            r#"{"iss":"https://a.example/"}"#,
            "trailing-slash",
            "write `https://a.example/`",
        ),
        (
            "iss",
            "https://a.example/",
            r#"{"iss":"https://a.example"}"#,
            "trailing-slash",
            "write `https://a.example`",
        ),
        (
            "aud",
            "[a,b]",
            r#"{"aud":["a","b"]}"#,
            "claim-is-array",
            "write the pattern for a single element",
        ),
        (
            "email_verified",
            "yes",
            r#"{"email_verified":true}"#,
            "boolean-as-text",
            "write `true`",
        ),
        (
            "email_verified",
            "True",
            r#"{"email_verified":true}"#,
            "look-alike-case",
            "`true`",
        ),
        (
            "kubernetes.io.namespace",
            "ci",
            r#"{"kubernetes.io":{"namespace":"ci"}}"#,
            "claim-unquoted",
            r#"write `"kubernetes.io".namespace`"#,
        ),
        (
            "a.b",
            "ci",
            r#"{"a.b":"ci"}"#,
            "claim-unquoted",
            r#"write `"a.b"`"#,
        ),
        (
            "repositry",
            "a",
            r#"{"repository":"a"}"#,
            "claim-misspelt",
            "did you mean `repository`?",
        ),
        (
            "ref",
            "main",
            r#"{"ref":"refs/heads/main"}"#,
            "ref-form",
            "write `refs/heads/main`",
        ),
        (
            "ref",
            "v*",
            r#"{"ref":"refs/tags/v1"}"#,
            "ref-form",
            "write `refs/tags/v*`",
        ),
        (
            "ref",
            "refs/heads/main",
            r#"{"ref":"main"}"#,
            "ref-form",
            "write `main`",
        ),
        (
            "sub",
            "repo:o/r:ref:refs/heads/main",
            r#"{"sub":"repo:o/r:environment:prod"}"#,
            "sub-form",
            "a job with an `environment`",
        ),
        (
            "sub",
            "repo:o/r:ref:*",
            r#"{"sub":"repo:o/r:pull_request"}"#,
            "sub-form",
            "a job of a pull request",
        ),
        (
            "sub",
            "repo:o/*:environment:prod",
            r#"{"sub":"repo:o/r:ref:refs/heads/main"}"#,
            "sub-form",
            "has `ref:refs/heads/…`",
        ),
        (
            "sub",
            "repo:o/r:*",
            r#"{"sub":"repo:o@12/r@34:ref:refs/heads/main"}"#,
            "sub-immutable",
            "write the ids into the pattern",
        ),
        (
            "sub",
            "repo:o@12/r@34:*",
            r#"{"sub":"repo:o/r:ref:refs/heads/main"}"#,
            "sub-immutable",
            "remove the ids",
        ),
        (
            "sub",
            "repo:o/r ",
            r#"{"sub":"repo:o/r"}"#,
            "invisible-characters",
            "write `repo:o/r`",
        ),
        (
            "sub",
            "repo:o/r\u{200b}",
            r#"{"sub":"repo:o/r"}"#,
            "invisible-characters",
            "copy the value from the token",
        ),
        (
            "sub",
            "repo:my\u{2013}org/r",
            r#"{"sub":"repo:my-org/r"}"#,
            "invisible-characters",
            "look alike",
        ),
    ];
    for (claim, pattern, claims, code, words) in table {
        let (codes, said) = hint(claim, pattern, claims);
        assert_eq!(codes, [code], "{claim} ~ {pattern} on {claims}: {said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn where_there_is_no_slip_nothing_is_said() {
    let table = [
        ("sub", "repo:o/r:*", r#"{"sub":"repo:evil/r:x"}"#),
        (
            "sub",
            "repo:o/r:ref:*",
            r#"{"sub":"repo:evil/r:environment:prod"}"#,
        ),
        ("sub", "a", r#"{"sub":"b"}"#),
        ("sub", "a", r"{}"),
        ("sub", "a", r#"{"sub":null,"sup":"a"}"#),
        ("aud", "c", r#"{"aud":["a","b"]}"#),
        ("sub", "a", r#"{"sub":"a"}"#),
    ];
    for (claim, pattern, claims) in table {
        assert_eq!(
            hint(claim, pattern, claims).0,
            Vec::<&str>::new(),
            "{claim} ~ {pattern} on {claims}"
        );
    }
}

#[test]
fn a_deny_over_an_allow_and_another_token_type_are_named() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:o/r:environment:prod"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:o/*"}},
        {"decision": "allow", "tokenType": "team", "teamName": "ops", "rules": {"actor": "octocat"}}
    ]"#;
    let denied = explained(policies, r#"{"sub":"repo:o/r:environment:prod"}"#);
    assert_eq!(denied.hints.len(), 1);
    assert_eq!(
        (&*denied.hints[0].code, denied.hints[0].path.as_str()),
        ("deny-shadows-allow", "policies[0]")
    );
    assert_eq!(
        denied.hints[0].message,
        "policy 1 allows this, but policy 2 denies it"
    );

    let other = explained(policies, r#"{"sub":"x","actor":"octocat"}"#);
    assert_eq!(other.hints.len(), 1);
    assert_eq!(
        (&*other.hints[0].code, other.hints[0].path.as_str()),
        ("wrong-token-type", "policies[2].tokenType")
    );
    let text = render_text(&other);
    assert!(
        text.contains(
            "note[wrong-token-type]: policy 3 matches this token, but applies to another request"
        ),
        "{text}"
    );
    assert!(
        text.contains("help: request a token of type team"),
        "{text}"
    );
}

#[test]
fn a_deny_that_fails_by_a_slip_is_named_though_the_token_is_allowed() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:o/*"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "REPO:o/*"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"actor": "Mallory"}}
    ]"#;
    let allowed = explained(policies, r#"{"sub":"repo:o/r:x","actor":"mallory"}"#);
    let hints: Vec<_> = allowed
        .hints
        .iter()
        .map(|hint| (&*hint.code, hint.path.as_str()))
        .collect();
    assert_eq!(hints, [("look-alike-case", "policies[2].rules.actor")]);
}

/// Rows of claim, pattern, claims, the hints' codes, and texts that they contain.
type Rows<'a> = &'a [(&'a str, &'a str, &'a str, &'a [&'a str], &'a [&'a str])];

fn check(rows: Rows<'_>) {
    for (claim, pattern, claims, expected, words) in rows {
        let (codes, said) = hint(claim, pattern, claims);
        assert_eq!(codes, *expected, "{claim} ~ {pattern} on {claims}: {said}");
        for word in *words {
            assert!(
                said.contains(word),
                "{claim} ~ {pattern}: no {word} in {said}"
            );
        }
    }
}

#[test]
fn what_cannot_be_seen_is_named_by_code_point_and_place() {
    const CODE: &[&str] = &["invisible-characters"];
    check(&[
        (
            "environment",
            "⚙ deploy",
            "{\"environment\":\"⚙\u{fe0f} deploy\"}",
            CODE,
            &["the value has U+FE0F (variation selector) at character 2"],
        ),
        (
            "sub",
            "repo:o/r\u{200b}:*",
            r#"{"sub":"repo:o/r:x"}"#,
            CODE,
            &[
                "would match if it had no invisible characters: it has U+200B (zero width space) at character 9",
            ],
        ),
        // A wildcard differs too.
        (
            "sub",
            "repo:acme/\u{430}pp:*",
            r#"{"sub":"repo:acme/app:ref:refs/heads/main"}"#,
            CODE,
            &[
                "the pattern would match if it had no look-alike characters: it has U+0430 (looks like `a`) at character 11",
            ],
        ),
        (
            "sub",
            "repo:\u{430}cme/r",
            r#"{"sub":"repo:acme/r"}"#,
            CODE,
            &["U+0430 (looks like `a`) at character 6"],
        ),
        (
            "sub",
            "repo:acme/r",
            "{\"sub\":\"repo:\u{430}cme/r\"}",
            CODE,
            &[
                "the value has U+0430 (looks like `a`)",
                "caution: this also admits another owner",
            ],
        ),
        (
            "name",
            "caf\u{e9}-1",
            "{\"name\":\"cafe\u{301}-1\"}",
            CODE,
            &[
                "the pattern has U+00E9 at character 4",
                "U+0301 (combining mark) at character 5",
            ],
        ),
        (
            "name",
            "\u{ac00}*",
            "{\"name\":\"\u{1100}\u{1161}b\"}",
            CODE,
            &["U+1100", "U+AC00 at character 1"],
        ),
        (
            "name",
            "\u{ff21}cme",
            r#"{"name":"Acme"}"#,
            CODE,
            &["U+FF21 (looks like `A`) at character 1"],
        ),
        (
            "name",
            "ﬁle",
            r#"{"name":"file"}"#,
            CODE,
            &["U+FB01 at character 1"],
        ),
        (
            "sub",
            "repo:acme/web: *",
            r#"{"sub":"repo:acme/web:x"}"#,
            CODE,
            &["U+0020 (space) at character 15", "write `repo:acme/web:*`"],
        ),
        (
            "environment",
            "prod\n",
            r#"{"environment":"prod"}"#,
            CODE,
            &["U+000A (line feed) at character 5", "write `prod`"],
        ),
        (
            "name",
            "a b",
            "{\"name\":\"a\u{a0}b\"}",
            CODE,
            &["U+00A0 (no-break space) at character 2"],
        ),
        (
            "name",
            "a*\u{301}",
            r#"{"name":"abc"}"#,
            CODE,
            &["U+0301 (combining mark) at character 3"],
        ),
    ]);
}

#[test]
fn patterns_of_other_languages_are_told_apart() {
    check(&[
        (
            "sub",
            "organization:acme:pipeline:web:*,organization:acme:pipeline:api:*",
            r#"{"sub":"organization:acme:pipeline:web:ref:refs/heads/main"}"#,
            &["pattern-is-list"],
            &[
                "a comma is literal here",
                "write one policy for each of `organization:acme:pipeline:web:*`, `organization:acme:pipeline:api:*`",
            ],
        ),
        (
            "ref",
            "refs/heads/main|develop",
            r#"{"ref":"refs/heads/develop"}"#,
            &["pattern-is-list"],
            &["`refs/heads/main`, `refs/heads/develop`"],
        ),
        (
            "environment",
            "prod || staging",
            r#"{"environment":"prod"}"#,
            &["pattern-is-list"],
            &["`||` is literal", "`prod`, `staging`"],
        ),
        (
            "environment",
            "prod or staging",
            r#"{"environment":"staging"}"#,
            &["pattern-is-list"],
            &["“or”"],
        ),
        (
            "environment",
            r#"["prod", "staging"]"#,
            r#"{"environment":"staging"}"#,
            &["pattern-is-list"],
            &["a list in brackets", "`prod`, `staging`"],
        ),
        (
            "environment",
            "[prod]",
            r#"{"environment":"prod"}"#,
            &["pattern-is-list"],
            &["write `prod`"],
        ),
        (
            "sub",
            "^repo:acme/.*$",
            r#"{"sub":"repo:acme/web:x"}"#,
            &["pattern-is-regex"],
            &["write `repo:acme/*`"],
        ),
        (
            "sub",
            "repo:acme/[^/]+:ref:.+",
            r#"{"sub":"repo:acme/web:ref:x"}"#,
            &["pattern-is-regex"],
            &["which is wider", "`repo:acme/*:ref:*`"],
        ),
        (
            "ref",
            r"^refs/(heads/main|tags/v\d+)$",
            r#"{"ref":"refs/tags/v12"}"#,
            &["pattern-is-regex"],
            &["one policy for each of `refs/heads/main`, `refs/tags/v*`"],
        ),
        (
            "sub",
            "repo:acme/{web,api}:*",
            r#"{"sub":"repo:acme/api:x"}"#,
            &["pattern-is-glob"],
            &["`repo:acme/web:*`, `repo:acme/api:*`"],
        ),
        (
            "ref",
            "refs/**/main",
            r#"{"ref":"refs/main"}"#,
            &["pattern-is-glob"],
            &["`refs/main`, `refs/*/main`"],
        ),
        (
            "ref",
            "refs/tags/v[0-9]*",
            r#"{"ref":"refs/tags/v1.2"}"#,
            &["pattern-is-glob"],
            &["which is wider", "`refs/tags/v.*`"],
        ),
        (
            "sub",
            "repo:${{ github.repository }}:*",
            r#"{"sub":"repo:acme/web:x"}"#,
            &["pattern-has-variable"],
            &[
                "`${{ github.repository }}` is literal",
                "write `repo:acme/web:*`",
            ],
        ),
        (
            "sub",
            "repo:$OWNER/$REPO:x",
            r#"{"sub":"repo:acme/web:x"}"#,
            &["pattern-has-variable"],
            &["write `repo:acme/web:x`"],
        ),
        (
            "sub",
            "repo:<owner>/web:x",
            r#"{"sub":"repo:acme/web:x"}"#,
            &["pattern-has-variable"],
            &["`<owner>`"],
        ),
        (
            "ref",
            "!refs/heads/main",
            r#"{"ref":"refs/heads/x"}"#,
            &["pattern-negated"],
            &["a deny policy with `refs/heads/main`"],
        ),
    ]);
    // They are not meant in that language, or would not match either.
    check(&[
        (
            "environment",
            "prod,staging",
            r#"{"environment":"dev"}"#,
            &[],
            &[],
        ),
        (
            "sub",
            "^repo:acme/.*$",
            r#"{"sub":"repo:evil/x"}"#,
            &[],
            &[],
        ),
        (
            "ref",
            "!refs/heads/main",
            r#"{"ref":"refs/heads/main"}"#,
            &[],
            &[],
        ),
        ("ref", r"v1\.2", r#"{"ref":"v1x2"}"#, &[], &[]),
    ]);
}

#[test]
fn a_regular_expression_that_matches_by_chance_is_told_too() {
    let (codes, said) = hint(
        "sub",
        "repo:a/*:ref:refs/tags/.*",
        r#"{"sub":"repo:a/b:ref:refs/tags/v0.1"}"#,
    );
    assert_eq!(codes, ["pattern-is-regex"]);
    assert!(said.contains("`.` took `v`, and `*` took `0.1`"), "{said}");
    for pattern in ["v*.*.*", r"v\.*", "v*"] {
        let value = r#"{"ref":"v.1.0.0"}"#;
        assert_eq!(
            hint("ref", pattern, value).0,
            Vec::<String>::new(),
            "{pattern}"
        );
    }
}

#[test]
fn names_of_other_systems_have_a_path_to_write() {
    let claims = r#"{"sub":"a","repository_owner":"acme","kubernetes.io":{"namespace":"ci"}}"#;
    const CODE: &[&str] = &["claim-of-another-system"];
    check(&[
        (
            "token.actions.githubusercontent.com:sub",
            "a",
            claims,
            CODE,
            &["a condition key of AWS", "write `sub`"],
        ),
        (
            "assertion.sub",
            "a",
            claims,
            CODE,
            &["Google Cloud's expressions", "write `sub`"],
        ),
        (
            "attribute.repository_owner",
            "acme",
            claims,
            CODE,
            &["write `repository_owner`"],
        ),
        ("google.subject", "a", claims, CODE, &["write `sub`"]),
        (
            r#""/kubernetes.io/namespace""#,
            "ci",
            claims,
            CODE,
            &["a JSON pointer", r#"write `"kubernetes.io".namespace`"#],
        ),
        ("$.repository_owner", "acme", claims, CODE, &["JSONPath"]),
        ("attribute.environment", "x", claims, &[], &[]),
    ]);
}

#[test]
fn a_name_that_is_no_path_has_one_to_write() {
    let error = |claim: &str| -> Diagnostics {
        let rule = serde_json::json!({ claim: "x" });
        let policy =
            serde_json::json!({"decision": "allow", "tokenType": "organization", "rules": rule});
        let policies = parse_policies(&policy.to_string()).unwrap();
        PolicySet::compile(&policies, Dialect::Pulumi).unwrap_err()
    };
    for (claim, path) in [
        (
            "oidc.circleci.com/ssh-rerun",
            r#""oidc.circleci.com/ssh-rerun""#,
        ),
        ("/repository_owner", "repository_owner"),
        (
            "https://aws.amazon.com/tags.principal_tags.env",
            r#""https://aws.amazon.com/tags".principal_tags.env"#,
        ),
        (".repository", "repository"),
    ] {
        let [error] = &*error(claim) else {
            panic!("{claim}")
        };
        let fix = error.fix.as_ref().unwrap();
        assert_eq!((fix.replace.as_str(), fix.with.as_str()), (claim, path));
        assert!(
            error
                .help
                .as_ref()
                .unwrap()
                .ends_with(&format!("write `{path}`")),
            "{error:?}"
        );
    }
    assert_eq!(error("a..b")[0].fix, None);
}

#[test]
fn several_differences_are_all_named() {
    check(&[
        (
            "sub",
            "repo:acme/old:ref:refs/heads/*",
            r#"{"sub":"repo:acme@12/new@34:ref:refs/heads/main"}"#,
            &["sub-immutable", "sub-renamed"],
            &[
                "with ids",
                "the token's repository is `new`, and the rule's is `old`",
                "write `repo:acme@12/new@34:ref:refs/heads/*`",
            ],
        ),
        (
            "sub",
            "repo:acme@12/old@34:*",
            r#"{"sub":"repo:acme@12/new@34:pull_request"}"#,
            &["sub-renamed"],
            &["its id is that of the rule", "`repo:acme@12/new@34:*`"],
        ),
        (
            "sub",
            "repo:acme@12/old@34:*",
            r#"{"sub":"repo:acme/new:pull_request","repository_id":"34"}"#,
            &["sub-immutable", "sub-renamed"],
            &["the token does not"],
        ),
        (
            "sub",
            "repo:acme/web:ref:refs/heads/main",
            r#"{"sub":"repo:acme@1/web@2:environment:prod"}"#,
            &["sub-immutable", "sub-form"],
            &["with ids", "a job with an `environment`"],
        ),
        (
            "sub",
            "repo:Acme/web:environment:prod",
            r#"{"sub":"repo:acme@1/web@2:environment:Prod"}"#,
            &["look-alike-case", "sub-immutable"],
            &["in upper and lower case, among other things", "with ids"],
        ),
        (
            "iss",
            "https://A.example",
            r#"{"iss":"https://a.example/"}"#,
            &["look-alike-case", "trailing-slash"],
            &[],
        ),
        (
            "environment",
            " Prod_1",
            r#"{"environment":"prod-1"}"#,
            &[
                "invisible-characters",
                "look-alike-case",
                "look-alike-separator",
            ],
            &["U+0020 (space) at character 1"],
        ),
    ]);
}

#[test]
fn forms_of_a_subject_are_named() {
    check(&[
        (
            "sub",
            "repo:acme/web:ref:refs/heads/main",
            r#"{"sub":"repository_owner_id:65:repository_id:74","repository":"acme/web"}"#,
            &["sub-customized"],
            &[
                "`repository_owner_id`, `repository_id`",
                "write `repository_owner_id:65:repository_id:74`",
            ],
        ),
        (
            "sub",
            "repo:acme/web:environment:eu:prod",
            r#"{"sub":"repo:acme/web:environment:eu%3Aprod"}"#,
            &["percent-encoding"],
            &["`%3A`"],
        ),
        (
            "sub",
            "repo:acme/web:pull-request",
            r#"{"sub":"repo:acme/web:pull_request"}"#,
            &["look-alike-separator"],
            &[
                "write `repo:acme/web:pull_request`",
                "caution: this also admits pull requests",
            ],
        ),
        (
            "sub",
            "repo:acme/api:ref:refs/heads/main",
            r#"{"sub":"repo:acme/api:ref:refs/heads/gh-readonly-queue/main/pr-512-9f31"}"#,
            &["sub-form"],
            &[
                "a merge queue",
                "`repo:acme/api:ref:refs/heads/gh-readonly-queue/main/*`",
            ],
        ),
        (
            "sub",
            "organization:acme:workspace:prod:run_phase:*",
            r#"{"sub":"organization:acme:project:Default Project:workspace:prod:run_phase:apply"}"#,
            &["sub-form"],
            &["`organization:acme:project:Default Project:workspace:prod:run_phase:*`"],
        ),
        (
            "sub",
            "pulumi:environments:org:acme:env:prod/aws",
            r#"{"sub":"pulumi:environments:org:acme:env:<yaml>"}"#,
            &["sub-form"],
            &["`<yaml>`", "being edited"],
        ),
        (
            "sub",
            "p://acme/web/deploy",
            r#"{"sub":"sc://acme/My Project/prod"}"#,
            &["sub-form"],
            &["a service connection (`sc://…`)"],
        ),
        (
            "job_workflow_ref",
            "acme/lib/.github/workflows/release.yml@refs/tags/*",
            r#"{"job_workflow_ref":"acme/lib/.github/workflows/publish.yml@refs/tags/v1","workflow_ref":"acme/lib/.github/workflows/release.yml@refs/tags/v1"}"#,
            &["claim-mistaken"],
            &["is the rule meant for `workflow_ref`?"],
        ),
        (
            "sub",
            "repo:o@1/r@2:*",
            r#"{"sub":"repo:o@9/r@2:x"}"#,
            &["sub-immutable"],
            &["the ids in the pattern are not those of the token"],
        ),
    ]);
}

#[test]
fn a_pattern_that_admits_outsiders_is_not_suggested_without_saying_so() {
    for (claim, pattern, claims, caution) in [
        (
            "sub",
            "repo:acme/config",
            r#"{"sub":"repo:acme/config:pull_request"}"#,
            "pull requests",
        ),
        (
            "sub",
            "repo:acme/config",
            r#"{"sub":"repo:acme/config:ref:refs/heads/main"}"#,
            "pull requests",
        ),
        (
            "sub",
            "repo:acme/web:ref:*",
            r#"{"sub":"repo:acme/web:pull_request"}"#,
            "pull requests",
        ),
        (
            "event_name",
            "push",
            r#"{"event_name":"pull_request_target"}"#,
            "pull requests",
        ),
        (
            "ref",
            "refs/heads/main",
            r#"{"ref":"refs/pull/1/merge"}"#,
            "pull requests",
        ),
        (
            "sub",
            "repo:acme/*",
            r#"{"sub":"repo:evil/web:ref:refs/heads/main"}"#,
            "another owner, `evil`, in place of `acme`",
        ),
        (
            "repository_owner",
            "acme",
            r#"{"repository_owner":"evil"}"#,
            "another owner, `evil`",
        ),
        (
            "namespace_path",
            "acme",
            r#"{"namespace_path":"evil"}"#,
            "another namespace, `evil`",
        ),
        (
            "sub",
            "organization:acme:*",
            r#"{"sub":"organization:evil:x"}"#,
            "another organization, `evil`",
        ),
        (
            "name",
            "$NAME",
            r#"{"name":"*"}"#,
            "anyone with a token of this issuer",
        ),
    ] {
        let rule = serde_json::json!({ claim: pattern });
        let policy =
            serde_json::json!({"decision": "allow", "tokenType": "organization", "rules": rule});
        let explanation = explained(&policy.to_string(), claims);
        let change = explanation
            .nearest_miss
            .as_ref()
            .map(|miss| &miss.changes[0]);
        let in_hints = explanation.hints.iter().filter(|hint| hint.fix.is_some());
        let helps = in_hints.map(|hint| hint.help.clone().unwrap_or_default());
        let cautions = change.and_then(|change| change.caution.clone()).into_iter();
        let said: Vec<_> = cautions.chain(helps).collect();
        assert!(!said.is_empty(), "{claim} ~ {pattern}: {explanation:?}");
        for text in said.iter().filter(|text| !text.is_empty()) {
            assert!(text.contains(caution), "{claim} ~ {pattern}: {text}");
        }
    }
    for (claim, pattern, claims) in [
        (
            "sub",
            "repo:acme/web:ref:refs/heads/main",
            r#"{"sub":"repo:acme/web:ref:refs/heads/dev"}"#,
        ),
        (
            "event_name",
            "push",
            r#"{"event_name":"workflow_dispatch"}"#,
        ),
        ("repository_owner", "Acme", r#"{"repository_owner":"acme"}"#),
    ] {
        let rule = serde_json::json!({ claim: pattern });
        let policy =
            serde_json::json!({"decision": "allow", "tokenType": "organization", "rules": rule});
        let explanation = explained(&policy.to_string(), claims);
        let miss = explanation.nearest_miss.unwrap();
        assert_eq!(miss.changes[0].caution, None, "{claim} ~ {pattern}");
    }
}

#[test]
fn another_document_in_place_of_claims_is_named() {
    let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "x"}}"#;
    for (claims, what) in [
        (r#"{"keys":[]}"#, "a key set"),
        (
            r#"{"issuer":"https://a","jwks_uri":"https://a/k"}"#,
            "a discovery document",
        ),
        (
            r#"{"alg":"RS256","kid":"k","typ":"JWT"}"#,
            "the header of a token",
        ),
        (r#"{"error":"invalid_grant"}"#, "an error"),
    ] {
        let [hint] = &explained(policy, claims).hints[..] else {
            panic!("{claims}")
        };
        assert_eq!(hint.code, "claims-unlikely");
        assert!(hint.message.contains(what), "{hint:?}");
    }
    for claims in ["{}", r#"{"keys":[],"sub":"a"}"#, r#"{"issuer":"a"}"#] {
        assert!(explained(policy, claims).hints.is_empty(), "{claims}");
    }
}

#[test]
fn a_suggested_value_is_escaped_where_it_would_not_match_itself() {
    let (codes, said) = hint("name", r"A\\\*", r#"{"name":"a\\*"}"#);
    assert_eq!(codes, ["look-alike-case"]);
    assert!(said.contains(r"write `a\\\*`"), "{said}");
}

#[test]
fn the_engine_alone_knows_no_provider() {
    let policy =
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:o/r:ref:*"}}"#;
    let policies = PolicySet::compile(&parse_policies(policy).unwrap(), Dialect::Pulumi).unwrap();
    let claims = Claims::from_json(r#"{"sub": "repo:o/r:environment:prod"}"#).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    let request = RequestedToken::Organization { admin: false };
    assert_eq!(explain(&policies, &claims, &request).hints, []);
    let codes = explain_with(&policies, &claims, &request, SOURCES).hints;
    assert_eq!(codes[0].code, "sub-form");
}

#[test]
fn a_signature_of_the_wrong_length_is_named_as_such() {
    let ed25519 =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let p256 = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let good = "A".repeat(86);
    for (algorithm, jwk, signature, expected) in [
        (
            "EdDSA",
            ed25519,
            "AAAA",
            Some(
                "expected 64 bytes of signature for `EdDSA` with this key, found 3: was the token cut off",
            ),
        ),
        ("EdDSA", ed25519, good.as_str(), None),
        ("ES256", p256, "MEQC", Some("found 3: it is in DER")),
        ("ES256", p256, good.as_str(), None),
    ] {
        let [header, claims] = [
            format!(r#"{{"alg":"{algorithm}"}}"#),
            r#"{"iss":"https://ci.example","exp":2000}"#.to_owned(),
        ]
        .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let definition = IssuerDefinition {
            url: "https://ci.example".to_owned(),
            jwks: Some(jwk.to_owned()),
            ..IssuerDefinition::default()
        };
        let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()]);
        let token = format!("{header}.{claims}.{signature}");
        let Progress::AwaitingSignature(pending) = begin(&token, &issuers, &Options::at(1000))
        else {
            panic!("{algorithm}")
        };
        let request = RequestedToken::Organization { admin: false };
        let inspection = pending.finish(Ok(false)).explain(&request);
        let check = inspection
            .checks
            .iter()
            .find(|check| check.code.is_some())
            .unwrap();
        assert_eq!(check.code.as_deref(), Some("signature-invalid"));
        let help = check.help.as_deref().unwrap();
        match expected {
            Some(expected) => assert!(help.contains(expected), "{help}"),
            None => assert!(!help.contains("bytes of signature"), "{help}"),
        }
    }
}

#[test]
fn long_values_and_many_elements_are_not_compared() {
    let long = |length: usize| format!(r#"{{"name":"{}"}}"#, "a".repeat(length));
    assert_eq!(hint("name", "A*", &long(4_096)).0, ["look-alike-case"]);
    assert_eq!(hint("name", "A*", &long(4_097)).0, Vec::<String>::new());
    let many = |count: usize| {
        let values: Vec<_> = (0..count).map(|_| "b").chain(["a"]).collect();
        serde_json::json!({ "name": values }).to_string()
    };
    assert_eq!(hint("name", "A", &many(19)).0, ["look-alike-case"]);
    assert_eq!(hint("name", "A", &many(20)).0, Vec::<String>::new());
}
