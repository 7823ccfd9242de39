//! The requests of the clients of Pulumi ESC, with the statuses, headers and bodies that they expect.

use serde_json::{Value, json};

use super::{ALL, DEV, create, open, opened, plain, with_key, yaml, yaml_if};
use crate::support::Database;
use crate::support::site::{Answer, Site, config};

async fn site(database: &Database) -> Site {
    Site::with_issuer(with_key(&database.url)).await.0
}

fn revision(answer: &Answer) -> &str {
    answer.headers["pulumi-esc-revision"].to_str().unwrap()
}

const DEFINITION: &str = "# comment
values:
  greeting: hello
  url: \"https://${greeting}.example\"
  key: {fn::secret: s3cret}
  environmentVariables:
    KEY: ${key}
";

#[tokio::test]
async fn an_environment_is_created_saved_read_opened_and_deleted() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        let name = json!({"project": "app", "name": "dev"});
        let path = format!("{ALL}/acme");
        assert_eq!(site.post(&path, &root, &name).await.expect(200), json!({}));
        let said = site.post(&path, &root, &name).await.expect(409);
        assert_eq!(said["code"], 409);
        let empty = site.get(DEV, &root).await;
        assert_eq!((empty.text.as_str(), revision(&empty)), ("", "1"));
        let kind = empty.headers["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/x-yaml");
        let saved = yaml(&site, "PATCH", DEV, &root, DEFINITION).await;
        assert_eq!(revision(&saved), "2");
        assert_eq!(saved.expect(200), json!({}));
        let read = site.get(DEV, &root).await;
        assert!(!read.text.contains("s3cret"), "{}", read.text);
        let encrypted = "  key: {fn::secret: {ciphertext: ZXNjeAAAAAE";
        assert!(read.text.contains(encrypted), "{}", read.text);
        assert!(read.text.starts_with("# comment\n"), "{}", read.text);
        let decrypted = site.get(&format!("{DEV}/decrypt"), &root).await;
        assert_eq!(decrypted.text, DEFINITION);
        assert_eq!(decrypted.headers["etag"], read.headers["etag"]);
        assert_eq!(revision(&decrypted), "2");
        let values = opened(&site, &root, DEV).await;
        let expected = json!({
            "greeting": "hello", "url": "https://hello.example", "key": "s3cret",
            "environmentVariables": {"KEY": "s3cret"},
        });
        assert_eq!(values, expected);
        assert_eq!(site.delete(DEV, &root).await.expect(200), json!({}));
        site.get(DEV, &root).await.expect(404);
        let mut connection = database.connect().await;
        for table in ["revisions", "keys", "sessions", "tags", "revision_tags"] {
            let select = format!("SELECT * FROM environment_{table}");
            let rows = sqlx::query(&select);
            let rows = rows.fetch_all(&mut connection).await.unwrap();
            assert!(rows.is_empty(), "{table}");
        }
    }
}

#[tokio::test]
async fn the_same_definition_makes_no_revision() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", DEFINITION).await;
    for text in [DEFINITION, &site.get(DEV, &root).await.text] {
        let saved = yaml(&site, "PATCH", DEV, &root, text).await;
        assert_eq!((revision(&saved), saved.status.as_u16()), ("2", 200));
    }
    let other = DEFINITION.replace("s3cret", "other");
    let saved = yaml(&site, "PATCH", DEV, &root, &other).await;
    assert_eq!(revision(&saved), "3");
}

#[tokio::test]
async fn a_change_that_is_based_on_another_revision_is_refused() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "values: {a: 1}").await;
    let etag = site.get(DEV, &root).await.headers["etag"].clone();
    let etag = etag.to_str().unwrap();
    assert!(etag.starts_with('"') && etag.ends_with(".2\""), "{etag}");
    let bare = etag.trim_matches('"');
    let patch = async |text: &str, name: &str, value: &str| {
        yaml_if(&site, "PATCH", DEV, &root, text, Some((name, value))).await
    };
    patch("values: {a: 2}", "if-match", etag).await.expect(200);
    let said = patch("values: {a: 3}", "if-match", etag).await.expect(409);
    assert_eq!(said["code"], 409);
    patch("values: {a: 3}", "etag", bare).await.expect(409);
    patch("values: {a: 3}", "etag", &bare.replace(".2", ".3"))
        .await
        .expect(200);
    patch("values: {a: 4}", "if-match", "*").await.expect(200);
    patch("values: {a: 4}", "if-match", "\"other\"")
        .await
        .expect(409);
    let request = axum::http::Request::patch(DEV)
        .header("authorization", format!("token {root}"))
        .header("if-match", &b"\"\xe4\""[..])
        .body(axum::body::Body::from("values: {a: 4}"));
    site.send(request.unwrap()).await.expect(409);
    // An environment that gets the name later is another one.
    site.delete(DEV, &root).await.expect(200);
    create(&site, &root, "app", "dev", "values: {a: 1}").await;
    patch("values: {a: 5}", "if-match", etag).await.expect(409);
}

