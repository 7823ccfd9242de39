//! SEMANTICS, section 7: what an exchange asks for, what it gets, and in which words it is refused.

use claimgate::exchange::{
    Approval, BodyKind, ExchangeError, ExchangeOptions, ExchangeRequest, GrantedToken, OauthError,
    Refusal, approve, begin_exchange, conclude,
};
use claimgate::inspect::{Options, Skip, begin};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};
use proptest::prelude::*;

use crate::cases::cases;

use crate::backend::{Backend, exchange};
use crate::common::{Key, signed};

const URL: &str = "https://token.actions.githubusercontent.com";
const NOW: i64 = 1_800_000_000;
/// The body of the curl command that announced the feature.
const ANNOUNCED: &str = "audience=urn:pulumi:org:arun-test&grant_type=urn:ietf:params:oauth:grant-type:token-exchange&\
    subject_token_type=urn:ietf:params:oauth:token-type:id_token&\
    requested_token_type=urn:pulumi:token-type:access_token:organization&subject_token=";

const POLICIES: &str = r#"[
    {"decision": "allow", "tokenType": "organization", "rules": {"aud": "urn:pulumi:org:arun-test", "sub": "repo:arun/*"}},
    {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:arun/*:pull_request"}},
    {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": {"sub": "repo:arun/ops:*"}},
    {"decision": "allow", "tokenType": "team", "teamName": "ops-*", "rules": {"sub": "repo:arun/*"}},
    {"decision": "allow", "tokenType": "personal", "userLogin": "arun", "rules": {"sub": "repo:arun/*"}},
    {"decision": "allow", "tokenType": "runner", "runnerID": "pool-1", "rules": {"sub": "repo:arun/*"}},
    {"decision": "allow", "tokenType": "organization", "roleID": "one", "rules": {"sub": "repo:roles/*"}},
    {"decision": "allow", "tokenType": "organization", "roleID": "two", "rules": {"sub": "repo:roles/two"}}
]"#;

fn issuer(max_expiration: Option<u64>) -> Issuer {
    let key = Key::P256(1).jwk(r#""kid":"a""#);
    let definition = IssuerDefinition {
        name: "GitHub Actions".into(),
        url: URL.into(),
        max_expiration,
        jwks: Some(format!(r#"{{"keys":[{key}]}}"#)),
        policies: parse_policies(POLICIES).unwrap(),
        ..IssuerDefinition::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi).unwrap()
}

fn token_with(sub: &str, exp: i64) -> String {
    let claims =
        format!(r#"{{"iss":"{URL}","aud":"urn:pulumi:org:arun-test","sub":"{sub}","exp":{exp}}}"#);
    signed(
        Key::P256(1),
        "ES256",
        r#"{"alg":"ES256","kid":"a"}"#,
        &claims,
    )
}

fn token(sub: &str) -> String {
    token_with(sub, NOW + 300)
}

fn good() -> String {
    token("repo:arun/app:ref:refs/heads/main")
}

fn run(body: &str, kind: BodyKind, max_expiration: Option<u64>) -> Result<GrantedToken, Refusal> {
    let request = ExchangeRequest::parse(body, kind)?;
    let issuers = Issuers::from(vec![issuer(max_expiration)]);
    let known = (request.organization == "arun-test").then_some(&issuers);
    let decided = exchange(&request, known, &ExchangeOptions::at(NOW));
    if let Ok(begun) = begin_exchange(&request, known, &ExchangeOptions::at(NOW)) {
        let approved = approve(&request, &begun.verify_with(&Backend));
        if let (Ok(grant), Ok(approval)) = (&decided, &approved) {
            let responses = [
                grant.response("secret".into()),
                approval.response(&request, "secret".into()),
            ];
            assert!(responses[0] == responses[1]);
        }
        agree(&decided, approved);
    }
    decided
}

/// With the evidence and without, the decision is the same.
fn agree(decided: &Result<GrantedToken, Refusal>, short: Result<Approval, Refusal>) {
    match (decided, short) {
        (Ok(grant), Ok(short)) => {
            let Approval {
                admin,
                role_id,
                expires_in,
                expires_at,
                policies,
                summary,
                report,
                ..
            } = short;
            assert_eq!(
                (grant.admin, &grant.role_id, &grant.policies),
                (admin, &role_id, &policies)
            );
            assert_eq!(
                (grant.expires_in, grant.expires_at),
                (expires_in, expires_at)
            );
            assert_eq!(grant.inspection.summary, summary);
            let explanation = grant.inspection.explanation.as_ref();
            assert_eq!(
                explanation.and_then(|explanation| explanation.report.clone()),
                report
            );
        }
        (Err(refusal), Err(short)) => {
            assert_eq!(refusal.error, short.error);
            let explanation = refusal
                .inspection
                .as_ref()
                .and_then(|inspection| inspection.explanation.as_ref());
            assert_eq!(
                explanation
                    .map(|explanation| explanation.reason.policies.clone())
                    .unwrap_or_default(),
                short.policies
            );
        }
        (decided, short) => panic!("{decided:?} and {short:?}"),
    }
}

#[test]
fn a_host_that_checks_the_signature_itself_can_leave_nothing_out() {
    let token = good();
    let request = ExchangeRequest::parse(&format!("{ANNOUNCED}{token}"), BodyKind::Form).unwrap();
    let issuers = Issuers::from(vec![issuer(None)]);
    let begun = || begin_exchange(&request, Some(&issuers), &ExchangeOptions::at(NOW)).unwrap();
    assert!(conclude(&request, begun().verify_with(&Backend)).is_ok());

    let other = format!(
        "{ANNOUNCED}{}",
        self::token("repo:arun/other:ref:refs/heads/main")
    );
    let other = ExchangeRequest::parse(&other, BodyKind::Form).unwrap();
    let not_checked = |result: Result<GrantedToken, Refusal>| {
        let error = result.unwrap_err().error;
        matches!(
            error,
            ExchangeError::Token {
                code: "token-not-checked",
                ..
            }
        )
    };
    assert!(not_checked(conclude(&other, begun().verify_with(&Backend))));
    for skip in [
        Skip {
            time: true,
            ..Skip::default()
        },
        Skip {
            signature: true,
            ..Skip::default()
        },
    ] {
        let checked = begin(
            &token,
            &issuers,
            &Options {
                skip,
                ..Options::at(NOW)
            },
        )
        .verify_with(&Backend);
        assert_eq!(
            approve(&request, &checked).unwrap_err().error.code(),
            "token-not-checked",
            "{skip:?}"
        );
        assert!(not_checked(conclude(&request, checked)), "{skip:?}");
    }
}

fn form(body: &str) -> Result<GrantedToken, Refusal> {
    run(body, BodyKind::Form, None)
}

/// The announced body with `changes`: a parameter in place of its own, or removed if there is no
/// value.
fn changed(changes: &[(&str, Option<&str>)]) -> String {
    let body = format!("{ANNOUNCED}{}", good());
    let mut pairs: Vec<(String, String)> = body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(n, v)| (n.into(), v.into()))
        .collect();
    for (name, value) in changes {
        pairs.retain(|(own, _)| own != name);
        pairs.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[test]
fn the_announced_curl_gets_its_grant() {
    let grant = form(&format!("{ANNOUNCED}{}", good())).unwrap();
    assert_eq!(grant.organization, "arun-test");
    assert_eq!(grant.issuer, "GitHub Actions");
    assert_eq!(
        grant.subject.as_deref(),
        Some("repo:arun/app:ref:refs/heads/main")
    );
    assert_eq!(grant.token, RequestedToken::Organization { admin: false });
    assert_eq!(
        (
            grant.admin,
            grant.role_id.as_deref(),
            grant.policies.as_slice()
        ),
        (false, None, &[0][..])
    );
    assert_eq!((grant.expires_in, grant.expires_at), (7200, NOW + 7200));
    let answer = serde_json::to_value(grant.response("secret".into())).unwrap();
    assert_eq!(
        answer,
        serde_json::json!({
            "access_token": "secret",
            "issued_token_type": "urn:pulumi:token-type:access_token:organization",
            "token_type": "token",
            "expires_in": 7200,
            "scope": "",
        })
    );
}

#[test]
fn json_is_as_good_as_a_form() {
    let pairs = changed(&[("expiration", Some("600")), ("scope", Some(""))]);
    let json: serde_json::Map<String, serde_json::Value> = pairs
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            (
                name.to_owned(),
                if name == "expiration" {
                    600.into()
                } else {
                    value.into()
                },
            )
        })
        .collect();
    let json = serde_json::Value::Object(json).to_string();
    let by_json = run(&json, BodyKind::Json, None).unwrap();
    assert_eq!(by_json, form(&pairs).unwrap());
    assert_eq!(by_json.expires_in, 600);
    let null = json.replace(r#""scope":"""#, r#""scope":null"#);
    assert_ne!(null, json);
    assert_eq!(run(&null, BodyKind::Json, None).unwrap(), by_json);
    let percent = pairs.replace(':', "%3A");
    assert_eq!(form(&percent).unwrap(), by_json);
}

#[test]
fn each_token_type_is_granted_to_its_target() {
    let kind = |kind: &str| format!("urn:pulumi:token-type:access_token:{kind}");
    let table = [
        (
            "team",
            "team:ops-night",
            RequestedToken::Team {
                name: "ops-night".into(),
            },
            3,
        ),
        (
            "personal",
            "user:Arun",
            RequestedToken::Personal {
                login: "Arun".into(),
            },
            4,
        ),
        (
            "runner",
            "runner:pool-1",
            RequestedToken::Runner {
                name: "pool-1".into(),
            },
            5,
        ),
    ];
    for (token_type, scope, requested, policy) in table {
        let urn = kind(token_type);
        let body = changed(&[("requested_token_type", Some(&urn)), ("scope", Some(scope))]);
        let grant = form(&body).unwrap();
        assert_eq!((grant.token, grant.scope.as_str()), (requested, scope));
        assert_eq!(
            (grant.issued_token_type, grant.policies),
            (urn, vec![policy])
        );
    }
    let ops = token("repo:arun/ops:ref:refs/heads/main");
    let grant = form(&changed(&[
        ("scope", Some("admin")),
        ("subject_token", Some(&ops)),
    ]))
    .unwrap();
    assert!(grant.admin);
    assert_eq!(grant.policies, [0, 2]);
    let role = token("repo:roles/one");
    let grant = form(&changed(&[("subject_token", Some(&role))])).unwrap();
    assert_eq!(grant.role_id.as_deref(), Some("one"));
}

#[test]
fn a_lifetime_is_cut_to_the_issuers_maximum() {
    let table = [
        (None, None, 7200),
        (None, Some(3600), 3600),
        (Some("1"), None, 1),
        (Some("600"), Some(3600), 600),
        (Some("7200"), Some(3600), 3600),
        (Some("90000"), None, 90_000),
        (Some("90001"), None, 90_000),
        (Some("18446744073709551615"), None, 90_000),
        (Some("100000"), Some(172_800), 100_000),
        (None, Some(30), 30),
    ];
    for (asked, max, given) in table {
        let grant = run(&changed(&[("expiration", asked)]), BodyKind::Form, max).unwrap();
        assert_eq!(grant.expires_in, given, "{asked:?}, {max:?}");
        assert_eq!(grant.expires_at, NOW + i64::try_from(given).unwrap());
    }
}

#[test]
fn a_faulty_request_is_refused_in_words_of_its_own() {
    use OauthError::{InvalidRequest, InvalidScope, InvalidTarget, UnsupportedGrantType};
    let table: &[(&str, Option<&str>, OauthError, &str, &str)] = &[
        (
            "grant_type",
            Some("refresh_token"),
            UnsupportedGrantType,
            "grant-type",
            "found `refresh_token`",
        ),
        (
            "subject_token_type",
            Some("urn:ietf:params:oauth:token-type:jwt"),
            InvalidRequest,
            "subject-token-type",
            "token-type:jwt`",
        ),
        (
            "requested_token_type",
            Some("urn:ietf:params:oauth:token-type:access_token"),
            InvalidRequest,
            "requested-token-type",
            "found `urn:ietf",
        ),
        (
            "requested_token_type",
            Some("urn:pulumi:token-type:access_token:org"),
            InvalidRequest,
            "requested-token-type",
            ":org`",
        ),
        (
            "audience",
            Some("arun-test"),
            InvalidTarget,
            "audience-malformed",
            "found `arun-test`",
        ),
        (
            "audience",
            Some("urn:pulumi:org:"),
            InvalidTarget,
            "audience-malformed",
            "found `urn:pulumi:org:`",
        ),
        (
            "audience",
            Some("urn:pulumi:org:a:b"),
            InvalidTarget,
            "audience-malformed",
            "found `urn:pulumi:org:a:b`",
        ),
        (
            "audience",
            Some("urn:pulumi:org:other"),
            InvalidTarget,
            "audience-unknown",
            "no such organization",
        ),
        (
            "scope",
            Some("Admin"),
            InvalidScope,
            "scope",
            "expected `scope` `admin` or none",
        ),
        (
            "scope",
            Some("admin,team:a"),
            InvalidScope,
            "scope",
            "found `admin,team:a`",
        ),
        (
            "scope",
            Some("team:a"),
            InvalidScope,
            "scope",
            "for a token of type organization",
        ),
        (
            "expiration",
            Some("0"),
            InvalidRequest,
            "expiration",
            "found `0`",
        ),
        (
            "expiration",
            Some("-5"),
            InvalidRequest,
            "expiration",
            "found `-5`",
        ),
        (
            "expiration",
            Some("1.5"),
            InvalidRequest,
            "expiration",
            "found `1.5`",
        ),
        (
            "expiration",
            Some("%2B60"),
            InvalidRequest,
            "expiration",
            "found `+60`",
        ),
        (
            "expiration",
            Some("2h"),
            InvalidRequest,
            "expiration",
            "found `2h`",
        ),
        (
            "expiration",
            Some("18446744073709551616"),
            InvalidRequest,
            "expiration",
            "an integer from 1",
        ),
        (
            "actor_token",
            Some("a"),
            InvalidRequest,
            "parameter-unsupported",
            "`actor_token`",
        ),
        (
            "resource",
            Some("https://a.example"),
            InvalidRequest,
            "parameter-unsupported",
            "`resource`",
        ),
        (
            "subject_token",
            Some("%zz"),
            InvalidRequest,
            "body-malformed",
            "two hexadecimal digits",
        ),
        (
            "subject_token",
            Some("%+1"),
            InvalidRequest,
            "body-malformed",
            "two hexadecimal digits",
        ),
        (
            "subject_token",
            Some("%f"),
            InvalidRequest,
            "body-malformed",
            "two hexadecimal digits",
        ),
        (
            "subject_token",
            Some("%ff"),
            InvalidRequest,
            "body-malformed",
            "not UTF-8",
        ),
    ];
    for (name, value, oauth, code, words) in table {
        let Refusal {
            error, inspection, ..
        } = form(&changed(&[(name, *value)])).unwrap_err();
        assert_eq!(
            (error.oauth(), error.code(), error.status()),
            (*oauth, *code, 400),
            "{name} {value:?}: {error}"
        );
        assert!(error.to_string().contains(words), "{error}");
        let advice = error.help().map(|help| format!("; {help}"));
        assert_eq!(
            error.description(),
            format!("{error}{}", advice.unwrap_or_default())
        );
        assert!(inspection.is_none());
    }
    for kind in ["team", "personal", "runner"] {
        let urn = format!("urn:pulumi:token-type:access_token:{kind}");
        for scope in [
            "",
            "admin",
            "team:",
            "user:",
            "runner:",
            "team:a b",
            "user:a,b",
            "runner:a%0Ab",
        ] {
            let body = changed(&[("requested_token_type", Some(&urn)), ("scope", Some(scope))]);
            assert_eq!(
                form(&body).unwrap_err().error.oauth(),
                InvalidScope,
                "{kind} {scope}"
            );
        }
    }
}

#[test]
fn each_parameter_stands_there_once() {
    for name in [
        "grant_type",
        "audience",
        "subject_token",
        "subject_token_type",
        "requested_token_type",
    ] {
        for body in [changed(&[(name, None)]), changed(&[(name, Some(""))])] {
            assert_eq!(
                form(&body).unwrap_err().error,
                ExchangeError::Missing { name, advice: None }
            );
        }
        let body = format!("{}&{name}=again", changed(&[]));
        assert_eq!(
            form(&body).unwrap_err().error,
            ExchangeError::Repeated { name: name.into() }
        );
    }
    let repeated = ExchangeError::Repeated {
        name: "scope".into(),
    };
    assert_eq!(
        form(&format!("{}&scope=&scope=admin", changed(&[])))
            .unwrap_err()
            .error,
        repeated
    );
    let json = r#"{"scope": "", "scope": "admin"}"#;
    assert_eq!(run(json, BodyKind::Json, None).unwrap_err().error, repeated);
    assert!(
        form(&format!("{}&unknown=1", changed(&[]))).is_ok(),
        "RFC 6749, section 3.2"
    );
}

#[test]
fn a_body_that_cannot_be_read_says_why() {
    for (json, words) in [
        ("[]", "expected a JSON object"),
        ("{", "not JSON"),
        (r#"{"scope": ["a"]}"#, "`scope` to be a string"),
    ] {
        let error = run(json, BodyKind::Json, None).unwrap_err().error;
        assert_eq!(
            (error.code(), error.oauth()),
            ("body-malformed", OauthError::InvalidRequest)
        );
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = form(&"a".repeat(100_000)).unwrap_err().error;
    assert_eq!((error.code(), error.status()), ("body-too-large", 413));
    assert_eq!(
        BodyKind::of("application/json; charset=utf-8"),
        Ok(BodyKind::Json)
    );
    assert_eq!(
        BodyKind::of("Application/X-WWW-Form-Urlencoded"),
        Ok(BodyKind::Form)
    );
    assert_eq!(
        BodyKind::of("text/plain").unwrap_err().code(),
        "content-type"
    );
}

#[test]
fn what_policies_and_checks_refuse_tells_the_caller_no_more_than_that() {
    let other_key = signed(
        Key::P256(2),
        "ES256",
        r#"{"alg":"ES256","kid":"a"}"#,
        &format!(r#"{{"iss":"{URL}","exp":{}}}"#, NOW + 9),
    );
    let table = [
        (
            token("repo:evil/app:x"),
            "",
            "denied",
            OauthError::InvalidRequest,
            "no policy allows this exchange",
        ),
        (
            token("repo:arun/app:pull_request"),
            "",
            "denied",
            OauthError::InvalidRequest,
            "no policy allows this exchange",
        ),
        (
            token("repo:roles/two"),
            "",
            "denied",
            OauthError::InvalidRequest,
            "no policy allows this exchange",
        ),
        (
            good(),
            "admin",
            "admin-not-granted",
            OauthError::InvalidScope,
            "scope `admin` is not granted",
        ),
        (
            token_with("repo:arun/app:x", NOW - 100),
            "",
            "token-expired",
            OauthError::InvalidRequest,
            "the subject token is refused",
        ),
        (
            other_key,
            "",
            "signature-invalid",
            OauthError::InvalidRequest,
            "the subject token is refused",
        ),
        (
            "a.b".to_owned(),
            "",
            "token-segments",
            OauthError::InvalidRequest,
            "the subject token is refused",
        ),
    ];
    for (token, scope, code, oauth, told) in table {
        let Refusal {
            error, inspection, ..
        } = form(&changed(&[
            ("subject_token", Some(&token)),
            ("scope", Some(scope)),
        ]))
        .unwrap_err();
        assert_eq!(
            (error.code(), error.oauth(), error.status()),
            (code, oauth, 400),
            "{error}"
        );
        let response = error.response("ref-1");
        assert_eq!(
            response.error_description,
            format!("{told} (reference ref-1)")
        );
        assert!(
            inspection.is_some_and(|inspection| !inspection.summary.is_empty()),
            "the audit log has it all"
        );
    }
}

#[test]
fn a_token_is_not_in_what_is_logged() {
    let request = ExchangeRequest::parse(&changed(&[]), BodyKind::Form).unwrap();
    assert!(!format!("{request:?}").contains(&request.subject_token));
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_body_panics(body in "\\PC{0,80}", json: bool) {
        let kind = if json { BodyKind::Json } else { BodyKind::Form };
        prop_assert!(ExchangeRequest::parse(&body, kind).is_err());
    }

    #[test]
    fn an_encoded_value_is_the_value(name in "[A-DX-Za-c0-9_.@+-]{1,100}") {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let team = "urn:pulumi:token-type:access_token:team";
        let body = changed(&[("requested_token_type", Some(team)), ("scope", Some(&format!("team%3a{encoded}")))]);
        let request = ExchangeRequest::parse(&body, BodyKind::Form).unwrap();
        prop_assert_eq!(request.requested, RequestedToken::Team { name });
    }
}

#[test]
fn a_parameter_that_is_not_supported_is_named_before_one_that_is_repeated() {
    let code = |body: &str, kind| {
        let error = ExchangeRequest::parse(body, kind).unwrap_err();
        (error.code(), error.to_string())
    };
    let unsupported = |name: &str| {
        (
            "parameter-unsupported",
            format!("parameter `{name}` is not supported"),
        )
    };
    let repeated = |name: &str| {
        (
            "parameter-repeated",
            format!("parameter `{name}` is repeated"),
        )
    };
    let whole = changed(&[]);
    for (more, expected) in [
        ("&resource=a&resource=b", unsupported("resource")),
        ("&scope=a&scope=b&resource=c", unsupported("resource")),
        ("&resource=a&scope=&scope=", unsupported("resource")),
        (
            "&actor_token=a&audience=urn:pulumi:org:other",
            unsupported("actor_token"),
        ),
        ("&scope=a&scope=b", repeated("scope")),
        ("&other=a&other=b", repeated("other")),
        // One without a value counts as absent.
        ("&resource=&scope=a&scope=b", repeated("scope")),
        ("&resource=&resource=", repeated("resource")),
    ] {
        assert_eq!(
            code(&format!("{whole}{more}"), BodyKind::Form),
            expected,
            "{more}"
        );
    }
    for (json, expected) in [
        (
            r#"{"scope":"a","scope":"b","resource":"c"}"#,
            unsupported("resource"),
        ),
        (
            r#"{"resource":"a","resource":"b"}"#,
            unsupported("resource"),
        ),
        (r#"{"scope":"a","scope":"b"}"#, repeated("scope")),
        (r#"{"scope":null,"scope":null}"#, repeated("scope")),
    ] {
        assert_eq!(code(json, BodyKind::Json), expected, "{json}");
    }
    // Within a value, a repeated member is not a parameter's.
    let nested = r#"{"scope":{"a":1,"a":2}}"#;
    assert_eq!(code(nested, BodyKind::Json), repeated("a"));
    // An unsupported parameter alone is named after what comes before it.
    assert_eq!(
        code("grant_type=password&resource=a", BodyKind::Form).0,
        "grant-type"
    );
}

#[test]
fn many_parameters_are_read_in_a_bounded_time() {
    let body: String = (0..13_000).map(|number| format!("&{number:x}")).collect();
    let error = ExchangeRequest::parse(&body, BodyKind::Form).unwrap_err();
    assert_eq!(error.code(), "parameter-missing");
}

#[test]
fn names_in_scopes_are_short_and_of_few_characters() {
    let requested = |name: &str| {
        let name: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
        ["team", "user", "runner"].map(|prefix| {
            let kind = if prefix == "user" { "personal" } else { prefix };
            let kind = format!("urn:pulumi:token-type:access_token:{kind}");
            let scope = format!("{prefix}:{name}");
            let body = changed(&[
                ("requested_token_type", Some(&kind)),
                ("scope", Some(&scope)),
            ]);
            let request = ExchangeRequest::parse(&body, BodyKind::Form);
            request.map(|_| ()).map_err(|error| error.code())
        })
    };
    let longest = "a".repeat(100);
    for name in [
        "a",
        "A-b_c.d@e+f",
        "0",
        "-",
        "first.last+ci@acme.example",
        &longest,
    ] {
        assert_eq!(requested(name), [Ok(()); 3], "{name}");
    }
    let long = "a".repeat(101);
    for name in [
        "",
        " ",
        "a b",
        "a\tb",
        "a,b",
        "a/b",
        "a:b",
        "*",
        "équipe",
        "a\u{200b}b",
        "a\0",
        "a\n",
        "a'b",
        "a=b",
        &long,
    ] {
        assert_eq!(requested(name), [Err("scope"); 3], "{name:?}");
    }
    // A token is none, although it is of these characters.
    assert_eq!(
        requested("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln"),
        [Err("scope"); 3]
    );
}
