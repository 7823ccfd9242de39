//! SEMANTICS, section 6.7: the audiences that an issuer lists.

use claimgate::claims::Claims;
use claimgate::diagnostic::Diagnostics;
use claimgate::explain::{Explanation, Outcome, ReasonCode, render_text};
use claimgate::inspect::{CheckId, CheckStatus, Inspection, Options, Skip, explain_claims};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, RequestedToken, TokenType};

use crate::backend::inspect;
use crate::common::{Key, signed};

fn compile(audiences: Option<&[&str]>) -> Result<Issuer, Diagnostics> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let definition = IssuerDefinition {
        url: "https://issuer.example".to_owned(),
        jwks: Some(Key::Ed25519(1).jwk(r#""kid":"a""#)),
        audiences: audiences.map(texts),
        policies: vec![
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "*"),
        ],
        ..IssuerDefinition::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi)
}

fn run(audiences: Option<&[&str]>, claims: &str, skip: Skip) -> Inspection {
    let payload = format!(r#"{{"iss":"https://issuer.example","sub":"a","exp":2000{claims}}}"#);
    let token = signed(
        Key::Ed25519(1),
        "EdDSA",
        r#"{"alg":"Ed25519","kid":"a"}"#,
        &payload,
    );
    let issuers = Issuers::from(vec![compile(audiences).unwrap()]);
    let options = Options {
        skip,
        ..Options::at(1000)
    };
    inspect(
        &token,
        &issuers,
        &RequestedToken::Organization { admin: false },
        &options,
    )
}

#[test]
fn one_of_a_tokens_audiences_is_one_of_the_issuers() {
    let list: &[&str] = &["urn:pulumi:org:acme", "https://*.example"];
    for claims in [
        r#","aud":"urn:pulumi:org:acme""#,
        r#","aud":"https://a.example""#,
        r#","aud":["other","urn:pulumi:org:acme"]"#,
        r#","aud":[{},null,"https://.example"]"#,
    ] {
        let inspection = run(Some(list), claims, Skip::default());
        assert_eq!(
            inspection.decision,
            Outcome::Allowed,
            "{claims}: {:?}",
            inspection.checks
        );
        assert_eq!(
            inspection.checks[6].sentence,
            "the issuer accepts the token's audience"
        );
    }
    assert_eq!(
        run(Some(&["7", "true"]), r#","aud":7"#, Skip::default()).decision,
        Outcome::Allowed
    );
    assert_eq!(
        run(Some(&["*"]), r#","aud":"""#, Skip::default()).decision,
        Outcome::Allowed
    );
}

#[test]
fn any_other_audience_is_refused_before_the_policies() {
    for (claims, found) in [
        (
            r#","aud":"urn:pulumi:org:other""#,
            r#"`"urn:pulumi:org:other"`"#,
        ),
        (
            r#","aud":"urn:pulumi:org:acme ""#,
            r#"`"urn:pulumi:org:acme "`"#,
        ),
        (
            r#","aud":"Urn:pulumi:org:acme""#,
            r#"`"Urn:pulumi:org:acme"`"#,
        ),
        (r#","aud":["a","b"]"#, r#"`["a","b"]`"#),
        (r#","aud":[]"#, "an empty array"),
        (r#","aud":{"urn:pulumi:org:acme":true}"#, "an object"),
        (r#","aud":null"#, "null"),
        ("", "none"),
    ] {
        let inspection = run(Some(&["urn:pulumi:org:acme"]), claims, Skip::default());
        let failed = &inspection.checks[6];
        assert_eq!(
            (failed.id, failed.status, failed.code.as_deref()),
            (
                CheckId::Audience,
                CheckStatus::Failed,
                Some("audience-not-accepted")
            )
        );
        let sentence = format!(
            "expected a value of `aud` that the issuer lists, `urn:pulumi:org:acme`, found {found}"
        );
        assert_eq!(failed.sentence, sentence);
        assert_eq!(inspection.checks[7].status, CheckStatus::NotReached);
        assert_eq!(inspection.decision, Outcome::Denied);
        let skip = Skip {
            audience: true,
            ..Skip::default()
        };
        let skipped = run(Some(&["urn:pulumi:org:acme"]), claims, skip);
        assert_eq!(skipped.decision, Outcome::Allowed);
        assert_eq!(skipped.checks[6].status, CheckStatus::Skipped);
    }
}

fn explained(audiences: Option<&[&str]>, aud: &str, skip: Skip) -> Explanation {
    let issuer = compile(audiences).unwrap();
    let claims = Claims::from_json(&format!(r#"{{"sub":"a","aud":{aud}}}"#)).unwrap();
    let options = Options {
        skip,
        ..Options::at(0)
    };
    let request = RequestedToken::Organization { admin: false };
    explain_claims(
        claims,
        issuer.audiences(),
        issuer.policies(),
        &request,
        &options,
    )
}

#[test]
fn claims_without_a_token_are_checked_as_well() {
    let list: &[&str] = &["urn:pulumi:org:acme"];
    for aud in [r#""urn:pulumi:org:acme""#, r#"["a","urn:pulumi:org:acme"]"#] {
        let explanation = explained(Some(list), aud, Skip::default());
        assert_eq!(explanation.decision, Outcome::Allowed, "{aud}");
    }
    let refused = explained(Some(list), r#""other""#, Skip::default());
    assert_eq!(refused.decision, Outcome::Denied);
    assert_eq!(refused.reason.code, ReasonCode::AudienceNotAccepted);
    assert!(refused.policies.is_empty() && !refused.default_denial.applied);
    let expected = "DENIED[audience-not-accepted]: denied: expected a value of `aud` that the issuer lists, \
        `urn:pulumi:org:acme`, found `\"other\"`\n  default denial: not needed: the policies were not evaluated\n  \
        note[audience-not-accepted]: the issuer lists the audiences that it accepts, which are checked before the \
        policies\n    help: request the token for one of these audiences, or add the token's audience to the issuer\n";
    assert_eq!(render_text(&refused), expected);
    let skip = Skip {
        audience: true,
        ..Skip::default()
    };
    assert_eq!(
        explained(Some(list), r#""other""#, skip).decision,
        Outcome::Allowed
    );
    assert_eq!(
        explained(None, "[]", Skip::default()).decision,
        Outcome::Allowed
    );
}

#[test]
fn only_the_star_is_a_wildcard_in_any_dialect() {
    for (audience, aud, is_accepted) in [
        ("a.b", "axb", false),
        ("a?", "a", false),
        ("a?", "a?", true),
        (r"a\*", r"a\b", true),
        ("a*c*", "abcd", true),
        ("a*c", "abcd", false),
    ] {
        let claims = format!(r#","aud":{}"#, serde_json::to_string(aud).unwrap());
        let inspection = run(Some(&[audience]), &claims, Skip::default());
        assert_eq!(
            inspection.decision == Outcome::Allowed,
            is_accepted,
            "{audience} {aud}"
        );
    }
}

#[test]
fn without_a_list_nothing_is_checked_and_an_empty_one_is_an_error() {
    let inspection = run(None, "", Skip::default());
    assert_eq!(inspection.decision, Outcome::Allowed);
    let sentence = "the issuer lists no audiences: only policies restrict `aud`";
    assert_eq!(inspection.checks[6].sentence, sentence);
    let long = "a".repeat(1_001);
    let many = vec!["a"; 101];
    for (list, path, message) in [
        (&[][..], "audiences", "expected 1 to 100 audiences, found 0"),
        (&many, "audiences", "expected 1 to 100 audiences, found 101"),
        (
            &["a", ""],
            "audiences[1]",
            "expected an audience of 1 to 1000 characters, found 0",
        ),
        (
            &[&long],
            "audiences[0]",
            "expected an audience of 1 to 1000 characters, found 1001",
        ),
    ] {
        let errors = compile(Some(list)).unwrap_err();
        let error = &errors[0];
        assert_eq!(
            (&*error.path, &*error.code, &*error.message),
            (path, "audiences-invalid", message)
        );
    }
}
