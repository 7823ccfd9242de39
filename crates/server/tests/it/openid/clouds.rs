//! `aws-login` and `gcp-login`, on stand-ins that verify the token and answer in the documented form.

use serde_json::{Value, json};

use super::world::{Verify, World, form, json as answer};
use super::{error_of, yields};
use crate::keys::support::{Reply, Sent};

const AWS: &str = "
values:
  aws:
    fn::open::aws-login:
      oidc:
        roleArn: arn:aws:iam::123456789012:role/deploy
        sessionName: esc
        duration: 1h
        policyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
";

const GCP: &str = "
values:
  gcp:
    fn::open::gcp-login:
      project: 842111111111
      oidc:
        workloadPoolId: pool
        providerId: esc
        serviceAccount: deploy@app.iam.gserviceaccount.com
";

fn sts(status: u16, body: &str) -> Reply {
    let xml = vec![("content-type", "text/xml".to_owned())];
    Reply::Plain(status, xml, body.as_bytes().to_vec())
}

/// What STS says to a token, whose subject its role trusts or not.
fn assume(trusted: &'static str) -> impl Fn(&Sent, Verify<'_>) -> Reply {
    move |sent, verify| {
        let form = form(&sent.body);
        let error = |code: &str, message: &str| {
            let text = format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
            );
            sts(if code == "AccessDenied" { 403 } else { 400 }, &text)
        };
        match verify(&form["WebIdentityToken"], "aws:acme") {
            Err(problem) => error("InvalidIdentityToken", &problem),
            Ok(claims) if claims["sub"] != trusted => error(
                "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            ),
            Ok(_) => sts(
                200,
                "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>\
                 <SecretAccessKey>s+cr&amp;t</SecretAccessKey><SessionToken>session</SessionToken>\
                 <Expiration>2026-11-30T10:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
                 </AssumeRoleWithWebIdentityResponse>",
            ),
        }
    }
}

