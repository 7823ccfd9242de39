use super::*;
use claimgate::policy::{Decision, PolicyDefinition};

fn stored() -> StoredIssuer {
    StoredIssuer {
        name: "CI".to_owned(),
        url: "https://ci.example".to_owned(),
        policies: vec![
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "x*"),
        ],
        ..StoredIssuer::blank("a".to_owned(), 0)
    }
}

fn question(text: &str, is_claims: bool) -> Question {
    let request = RequestedToken::Organization { admin: false };
    let (text, issuer, skip) = (text.to_owned(), String::new(), Skip::default());
    Question {
        is_claims,
        text,
        issuer,
        request,
        skip,
        now: 0,
        dialect: Dialect::Pulumi,
    }
}

#[test]
fn claims_are_evaluated_by_the_policies_of_their_issuer() {
    let answer = evaluate(
        &question(r#"{"iss":"https://ci.example","sub":"xy"}"#, true),
        &[stored()],
    );
    let Answer::Report(report) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(report.decision, Outcome::Allowed);
    assert_eq!(report.unchecked, [NO_TOKEN]);
}

#[test]
fn claims_without_a_registered_issuer_and_broken_claims_are_unclear() {
    assert!(matches!(
        evaluate(&question(r#"{"iss":"b"}"#, true), &[stored()]),
        Answer::Unclear(_)
    ));
    assert!(matches!(
        evaluate(&question("{", true), &[stored()]),
        Answer::Unclear(_)
    ));
}

#[test]
fn a_truncated_token_is_denied_with_eight_checks() {
    let answer = evaluate(&question("eyJhbGciOiJub25lIn0.e30", false), &[stored()]);
    let Answer::Report(report) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((report.decision, report.checks.len()), (Outcome::Denied, 8));
}

#[test]
fn claims_for_another_audience_are_denied() {
    let stored = StoredIssuer {
        audiences: Some(vec!["urn:pulumi:org:acme".to_owned()]),
        ..stored()
    };
    let claims = |aud: &str| format!(r#"{{"iss":"{}","sub":"a","aud":"{aud}"}}"#, stored.url);
    let report = |aud: &str, skip: Skip| {
        let question = Question {
            skip,
            ..question(&claims(aud), true)
        };
        match evaluate(&question, std::slice::from_ref(&stored)) {
            Answer::Report(report) => report,
            other => panic!("{other:?}"),
        }
    };
    let refused = report("other", Skip::default());
    assert_eq!(refused.decision, Outcome::Denied);
    assert_eq!(refused.findings[0].code, "audience-not-accepted");
    assert!(refused.summary.contains("`urn:pulumi:org:acme`"));
    let skip = Skip {
        audience: true,
        ..Skip::default()
    };
    for report in [
        report("urn:pulumi:org:acme", Skip::default()),
        report("other", skip),
    ] {
        assert_eq!(report.explanation.unwrap().policies.len(), 1);
    }
}

#[test]
fn nothing_asks_nothing() {
    assert_eq!(evaluate(&question("  ", false), &[]), Answer::Nothing);
}

#[test]
fn report_only_denies_are_reported_for_claims_and_change_with_the_issuer() {
    let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*");
    let mut issuer = stored();
    issuer.policies.push(deny);
    let question = Question {
        is_claims: true,
        text: r#"{"iss": "https://ci.example", "sub": "xy"}"#.to_owned(),
        issuer: String::new(),
        request: RequestedToken::Organization { admin: false },
        skip: Skip::default(),
        now: 0,
        dialect: Dialect::Pulumi,
    };
    let decision = |issuer: &StoredIssuer| match evaluate(&question, std::slice::from_ref(issuer)) {
        Answer::Report(report) => (
            report.decision,
            report.explanation.unwrap().report.is_some(),
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(decision(&issuer), (Outcome::Denied, false));
    issuer.report_only = true;
    assert_eq!(decision(&issuer), (Outcome::Allowed, true));
}

#[test]
fn a_changed_issuer_is_compiled_again() {
    let mut issuer = stored();
    let paths = |issuer: &StoredIssuer| {
        let compiled = compiled(issuer, Dialect::Pulumi).unwrap();
        let paths = compiled.policies().claim_paths();
        paths
            .map(|path| path.source().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(&issuer), ["sub"]);
    assert_eq!(paths(&issuer), ["sub"]);
    issuer.policies[0] =
        PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("ref", "x");
    assert_eq!(paths(&issuer), ["ref"]);
    issuer.url = "ci.example".to_owned();
    assert!(compiled(&issuer, Dialect::Pulumi).is_err());
}
