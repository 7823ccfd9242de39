//! What providers may not do.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{World, json as answer};
use super::{ACME, error_of};
use crate::environments::{Tokens, changes, create, yaml};
use crate::keys::support::Reply;
use crate::support::Database;
use crate::support::site::Site;
use crate::support::waiting::eventually;

fn vault(url: &str) -> String {
    format!("values: {{a: {{fn::open::vault-login: {{address: \"{url}\", jwt: {{role: r}}}}}}}}")
}

#[tokio::test]
async fn addresses_that_are_not_public_are_not_called() {
    let world = World::with(|config| {
        config.providers.allow_networks.clear();
        // Of issuers, not of providers.
        config.keys.allow_private_addresses = true;
    })
    .await;
    world.answer(|_, _| answer(200, &json!({"auth": {"client_token": "t"}})));
    let said = error_of(&world.site, "web/prod", &vault(&world.url)).await;
    assert!(
        said.starts_with("the login at Vault failed: `localhost` resolves to")
            && said.ends_with("--provider-network allows a network of your own"),
        "{said}"
    );
    let said = error_of(&world.site, "web/prod", &vault("https://169.254.169.254")).await;
    assert!(said.contains("to which no connection is made"), "{said}");
    let plain = world.url.replace("https", "http");
    let said = error_of(&world.site, "web/prod", &vault(&plain)).await;
    assert!(
        said.contains("expected an address that starts with `https://`"),
        "{said}"
    );
    assert_eq!(world.requests().len(), 0);
}

#[tokio::test]
async fn redirects_are_not_followed_and_answers_are_bounded() {
    let world = World::new().await;
    let url = world.url.clone();
    world.answer(move |sent, _| match sent.path.as_str() {
        "/v1/auth/jwt/login" => {
            Reply::Plain(307, vec![("location", format!("{url}/other"))], Vec::new())
        }
        _ => panic!("{}", sent.path),
    });
    let said = error_of(&world.site, "web/prod", &vault(&world.url)).await;
    assert!(
        said.starts_with("the login at Vault failed: status 307 without a reason; the token has"),
        "{said}"
    );
    let many = "x".repeat(2_000);
    world.answer(move |_, _| answer(400, &json!({"errors": [many]})));
    let said = error_of(&world.site, "web/prod", &vault(&world.url)).await;
    assert!(said.len() < 1_000, "{said}");
    world.answer(|_, _| Reply::Endless);
    let said = error_of(&world.site, "web/prod", &vault(&world.url)).await;
    assert!(said.contains("expected at most 524288 bytes"), "{said}");
}

#[tokio::test]
async fn a_token_that_is_quoted_back_is_not_shown() {
    let world = World::new().await;
    world.answer(|sent, _| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let token = body["jwt"].as_str().unwrap();
        answer(400, &json!({"errors": [format!("cannot use {token}")]}))
    });
    let said = error_of(&world.site, "web/prod", &vault(&world.url)).await;
    assert!(
        said.contains("cannot use [a token]") && !said.contains("eyJ"),
        "{said}"
    );
    // The attempt is recorded although nothing was opened.
    assert_eq!(
        changes(&world.site, "environment-token-signed").await.len(),
        1
    );
    assert_eq!(changes(&world.site, "environment-opened").await.len(), 0);
}

