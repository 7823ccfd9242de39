//! `vault-login`, on a stand-in that verifies the token.

use serde_json::{Value, json};

use super::world::{World, json as answer};
use super::{error_of, yields};

fn by_jwt(url: &str) -> String {
    format!(
        "values: {{vault: {{fn::open::vault-login: {{address: \"{url}/\", namespace: team, jwt: {{role: deploy}}}}}}}}"
    )
}

fn login(world: &World) {
    world.answer(|sent, verify| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let claims = verify(body["jwt"].as_str().unwrap_or_default(), "acme");
        match claims {
            Ok(claims) if claims["sub"].as_str().unwrap().ends_with(":env:web/prod") => {
                answer(200, &json!({"auth": {"client_token": "hvs.token"}}))
            }
            Ok(_) => answer(400, &json!({"errors": ["error validating claims: claim \"sub\" does not match any associated bound claim values"]})),
            Err(problem) => answer(400, &json!({"errors": [problem]})),
        }
    });
}

#[tokio::test]
async fn a_token_of_vault_is_got_with_an_id_token() {
    let world = World::new().await;
    login(&world);
    let opened = yields(&world.site, "web/prod", &by_jwt(&world.url)).await;
    let expected = json!({"address": world.url, "namespace": "team", "token": "hvs.token"});
    assert_eq!(opened["vault"], expected);
    let [request] = <[_; 1]>::try_from(world.requests()).unwrap();
    assert_eq!(request.path, "/v1/auth/jwt/login");
    assert_eq!(request.header("x-vault-namespace"), "team");
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["role"], "deploy");
    let said = error_of(&world.site, "web/dev", &by_jwt(&world.url)).await;
    assert_eq!(
        said,
        "the login at Vault failed: status 400, “error validating claims: claim \"sub\" does not match any associated bound claim \
         values”; the token has `iss` `https://esc.example/oidc`, `aud` `acme` and `sub` \
         `pulumi:environments:org:acme:env:web/dev`, role `deploy`"
    );
}

#[tokio::test]
async fn a_token_of_vault_is_made_with_another_one() {
    let world = World::new().await;
    world.answer(|sent, _| match sent.header("x-vault-token") {
        "hvs.parent" => answer(200, &json!({"auth": {"client_token": "hvs.child"}})),
        _ => answer(403, &json!({"errors": ["permission denied"]})),
    });
    let definition = |token: &str| {
        format!(
            "values: {{vault: {{fn::open::vault-login: {{address: \"{}\", token: {{token: {{fn::secret: {token}}}, policies: [read], \
             maxTtl: 10m, metadata: {{by: esc}}}}}}}}}}",
            world.url
        )
    };
    let opened = yields(&world.site, "web/prod", &definition("hvs.parent")).await;
    assert_eq!(opened["vault"]["token"], "hvs.child");
    let [request] = <[_; 1]>::try_from(world.requests()).unwrap();
    assert_eq!(request.path, "/v1/auth/token/create");
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let expected = json!({
        "display_name": "pulumi", "ttl": "7200s", "explicit_max_ttl": "10m", "policies": ["read"], "meta": {"by": "esc"},
    });
    assert_eq!(body, expected);
    let said = error_of(&world.site, "web/prod", &definition("hvs.other")).await;
    assert_eq!(
        said,
        "making a token at Vault failed: status 403, “permission denied”"
    );
}

#[tokio::test]
async fn an_address_is_a_scheme_and_a_host_and_a_mount_is_a_path() {
    let world = World::new().await;
    for url in [
        "https://vault.example/v1/x",
        "https://vault.example?a=b",
        "vault.example",
    ] {
        let text = format!(
            "values: {{a: {{fn::open::vault-login: {{address: \"{url}\", jwt: {{role: r}}}}}}}}"
        );
        let said = error_of(&world.site, "web/prod", &text).await;
        assert!(
            said.starts_with("expected `address` of a scheme and a host"),
            "{said}"
        );
    }
    for mount in ["../sys", "a//b", "."] {
        let text = format!(
            "values: {{a: {{fn::open::vault-login: {{address: \"{}\", jwt: {{role: r, mount: \"{mount}\"}}}}}}}}",
            world.url
        );
        let said = error_of(&world.site, "web/prod", &text).await;
        assert!(said.starts_with("expected `jwt.mount`, a path"), "{said}");
    }
    login(&world);
    let text = format!(
        "values: {{a: {{fn::open::vault-login: {{address: \"{}\", jwt: {{role: r, mount: \"ci/a b?\"}}}}}}}}",
        world.url
    );
    yields(&world.site, "web/prod", &text).await;
    assert_eq!(world.requests()[0].path, "/v1/auth/ci/a%20b%3F/login");
}
