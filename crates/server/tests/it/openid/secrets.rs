//! `aws-secrets` and `vault-secrets`: secrets that are read with a login.

use serde_json::{Value, json};

use super::world::{World, json as answer};
use super::{error_of, yields};
use crate::environments::{open, yaml};

#[tokio::test]
async fn secrets_of_aws_are_read_with_a_signed_request() {
    let world = World::new().await;
    world.answer(|sent, _| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        match body["SecretId"].as_str().unwrap() {
            "db" => answer(200, &json!({"SecretString": "{\"password\": \"s3cret\"}"})),
            "raw" => answer(200, &json!({"SecretBinary": "Ynl0ZXM="})),
            _ => answer(
                400,
                &json!({"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}),
            ),
        }
    });
    let definition = |get: &str| {
        format!(
            "
values:
  login: {{accessKeyId: AKIDEXAMPLE, secretAccessKey: {{fn::secret: key-of-the-test}}, sessionToken: session}}
  aws:
    fn::open::aws-secrets:
      region: eu-west-1
      login: ${{login}}
      get: {get}
"
        )
    };
    let get = "{db: {secretId: db, versionStage: AWSPREVIOUS}, raw: {secretId: raw}}";
    let opened = yields(&world.site, "web/prod", &definition(get)).await;
    assert_eq!(
        opened["aws"],
        json!({"db": "{\"password\": \"s3cret\"}", "raw": "bytes"})
    );
    let requests = world.requests();
    let request = &requests[0];
    assert_eq!(
        request.header("x-amz-target"),
        "secretsmanager.GetSecretValue"
    );
    assert_eq!(request.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(request.header("x-amz-security-token"), "session");
    assert_eq!(
        request.body,
        r#"{"SecretId":"db","VersionStage":"AWSPREVIOUS"}"#
    );
    let day = &request.header("x-amz-date")[..8];
    let expected = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/eu-west-1/secretsmanager/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature="
    );
    assert!(
        request.header("authorization").starts_with(&expected),
        "{}",
        request.head
    );
    assert!(!request.head.contains("key-of-the-test"));
    let said = error_of(
        &world.site,
        "web/prod",
        &definition("{a: {secretId: none}}"),
    )
    .await;
    assert_eq!(
        said,
        "reading the secret `none` at AWS Secrets Manager failed: status 400, “ResourceNotFoundException: Secrets Manager can't find \
         the specified secret.”"
    );
    let other = definition("{}").replace("eu-west-1", "evil.example/");
    let said = error_of(&world.site, "web/prod", &other).await;
    assert!(said.starts_with("expected `region`"), "{said}");
}

#[tokio::test]
async fn secrets_of_vault_are_read_with_a_token() {
    let world = World::new().await;
    world.answer(|sent, _| match (sent.path.as_str(), sent.header("x-vault-token")) {
        ("/v1/secret/data/db", "hvs.token") => answer(
            200,
            &json!({"data": {"data": {"password": "s3cret", "port": 5432}, "metadata": {"version": 2}}}),
        ),
        ("/v1/kv/old", "hvs.token") => answer(200, &json!({"data": {"a": "b"}})),
        _ => answer(403, &json!({"errors": ["1 error occurred:\n\t* permission denied\n\n"]})),
    });
    let definition = |read: &str| {
        format!(
            "
values:
  secrets:
    fn::open::vault-secrets:
      login: {{address: \"{}\", token: {{fn::secret: hvs.token}}}}
      read: {read}
  password: ${{secrets.db.data.password}}
",
            world.url
        )
    };
    let read = "{db: {path: secret/data/db}, old: {path: /kv/old}}";
    let opened = yields(&world.site, "web/prod", &definition(read)).await;
    assert_eq!(opened["password"], "s3cret");
    assert_eq!(opened["secrets"]["db"]["data"]["port"], 5_432);
    assert_eq!(opened["secrets"]["old"]["a"], "b");
    let said = error_of(
        &world.site,
        "web/prod",
        &definition("{db: {path: secret/data/other}}"),
    )
    .await;
    assert!(
        said.starts_with(
            "reading `secret/data/other` at Vault failed: status 403, “1 error occurred"
        ),
        "{said}"
    );
    // All parts are secret.
    let path = format!("{}/web/prod", super::ACME);
    yaml(
        &world.site,
        "PATCH",
        &path,
        &world.site.root,
        &definition("{db: {path: secret/data/db}}"),
    )
    .await
    .expect(200);
    let id = open(&world.site, &world.site.root, &path).await;
    let answer = world
        .site
        .get(&format!("{path}/open/{id}"), &world.site.root)
        .await;
    let properties = answer.expect(200)["properties"].clone();
    assert_eq!(properties["password"]["secret"], true);
    assert_eq!(properties["secrets"]["value"]["db"]["secret"], true);
}
