//! The exchange endpoint, and what one can do with the token, on SQLite and on PostgreSQL alike.

use axum::body::Body;
use axum::http::Request;
use claimgate_server::config::{Config, Limits};
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, TYPE, config, exchange_body, standard_policies};
use crate::support::waiting::eventually;

async fn exchanges(site: &Site, query: &str) -> Vec<Value> {
    let answer = site
        .get(
            &format!("/api/orgs/acme/oidc/exchanges?{query}"),
            &site.root,
        )
        .await
        .expect(200);
    answer["exchanges"].as_array().unwrap().clone()
}

/// The reference at the end of a refusal's description.
fn reference(answer: &Answer) -> String {
    let json = answer.json();
    let description = json["error_description"].as_str().unwrap();
    let (_, reference) = description.rsplit_once("(reference ").unwrap();
    reference.trim_end_matches(')').to_owned()
}

#[tokio::test]
async fn a_token_is_exchanged_as_a_form_and_as_json() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let json = site
            .exchange(&issuer.token(json!({})), "organization", "")
            .await;
        // As `pulumi login` sends it: an empty scope, and an expiration.
        let body = format!(
            "audience=urn%3Apulumi%3Aorg%3Aacme&expiration=7200&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
             &requested_token_type=urn%3Apulumi%3Atoken-type%3Aaccess_token%3Aorganization&scope=\
             &subject_token={}&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token",
            issuer.token(json!({}))
        );
        let form = site.form("/api/oauth/token", "", &body).await;
        for answer in [json, form] {
            let body = answer.expect(200);
            assert_eq!(body["issued_token_type"], format!("{TYPE}organization"));
            assert_eq!(
                (&body["token_type"], &body["expires_in"], &body["scope"]),
                (&json!("token"), &json!(7200), &json!(""))
            );
            assert_eq!(answer.headers["cache-control"], "no-store");
            let token = body["access_token"].as_str().unwrap();
            assert!(token.starts_with("cgt_") && token.len() == 61);
            let user = site.get("/api/user", token).await.expect(200);
            assert_eq!(user["githubLogin"], "acme");
            assert_eq!(user["organizations"][0]["githubLogin"], "acme");
            assert_eq!(user["tokenInfo"]["organization"], "acme");
        }
        let listed = site
            .get("/api/orgs/acme/oidc/issuers", &site.root)
            .await
            .expect(200);
        assert!(
            listed["oidcIssuers"][0]["lastUsed"].is_string(),
            "the use is noted: {listed}"
        );
        let log = exchanges(&site, &format!("issuer={id}")).await;
        assert_eq!(log.len(), 2);
        assert_eq!(
            (&log[0]["decision"], &log[0]["code"], &log[0]["policies"]),
            (&json!("allowed"), &json!("granted"), &json!([0]))
        );
        assert_eq!(log[0]["subject"], "repo:acme/app:ref:refs/heads/main");
        site.server.stop().await;
    }
}

#[tokio::test]
async fn every_type_of_token_is_granted_and_names_what_it_is_for() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let cases = [
        ("organization", "", "acme", Value::Null, false),
        ("organization", "admin", "acme", Value::Null, true),
        ("team", "team:deployers", "acme", json!("deployers"), false),
        ("personal", "user:Ada", "Ada", Value::Null, false),
        ("runner", "runner:r1", "r1", Value::Null, false),
    ];
    for (kind, scope, login, team, admin) in cases {
        let token = site.granted(&issuer.token(json!({})), kind, scope).await;
        for scheme in ["token", "Bearer"] {
            let request =
                Request::get("/api/user").header("authorization", format!("{scheme} {token}"));
            let user = site
                .send(request.body(Body::empty()).unwrap())
                .await
                .expect(200);
            assert_eq!(
                (&user["githubLogin"], &user["tokenInfo"]["team"]),
                (&json!(login), &team),
                "{kind} {scope}"
            );
            assert_eq!(user["tokenInfo"]["admin"], admin);
        }
        let default = site
            .get("/api/user/organizations/default", &token)
            .await
            .expect(200);
        assert_eq!(default["gitHubLogin"], "acme");
    }
}