#[tokio::test]
async fn an_open_ends_in_time() {
    let world = World::with(|config| config.timeout = Duration::from_secs(3)).await;
    world.answer(|_, _| Reply::Silence);
    let logins = (0..5).map(|number| {
        format!(
            "  a{number}: {{fn::open::vault-login: {{address: \"{}\", jwt: {{role: r}}}}}}\n",
            world.url
        )
    });
    let text = format!("values:\n{}", logins.collect::<String>());
    create(&world.site, &world.site.root, "web", "slow", &text).await;
    let path = format!("{ACME}/web/slow/open");
    let started = std::time::Instant::now();
    let answer = world.site.post(&path, &world.site.root, &Value::Null).await;
    assert!(
        [400, 408].contains(&answer.status.as_u16()),
        "{}",
        answer.text
    );
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn one_evaluation_opens_a_limited_number_of_providers() {
    let world = World::new().await;
    let logins = (0..101).map(|number| {
        format!("  a{number}: {{fn::open::aws-login: {{static: {{accessKeyId: a, secretAccessKey: b}}}}}}\n")
    });
    let text = format!("values:\n{}", logins.collect::<String>());
    let said = error_of(&world.site, "web/prod", &text).await;
    assert_eq!(
        said,
        "expected at most 100 opened providers and secrets in one evaluation"
    );
}

#[tokio::test]
async fn a_definition_that_is_not_saved_opens_no_provider() {
    let world = World::new().await;
    let text = vault(&world.url);
    let path = format!("{ACME}/yaml/open");
    let root = &world.site.root;
    let said = yaml(&world.site, "POST", &path, root, &text)
        .await
        .expect(400);
    let said = said["diagnostics"][0]["summary"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        said.starts_with("providers are opened by saved environments only"),
        "{said}"
    );
    // It may import one that is saved, whose subject the token has.
    world.answer(|sent, verify| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let claims = verify(body["jwt"].as_str().unwrap(), "acme").unwrap();
        assert_eq!(claims["sub"], "pulumi:environments:org:acme:env:web/prod");
        answer(200, &json!({"auth": {"client_token": "t"}}))
    });
    create(&world.site, root, "web", "prod", &text).await;
    yaml(&world.site, "POST", &path, root, "imports: [web/prod]")
        .await
        .expect(200);
    // A check calls nothing.
    world.requests();
    let check = format!("{ACME}/web/prod/check");
    world
        .site
        .post(&check, root, &Value::Null)
        .await
        .expect(200);
    assert_eq!(world.requests().len(), 0);
    let unknown = "values: {a: {fn::open::gcp-secrets: {}}}";
    let path = format!("{ACME}/web/prod");
    let said = yaml(&world.site, "PATCH", &path, root, unknown)
        .await
        .expect(400);
    let expected = "unknown provider \"gcp-secrets\": known are aws-login, aws-secrets";
    assert!(
        said["diagnostics"][0]["summary"]
            .as_str()
            .unwrap()
            .contains(expected),
        "{said}"
    );
}

#[tokio::test]
async fn a_token_without_the_permission_to_open_gets_no_id_token() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(super::with_issuer(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    let text = "values: {a: {fn::open::azure-login: {clientId: c, tenantId: t, subscriptionId: s, oidc: true}}}";
    create(&site, &site.root, "web", "prod", text).await;
    for token in [&tokens.member, &tokens.team, &tokens.runner] {
        site.post(&format!("{ACME}/web/prod/open"), token, &Value::Null)
            .await
            .expect(404);
        let path = format!("{ACME}/yaml/open");
        yaml(&site, "POST", &path, token, "imports: [web/prod]")
            .await
            .expect(403);
    }
    assert_eq!(changes(&site, "environment-token-signed").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_open_whose_token_is_revoked_meanwhile_is_refused() {
    let world = World::new().await;
    let (called, calls) = std::sync::mpsc::channel();
    let (go_on, revoked) = std::sync::mpsc::channel();
    let revoked = std::sync::Mutex::new(revoked);
    world.answer(move |_, _| {
        called.send(()).unwrap();
        // Other tasks go on meanwhile.
        let wait = || {
            revoked
                .lock()
                .unwrap()
                .recv_timeout(Duration::from_secs(60))
        };
        tokio::task::block_in_place(wait).unwrap();
        answer(200, &json!({"auth": {"client_token": "t"}}))
    });
    let (site, root) = (&world.site, &world.site.root);
    create(site, root, "web", "prod", &vault(&world.url)).await;
    let path = format!("{ACME}/web/prod/open");
    let revoke = async {
        eventually("the provider is called", async || calls.try_recv().is_ok()).await;
        let form = format!("token={root}");
        site.form("/api/oauth/revoke", "", &form).await.expect(200);
        go_on.send(()).unwrap();
    };
    let (opened, ()) = tokio::join!(site.post(&path, root, &Value::Null), revoke);
    opened.expect(401);
}
