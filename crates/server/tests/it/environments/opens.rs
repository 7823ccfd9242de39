//! What opened environments yield.

use serde_json::json;

use super::{ALL, DEFINITION, DEV, create, open, plain, site, yaml};
use crate::support::Database;

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
