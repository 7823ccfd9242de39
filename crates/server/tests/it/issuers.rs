//! The issuers and policies API: paths, fields, status codes and error texts.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Answer, Site, config, standard_policies};
use crate::support::waiting::eventually;

async fn patch_if(site: &Site, path: &str, tag: &str, body: &Value) -> Answer {
    let request = Request::patch(path)
        .header("authorization", format!("token {}", site.root))
        .header("if-match", tag);
    site.send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

#[tokio::test]
async fn an_issuer_has_the_documented_fields() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let answer = site
            .get(&format!("/api/orgs/acme/oidc/issuers/{id}"), &site.root)
            .await;
        assert_eq!(answer.headers["etag"], "\"1\"");
        let body = answer.expect(200);
        assert_eq!((&body["id"], &body["name"]), (&json!(id), &json!("CI")));
        assert_eq!((&body["url"], &body["issuer"]), (&json!(URL), &json!(URL)));
        assert_eq!(
            (&body["thumbprints"], &body["jwks"]),
            (&json!([]), &issuer.jwks())
        );
        for time in ["created", "modified"] {
            assert!(
                claimgate::time::parse(body[time].as_str().unwrap()).is_some(),
                "{body}"
            );
        }
        let names: Vec<_> = body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert!(
            !names.contains(&"lastUsed") && !names.contains(&"maxExpiration"),
            "{names:?}"
        );
        let list = site
            .get("/api/orgs/acme/oidc/issuers", &site.root)
            .await
            .expect(200);
        assert_eq!(list, json!({"oidcIssuers": [body]}));
    }
}

