//! The demonstration that the product is about, through the engine: one signed token, its
//! variations, and the sentence that each gets.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::explain::{Outcome, ReasonCode};
use claimgate::inspect::{CheckId, CheckStatus, Inspection, Options, Skip};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::{Dialect, Trace};
use claimgate::policy::{RequestedToken, parse_policies};

use crate::backend::inspect;

const TOKEN: &str = include_str!("../../../../examples/bench/token.jwt");
const JWKS: &str = include_str!("../../../../examples/bench/jwks.json");
const POLICIES: &str = include_str!("../../../../examples/bench/policies.json");
const URL: &str = "https://token.actions.githubusercontent.com";
/// Five minutes after the token was issued.
const NOW: i64 = 1_763_942_700;
const EXP: i64 = 1_763_946_000;

fn issuer(url: &str) -> Issuer {
    let definition = IssuerDefinition {
        name: "GitHub Actions".to_owned(),
        url: url.to_owned(),
        jwks: Some(JWKS.to_owned()),
        policies: parse_policies(POLICIES).unwrap(),
        ..IssuerDefinition::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi).unwrap()
}

fn at(token: &str, url: &str, options: &Options) -> Inspection {
    let inspection = inspect(
        token,
        &Issuers::from(vec![issuer(url)]),
        &RequestedToken::Organization { admin: false },
        options,
    );
    let ids: Vec<_> = inspection.checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, CheckId::ALL, "every check has its line");
    inspection
}

fn run(token: &str) -> Inspection {
    at(token, URL, &Options::at(NOW))
}

/// Replaces a text in one part of the token, and leaves the signature as it is.
fn forged(part: usize, from: &str, to: &str) -> String {
    let mut parts: Vec<String> = TOKEN.trim().split('.').map(str::to_owned).collect();
    let json = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(&parts[part]).unwrap()).unwrap();
    assert!(json.contains(from), "{json} has no {from}");
    parts[part] = BASE64_URL_SAFE_NO_PAD.encode(json.replacen(from, to, 1));
    parts.join(".")
}

/// The one check that failed: the earlier ones passed, the later ones were not reached, and nothing
/// is allowed.
fn failure(inspection: &Inspection) -> (CheckId, &str, &str) {
    assert_eq!(inspection.decision, Outcome::Denied);
    let index = inspection
        .checks
        .iter()
        .position(|check| check.status == CheckStatus::Failed)
        .unwrap();
    let (before, rest) = inspection.checks.split_at(index);
    assert!(
        before
            .iter()
            .all(|check| check.status == CheckStatus::Passed),
        "{before:?}"
    );
    assert!(
        rest[1..]
            .iter()
            .all(|check| check.status == CheckStatus::NotReached),
        "{rest:?}"
    );
    (
        rest[0].id,
        rest[0].code.as_deref().unwrap(),
        &rest[0].sentence,
    )
}

#[test]
fn the_genuine_token_is_allowed_and_says_what_the_wildcard_took() {
    let inspection = run(TOKEN.trim());
    assert!(
        inspection
            .checks
            .iter()
            .all(|check| check.status == CheckStatus::Passed),
        "{:?}",
        inspection.checks
    );
    assert_eq!(inspection.summary, "allowed by policy 1");
    assert!(inspection.unchecked.is_empty());
    let explanation = inspection.explanation.unwrap();
    assert_eq!(explanation.reason.code, ReasonCode::AllowMatched);
    let Trace::Matched { captures } = &explanation.policies[0].rules[1].values[0].trace else {
        panic!()
    };
    assert_eq!(captures[0].text, "environment:prod");
    assert_eq!(
        (captures[0].value.start.chars, captures[0].value.end.utf16),
        (24, 40)
    );
}

