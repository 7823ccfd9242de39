//! ID tokens: what they say, and that the published keys verify them.

use serde_json::{Value, json};

use super::{ACME, ISSUER, JWKS, error_of, jwks, verified, with_issuer, yields};
use crate::environments::{Tokens, changes, create, open, plain, set_access, yaml};
use crate::support::Database;
use crate::support::site::Site;

const AZURE: &str = "
values:
  azure:
    fn::open::azure-login:
      clientId: c
      tenantId: t
      subscriptionId: s
      oidc: true
";

fn token(opened: &Value) -> &str {
    opened["azure"]["oidc"]["token"].as_str().unwrap()
}

#[tokio::test]
async fn an_id_token_verifies_by_the_published_keys_and_says_which_environment_it_is() {
    for database in Database::each() {
        let (site, ..) = Site::with_issuer(with_issuer(&database.url)).await;
        let before = claimgate_server::now();
        let opened = yields(&site, "web/prod", AZURE).await;
        let keys = jwks(&site, JWKS).await;
        let claims = verified(&keys, token(&opened), ISSUER, "azure:acme").unwrap();
        let issued = claims["iat"].as_i64().unwrap();
        assert!((before..=claimgate_server::now()).contains(&issued));
        assert_eq!(claims["nbf"], issued);
        assert_eq!(claims["exp"], issued + 3_600);
        assert!(claimgate_server::random::is_id(
            claims["jti"].as_str().unwrap()
        ));
        for (name, value) in [
            ("iss", ISSUER),
            ("sub", "pulumi:environments:org:acme:env:web/prod"),
            ("aud", "azure:acme"),
            ("org", "acme"),
            ("env", "web/prod"),
            ("current_env", "web/prod"),
            ("root_env", "web/prod"),
            ("trigger_user", "bootstrap"),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        assert!(verified(&keys, token(&opened), ISSUER, "aws:acme").is_err());
        let changed = token(&opened).replacen('.', ".e", 1);
        assert!(verified(&keys, &changed, ISSUER, "azure:acme").is_err());
        // Of the project `default`, the names are short.
        let opened = yields(&site, "default/prod", AZURE).await;
        let claims = verified(&keys, token(&opened), ISSUER, "acme").unwrap();
        assert_eq!(claims["sub"], "pulumi:environments:org:acme:env:prod");
        // A token does not outlive its session.
        let path = format!("{ACME}/default/prod");
        let short = format!("{path}/open?duration=5m0s");
        let session = site
            .post(&short, &site.root, &Value::Null)
            .await
            .expect(200);
        let session = format!("{path}/open/{}", session["id"].as_str().unwrap());
        let answer = site.get(&session, &site.root).await.expect(200);
        let opened = plain(&answer["properties"]);
        let claims = verified(&keys, token(&opened), ISSUER, "acme").unwrap();
        let [issued, expires] = ["iat", "exp"].map(|name| claims[name].as_i64().unwrap());
        assert_eq!(expires - issued, 300);
    }
}

#[tokio::test]
async fn the_subject_is_that_of_the_opened_environment_or_of_listed_attributes() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_issuer(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    let attributes = "[rootEnvironment.name, currentEnvironment.name, pulumi.user.login, pulumi.token.type, pulumi.token.team]";
    let listed = format!("{AZURE}      subjectAttributes: {attributes}\n");
    create(&site, &site.root, "base", "plain", AZURE).await;
    create(&site, &site.root, "base", "listed", &listed).await;
    let everyone = json!([
        {"to": "team", "name": "deployers", "project": "*", "environment": "*", "permission": "open"},
    ]);
    set_access(&site, everyone).await;
    let keys = jwks(&site, JWKS).await;
    for (import, subject) in [
        ("plain", "pulumi:environments:org:acme:env:web/plain"),
        (
            "listed",
            "pulumi:environments:pulumi.organization.login:acme:rootEnvironment.name:web/listed:currentEnvironment.name:\
             base/listed:pulumi.user.login:acme:pulumi.token.type:team:pulumi.token.team:deployers",
        ),
    ] {
        let text = format!("imports: [base/{import}]");
        create(&site, &site.root, "web", import, &text).await;
        let path = format!("{ACME}/web/{import}");
        let session = open(&site, &tokens.team, &path).await;
        let answer = site
            .get(&format!("{path}/open/{session}"), &tokens.team)
            .await;
        let opened = plain(&answer.expect(200)["properties"]);
        let claims = verified(&keys, token(&opened), ISSUER, "azure:acme").unwrap();
        assert_eq!(claims["sub"], subject);
        assert_eq!(claims["current_env"], format!("base/{import}"));
        assert_eq!(claims["root_env"], format!("web/{import}"));
    }
    // Each is recorded, by whom and for what, without the token.
    let recorded = changes(&site, "environment-token-signed").await;
    assert_eq!(recorded.len(), 2);
    let detail = &recorded[1]["after"];
    assert_eq!(
        detail["subject"],
        "pulumi:environments:org:acme:env:web/plain"
    );
    assert_eq!(detail["provider"], "azure-login");
    assert_eq!(detail["declaredBy"], "base/plain");
    assert!(
        recorded[1]["by"]["subject"]
            .as_str()
            .unwrap()
            .starts_with("repo:acme/app")
    );
    assert!(!recorded[1].to_string().contains("eyJ"), "{}", recorded[1]);
    let wrong = format!("{AZURE}      subjectAttributes: [pulumi.token.name]\n");
    let said = error_of(&site, "web/wrong", &wrong).await;
    assert!(said.contains("found `pulumi.token.name`"), "{said}");
}

#[tokio::test]
async fn tokens_by_ids_have_an_issuer_and_keys_of_their_own() {
    let database = Database::sqlite();
    let (site, ..) = Site::with_issuer(with_issuer(&database.url)).await;
    let definition = |audience: &str, more: &str| {
        format!(
            "values: {{a: {{fn::open::oidc: {{audience: \"{audience}\", identityToken: {{version: v2}}{more}}}}}}}"
        )
    };
    let opened = yields(&site, "web/prod", &definition("https://x.example", "")).await;
    let token = opened["a"].as_str().unwrap();
    let keys = jwks(&site, "/oidc/v2/.well-known/jwks").await;
    let issuer = format!("{ISSUER}/v2");
    let claims = verified(&keys, token, &issuer, "https://x.example").unwrap();
    let named = |name: &str| claims[format!("https://pulumi.com/{name}")].clone();
    let (organization, environment) = (named("org_id"), named("current_env_id"));
    assert!(claimgate_server::random::is_id(
        environment.as_str().unwrap()
    ));
    let subject = format!(
        "pulumi:org:{}:env:{}",
        organization.as_str().unwrap(),
        environment.as_str().unwrap()
    );
    assert_eq!(claims["sub"], subject);
    assert_eq!(
        (named("org"), named("root_env")),
        (json!("acme"), json!("web/prod"))
    );
    assert_eq!(named("actor"), "bootstrap");
    let lifetime =
        |claims: &Value| claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime(&claims), 3_600);
    let other = jwks(&site, JWKS).await;
    assert_eq!(
        verified(&other, token, &issuer, "https://x.example").unwrap_err(),
        "no key"
    );
    let opened = yields(&site, "web/prod", &definition("a", ", duration: 1m")).await;
    let claims = verified(&keys, opened["a"].as_str().unwrap(), &issuer, "a").unwrap();
    assert_eq!(lifetime(&claims), 60);
    for (audience, more, expected) in [
        ("a", ", duration: 59s", "one minute to one hour"),
        ("a", ", duration: 61m", "one minute to one hour"),
    ] {
        let said = error_of(&site, "web/prod", &definition(audience, more)).await;
        assert!(said.contains(expected), "{said}");
    }
    for text in [definition("", ""), definition(&"a".repeat(513), "")] {
        let path = format!("{ACME}/web/prod");
        yaml(&site, "PATCH", &path, &site.root, &text)
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn claims_are_shown_before_anything_trusts_them() {
    let database = Database::sqlite();
    let (site, ..) = Site::with_issuer(with_issuer(&database.url)).await;
    let definition = "
values:
  one: {fn::open::debug-oidc-claims: {audiencePrefix: aws}}
  two: {fn::open::debug-oidc-claims: {audience: x, identityToken: {version: v2}}}
";
    let opened = yields(&site, "web/prod", definition).await;
    assert_eq!(
        opened["one"]["sub"],
        "pulumi:environments:org:acme:env:web/prod"
    );
    assert_eq!(opened["one"]["aud"], "aws:acme");
    assert_eq!(opened["one"]["iss"], ISSUER);
    assert_eq!(opened["two"]["iss"], format!("{ISSUER}/v2"));
    assert!(
        opened["two"]["sub"]
            .as_str()
            .unwrap()
            .starts_with("pulumi:org:")
    );
    assert_eq!(changes(&site, "environment-token-signed").await.len(), 0);
}
