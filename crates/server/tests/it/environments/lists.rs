//! Lists of environments.

use serde_json::{Value, json};

use super::{ALL, Tokens, create, members, set_access, site, with_key};
use crate::support::Database;
use crate::support::site::Site;

#[tokio::test]
async fn environments_are_listed_page_by_page() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        for (project, name) in [("b", "x"), ("a", "y"), ("a", "x")] {
            create(&site, &root, project, name, "").await;
        }
        site.post("/api/orgs", &root, &json!({"name": "zeta"}))
            .await
            .expect(200);
        let zeta = json!({"project": "a", "name": "x"});
        site.post(&format!("{ALL}/zeta"), &root, &zeta)
            .await
            .expect(200);
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let path = format!("{ALL}?continuationToken={token}&maxResults=1");
            let list = site.get(&path, &root).await.expect(200);
            let one = &list["environments"][0];
            assert!(one["created"].as_str().unwrap().ends_with('Z') && one["modified"].is_string());
            found.push(
                ["organization", "project", "name"]
                    .map(|name| one[name].as_str().unwrap().to_owned())
                    .join("/"),
            );
            token = list["nextToken"].as_str().unwrap().to_owned();
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, ["acme/a/x", "acme/a/y", "acme/b/x", "zeta/a/x"]);
        let list = site.get(&format!("{ALL}/zeta"), &root).await.expect(200);
        assert_eq!(list["environments"].as_array().unwrap().len(), 1);
        site.get(&format!("{ALL}?continuationToken=x"), &root)
            .await
            .expect(400);
        site.get(&format!("{ALL}/none"), &root).await.expect(404);
    }
}

#[tokio::test]
async fn a_list_has_what_the_rules_permit_together() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
        let tokens = Tokens::of(&site, &issuer, &id).await;
        for project in ["p0", "p1", "p2", "p3", "p4", "p5"] {
            for name in ["dev", "eu-dev", "eu-prod", "prod", "x.1"] {
                create(&site, &site.root, project, name, "").await;
            }
        }
        let mut access = vec![
            members("p0", "dev", "read"),
            members("p0", "*", "none"),
            members("p1", "eu-*", "read"),
            members("p2", "*-prod", "open"),
            members("p3", "*", "read"),
            members("p4", "*-*", "write"),
            members("p5", "de?", "admin"),
            members("p*", "x.1", "read"),
            json!({"to": "team", "name": "deployers", "project": "*", "environment": "*", "permission": "read"}),
        ];
        let others = access.len()..500;
        access.extend(others.map(|number| members(&format!("none{number}"), "*", "admin")));
        set_access(&site, json!(access)).await;
        let expected = [
            "p0/dev",
            "p0/x.1",
            "p1/eu-dev",
            "p1/eu-prod",
            "p1/x.1",
            "p2/eu-prod",
            "p2/x.1",
            "p3/dev",
            "p3/eu-dev",
            "p3/eu-prod",
            "p3/prod",
            "p3/x.1",
            "p4/eu-dev",
            "p4/eu-prod",
            "p4/x.1",
            "p5/dev",
            "p5/x.1",
        ];
        for size in [1, 7, 500] {
            assert_eq!(
                listed(&site, &tokens.member, size).await,
                expected,
                "{size}"
            );
        }
        assert_eq!(listed(&site, &tokens.team, 100).await.len(), 30);
        assert_eq!(listed(&site, &tokens.runner, 100).await, [""; 0]);
    }
}

/// The environments of an organization that a token may read, page by page.
async fn listed(site: &Site, token: &str, size: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("{ALL}/acme?continuationToken={next}&maxResults={size}");
        let list = site.get(&path, token).await.expect(200);
        let page = list["environments"].as_array().unwrap();
        assert!(page.len() <= size);
        let name =
            |one: &Value| ["project", "name"].map(|part| one[part].as_str().unwrap().to_owned());
        found.extend(page.iter().map(|one| name(one).join("/")));
        next = list["nextToken"].as_str().unwrap().to_owned();
        if next.is_empty() {
            return found;
        }
    }
}