#[test]
fn each_refusal_has_its_own_check_code_and_sentence() {
    let truncated = TOKEN.trim().rsplit_once('.').unwrap().0.to_owned();
    let cut_signature = TOKEN.trim()[..TOKEN.trim().len() - 6].to_owned();
    let cases = [
        (
            forged(0, "RS256", "none"),
            CheckId::Header,
            "alg-none",
            "not signed at all",
        ),
        (
            forged(0, "RS256", "HS256"),
            CheckId::Header,
            "alg-symmetric",
            "shared secret",
        ),
        (
            forged(0, "RS256", "ES512"),
            CheckId::Header,
            "alg-unsupported",
            "`ES512`",
        ),
        (
            forged(0, "\"typ\"", "\"crit\":[\"x\"],\"typ\""),
            CheckId::Header,
            "header-crit",
            "`crit`",
        ),
        (
            forged(0, "\"typ\"", "\"alg\":\"none\",\"typ\""),
            CheckId::Format,
            "json-duplicate-member",
            "`alg` occurs twice",
        ),
        (
            forged(0, "example-key", "other-key"),
            CheckId::Key,
            "key-unknown",
            "has `example-key`",
        ),
        (
            forged(0, "RS256", "ES256"),
            CheckId::Key,
            "key-unfit",
            "needs `kty` `EC`, found `RSA`",
        ),
        (
            forged(0, "RS256", "RS512"),
            CheckId::Key,
            "key-unfit",
            "its `alg` is `RS256`",
        ),
        (
            forged(1, "octo-repo", "evil-repo"),
            CheckId::Signature,
            "signature-invalid",
            "was not made with key `example-key`",
        ),
        (
            cut_signature,
            CheckId::Signature,
            "signature-invalid",
            "was not made with key",
        ),
        (
            forged(1, "\"iss\":\"https://token", "\"iss\":\"https://tokens"),
            CheckId::Issuer,
            "iss-unknown",
            "`https://tokens.actions",
        ),
        (
            truncated,
            CheckId::Format,
            "token-segments",
            "expected three parts joined by `.`, found 2",
        ),
        (
            format!("{}=", TOKEN.trim()),
            CheckId::Format,
            "token-base64",
            "the signature is not canonical",
        ),
        (
            String::new(),
            CheckId::Format,
            "token-empty",
            "found nothing",
        ),
        (
            "{\"payload\":\"\"}".to_owned(),
            CheckId::Format,
            "token-json-serialization",
            "found JSON",
        ),
        (
            "eyJlbmMiOiJBMTI4R0NNIn0.b.c.d.e".to_owned(),
            CheckId::Format,
            "token-encrypted",
            "JWE",
        ),
        (
            "a".repeat(65 * 1024),
            CheckId::Format,
            "token-too-large",
            "at most 65536 bytes, found 66560",
        ),
    ];
    for (token, check, code, words) in cases {
        let inspection = run(&token);
        let (id, found, sentence) = failure(&inspection);
        assert_eq!((id, found), (check, code), "{sentence}");
        assert!(
            sentence.contains(words),
            "`{sentence}` should contain `{words}`"
        );
    }
}

#[test]
fn an_issuer_that_differs_in_a_trifle_is_told_apart_and_named() {
    for (url, difference) in [
        (
            "https://token.actions.githubusercontent.com/",
            "a trailing slash",
        ),
        (
            "https://Token.Actions.GitHubUserContent.com",
            "upper and lower case",
        ),
    ] {
        let inspection = at(TOKEN.trim(), url, &Options::at(NOW));
        let (id, code, sentence) = failure(&inspection);
        assert_eq!((id, code), (CheckId::Issuer, "iss-nearly"));
        assert!(sentence.contains(difference), "{sentence}");
    }
}

#[test]
fn the_leeway_ends_to_the_second() {
    let decide = |now| at(TOKEN.trim(), URL, &Options::at(now));
    assert_eq!(decide(EXP + 59).decision, Outcome::Allowed);
    let late = decide(EXP + 60);
    assert_eq!(
        failure(&late),
        (
            CheckId::Time,
            "token-expired",
            "expired 1 minute ago, at 2025-11-24T01:00:00Z"
        )
    );
    let nbf = 1_763_942_400;
    assert_eq!(decide(nbf - 60).decision, Outcome::Allowed);
    assert_eq!(failure(&decide(nbf - 61)).1, "token-not-yet-valid");
}

#[test]
fn what_is_left_out_is_said() {
    let skip = Skip {
        signature: true,
        ..Skip::default()
    };
    let token = forged(1, "octo-repo:environment:prod", "other:pull_request");
    let inspection = at(
        &token,
        URL,
        &Options {
            skip,
            ..Options::at(NOW)
        },
    );
    assert_eq!(
        inspection.unchecked,
        ["the signature was not checked: anyone could have written this token"]
    );
    assert_eq!(
        inspection.summary,
        "denied by default: no allow policy matches"
    );
    let explanation = inspection.explanation.unwrap();
    let Trace::Stopped(stop) = &explanation.policies[0].rules[1].values[0].trace else {
        panic!()
    };
    assert_eq!((stop.pattern.chars, stop.value.chars), (15, 15));
    assert_eq!(
        (stop.expected.as_str(), stop.found.as_str()),
        ("cto-repo:", "ther:pull_request")
    );
    let miss = explanation.nearest_miss.unwrap();
    assert_eq!((miss.policy, miss.changes.len()), (0, 1));
    assert_eq!(
        miss.changes[0].suggested_pattern.as_deref(),
        Some("repo:octo-org/other:pull_request")
    );
}
