use claimgate::exchange::PULUMI_CLOUD;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, TokenType};

use super::*;
use crate::playground::evaluate::{Answer, evaluate};
use crate::playground::gallery;
use crate::playground::scratch::{Origin, SCRATCH, Scratch};

fn simulated(
    request: RequestedToken,
    claims: &str,
    expiration: &str,
    max: Option<u64>,
) -> Simulation {
    let stored = [StoredIssuer {
        url: "https://ci.example".to_owned(),
        max_expiration: max,
        policies: vec![
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "a"),
        ],
        ..StoredIssuer::blank("x".to_owned(), 0)
    }];
    let question = Question {
        is_claims: true,
        text: claims.to_owned(),
        issuer: "x".to_owned(),
        request,
        skip: Skip::default(),
        now: 0,
        dialect: Dialect::Pulumi,
    };
    let Answer::Report(report) = evaluate(&question, &stored) else {
        panic!("no report")
    };
    simulate(
        PULUMI_CLOUD,
        &question,
        &stored,
        &report,
        "acme",
        expiration,
    )
}

const ORGANIZATION: RequestedToken = RequestedToken::Organization { admin: false };

#[test]
fn an_allowed_exchange_is_answered_with_a_placeholder() {
    let simulation = simulated(ORGANIZATION, r#"{"sub":"a"}"#, "", None);
    let body = Value::parse(&simulation.body).unwrap();
    assert_eq!(simulation.status, "HTTP/1.1 200 OK");
    assert_eq!(
        body.member("access_token").and_then(Value::as_str),
        Some(ACCESS_TOKEN)
    );
    assert_eq!(body.member("expires_in"), Some(&Value::Integer(7200)));
    let cut = simulated(ORGANIZATION, r#"{"sub":"a"}"#, "7200", Some(3600));
    assert!(
        cut.notes
            .iter()
            .any(|note| note.contains("2 hours is reduced to")),
        "{:?}",
        cut.notes
    );
}

#[test]
fn every_command_names_the_server() {
    let request = Parameters::new();
    let server = "https://tokens.example/sub";
    assert!(
        curl(server, &request)
            .starts_with("curl --fail-with-body https://tokens.example/sub/api/oauth/token")
    );
    assert!(
        http(server, &request)
            .starts_with("POST /sub/api/oauth/token HTTP/1.1\nHost: tokens.example\n")
    );
    assert!(
        http("http://localhost:8080", &request)
            .starts_with("POST /api/oauth/token HTTP/1.1\nHost: localhost:8080\n")
    );
    let login = login(server, &ORGANIZATION, "acme", "").unwrap();
    assert!(
        login.ends_with("--cloud-url https://tokens.example/sub"),
        "{login}"
    );
}

#[test]
fn a_refused_exchange_tells_its_error_and_nothing_of_the_policies() {
    let simulation = simulated(ORGANIZATION, r#"{"sub":"b"}"#, "", None);
    assert_eq!(simulation.status, "HTTP/1.1 400 Bad Request");
    assert!(
        simulation.body.contains(r#""error": "invalid_request""#),
        "{}",
        simulation.body
    );
    assert!(simulation.body.contains("no policy allows this exchange"));
    let admin = simulated(
        RequestedToken::Organization { admin: true },
        r#"{"sub":"a"}"#,
        "",
        None,
    );
    assert!(
        admin.body.contains(r#""error": "invalid_scope""#),
        "{}",
        admin.body
    );
    let team = simulated(
        RequestedToken::Team {
            name: String::new(),
        },
        r#"{"sub":"a"}"#,
        "",
        None,
    );
    assert!(
        team.body.contains("expected `scope` `team:`"),
        "{}",
        team.body
    );
    let never = simulated(ORGANIZATION, r#"{"sub":"a"}"#, "0", None);
    assert!(
        never.body.contains("expected `expiration`"),
        "{}",
        never.body
    );
}

#[test]
fn commands_are_quoted_for_a_shell_and_name_no_token() {
    let name = "it's $(rm -rf ~)".to_owned();
    let simulation = simulated(RequestedToken::Team { name }, r#"{"sub":"a"}"#, "60", None);
    assert!(
        simulation
            .curl
            .contains(r"--data-urlencode 'scope=team:it'\''s $(rm -rf ~)'"),
        "{}",
        simulation.curl
    );
    assert!(
        simulation
            .curl
            .ends_with("--data-urlencode \"subject_token=$ID_TOKEN\"")
    );
    let login = simulation.login.unwrap();
    assert!(
        login.contains(r"--oidc-team 'it'\''s $(rm -rf ~)'")
            && login.contains("--oidc-expiration 60s")
    );
    assert!(
        simulation.http.contains("scope=team%3Ait%27s%20%24%28rm"),
        "{}",
        simulation.http
    );
    let runner = simulated(
        RequestedToken::Runner {
            name: "a".to_owned(),
        },
        r#"{"sub":"a"}"#,
        "",
        None,
    );
    assert!(runner.login.is_err());
}

#[test]
fn the_engine_simulates_the_exchange_and_shows_no_token() {
    for example in gallery::all().iter().filter(|example| example.is_token) {
        let stored = [Scratch::of_shared(&example.shared(), Origin::Link, &[]).issuer];
        let question = Question {
            is_claims: false,
            text: gallery::unsigned(&example.claims),
            issuer: SCRATCH.to_owned(),
            request: example.request.clone(),
            skip: Skip::default(),
            now: example.now,
            dialect: Dialect::Pulumi,
        };
        let Answer::Report(report) = evaluate(&question, &stored) else {
            panic!("no report")
        };
        let simulation = simulate(PULUMI_CLOUD, &question, &stored, &report, "acme", "");
        assert!(
            simulation.body.contains("the subject token is refused"),
            "{}",
            simulation.body
        );
        let payload = question.text.split('.').nth(1).unwrap();
        for shown in [
            &simulation.curl,
            &simulation.http,
            &simulation.body,
            &simulation.login.unwrap(),
        ] {
            assert!(!shown.contains(payload));
        }
    }
}

#[test]
fn the_organization_is_read_from_the_audience() {
    let read = |claims: &str| {
        let stored = [StoredIssuer::blank("x".to_owned(), 0)];
        let question = Question {
            is_claims: true,
            text: claims.to_owned(),
            issuer: "x".to_owned(),
            request: ORGANIZATION,
            skip: Skip::default(),
            now: 0,
            dialect: Dialect::Pulumi,
        };
        let Answer::Report(report) = evaluate(&question, &stored) else {
            panic!("no report")
        };
        organization(&report)
    };
    assert_eq!(
        read(r#"{"aud":"urn:pulumi:org:acme"}"#).as_deref(),
        Some("acme")
    );
    assert_eq!(
        read(r#"{"aud":["x","urn:pulumi:org:acme"]}"#).as_deref(),
        Some("acme")
    );
    assert_eq!(read(r#"{"aud":"x"}"#), None);
    assert_eq!(read("{}"), None);
}