#[tokio::test]
async fn a_definition_with_errors_is_not_saved_and_says_where_they_are() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "values: {a: 1}").await;
    let said = yaml(&site, "PATCH", DEV, &root, "values:\n  a: ${nope}\n")
        .await
        .expect(400);
    assert_eq!(
        (&said["code"], &said["message"]),
        (&json!(400), &json!("unknown property \"nope\""))
    );
    let found = &said["diagnostics"][0];
    assert_eq!(found["summary"], "unknown property \"nope\"");
    assert_eq!(found["severity"], "error");
    assert_eq!(found["range"]["environment"], "app/dev");
    assert_eq!(found["range"]["begin"]["line"], 2);
    for text in [
        "values: [",
        "values: {a: {fn::secret: 12}}",
        "other: {fn::secret: 12}",
        "values: {a: {fn::open::nothing: {}}}",
        "imports: [app/none]",
        "values: {a: {fn::rotate::swap: {inputs: {}}}}",
        &format!("# {}", "a".repeat(1 << 20)),
    ] {
        let said = yaml(&site, "PATCH", DEV, &root, text).await.expect(400);
        assert_eq!(said["code"], 400, "{said}");
    }
    let bytes = "values: {a: \u{e4}}".to_owned().into_bytes();
    let latin = [&bytes[..12], b"\xe4}"].concat();
    let request = axum::http::Request::patch(DEV)
        .header("authorization", format!("token {root}"))
        .body(axum::body::Body::from(latin));
    site.send(request.unwrap()).await.expect(400);
    assert_eq!(revision(&site.get(DEV, &root).await), "2");
    let warned = yaml(&site, "PATCH", DEV, &root, "valeus: {}\n")
        .await
        .expect(200);
    assert_eq!(warned["diagnostics"][0]["severity"], "warning");
}

#[tokio::test]
async fn definitions_are_checked_saved_or_not() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", DEFINITION).await;
    let check = format!("{ALL}/acme/yaml/check");
    let found = yaml(&site, "POST", &check, &root, DEFINITION)
        .await
        .expect(200);
    assert!(found["exprs"]["url"].is_object(), "{found}");
    assert_eq!(found["properties"]["url"]["value"], "https://hello.example");
    let without = found["exprs"].to_string() + &found["schema"].to_string();
    assert!(!without.contains("s3cret"), "{without}");
    let shown = format!("{check}?showSecrets=true");
    let found = yaml(&site, "POST", &shown, &root, DEFINITION)
        .await
        .expect(200);
    assert!(found["exprs"].to_string().contains("s3cret"));
    yaml(&site, "POST", &check, &root, "values: {a: ${b}}")
        .await
        .expect(400);
    for path in [format!("{DEV}/check"), format!("{DEV}/versions/2/check")] {
        let found = site.post(&path, &root, &Value::Null).await.expect(200);
        assert_eq!(found["properties"]["key"]["unknown"], true, "{found}");
        let path = format!("{path}?showSecrets=true");
        let found = site.post(&path, &root, &Value::Null).await.expect(200);
        assert_eq!(found["properties"]["key"]["value"], "s3cret", "{found}");
    }
}

#[tokio::test]
async fn one_property_is_read_with_one_slash_or_two() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(
        &site,
        &root,
        "app",
        "dev",
        "values: {a: [1.10, {b: x}], \"c d\": {fn::secret: s}}",
    )
    .await;
    let id = open(&site, &root, DEV).await;
    for slash in ["/", "//"] {
        let read = async |property: &str| {
            let path = format!("{DEV}/open{slash}{id}?property={property}");
            site.get(&path, &root).await
        };
        assert_eq!(read("a%5B1%5D.b").await.expect(200)["value"], "x");
        let secret = read("%5B%22c%20d%22%5D").await.expect(200);
        assert_eq!(
            (&secret["value"], &secret["secret"]),
            (&json!("s"), &json!(true))
        );
        assert!(secret["trace"]["def"]["environment"].is_string());
        assert!(read("a%5B0%5D").await.text.starts_with("{\"value\":1.1,"));
        let said = read("nope").await.expect(400);
        assert_eq!(said["message"], "unknown property \"nope\"");
        read("a..b").await.expect(400);
    }
    create(&site, &root, "app", "none", "").await;
    let none = format!("{ALL}/acme/app/none");
    let id = open(&site, &root, &none).await;
    assert_eq!(
        site.get(&format!("{none}/open/{id}"), &root).await.text,
        "{}\n"
    );
}

