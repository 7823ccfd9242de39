//! Tags of environments.

use serde_json::{Value, json};

use super::{DEV, changes, create, expect_each, site};
use crate::support::Database;

/// A change of a tag with a value to another name and value; an empty one stays.
fn change(current: &str, name: &str, value: &str) -> Value {
    json!({"currentTag": {"name": "", "value": current}, "newTag": {"name": name, "value": value}})
}

#[tokio::test]
async fn environments_are_tagged() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "").await;
        let tags = format!("{DEV}/tags");
        let list = site.get(&tags, &root).await.expect(200);
        assert_eq!(list, json!({"tags": {}, "nextToken": "0"}));
        let tag = |name: &str, value: &str| json!({"name": name, "value": value});
        let team = tag("team", "platform");
        expect_each(&site, &tags, &[("GET", "/team", Value::Null, 404)]).await;
        let created = site.post(&tags, &root, &team).await.expect(200);
        let found = site.get(&format!("{tags}/team"), &root).await.expect(200);
        assert_eq!(created, found);
        expect_each(
            &site,
            &tags,
            &[
                ("POST", "", team, 409),
                ("POST", "", tag("", "a"), 400),
                ("POST", "", tag("0", "a"), 400),
                ("POST", "", tag("a/b", ""), 400),
                ("POST", "", tag("a", &"b".repeat(257)), 400),
                ("POST", "", tag("a\n", "b"), 400),
                ("POST", "", tag("a", ""), 200),
                ("PATCH", "/team", change("other", "", "x"), 409),
                ("PATCH", "/none", change("", "", "x"), 404),
            ],
        )
        .await;
        for (path, change, name, value) in [
            (
                "team",
                change("platform", "squad", "platform"),
                "squad",
                "platform",
            ),
            ("squad", change("platform", "", "web"), "squad", "web"),
        ] {
            let path = format!("{tags}/{path}");
            let changed = site.patch(&path, &root, &change).await.expect(200);
            assert_eq!([&changed["name"], &changed["value"]], [name, value]);
        }
        for (after, name, value, next) in [("", "a", "", "a"), ("a", "squad", "web", "0")] {
            let path = format!("{tags}?after={after}&count=1");
            let list = site.get(&path, &root).await.expect(200);
            let found = [&list["tags"][name]["value"], &list["nextToken"]];
            assert_eq!(found, [value, next]);
        }
        expect_each(
            &site,
            &tags,
            &[
                ("GET", "/team", Value::Null, 404),
                ("PATCH", "/squad", change("web", "a", ""), 409),
                ("DELETE", "/squad", Value::Null, 204),
                ("DELETE", "/squad", Value::Null, 404),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn of_two_changes_of_a_tag_that_are_based_on_one_value_the_second_is_refused() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "").await;
        let team = format!("{DEV}/tags/team");
        let tag = json!({"name": "team", "value": "0"});
        site.post(&format!("{DEV}/tags"), &root, &tag)
            .await
            .expect(200);
        for round in 0..10 {
            let change = |value: String| json!({"currentTag": {"name": "team", "value": round.to_string()}, "newTag": {"name": "", "value": value}});
            let next = (round + 1).to_string();
            let (first, second) = (change(next.clone()), change(next));
            let (one, other) = tokio::join!(
                site.patch(&team, &root, &first),
                site.patch(&team, &root, &second)
            );
            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
        }
    }
}

#[tokio::test]
async fn changes_of_tags_are_recorded_with_their_content() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "").await;
        expect_each(
            &site,
            DEV,
            &[
                ("POST", "/tags", json!({"name": "team", "value": "a"}), 200),
                ("PATCH", "/tags/team", change("a", "squad", "b"), 200),
                ("DELETE", "/tags/squad", Value::Null, 204),
                ("POST", "/versions/tags", json!({"name": "prod"}), 204),
                ("PATCH", "/versions/tags/prod", json!({"revision": 1}), 204),
                ("DELETE", "/versions/tags/prod", Value::Null, 204),
            ],
        )
        .await;
        for (code, recorded) in [
            (
                "environment-tagged",
                [
                    json!({"tag": "squad", "value": null}),
                    json!({"tag": "squad", "value": "b", "before": "team"}),
                    json!({"tag": "team", "value": "a"}),
                ],
            ),
            (
                "environment-revision-tagged",
                [
                    json!({"tag": "prod", "revision": null}),
                    json!({"tag": "prod", "revision": 1}),
                    json!({"tag": "prod", "revision": 1}),
                ],
            ),
        ] {
            let found = changes(&site, code).await;
            let found: Vec<_> = found.iter().map(|change| change["after"].clone()).collect();
            assert_eq!(found, recorded, "{code}");
        }
    }
}

#[tokio::test]
async fn an_environment_has_a_limited_number_of_tags_of_each_kind() {
    for database in Database::each() {
        let site = site(&database).await;
        create(&site, &site.root, "app", "dev", "").await;
        let tag = |name: &str| json!({"name": name, "value": "a"});
        let revision_tag = |name: &str| json!({"name": name});
        let rows = [
            ("POST", "/tags", tag("first"), 200),
            ("POST", "/versions/tags", revision_tag("first"), 204),
        ];
        expect_each(&site, DEV, &rows).await;
        let mut connection = database.connect().await;
        for (table, columns) in [
            ("environment_tags", "id, value, created, modified, editor"),
            (
                "environment_revision_tags",
                "revision, created, modified, editor",
            ),
        ] {
            let copy = format!(
                "INSERT INTO {table} (environment, name, {columns}) SELECT environment, $1, {columns} FROM {table} \
                 WHERE name = 'first'"
            );
            for number in 2..=500 {
                let query = sqlx::query(&copy).bind(format!("t{number}"));
                query.execute(&mut connection).await.unwrap();
            }
        }
        for (path, tag) in [
            ("/tags", tag("last")),
            ("/versions/tags", revision_tag("last")),
        ] {
            let said = site.post(&format!("{DEV}{path}"), &site.root, &tag).await;
            let said = said.expect(400)["message"].clone();
            let words = "expected at most 500 tags of each kind of an environment, found 501: delete one first";
            assert_eq!(said, words);
        }
        let rows = [
            ("PATCH", "/tags/first", change("a", "last", "b"), 200),
            ("DELETE", "/versions/tags/first", Value::Null, 204),
            ("POST", "/versions/tags", revision_tag("last"), 204),
        ];
        expect_each(&site, DEV, &rows).await;
    }
}
