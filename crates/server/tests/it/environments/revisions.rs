//! Revisions: listed, tagged, and retracted.

use serde_json::{Value, json};

use super::{ALL, DEV, create, expect_each, opened, revision, site, yaml};
use crate::support::Database;
use crate::support::site::Site;

/// Saves a revision with a value.
async fn save(site: &Site, value: i64) {
    let text = format!("values: {{a: {value}}}");
    let saved = yaml(site, "PATCH", DEV, &site.root, &text).await;
    saved.expect(200);
}

/// The numbers or names in a list.
async fn listed(site: &Site, path: &str, member: &str) -> Vec<Value> {
    let list = site.get(path, &site.root).await.expect(200);
    let list = list.get("tags").unwrap_or(&list).as_array().unwrap();
    list.iter().map(|one| one[member].clone()).collect()
}

#[tokio::test]
async fn revisions_are_listed_newest_first() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "values: {a: 2}").await;
        save(&site, 3).await;
        for (query, numbers) in [
            ("", vec![3, 2, 1]),
            ("?before=0&count=500", vec![3, 2, 1]),
            ("?before=3&count=1", vec![2]),
            ("?before=1&count=500", vec![]),
        ] {
            let path = format!("{DEV}/versions{query}");
            assert_eq!(listed(&site, &path, "number").await, numbers, "{query}");
        }
        let rows = ["/versions/9", "/versions/none"].map(|path| ("GET", path, Value::Null, 404));
        expect_each(&site, DEV, &rows).await;
    }
}

#[tokio::test]
async fn revisions_are_tagged() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "values: {a: 2}").await;
        save(&site, 3).await;
        let tags = format!("{DEV}/versions/tags");
        let prod = format!("{tags}/prod");
        let tag = json!({"name": "prod", "revision": 2});
        expect_each(
            &site,
            &tags,
            &[
                ("PATCH", "/prod", json!({"revision": 2}), 404),
                ("POST", "", tag.clone(), 204),
                ("POST", "", tag, 409),
                ("POST", "", json!({"name": "latest"}), 400),
                ("POST", "", json!({"name": "1a"}), 400),
                ("POST", "", json!({"name": "x", "revision": 9}), 404),
                ("PATCH", "/prod", json!({"revision": 9}), 404),
                ("DELETE", "/latest", Value::Null, 400),
            ],
        )
        .await;
        let found = site.get(&prod, &root).await.expect(200);
        assert_eq!(
            (&found["revision"], &found["editorLogin"]),
            (&json!(2), &json!("bootstrap"))
        );
        assert!(found["created"].as_str().unwrap().ends_with('Z'));
        let tagged = format!("{DEV}/versions/prod");
        assert_eq!(opened(&site, &root, &tagged).await["a"], 2);
        expect_each(
            &site,
            &tags,
            &[
                ("PATCH", "/prod", json!({}), 204),
                ("POST", "", json!({"name": "new"}), 204),
            ],
        )
        .await;
        assert_eq!(site.get(&prod, &root).await.expect(200)["revision"], 3);
        for (after, names) in [
            ("", vec!["latest", "new"]),
            ("new", vec!["prod"]),
            ("prod", vec![]),
        ] {
            let path = format!("{tags}?after={after}&count=2");
            assert_eq!(listed(&site, &path, "name").await, names, "{after}");
        }
        let found = listed(&site, &format!("{DEV}/versions"), "tags").await;
        assert_eq!(
            found,
            [json!(["latest", "new", "prod"]), json!([]), json!([])]
        );
        let delete = ("DELETE", "/prod", Value::Null, 204);
        let again = ("DELETE", "/prod", Value::Null, 404);
        expect_each(&site, &tags, &[delete, again]).await;
    }
}