#[tokio::test]
async fn a_refusal_tells_the_caller_little_and_the_log_all() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        let denied = issuer.token(json!({"sub": "repo:acme/app:pull_request"}));
        let forged = Issuer::new().token(json!({}));
        let old = issuer.token(json!({"exp": 1_000}));
        let cases = [
            (
                &denied,
                "organization",
                "",
                "invalid_request",
                "denied",
                "no policy allows this exchange",
            ),
            (
                &forged,
                "organization",
                "",
                "invalid_request",
                "signature-invalid",
                "the subject token is refused",
            ),
            (
                &old,
                "organization",
                "",
                "invalid_request",
                "token-expired",
                "the subject token is refused",
            ),
            (
                &old,
                "team",
                "team:a b",
                "invalid_scope",
                "scope",
                "expected `scope`",
            ),
        ];
        for (token, kind, scope, error, code, description) in cases {
            let answer = site.exchange(token, kind, scope).await;
            let body = answer.expect(400);
            assert_eq!(body["error"], error);
            let said = body["error_description"].as_str().unwrap();
            assert!(
                said.starts_with(description) && !said.contains("repo:"),
                "{said}"
            );
            let path = format!("/api/orgs/acme/oidc/exchanges/{}", reference(&answer));
            let record = site.get(&path, &site.root).await.expect(200);
            assert_eq!(
                (&record["decision"], &record["code"]),
                (&json!("denied"), &json!(code)),
                "{record}"
            );
            // One that cannot be read as a whole names its organization, and has no evidence yet.
            let checks = record["detail"]["checks"].as_array().map(Vec::len);
            assert_eq!(checks, (code != "scope").then_some(8));
            assert!(record["token"].is_null());
        }
        let denied = exchanges(&site, "decision=denied&code=denied").await;
        assert_eq!((denied.len(), &denied[0]["policies"]), (1, &json!([4])));
        assert!(exchanges(&site, "decision=allowed").await.is_empty());
        // What cannot be is no search that finds nothing.
        for (query, expected) in [
            (
                "decision=alowed",
                "expected `decision` `allowed` or `denied`, found `alowed`",
            ),
            (
                "decision=",
                "expected `decision` `allowed` or `denied`, found ``",
            ),
            (
                "before=yesterday",
                "expected `before` as a reference, found `yesterday`",
            ),
        ] {
            for path in ["/api/orgs/acme/oidc/exchanges", "/api/admin/exchanges"] {
                let answer = site
                    .get(&format!("{path}?{query}"), &site.root)
                    .await
                    .expect(400);
                assert_eq!(answer["message"], expected, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn broken_requests_are_refused_as_oauth_errors() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let token = issuer.token(json!({}));
    let with = |name: &str, value: Value| {
        let mut body = exchange_body(&token, "organization", "");
        body[name] = value;
        body
    };
    let cases = [
        (
            with("grant_type", json!("password")),
            "unsupported_grant_type",
        ),
        (
            with("audience", json!("urn:pulumi:org:nobody")),
            "invalid_target",
        ),
        (with("audience", json!("acme")), "invalid_target"),
        (with("scope", json!("everything")), "invalid_scope"),
        (with("expiration", json!(0)), "invalid_request"),
        (with("expiration", json!(-1)), "invalid_request"),
        (with("subject_token", json!("a.b.c")), "invalid_request"),
        (with("resource", json!("x")), "invalid_request"),
        (json!({}), "invalid_request"),
        (json!([]), "invalid_request"),
    ];
    for (body, error) in cases {
        let answer = site.post("/api/oauth/token", "", &body).await;
        assert_eq!(answer.expect(400)["error"], error, "{body}");
    }
    for (kind, body) in [
        ("text/plain", "a"),
        ("application/json", "{"),
        ("application/json", "{\"a\": \"\\ud800\"}"),
    ] {
        let request = Request::post("/api/oauth/token")
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        assert_eq!(
            site.send(request).await.expect(400)["error"],
            "invalid_request",
            "{kind} {body}"
        );
    }
    let request = Request::post("/api/oauth/token").header("content-type", "application/json");
    let answer = site
        .send(request.body(Body::from(vec![0xff; 10])).unwrap())
        .await;
    assert_eq!(answer.expect(400)["error"], "invalid_request");
    let large = format!("subject_token={}", "a".repeat(100_000));
    let answer = site.form("/api/oauth/token", "", &large).await;
    assert_eq!(answer.expect(413)["error"], "invalid_request");
    assert_eq!(site.get("/api/oauth/token", "").await.status, 405);
}

#[tokio::test]
async fn lifetimes_are_cut_and_end_to_the_second() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let mut body = exchange_body(&issuer.token(json!({})), "organization", "");
    body["expiration"] = json!(1_000_000);
    assert_eq!(
        site.post("/api/oauth/token", "", &body).await.expect(200)["expires_in"],
        90_000
    );
    let change = json!({"name": "CI", "maxExpiration": 30});
    site.patch(
        &format!("/api/orgs/acme/oidc/issuers/{id}"),
        &site.root,
        &change,
    )
    .await
    .expect(200);
    let answer = site.post("/api/oauth/token", "", &body).await.expect(200);
    assert_eq!(answer["expires_in"], 30, "a change holds at once");

    body["expiration"] = json!(1);
    let answer = site.post("/api/oauth/token", "", &body).await.expect(200);
    let granted = claimgate_server::now();
    let token = answer["access_token"].as_str().unwrap();
    eventually("the token's second is over", async || {
        claimgate_server::now() > granted
    })
    .await;
    site.get("/api/user", token).await.expect(401);
    let introspected = site
        .form(
            "/api/oauth/introspect",
            &site.root,
            &format!("token={token}"),
        )
        .await
        .expect(200);
    assert_eq!(introspected, json!({"active": false}));
}

#[tokio::test]
async fn tokens_are_introspected_and_revoked() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let token = site
            .granted(&issuer.token(json!({})), "team", "team:deployers")
            .await;
        let stranger = site
            .granted(&issuer.token(json!({})), "organization", "")
            .await;
        let admin = site
            .granted(&issuer.token(json!({})), "organization", "admin")
            .await;
        let ask = async |by: &str| {
            site.form("/api/oauth/introspect", by, &format!("token={token}"))
                .await
                .expect(200)
        };
        for by in [&site.root, &admin, &token] {
            let body = ask(by).await;
            assert_eq!(
                (&body["active"], &body["scope"], &body["kind"]),
                (&json!(true), &json!("team:deployers"), &json!("team"))
            );
            assert_eq!(
                (&body["aud"], &body["target"]),
                (&json!("urn:pulumi:org:acme"), &json!("deployers"))
            );
            assert_eq!(
                body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(),
                7_200
            );
        }
        assert_eq!(
            ask(&stranger).await,
            json!({"active": false}),
            "not everybody may ask"
        );
        let body = site
            .form("/api/oauth/introspect", &admin, "token=cgt_nonsense")
            .await
            .expect(200);
        assert_eq!(body, json!({"active": false}));

        site.form(
            "/api/oauth/revoke",
            "",
            &format!("token={token}&token_type_hint=access_token"),
        )
        .await
        .expect(200);
        site.form("/api/oauth/revoke", "", &format!("token={token}"))
            .await
            .expect(200);
        site.form("/api/oauth/revoke", "", "token=never-was")
            .await
            .expect(200);
        site.get("/api/user", &token).await.expect(401);
        assert_eq!(ask(&admin).await, json!({"active": false}));

        let listed = site.get("/api/orgs/acme/tokens", &admin).await.expect(200);
        let tokens = listed["tokens"].as_array().unwrap();
        assert_eq!(tokens.len(), 2, "{listed}");
        let own = tokens.iter().find(|token| token["admin"] == false).unwrap();
        site.delete(
            &format!("/api/orgs/acme/tokens/{}", own["id"].as_str().unwrap()),
            &admin,
        )
        .await
        .expect(204);
        site.get("/api/user", &stranger).await.expect(401);
        let path = format!("/api/orgs/acme/oidc/issuers/{id}/revoke-tokens");
        assert_eq!(
            site.post(&path, &site.root, &json!({})).await.expect(200)["revoked"],
            1
        );
        site.get("/api/user", &admin).await.expect(401);
    }
}