#[tokio::test]
async fn documents_that_are_not_saved_are_opened() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", DEFINITION).await;
    let path = format!("{ALL}/acme/yaml/open");
    let text = "imports: [app/dev]\nvalues: {mine: \"${key}!\", own: {fn::secret: p}}";
    let id = yaml(&site, "POST", &path, &root, text).await.expect(200)["id"].clone();
    let answer = site
        .get(&format!("{path}/{}", id.as_str().unwrap()), &root)
        .await
        .expect(200);
    let values = plain(&answer["properties"]);
    assert_eq!(
        (&values["mine"], &values["own"]),
        (&json!("s3cret!"), &json!("p"))
    );
    assert!(answer.get("exprs").is_none());
    // What is encrypted belongs to an environment.
    let saved = site.get(DEV, &root).await.text;
    let said = yaml(&site, "POST", &path, &root, &saved).await.expect(400);
    assert!(
        said["message"].as_str().unwrap().contains("not saved"),
        "{said}"
    );
}

#[tokio::test]
async fn revisions_are_listed_tagged_and_retracted() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", "values: {a: 2}").await;
        yaml(&site, "PATCH", DEV, &root, "values: {a: 3}")
            .await
            .expect(200);
        let numbers = async |query: &str| {
            let list = site
                .get(&format!("{DEV}/versions{query}"), &root)
                .await
                .expect(200);
            let list = list.as_array().unwrap().clone();
            list.iter()
                .map(|one| one["number"].as_i64().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers("").await, [3, 2, 1]);
        assert_eq!(numbers("?before=0&count=500").await, [3, 2, 1]);
        assert_eq!(numbers("?before=3&count=1").await, [2]);
        assert_eq!(numbers("?before=1&count=500").await, [0; 0]);
        let tags = format!("{DEV}/versions/tags");
        let prod = format!("{tags}/prod");
        site.patch(&prod, &root, &json!({"revision": 2}))
            .await
            .expect(404);
        let tag = json!({"name": "prod", "revision": 2});
        site.post(&tags, &root, &tag).await.expect(204);
        site.post(&tags, &root, &tag).await.expect(409);
        let found = site.get(&prod, &root).await.expect(200);
        assert_eq!(
            (&found["revision"], &found["editorLogin"]),
            (&json!(2), &json!("bootstrap"))
        );
        assert!(found["created"].as_str().unwrap().ends_with('Z'));
        assert_eq!(
            opened(&site, &root, &format!("{DEV}/versions/prod")).await["a"],
            2
        );
        site.patch(&prod, &root, &json!({})).await.expect(204);
        assert_eq!(site.get(&prod, &root).await.expect(200)["revision"], 3);
        site.post(&tags, &root, &json!({"name": "new"}))
            .await
            .expect(204);
        for tag in [
            json!({"name": "latest"}),
            json!({"name": "1a"}),
            json!({"name": "x", "revision": 9}),
        ] {
            let status = site.post(&tags, &root, &tag).await.status.as_u16();
            assert_eq!(
                status,
                if tag["revision"] == 9 { 404 } else { 400 },
                "{tag}"
            );
        }
        let names = async |after: &str| {
            let list = site
                .get(&format!("{tags}?after={after}&count=2"), &root)
                .await
                .expect(200);
            let list = list["tags"].as_array().unwrap().clone();
            list.iter()
                .map(|one| one["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("").await, ["latest", "new"]);
        assert_eq!(names("new").await, ["prod"]);
        assert_eq!(names("prod").await, [""; 0]);
        let list = site
            .get(&format!("{DEV}/versions"), &root)
            .await
            .expect(200);
        assert_eq!(list[0]["tags"], json!(["latest", "new", "prod"]));
        site.delete(&prod, &root).await.expect(204);
        site.delete(&prod, &root).await.expect(404);
        site.delete(&format!("{tags}/latest"), &root)
            .await
            .expect(400);
        // A retracted revision is replaced.
        let retract = async |number: i64, body: Value| {
            site.post(&format!("{DEV}/versions/{number}/retract"), &root, &body)
                .await
        };
        retract(3, json!({})).await.expect(400);
        retract(1, json!({})).await.expect(400);
        retract(9, json!({"replacement": 1})).await.expect(404);
        retract(2, json!({"replacement": 3, "reason": "leaked"}))
            .await
            .expect(204);
        assert_eq!(
            revision(&site.get(&format!("{DEV}/versions/2"), &root).await),
            "3"
        );
        let list = site
            .get(&format!("{DEV}/versions"), &root)
            .await
            .expect(200);
        assert_eq!(list[1]["retracted"]["reason"], "leaked");
        assert_eq!(list[1]["retracted"]["replacement"], 3);
        // Where the replacement is retracted too, its own replacement is used.
        yaml(&site, "PATCH", DEV, &root, "values: {a: 4}")
            .await
            .expect(200);
        retract(3, json!({"replacement": 4})).await.expect(204);
        for path in [DEV, &*format!("{ALL}/acme/app/copy")] {
            for number in [2, 3] {
                let answer = site.get(&format!("{path}/versions/{number}"), &root).await;
                assert_eq!(revision(&answer), "4");
            }
            let list = site
                .get(&format!("{path}/versions"), &root)
                .await
                .expect(200);
            assert_eq!(list[2]["retracted"]["reason"], "leaked");
            assert_eq!(list[2]["retracted"]["replacement"], 4);
            let copy = json!({"name": "copy", "preserveHistory": true});
            if path == DEV {
                let clone = format!("{DEV}/clone");
                site.post(&clone, &root, &copy).await.expect(204);
            }
        }
        site.get(&format!("{DEV}/versions/9"), &root)
            .await
            .expect(404);
        site.get(&format!("{DEV}/versions/none"), &root)
            .await
            .expect(404);
    }
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
        let team = format!("{tags}/team");
        site.get(&team, &root).await.expect(404);
        let tag = json!({"name": "team", "value": "platform"});
        let created = site.post(&tags, &root, &tag).await.expect(200);
        assert_eq!(created, site.get(&team, &root).await.expect(200));
        site.post(&tags, &root, &tag).await.expect(409);
        let change = |current: &str, name: &str, value: &str| json!({"currentTag": {"name": "", "value": current}, "newTag": {"name": name, "value": value}});
        site.patch(&team, &root, &change("other", "", "x"))
            .await
            .expect(409);
        let moved = site
            .patch(&team, &root, &change("platform", "squad", "platform"))
            .await
            .expect(200);
        assert_eq!(
            (&moved["name"], &moved["value"]),
            (&json!("squad"), &json!("platform"))
        );
        site.get(&team, &root).await.expect(404);
        let squad = format!("{tags}/squad");
        let changed = site
            .patch(&squad, &root, &change("platform", "", "web"))
            .await
            .expect(200);
        assert_eq!(
            (&changed["name"], &changed["value"]),
            (&json!("squad"), &json!("web"))
        );
        for (name, value) in [
            ("", "a"),
            ("0", "a"),
            ("a/b", ""),
            ("a", &*"b".repeat(257)),
            ("a\n", "b"),
        ] {
            site.post(&tags, &root, &json!({"name": name, "value": value}))
                .await
                .expect(400);
        }
        site.post(&tags, &root, &json!({"name": "a", "value": ""}))
            .await
            .expect(200);
        let list = site
            .get(&format!("{tags}?after=&count=1"), &root)
            .await
            .expect(200);
        assert_eq!(
            (&list["tags"]["a"]["value"], &list["nextToken"]),
            (&json!(""), &json!("a"))
        );
        let list = site
            .get(&format!("{tags}?after=a&count=1"), &root)
            .await
            .expect(200);
        assert_eq!(
            (&list["tags"]["squad"]["value"], &list["nextToken"]),
            (&json!("web"), &json!("0"))
        );
        site.delete(&squad, &root).await.expect(204);
        site.delete(&squad, &root).await.expect(404);
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
async fn a_definition_that_is_too_large_once_encrypted_is_refused() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "").await;
    let text = format!("values:\n  a:\n{}", "  - fn::secret: b\n".repeat(20_000));
    let said = yaml(&site, "PATCH", DEV, &root, &text).await.expect(400);
    let said = said["message"].as_str().unwrap();
    assert!(said.contains("with its secrets rewritten"), "{said}");
}

#[tokio::test]
async fn a_copy_has_keys_of_its_own() {
    for database in Database::each() {
        let site = site(&database).await;
        let root = site.root.clone();
        create(&site, &root, "app", "dev", DEFINITION).await;
        site.post(
            &format!("{DEV}/tags"),
            &root,
            &json!({"name": "a", "value": "b"}),
        )
        .await
        .expect(200);
        site.post(
            &format!("{DEV}/versions/tags"),
            &root,
            &json!({"name": "two", "revision": 2}),
        )
        .await
        .expect(204);
        let clone = format!("{DEV}/clone");
        site.post(&clone, &root, &json!({"name": "copy"}))
            .await
            .expect(204);
        site.post(&clone, &root, &json!({"name": "copy"}))
            .await
            .expect(409);
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
        assert!(
            found["summary"]
                .as_str()
                .unwrap()
                .starts_with("the ciphertext is not of this environment")
        );
        assert_eq!(found["range"]["begin"]["line"], 5);
        site.delete(DEV, &root).await.expect(200);
        assert_eq!(opened(&site, &root, &copy).await["key"], "s3cret");
        let all = json!({
            "project": "web", "name": "all", "preserveHistory": true, "preserveEnvironmentTags": true,
            "preserveRevisionTags": true,
        });
        yaml(
            &site,
            "PATCH",
            &copy,
            &root,
            "values: {key: {fn::secret: second}}",
        )
        .await
        .expect(200);
        site.post(
            &format!("{copy}/versions/tags"),
            &root,
            &json!({"name": "one", "revision": 1}),
        )
        .await
        .expect(204);
        site.post(
            &format!("{copy}/tags"),
            &root,
            &json!({"name": "a", "value": "b"}),
        )
        .await
        .expect(200);
        site.post(&format!("{copy}/clone"), &root, &all)
            .await
            .expect(204);
        let all = format!("{ALL}/acme/web/all");
        assert_eq!(opened(&site, &root, &all).await["key"], "second");
        assert_eq!(
            opened(&site, &root, &format!("{all}/versions/one")).await["key"],
            "s3cret"
        );
        assert_eq!(
            site.get(&format!("{all}/tags/a"), &root).await.expect(200)["value"],
            "b"
        );
    }
}

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
async fn a_protected_environment_is_not_deleted() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "").await;
    let settings = format!("{DEV}/settings");
    site.patch(&settings, &root, &json!({"deletionProtected": true}))
        .await
        .expect(200);
    assert_eq!(
        site.get(&settings, &root).await.expect(200),
        json!({"deletionProtected": true})
    );
    let said = site.delete(DEV, &root).await.expect(409);
    assert!(
        said["message"].as_str().unwrap().contains("protect"),
        "{said}"
    );
    site.patch(&settings, &root, &json!({"deletionProtected": false}))
        .await
        .expect(200);
    site.delete(DEV, &root).await.expect(200);
}

