//! Copies of environments.

use serde_json::json;

use super::{ALL, DEFINITION, DEV, create, expect_each, opened, revision, site, yaml};
use crate::support::Database;

#[tokio::test]
async fn a_copy_has_keys_of_its_own() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", DEFINITION).await;
        let tag = json!({"name": "a", "value": "b"});
        let copy = json!({"name": "copy"});
        expect_each(
            &site,
            DEV,
            &[
                ("POST", "/tags", tag.clone(), 200),
                (
                    "POST",
                    "/versions/tags",
                    json!({"name": "two", "revision": 2}),
                    204,
                ),
                ("POST", "/clone", copy.clone(), 204),
                ("POST", "/clone", copy, 409),
            ],
        )
        .await;
        let copy = format!("{ALL}/acme/app/copy");
        let found = site.get(&copy, &root).await;
        assert_eq!(revision(&found), "1");
        assert_eq!(opened(&site, &root, &copy).await["key"], "s3cret");
        let original = site.get(DEV, &root).await.text;
        assert_ne!(found.text, original);
        // The ciphertext of one is none of the other.
        let said = yaml(&site, "PATCH", &copy, &root, &original)
            .await
            .expect(400);
        let found = &said["diagnostics"][0];
        let summary = found["summary"].as_str().unwrap();
        let words = "the ciphertext is not of this environment";
        assert!(summary.starts_with(words), "{summary}");
        assert_eq!(found["range"]["begin"]["line"], 5);
        site.delete(DEV, &root).await.expect(200);
        assert_eq!(opened(&site, &root, &copy).await["key"], "s3cret");
        let second = "values: {key: {fn::secret: second}}";
        yaml(&site, "PATCH", &copy, &root, second).await.expect(200);
        let all = json!({
            "project": "web", "name": "all", "preserveHistory": true, "preserveEnvironmentTags": true,
            "preserveRevisionTags": true,
        });
        expect_each(
            &site,
            &copy,
            &[
                (
                    "POST",
                    "/versions/tags",
                    json!({"name": "one", "revision": 1}),
                    204,
                ),
                ("POST", "/tags", tag, 200),
                ("POST", "/clone", all, 204),
            ],
        )
        .await;
        let all = format!("{ALL}/acme/web/all");
        assert_eq!(opened(&site, &root, &all).await["key"], "second");
        let one = format!("{all}/versions/one");
        assert_eq!(opened(&site, &root, &one).await["key"], "s3cret");
        let tag = site.get(&format!("{all}/tags/a"), &root).await.expect(200);
        assert_eq!(tag["value"], "b");
    }
}
