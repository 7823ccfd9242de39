//! Definitions: saved, read, checked and refused, with the statuses, headers and bodies that clients of Pulumi ESC expect.

use serde_json::{Value, json};

use super::{
    ALL, DEFINITION, DEV, Tokens, create, opened, revision, site, with_key, yaml, yaml_if,
};
use crate::support::Database;
use crate::support::site::Site;

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
    let next = bare.replace(".2", ".3");
    let patch = async |value: i64, header: (&str, &str)| {
        let text = format!("values: {{a: {value}}}");
        yaml_if(&site, "PATCH", DEV, &root, &text, Some(header)).await
    };
    for (value, name, given, status) in [
        (2, "if-match", etag, 200),
        (3, "if-match", etag, 409),
        (3, "etag", bare, 409),
        (3, "etag", &*next, 200),
        (4, "if-match", "*", 200),
        (4, "if-match", "\"other\"", 409),
    ] {
        let said = patch(value, (name, given)).await.expect(status);
        let code = if status == 409 {
            json!(409)
        } else {
            json!(null)
        };
        assert_eq!(said["code"], code, "{name}: {given}");
    }
    let request = axum::http::Request::patch(DEV)
        .header("authorization", format!("token {root}"))
        .header("if-match", &b"\"\xe4\""[..])
        .body(axum::body::Body::from("values: {a: 4}"));
    site.send(request.unwrap()).await.expect(409);
    // An environment that gets the name later is another one.
    site.delete(DEV, &root).await.expect(200);
    create(&site, &root, "app", "dev", "values: {a: 1}").await;
    patch(5, ("if-match", etag)).await.expect(409);
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
async fn a_path_and_a_body_that_cannot_be_read_are_refused_before_the_permission() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(with_key(&database.url)).await;
    let tokens = Tokens::of(&site, &issuer, &id).await;
    let large = "#".repeat(3 << 20);
    for (method, below, body, status) in [
        ("GET", "dev", "", 404),
        ("GET", "%FF", "", 400),
        ("GET", "dev/tags/%FF", "", 400),
        ("PATCH", "dev", "values: {}", 404),
        ("PATCH", "dev", &*large, 413),
        ("POST", "dev/tags", &*large, 413),
    ] {
        let path = format!("{ALL}/acme/app/{below}");
        let said = yaml(&site, method, &path, &tokens.member, body).await;
        assert_eq!(said.expect(status)["code"], status, "{method} {below}");
        let said = yaml(&site, method, &path, "none", body).await;
        let status = if status == 400 { 400 } else { 401 };
        assert_eq!(said.expect(status)["code"], status, "{method} {below}");
    }
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