#[tokio::test]
async fn a_retracted_revision_is_replaced() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "values: {a: 2}").await;
        save(&site, 3).await;
        let leaked = json!({"replacement": 3, "reason": "leaked"});
        expect_each(
            &site,
            DEV,
            &[
                ("POST", "/versions/3/retract", json!({}), 400),
                ("POST", "/versions/1/retract", json!({}), 400),
                (
                    "POST",
                    "/versions/9/retract",
                    json!({"replacement": 1}),
                    404,
                ),
                ("POST", "/versions/2/retract", leaked, 204),
            ],
        )
        .await;
        let answer = site.get(&format!("{DEV}/versions/2"), &root).await;
        assert_eq!(revision(&answer), "3");
        let retracted = &listed(&site, &format!("{DEV}/versions"), "retracted").await[1];
        assert_eq!(retracted["reason"], "leaked");
        assert_eq!(retracted["replacement"], 3);
        // Where the replacement is retracted too, its own replacement is used.
        save(&site, 4).await;
        let copy = json!({"name": "copy", "preserveHistory": true});
        let newest = json!({"replacement": 4});
        expect_each(
            &site,
            DEV,
            &[
                ("POST", "/versions/3/retract", newest, 204),
                ("POST", "/clone", copy, 204),
            ],
        )
        .await;
        for path in [DEV, &*format!("{ALL}/acme/app/copy")] {
            for number in [2, 3] {
                let answer = site.get(&format!("{path}/versions/{number}"), &root).await;
                assert_eq!(revision(&answer), "4", "{path} {number}");
            }
            let retracted = &listed(&site, &format!("{path}/versions"), "retracted").await[2];
            assert_eq!(retracted["reason"], "leaked");
            assert_eq!(retracted["replacement"], 4);
        }
    }
}

/// Changes what is stored of the revisions.
async fn change_stored(database: &Database, statements: &[&str]) {
    let mut connection = database.connect().await;
    for statement in statements {
        let query = sqlx::query(statement);
        query.execute(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn revisions_with_a_tag_have_a_limited_size() {
    for database in Database::each() {
        let site = site(&database).await;
        create(&site, &site.root, "app", "dev", "values: {a: 2}").await;
        save(&site, 3).await;
        let size = "UPDATE environment_revisions SET bytes = 40000000";
        change_stored(&database, &[size]).await;
        let tag = |name: &str, revision: i64| json!({"name": name, "revision": revision});
        let tags = format!("{DEV}/versions/tags");
        expect_each(
            &site,
            &tags,
            &[
                ("POST", "", tag("a", 1), 204),
                // Two tags of one revision keep it once.
                ("POST", "", tag("b", 1), 204),
                ("POST", "", tag("c", 2), 400),
                ("PATCH", "/a", json!({"revision": 2}), 400),
                ("DELETE", "/a", Value::Null, 204),
                ("PATCH", "/b", json!({"revision": 2}), 204),
                ("POST", "", tag("c", 2), 204),
            ],
        )
        .await;
        // What replaces a retracted revision counts too.
        let retract = |replacement: i64, status| {
            let body = json!({"replacement": replacement});
            ("POST", "/versions/1/retract", body, status)
        };
        expect_each(&site, DEV, &[retract(3, 400), retract(2, 204)]).await;
        let said = site.post(&tags, &site.root, &tag("d", 1)).await;
        let said = said.expect(400)["message"].clone();
        let words = "expected at most 67108864 bytes of revisions with a tag or in place of retracted ones, found 80000000: \
                     delete a tag first, or use a replacement that has a tag";
        assert_eq!(said, words);
    }
}

#[tokio::test]
async fn what_replaces_a_kept_revision_is_kept() {
    for database in Database::each() {
        let site = site(&database).await;
        create(&site, &site.root, "app", "dev", "values: {a: 2}").await;
        save(&site, 3).await;
        save(&site, 4).await;
        let prod = json!({"name": "prod", "revision": 3});
        let older = json!({"replacement": 2});
        expect_each(
            &site,
            DEV,
            &[
                ("POST", "/versions/3/retract", older, 204),
                ("POST", "/versions/tags", prod, 204),
            ],
        )
        .await;
        // As if there were many in between.
        let numbers = [
            "UPDATE environment_revisions SET number = 2000 WHERE number = 4",
            "UPDATE environments SET revision = 2000",
        ];
        change_stored(&database, &numbers).await;
        save(&site, 5).await;
        let versions = format!("{DEV}/versions");
        let found = listed(&site, &versions, "number").await;
        assert_eq!(found, [2001, 2000, 3, 2]);
        for version in ["prod", "3"] {
            let answer = site.get(&format!("{versions}/{version}"), &site.root).await;
            assert_eq!(revision(&answer), "2");
            assert_eq!(answer.text, "values: {a: 2}");
        }
        // Without the tag, both are old.
        let delete = ("DELETE", "/versions/tags/prod", Value::Null, 204);
        expect_each(&site, DEV, &[delete]).await;
        save(&site, 6).await;
        let found = listed(&site, &versions, "number").await;
        assert_eq!(found, [2002, 2001, 2000]);
    }
}