#[tokio::test]
async fn a_list_has_versions_and_policies_where_they_are_asked_for() {
    for database in Database::each() {
        let (site, _, id) = Site::with_issuer(config(&database.url)).await;
        let policies = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let policies = site.get(&policies, &site.root).await.expect(200);
        let change = json!({"name": "renamed"});
        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        let changed = site.patch(&path, &site.root, &change).await;
        assert_eq!(changed.headers["etag"], "\"2\"");
        let list = site
            .get("/api/orgs/acme/oidc/issuers?policies=true", &site.root)
            .await
            .expect(200);
        let listed = &list["oidcIssuers"][0];
        assert_eq!(
            (&listed["version"], &listed["authPolicy"]),
            (&json!(2), &policies)
        );
        // What was answered can be sent back.
        let again = site.patch(&path, &site.root, listed).await.expect(200);
        assert_eq!(
            (&again["name"], again.get("authPolicy")),
            (&json!("renamed"), None)
        );
        let wrong = site
            .get("/api/orgs/acme/oidc/issuers?policies=maybe", &site.root)
            .await
            .expect(400);
        assert!(
            wrong["message"].as_str().unwrap().contains("policies"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn registrations_that_cannot_be_are_refused_with_the_reason() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let good = json!({"name": "a", "url": "https://b.example", "jwks": issuer.jwks()});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let private = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "a", "d": "b"}]});
    let cases = [
        (with("name", json!("")), 400, "the issuer name is required"),
        (
            with("name", json!(null)),
            400,
            "the issuer name is required",
        ),
        (with("url", json!(null)), 400, "the issuer url is required"),
        (with("url", json!("http://b.example")), 400, "https://"),
        (with("url", json!(URL)), 409, "already exists"),
        (with("maxExpiration", json!(0)), 400, "maxExpiration"),
        (with("maxExpiration", json!(-5)), 400, "-5"),
        (
            with("maxExpiration", json!("5")),
            400,
            "maxExpiration: expected an integer, found `5`",
        ),
        (with("maxExpiraton", json!(5)), 400, "maxExpiraton"),
        (with("thumbprints", json!(["ab"])), 400, "SHA-256"),
        (with("jwks", json!("x")), 400, "jwks: not JSON"),
        (with("jwks", private), 400, "private"),
        (with("jwks", json!({"keys": []})), 400, "expected a key"),
        (json!([]), 400, "expected an object, found"),
    ];
    for (body, status, words) in cases {
        let answer = site
            .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
            .await;
        let message = answer.expect(status)["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(words), "{body}: {message}");
        assert_eq!(answer.json()["code"], status);
    }
    let misspelled = site
        .post(
            "/api/orgs/acme/oidc/issuers",
            &site.root,
            &with("reportonly", json!(true)),
        )
        .await;
    assert_eq!(
        misspelled.expect(400)["errors"],
        json!([{
            "path": "reportonly",
            "code": "unknown-key",
            "message": "unknown key `reportonly`",
            "help": "did you mean `reportOnly`?",
        }])
    );
    let answer = site
        .post("/api/orgs/nobody/oidc/issuers", &site.root, &good)
        .await;
    assert!(
        answer.expect(404)["message"]
            .as_str()
            .unwrap()
            .contains("nobody")
    );
    assert_eq!(
        site.get("/api/orgs/acme/oidc/issuers", &site.root)
            .await
            .expect(200)["oidcIssuers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn an_issuer_is_changed_and_deleted() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    let answer = site
        .patch(&path, &site.root, &json!({"maxExpiration": 60}))
        .await;
    assert_eq!(answer.expect(400)["message"], "the issuer name is required");
    let thumbprint = ["AB"; 32].join(":");
    let change = json!({"name": "Other", "maxExpiration": 60, "thumbprints": [thumbprint]});
    let body = site.patch(&path, &site.root, &change).await.expect(200);
    assert_eq!(
        (&body["name"], &body["maxExpiration"]),
        (&json!("Other"), &json!(60))
    );
    assert_eq!(body["thumbprints"], json!(["ab".repeat(32)]));
    assert_eq!(body["jwks"], issuer.jwks(), "what was not sent stays");
    // The whole answer can be sent back.
    let body = site.patch(&path, &site.root, &body).await.expect(200);
    let moved = json!({"name": "Other", "url": "https://elsewhere.example"});
    assert!(
        site.patch(&path, &site.root, &moved).await.expect(400)["message"]
            .as_str()
            .unwrap()
            .contains("cannot be changed")
    );
    let cleared = site
        .patch(
            &path,
            &site.root,
            &json!({"name": "Other", "maxExpiration": null}),
        )
        .await
        .expect(200);
    assert!(cleared["maxExpiration"].is_null() && body["maxExpiration"] == 60);

    let answer = site
        .post(
            &format!("{path}/regenerate-thumbprints"),
            &site.root,
            &json!({}),
        )
        .await;
    let expected = "issuer jwks are statically configured, can't regenerate thumbprints";
    assert_eq!(answer.expect(400)["message"], expected);
    site.exchange(&issuer.token(json!({})), "organization", "")
        .await
        .expect(200);
    assert_eq!(
        site.delete(&path, &site.root).await.expect(204),
        Value::Null
    );
    site.get(&path, &site.root).await.expect(404);
    site.delete(&path, &site.root).await.expect(404);
    site.patch(&path, &site.root, &json!({"name": "a"}))
        .await
        .expect(404);
    site.exchange(&issuer.token(json!({})), "organization", "")
        .await
        .expect(400);
}

#[tokio::test]
async fn policies_are_read_by_the_issuer_and_replaced_by_their_own_id() {
    for database in Database::each() {
        let (site, _, id) = Site::with_issuer(config(&database.url)).await;
        let read = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let answer = site.get(&read, &site.root).await;
        assert_eq!(answer.headers["etag"], "\"2\"");
        let body = answer.expect(200);
        assert_eq!(
            (&body["version"], body["policies"].as_array().unwrap().len()),
            (&json!(2), 5)
        );
        assert_eq!(body["policies"][1]["authorizedPermissions"], json!([]));
        let write = format!(
            "/api/orgs/acme/auth/policies/{}",
            body["id"].as_str().unwrap()
        );
        assert_ne!(body["id"], json!(id));
        // What was read can be sent back whole.
        let again = site.patch(&write, &site.root, &body).await.expect(200);
        assert_eq!(
            (&again["version"], &again["policies"]),
            (&json!(3), &body["policies"])
        );

        let invalid = site
            .get("/api/orgs/acme/auth/policies/oidcissuers/none", &site.root)
            .await;
        assert_eq!(invalid.expect(400)["message"], "Invalid issuer ID");
        site.patch(
            "/api/orgs/acme/auth/policies/none",
            &site.root,
            &json!({"policies": standard_policies()}),
        )
        .await
        .expect(404);
        for body in [
            json!({"policies": []}),
            json!({"policies": null}),
            json!({}),
            json!([]),
        ] {
            let empty = site.patch(&write, &site.root, &body).await;
            assert_eq!(
                empty.expect(400)["message"],
                "policy definition can not be empty",
                "{body}"
            );
        }
        let none = site.patch(&write, &site.root, &json!(7)).await.expect(400);
        assert!(
            none["message"]
                .as_str()
                .unwrap()
                .starts_with("expected a policy, an array of policies or"),
            "{none}"
        );
        let wrong = json!({"policies": [{"decision": "alow", "tokenType": "team", "rules": {}}]});
        let answer = site.patch(&write, &site.root, &wrong).await.expect(400);
        assert_eq!(answer["errors"][0]["path"], "policies[0].decision");
        assert_eq!(answer["errors"][0]["help"], "did you mean `allow`?");
        for (report_only, code) in [
            (json!(true), "report-only-allow"),
            (json!("yes"), "policy-wrong-value"),
        ] {
            let mut policies = standard_policies();
            policies[0]["reportOnly"] = report_only;
            let body = json!({"policies": policies});
            let error = &site.patch(&write, &site.root, &body).await.expect(400)["errors"][0];
            assert_eq!(
                (&error["path"], &error["code"]),
                (&json!("policies[0].reportOnly"), &json!(code))
            );
        }
        assert_eq!(
            site.get(&read, &site.root).await.expect(200),
            again,
            "what is refused changes nothing"
        );
    }
}

#[tokio::test]
async fn of_two_admins_the_slower_one_is_told() {
    for database in Database::each() {
        let (site, _, id) = Site::with_issuer(config(&database.url)).await;
        let read = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let policy = site.get(&read, &site.root).await.expect(200);
        let write = format!(
            "/api/orgs/acme/auth/policies/{}",
            policy["id"].as_str().unwrap()
        );
        let body = json!({"policies": standard_policies()});
        patch_if(&site, &write, "\"2\"", &body).await.expect(200);
        let answer = patch_if(&site, &write, "\"2\"", &body).await;
        assert!(
            answer.expect(412)["message"]
                .as_str()
                .unwrap()
                .contains("expected version 2, found 3")
        );
        patch_if(&site, &write, "*", &body).await.expect(200);
        patch_if(&site, &write, "two", &body).await.expect(400);
        let path = format!("/api/orgs/acme/oidc/issuers/{id}");
        let answer = patch_if(&site, &path, "\"1\"", &json!({"name": "a"})).await;
        assert_eq!(answer.headers["etag"], "\"2\"");
        patch_if(&site, &path, "\"1\"", &json!({"name": "b"}))
            .await
            .expect(412);
    }
}

#[tokio::test]
async fn organizations_are_made_and_deleted() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    for name in ["", "a b", "a/b", "ä", "..", &"a".repeat(101)] {
        site.post("/api/orgs", &site.root, &json!({"name": name}))
            .await
            .expect(400);
    }
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(409);
    let nearly = site
        .post("/api/orgs", &site.root, &json!({"name": "ACME"}))
        .await
        .expect(409);
    assert_eq!(
        nearly["message"],
        "organization `acme`, which differs from `ACME` only in case, already exists"
    );
    site.get("/api/orgs/ACME", &site.root).await.expect(404);
    let list = site.get("/api/orgs", &site.root).await.expect(200);
    assert_eq!(list["organizations"][0]["name"], "acme");
    let token = site
        .granted(&issuer.token(json!({})), "organization", "admin")
        .await;
    site.delete("/api/orgs/acme", &site.root).await.expect(204);
    site.get("/api/user", &token).await.expect(401);
    let answer = site
        .exchange(&issuer.token(json!({})), "organization", "")
        .await;
    assert_eq!(answer.expect(400)["error"], "invalid_target");
    site.get("/api/orgs/acme", &site.root).await.expect(404);
}

#[tokio::test]
async fn a_change_reaches_all_replicas_within_two_seconds() {
    for database in Database::each() {
        let (one, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let other = Site::start(config(&database.url)).await;
        other
            .exchange(&issuer.token(json!({})), "organization", "")
            .await
            .expect(200);
        let deny = json!([{"decision": "deny", "tokenType": "organization", "rules": {}}]);
        one.set_policies(&id, &deny).await;
        one.exchange(&issuer.token(json!({})), "organization", "")
            .await
            .expect(400);
        eventually("the change reaches the other replica", async || {
            other
                .exchange(&issuer.token(json!({})), "organization", "")
                .await
                .status
                != 200
        })
        .await;
        one.delete("/api/orgs/acme", &one.root).await.expect(204);
        eventually("the deletion reaches the other replica", async || {
            let answer = other
                .exchange(&Issuer::new().token(json!({})), "organization", "")
                .await;
            answer.text.contains("invalid_target")
        })
        .await;
    }
}

#[tokio::test]
async fn the_openapi_document_is_served_and_refers_to_nothing_that_is_not_there() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    let document = site.get("/api/openapi.json", "").await.expect(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_keys_of_an_issuer_are_read_with_their_problems() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(200);
    let mut jwks = Issuer::new().jwks();
    let unfit = json!({"kid": "old", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"});
    jwks["keys"].as_array_mut().unwrap().push(unfit);
    let body = json!({"name": "CI", "url": URL, "jwks": jwks});
    let path = "/api/orgs/acme/oidc/issuers";
    let issuer = site.post(path, &site.root, &body).await.expect(200);
    let path = format!("{path}/{}/keys", issuer["id"].as_str().unwrap());
    let found = site.get(&path, &site.root).await.expect(200);
    assert_eq!(
        (&found["source"], found.get("error")),
        (&json!("registered"), None)
    );
    let [usable, old] = [0, 1].map(|index| &found["keys"][index]);
    assert_eq!(
        (&usable["kid"], &usable["use"]),
        (&json!("one"), &json!("sig"))
    );
    assert_eq!(usable["jwk"]["x"], jwks["keys"][0]["x"]);
    assert_eq!((&old["kid"], old.get("jwk")), (&json!("old"), None));
    assert!(old["problem"].is_string());
}

/// The command line and the npm package read the same table.
#[tokio::test]
async fn the_same_documents_are_refused_with_the_same_codes_everywhere() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let path = "/api/orgs/acme/oidc/issuers";
    for case in claimgate_testing::issuer_cases(&issuer.jwks()) {
        let answer = site.post(path, &site.root, &case.issuer).await;
        let answer = answer.json();
        let errors = answer["errors"].as_array();
        case.check(errors.map_or(&[], Vec::as_slice));
        if let Some(id) = answer["id"].as_str() {
            assert_eq!(answer["jwks"], issuer.jwks(), "{answer}");
            let gone = site.delete(&format!("{path}/{id}"), &site.root).await;
            gone.expect_status(204);
        }
    }
}

#[tokio::test]
async fn policies_in_the_body_of_an_issuer_are_those_that_are_stored_or_refused() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let path = "/api/orgs/acme/oidc/issuers";
    for (name, policies) in [
        ("policies", standard_policies()),
        ("authPolicy", json!({"policies": standard_policies()})),
    ] {
        let new =
            json!({"name": "a", "url": "https://ci.test", "jwks": issuer.jwks(), name: policies});
        let refused = site.post(path, &site.root, &new).await.expect(400);
        assert_eq!(refused["errors"][0]["path"], name, "{refused}");
        assert_eq!(refused["errors"][0]["code"], "wrong-value");
        let stored = json!({"name": "CI", name: policies});
        let one = format!("{path}/{id}");
        site.patch(&one, &site.root, &stored).await.expect(200);
        let others = json!({"name": "CI", name: []});
        let refused = site.patch(&one, &site.root, &others).await.expect(400);
        assert_eq!(refused["errors"][0]["path"], name, "{refused}");
    }
}
