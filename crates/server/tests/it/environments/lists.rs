//! Lists of environments.

use serde_json::json;

use super::{ALL, create, site};
use crate::support::Database;

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