/// RFC 7662, section 2.3, and RFC 7009, section 2.2.1, refer to RFC 6749, section 5.2.
#[tokio::test]
async fn introspection_and_revocation_answer_errors_as_oauth_has_them() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    let large = format!("token={}", "a".repeat(100_000));
    let cases = [
        ("tokken=a", 400, "missing field `token`"),
        (
            "token=",
            400,
            "expected a form with `token`, found an empty one",
        ),
        ("token=a&token=b", 400, "duplicate field `token`"),
        (&large, 413, "expected a form with `token`: "),
    ];
    for path in ["/api/oauth/introspect", "/api/oauth/revoke"] {
        for (body, status, words) in cases {
            let answer = site.form(path, &site.root, body).await.expect(status);
            assert_eq!(answer["error"], "invalid_request", "{path} {answer}");
            assert!(
                answer["error_description"]
                    .as_str()
                    .unwrap()
                    .contains(words),
                "{path} {answer}"
            );
        }
        let answer = site
            .post(path, &site.root, &json!({"token": "a"}))
            .await
            .expect(400);
        assert_eq!(answer["error"], "invalid_request", "{path} {answer}");
        assert!(
            answer["error_description"]
                .as_str()
                .unwrap()
                .contains("application/x-www-form-urlencoded"),
            "{answer}"
        );
    }
    for token in ["", "cgt_nonsense"] {
        let answer = site.form("/api/oauth/introspect", token, "token=a").await;
        assert_eq!(answer.expect(401)["error"], "invalid_client");
        assert!(
            answer.headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer ")
        );
    }
    let document = site.get("/api/openapi.json", "").await.expect(200);
    for (path, statuses) in [
        ("introspect", &["400", "401", "413", "500"][..]),
        ("revoke", &["400", "413", "500"]),
    ] {
        for status in statuses {
            let answer =
                &document["paths"][format!("/api/oauth/{path}")]["post"]["responses"][status];
            let schema = &answer["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(
                *schema,
                json!("#/components/schemas/OauthErrorBody"),
                "{path} {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_of_single_use_is_exchanged_once() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        site.patch(&path, &site.root, &json!({"name": "CI", "singleUse": true}))
            .await
            .expect(200);
        let token = issuer.token(json!({}));
        let answers = futures(10, |_| site.exchange(&token, "organization", "")).await;
        let granted = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(granted, 1);
        let refused = answers.iter().find(|answer| answer.status == 400).unwrap();
        assert!(refused.text.contains("the subject token is refused"));
        let record = site
            .get(
                &format!("/api/orgs/acme/oidc/exchanges/{}", reference(refused)),
                &site.root,
            )
            .await;
        assert_eq!(record.expect(200)["code"], "token-replayed");
        site.exchange(&issuer.token(json!({})), "organization", "")
            .await
            .expect(200);
        let without = site
            .exchange(&issuer.token(json!({"jti": ""})), "organization", "")
            .await;
        without.expect(400);
        let record = site
            .get(
                &format!("/api/orgs/acme/oidc/exchanges/{}", reference(&without)),
                &site.root,
            )
            .await;
        assert_eq!(record.expect(200)["code"], "token-without-jti");
    }
}

#[tokio::test]
async fn a_policy_that_only_reports_denies_nothing_and_says_what_it_would() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let mut policies = standard_policies();
    policies[4]["reportOnly"] = json!(true);
    policies.as_array_mut().unwrap().swap(0, 4);
    site.set_policies(&id, &policies).await;
    let pull_request = issuer.token(json!({"sub": "repo:acme/app:pull_request"}));
    site.exchange(&pull_request, "organization", "")
        .await
        .expect(200);
    let log = exchanges(&site, "").await;
    assert_eq!(
        (&log[0]["decision"], &log[0]["policies"]),
        (&json!("allowed"), &json!([4])),
        "{}",
        log[0]
    );
    assert!(
        log[0]["report"]
            .as_str()
            .unwrap()
            .contains("denied by policy 1"),
        "{}",
        log[0]
    );
    site.exchange(&issuer.token(json!({})), "organization", "")
        .await
        .expect(200);
    assert!(
        exchanges(&site, "").await[0]["report"].is_null(),
        "there is nothing to report"
    );

    let other = issuer.token(json!({"sub": "repo:other/app:main"}));
    site.exchange(&other, "organization", "").await.expect(400);
    policies[0]["reportOnly"] = json!(false);
    site.set_policies(&id, &policies).await;
    site.exchange(&pull_request, "organization", "")
        .await
        .expect(400);
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    site.patch(
        &path,
        &site.root,
        &json!({"name": "CI", "reportOnly": true}),
    )
    .await
    .expect(200);
    site.exchange(&pull_request, "organization", "")
        .await
        .expect(200);
    site.exchange(&other, "organization", "").await.expect(400);
}

