//! What `claimgate env import` and `export` may do with a token of a CI job.

use super::*;
use crate::issuer::Issuer;
use crate::process::exchange_body;

/// Runs it without `--org`.
fn run_as(
    fixture: &Fixture,
    folder: &Path,
    arguments: &[&str],
    token: &str,
) -> (i32, String, String) {
    let url = format!("http://{}", fixture.server.address);
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .arg("env")
        .args(arguments)
        .current_dir(folder)
        .env("PULUMI_ACCESS_TOKEN", token)
        .env("PULUMI_BACKEND_URL", url)
        .env_remove("PULUMI_DEFAULT_ORGANIZATION")
        .output();
    told(&output.unwrap())
}

#[test]
fn a_job_exports_what_it_may_read_and_decrypts_what_it_may_open() {
    let fixture = Fixture::without_organization();
    let issuer = Issuer::new();
    fixture.server.set_up(&issuer);
    let own = folder(&[
        ("app/prod.yaml", "values: {a: {fn::secret: hunter1}}\n"),
        ("web/base.yaml", BASE),
        ("web/hidden.yaml", "values: {a: 1}\n"),
    ]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    let rule = |project: &str, name: &str, permission: &str| json!({"to": "organization", "project": project, "environment": name, "permission": permission});
    let rules = json!({"access": [rule("app", "*", "read"), rule("web", "base", "open")]});
    let path = "/api/orgs/acme/environments/access";
    assert_eq!(fixture.server.call("PUT", path, ROOT, &rules).0, 200);
    let exchange = exchange_body(&issuer.token(json!({})));
    let granted = fixture
        .server
        .call("POST", "/api/oauth/token", "", &exchange)
        .1;
    let token = granted["access_token"].as_str().unwrap();

    let sealed = folder(&[]);
    let (status, said, errors) = run_as(&fixture, sealed.path(), &["export", "."], token);
    assert_eq!((status, errors.as_str()), (0, ""));
    assert_eq!(
        said,
        "created ./app/prod.yaml\ncreated ./web/base.yaml\n2 created, 0 updated, 0 unchanged\n"
    );

    let open = folder(&[]);
    let (status, said, errors) = run_as(
        &fixture,
        open.path(),
        &["export", ".", "--show-secrets"],
        token,
    );
    assert_eq!(status, 1);
    assert_eq!(
        said,
        "created ./web/base.yaml\n1 created, 0 updated, 0 unchanged, 1 failed\n"
    );
    let expected =
        "error: app/prod: expected the permission `open` on environment `app/prod`, found `read`\n";
    assert!(errors.contains(expected), "{errors}");
    assert_eq!(read(open.path(), "web/base.yaml"), BASE);

    write(sealed.path(), "app/prod.yaml", "values: {a: 2}\n");
    write(sealed.path(), "web/new.yaml", "values: {a: 2}\n");
    let (status, said, errors) = run_as(&fixture, sealed.path(), &["import", "."], token);
    assert_eq!(
        (status, said.as_str()),
        (1, "0 created, 0 updated, 1 unchanged, 2 failed\n")
    );
    let expected = "error: app/prod: expected the permission `write` on environment `app/prod`, found `read`\n";
    assert!(errors.contains(expected), "{errors}");
    assert!(
        errors.contains("error: web/new: environment not found\n"),
        "{errors}"
    );
    assert_eq!(fixture.names(), ["app/prod", "web/base", "web/hidden"]);
}

#[test]
fn a_token_of_no_organization_needs_the_name_of_one() {
    let fixture = Fixture::start();
    let own = folder(&[("web/base.yaml", BASE)]);
    let (status, _, errors) = run_as(&fixture, own.path(), &["import", "."], ROOT);
    assert_eq!(status, 2);
    let expected = "expected `--org`, since the token is for no organization of its own";
    assert!(errors.contains(expected), "{errors}");
    let arguments = ["import", ".", "--org", "acme"];
    assert_eq!(run_as(&fixture, own.path(), &arguments, ROOT).0, 0);
}