#[tokio::test]
async fn a_role_is_assumed_that_trusts_the_environment() {
    let world = World::new().await;
    world.answer(assume("pulumi:environments:org:acme:env:web/prod"));
    let opened = yields(&world.site, "web/prod", AWS).await;
    let expected =
        json!({"accessKeyId": "ASIA1", "secretAccessKey": "s+cr&t", "sessionToken": "session"});
    assert_eq!(opened["aws"], expected);
    let [request] = <[_; 1]>::try_from(world.requests()).unwrap();
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/")
    );
    assert_eq!(
        request.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(request.header("authorization"), "");
    let form = form(&request.body);
    for (name, value) in [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", "arn:aws:iam::123456789012:role/deploy"),
        ("RoleSessionName", "esc"),
        ("DurationSeconds", "3600"),
        (
            "PolicyArns.member.1.arn",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_of_aws_is_quoted_with_what_was_sent() {
    let world = World::new().await;
    world.answer(assume("pulumi:environments:org:acme:env:web/prod"));
    let said = error_of(&world.site, "web/dev", AWS).await;
    assert_eq!(
        said,
        "assuming the role `arn:aws:iam::123456789012:role/deploy` for 3600 seconds at AWS STS failed: status 403, “AccessDenied: Not \
         authorized to perform sts:AssumeRoleWithWebIdentity”; the token has `iss` `https://esc.example/oidc`, `aud` `aws:acme` and \
         `sub` `pulumi:environments:org:acme:env:web/dev`"
    );
    // The audience is another one in the project `default`.
    let said = error_of(&world.site, "default/prod", AWS).await;
    assert!(
        said.contains("InvalidIdentityToken: InvalidAudience"),
        "{said}"
    );
    assert!(said.contains("`aud` `acme`"), "{said}");
    let hidden = AWS.replace("sessionName: esc", "sessionName: {fn::secret: hidden-name}");
    world.answer(|_, _| {
        sts(
            400,
            "<Error><Code>V</Code><Message>bad hidden-name</Message></Error>",
        )
    });
    let said = error_of(&world.site, "web/dev", &hidden).await;
    assert!(
        said.contains("bad [secret]") && !said.contains("hidden-name"),
        "{said}"
    );
}

#[tokio::test]
async fn static_credentials_need_no_call() {
    let world = World::new().await;
    let definition =
        "values: {aws: {fn::open::aws-login: {static: {accessKeyId: a, secretAccessKey: b}}}}";
    let opened = yields(&world.site, "web/prod", definition).await;
    assert_eq!(
        opened["aws"],
        json!({"accessKeyId": "a", "secretAccessKey": "b"})
    );
    let said = error_of(
        &world.site,
        "web/prod",
        "values: {aws: {fn::open::aws-login: {}}}",
    )
    .await;
    assert_eq!(said, "expected either `oidc` or `static`");
    assert_eq!(world.requests().len(), 0);
}

/// What Google's STS and IAM say.
fn google(sent: &Sent, verify: Verify<'_>) -> Reply {
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    if sent.path == "/v1/token" {
        return match verify(body["subjectToken"].as_str().unwrap(), "gcp:acme") {
            Ok(_) => answer(
                200,
                &json!({"access_token": "federated", "token_type": "Bearer"}),
            ),
            Err(problem) => answer(
                400,
                &json!({"error": "invalid_grant", "error_description": problem}),
            ),
        };
    }
    match sent.header("authorization") {
        "Bearer federated" => answer(
            200,
            &json!({"accessToken": "ya29.token", "expireTime": "2026-11-30T10:00:00Z"}),
        ),
        _ => answer(
            403,
            &json!({"error": {"code": 403, "message": "Permission denied"}}),
        ),
    }
}

#[tokio::test]
async fn a_service_account_is_impersonated() {
    let world = World::new().await;
    world.answer(google);
    let opened = yields(&world.site, "web/prod", GCP).await;
    let expected = json!({
        "project": 842_111_111_111_i64, "accessToken": "ya29.token", "tokenType": "Bearer", "expiry": "2026-11-30T10:00:00Z",
    });
    assert_eq!(opened["gcp"], expected);
    let [exchange, impersonation] = <[_; 2]>::try_from(world.requests()).unwrap();
    let body: Value = serde_json::from_str(&exchange.body).unwrap();
    assert_eq!(
        body["audience"],
        "//iam.googleapis.com/projects/842111111111/locations/global/workloadIdentityPools/pool/providers/esc"
    );
    assert_eq!(
        body["subjectTokenType"],
        "urn:ietf:params:oauth:token-type:jwt"
    );
    let path =
        "/v1/projects/-/serviceAccounts/deploy%40app.iam.gserviceaccount.com:generateAccessToken";
    assert_eq!(impersonation.path, path);
    let body: Value = serde_json::from_str(&impersonation.body).unwrap();
    assert_eq!(body["lifetime"], "3600s");
}

#[tokio::test]
async fn a_refusal_of_google_names_the_step() {
    let world = World::new().await;
    world.answer(google);
    let said = error_of(&world.site, "default/prod", GCP).await;
    assert!(
        said.starts_with(
            "the exchange at Google's STS failed: status 400, “InvalidAudience”; the token has"
        ),
        "{said}"
    );
    assert!(
        said.contains("`aud` `acme`") && said.contains("workloadIdentityPools/pool"),
        "{said}"
    );
    world.answer(|sent, verify| match sent.path.as_str() {
        "/v1/token" => google(sent, verify),
        _ => answer(403, &json!({"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken' denied"}})),
    });
    let said = error_of(&world.site, "web/prod", GCP).await;
    assert!(
        said.starts_with(
            "impersonating the service account `deploy@app.iam.gserviceaccount.com` failed: status 403, “Permission 'iam."
        ),
        "{said}"
    );
    assert!(
        said.contains("`sub` `pulumi:environments:org:acme:env:web/prod`"),
        "{said}"
    );
    // A token that is given is exchanged without an ID token.
    let given = "values: {gcp: {fn::open::gcp-login: {project: 1, accessToken: {accessToken: federated, serviceAccount: a@b}}}}";
    world.answer(google);
    world.requests();
    let opened = yields(&world.site, "web/prod", given).await;
    assert_eq!(opened["gcp"]["accessToken"], "ya29.token");
    assert_eq!(world.requests().len(), 1);
}