#[tokio::test]
async fn what_the_server_does_not_have_says_so() {
    let database = Database::sqlite();
    let site = site(&database).await;
    let root = site.root.clone();
    create(&site, &root, "app", "dev", "").await;
    for path in [
        "/drafts",
        "/drafts/new",
        "/hooks",
        "/schedules/1",
        "/referrers",
        "/open/request",
    ] {
        let said = site
            .post(&format!("{DEV}{path}"), &root, &json!({}))
            .await
            .expect(404);
        assert_eq!(said["code"], 404);
        assert!(
            said["message"]
                .as_str()
                .unwrap()
                .starts_with("this server does not support"),
            "{said}"
        );
    }
    for path in [
        "/api/preview/environments/acme/dev",
        "/api/esc/providers/x/schema",
        "/api/esc/rotators",
    ] {
        let said = site.get(path, &root).await.expect(404);
        assert!(
            said["message"]
                .as_str()
                .unwrap()
                .starts_with("this server does not support"),
            "{said}"
        );
    }
    let said = site
        .post(&format!("{DEV}/rotate"), &root, &json!({"Paths": []}))
        .await
        .expect(400);
    assert_eq!(said["diagnostics"][0]["severity"], "error");
    // Names of projects that are parts of other paths.
    for (project, name) in [
        ("yaml", "x"),
        ("tags", "x"),
        ("restore", "x"),
        ("..", "x"),
        ("a", ""),
        ("a b", "c"),
    ] {
        let body = json!({"project": project, "name": name});
        site.post(&format!("{ALL}/acme"), &root, &body)
            .await
            .expect(400);
    }
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