#[tokio::test]
async fn rates_are_limited_by_address_and_by_issuer() {
    let database = Database::sqlite();
    let limits = Limits {
        address_rate: 0.001,
        address_burst: 5.0,
        issuer_rate: 0.001,
        issuer_burst: 2.0,
    };
    let (site, issuer, _) = Site::with_issuer(Config {
        limits,
        trusted_proxies: 1,
        ..config(&database.url)
    })
    .await;
    let from = async |address: &str| {
        let body = exchange_body(&issuer.token(json!({})), "organization", "").to_string();
        let request = Request::post("/api/oauth/token").header("content-type", "application/json");
        site.send(
            request
                .header("x-forwarded-for", address)
                .body(Body::from(body))
                .unwrap(),
        )
        .await
    };
    for _ in 0..2 {
        from("192.0.2.1").await.expect(200);
    }
    let answer = from("192.0.2.1").await;
    let said = answer.expect(429)["error_description"]
        .as_str()
        .unwrap()
        .to_owned();
    let log = site
        .get(
            "/api/orgs/acme/oidc/exchanges?code=rate-limited",
            &site.root,
        )
        .await
        .expect(200);
    let entry = &log["exchanges"][0];
    assert_eq!(
        (&entry["decision"], &entry["subject"]),
        (
            &json!("denied"),
            &json!("repo:acme/app:ref:refs/heads/main")
        )
    );
    let reference = format!(
        "too many exchanges on this issuer (reference {}), try again",
        entry["id"].as_str().unwrap()
    );
    assert!(said.starts_with(&reference), "{said}");
    assert!(
        answer.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 0
    );
    for _ in 0..2 {
        from("192.0.2.1").await;
    }
    let answer = from("192.0.2.1").await;
    assert!(
        answer.expect(429)["error_description"]
            .as_str()
            .unwrap()
            .contains("address")
    );
    assert!(
        from("192.0.2.2").await.text.contains("issuer"),
        "another address has its own limit"
    );
}

