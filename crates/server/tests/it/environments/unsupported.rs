//! What the server does not support, and where it has no environments.

use serde_json::json;

use super::{ALL, DEV, create, expect_each, site};
use crate::support::Database;
use crate::support::site::{Site, config};

#[tokio::test]
async fn what_the_server_does_not_have_says_so() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "").await;
    for (method, path) in [
        ("POST", &*format!("{DEV}/drafts")),
        ("POST", &*format!("{DEV}/drafts/new")),
        ("POST", &*format!("{DEV}/hooks")),
        ("POST", &*format!("{DEV}/schedules/1")),
        ("POST", &*format!("{DEV}/referrers")),
        ("POST", &*format!("{DEV}/open/request")),
        ("GET", "/api/preview/environments/acme/dev"),
        ("GET", "/api/esc/providers/x/schema"),
        ("GET", "/api/esc/rotators"),
    ] {
        let said = match method {
            "POST" => site.post(path, &root, &json!({})).await,
            _ => site.get(path, &root).await,
        };
        let said = said.expect(404);
        assert_eq!(said["code"], 404);
        let message = said["message"].as_str().unwrap();
        let words = "this server does not support";
        assert!(message.starts_with(words), "{path}: {message}");
    }
    let said = site
        .post(&format!("{DEV}/rotate"), &root, &json!({"Paths": []}))
        .await
        .expect(400);
    assert_eq!(said["diagnostics"][0]["severity"], "error");
}

#[tokio::test]
async fn names_that_are_parts_of_other_paths_or_of_another_form_are_refused() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let rows = [
        ("yaml", "x"),
        ("tags", "x"),
        ("restore", "x"),
        ("..", "x"),
        ("a", ""),
        ("a b", "c"),
    ];
    let rows = rows.map(|(project, name)| {
        let body = json!({"project": project, "name": name});
        ("POST", "/acme", body, 400)
    });
    expect_each(&site, ALL, &rows).await;
}

#[tokio::test]
async fn without_a_key_there_are_no_environments() {
    let database = Database::sqlite();
    let (site, ..) = Site::with_issuer(config(&database.url)).await;
    for path in [ALL, DEV, "/api/esc/environments/acme"] {
        let said = site.get(path, &site.root).await.expect(404);
        assert!(
            said["message"]
                .as_str()
                .unwrap()
                .contains("--environment-key-file"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn an_organization_whose_name_clients_do_not_accept_has_no_environments() {
    let database = Database::sqlite();
    let site = site(&database).await;
    for name in ["ab", "a.b.c", "-abc", &"a".repeat(41)] {
        site.post("/api/orgs", &site.root, &json!({"name": name}))
            .await
            .expect(200);
        let body = json!({"project": "app", "name": "dev"});
        for answer in [
            site.post(&format!("{ALL}/{name}"), &site.root, &body).await,
            site.get(&format!("{ALL}/{name}"), &site.root).await,
            site.get(&format!("{ALL}/{name}/app/dev"), &site.root).await,
        ] {
            let said = answer.expect(400);
            let said = said["message"].as_str().unwrap();
            assert!(
                said.contains("3 to 40 letters") && said.contains(name),
                "{said}"
            );
        }
    }
    assert_eq!(
        site.get(ALL, &site.root).await.expect(200)["environments"],
        json!([])
    );
}