#[tokio::test]
async fn the_audit_log_goes_to_a_file_as_well_and_no_token_does() {
    let database = Database::sqlite();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("audit.jsonl");
    let (site, issuer, _) = Site::with_issuer(Config {
        audit_file: Some(file.clone()),
        ..config(&database.url)
    })
    .await;
    let id_token = issuer.token(json!({}));
    let token = site.granted(&id_token, "organization", "").await;
    site.exchange(&issuer.token(json!({"aud": "x"})), "organization", "")
        .await
        .expect(400);
    site.post("/api/oauth/token", "", &json!({}))
        .await
        .expect(400);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        // The others are changes.
        .filter(|line: &Value| line.get("decision").is_some())
        .collect();
    let codes: Vec<_> = lines
        .iter()
        .map(|line| line["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["granted", "denied", "parameter-missing"]);
    for line in &lines[..2] {
        let path = format!(
            "/api/orgs/acme/oidc/exchanges/{}",
            line["id"].as_str().unwrap()
        );
        let read = site.get(&path, &site.root).await.expect(200);
        assert!(
            read["detail"]["explanation"]["policies"].is_array(),
            "{read}"
        );
        assert_eq!(
            line["detail"], read["detail"],
            "a line has the whole explanation"
        );
    }
    assert!(lines[2].get("detail").is_none(), "no token, no evidence");
    let database = std::fs::read(database.url.trim_start_matches("sqlite:")).unwrap();
    let log = [text.into_bytes(), database].concat();
    for secret in [
        token.as_str(),
        id_token.as_str(),
        id_token.rsplit('.').next().unwrap(),
    ] {
        assert!(
            !log.windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "a secret is in the log"
        );
    }
}

#[tokio::test]
async fn a_token_in_the_wrong_place_is_neither_answered_nor_kept() {
    let database = Database::sqlite();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("audit.jsonl");
    let (site, issuer, _) = Site::with_issuer(Config {
        audit_file: Some(file.clone()),
        ..config(&database.url)
    })
    .await;
    let id_token = issuer.token(json!({}));
    let access = site.granted(&id_token, "organization", "").await;
    let mut answers = Vec::new();
    for token in [&id_token, &access] {
        for parameter in [
            "audience",
            "scope",
            "expiration",
            "subject_token_type",
            "requested_token_type",
            "grant_type",
        ] {
            let mut body = exchange_body(&id_token, "organization", "");
            body[parameter] = json!(token);
            let answer = site.post("/api/oauth/token", "", &body).await;
            answer.expect(400);
            answers.push(answer.text);
        }
        for (kind, prefix) in [("team", "team"), ("personal", "user"), ("runner", "runner")] {
            let answer = site
                .exchange(&id_token, kind, &format!("{prefix}:{token}"))
                .await;
            assert_eq!(answer.expect(400)["error"], "invalid_scope");
            answers.push(answer.text);
        }
        let answer = site
            .post("/api/oauth/token", "", &json!({token.as_str(): {}}))
            .await;
        answer.expect(400);
        answers.push(answer.text);
    }
    assert!(
        answers.iter().all(|answer| answer.contains("[a token]")),
        "{answers:?}"
    );
    // A forged one, as large as it may be, is kept in few words.
    let forged = issuer.token(json!({"much": "x".repeat(20_000)}));
    let forged = format!("{}.{}", forged.rsplit_once('.').unwrap().0, "A".repeat(342));
    site.exchange(&forged, "organization", "").await.expect(400);
    let lines = std::fs::read_to_string(&file).unwrap();
    let longest = lines.lines().map(str::len).max().unwrap();
    assert!(longest < 8_192, "{longest}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
    let database = std::fs::read(database.url.trim_start_matches("sqlite:")).unwrap();
    let all = [lines.into_bytes(), database, answers.concat().into_bytes()].concat();
    for secret in [
        access.as_str(),
        id_token.as_str(),
        id_token.rsplit('.').next().unwrap(),
    ] {
        assert!(
            !all.windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "a secret is there"
        );
    }
}

#[tokio::test]
async fn the_demonstration_does_what_it_says() {
    let database = Database::sqlite();
    // Two replicas, and then another start: all of them take the samples of all.
    let start = async || {
        Site::start(Config {
            demo: true,
            ..config(&database.url)
        })
        .await
    };
    let samples_of = async |site: &Site| {
        let samples = site
            .get("/demo/tokens", "")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(samples.len(), 6);
        samples
    };
    let replicas = [start().await, start().await];
    let mut samples = [
        samples_of(&replicas[0]).await,
        samples_of(&replicas[1]).await,
    ]
    .concat();
    let [first, second] = replicas;
    first.server.stop().await;
    let third = start().await;
    samples.append(&mut samples_of(&third).await);
    for site in [second, third] {
        for sample in &samples {
            let mut body = exchange_body(
                sample["token"].as_str().unwrap(),
                "",
                sample["scope"].as_str().unwrap(),
            );
            body["audience"] = json!("urn:pulumi:org:demo");
            body["requested_token_type"] = sample["requestedTokenType"].clone();
            let answer = site.post("/api/oauth/token", "", &body).await;
            assert_eq!(
                answer.status == 200,
                sample["granted"] == true,
                "{sample}: {}",
                answer.text
            );
        }
        site.server.stop().await;
    }
    let site = Site::start(config(&database.url)).await;
    site.get("/demo/tokens", "").await.expect(404);
}

/// The answers of `count` requests at once.
async fn futures<T, F: Future<Output = T>>(count: usize, make: impl Fn(usize) -> F) -> Vec<T> {
    let mut running: Vec<_> = (0..count)
        .map(|number| Some(Box::pin(make(number))))
        .collect();
    let mut done: Vec<Option<T>> = (0..count).map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (slot, result) in running.iter_mut().zip(&mut done) {
            if let Some(future) = slot
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *result = Some(value);
                *slot = None;
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect()),
            false => std::task::Poll::Pending,
        }
    })
    .await
}
