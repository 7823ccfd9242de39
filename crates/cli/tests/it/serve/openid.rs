//! The issuer of ID tokens.

use super::*;

const ISSUER: &str = "https://static.example/claimgate";

/// A file with a key for environments.
fn key(files: &Path) -> String {
    let file = files.join("environment.key");
    let key = claimgate_server::environments::MasterKeys::generate();
    claimgate_server::private_file::create(&file, key.as_bytes()).unwrap();
    file.display().to_string()
}

#[test]
fn the_documents_for_others_are_written_as_they_are_served() {
    let files = tempfile::tempdir().unwrap();
    let export = |words: &[&str]| {
        let words = [&["oidc-documents", "public"], words].concat();
        process::run(files.path(), &words)
    };
    let refused = export(&["--oidc-issuer", ISSUER]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("start `claimgate serve` once"), "{said}");
    let key = key(files.path());
    let arguments = ["--environment-key-file", &key, "--oidc-issuer", ISSUER];
    let server = Process::builder(files.path()).arguments(&arguments).start();
    let exported = export(&["--oidc-issuer", &format!("{ISSUER}/")]);
    let said = String::from_utf8(exported.stdout).unwrap();
    assert!(
        said.contains(
            "public/v2/.well-known/jwks → https://static.example/claimgate/v2/.well-known/jwks\n"
        ),
        "{said}"
    );
    assert!(
        said.contains("publish them as `application/json`, and again before 20"),
        "{said}"
    );
    for path in [
        ".well-known/openid-configuration",
        ".well-known/jwks",
        "v2/.well-known/jwks",
    ] {
        let text = std::fs::read_to_string(files.path().join("public").join(path)).unwrap();
        let written: Value = serde_json::from_str(&text).unwrap();
        let (status, served) = server.call("GET", &format!("/oidc/{path}"), "", &Value::Null);
        assert_eq!((status, served), (200, written), "{path}");
    }
    let refused = export(&[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("expected --oidc-issuer"), "{said}");
}

#[test]
fn an_issuer_needs_a_url_and_a_key() {
    let files = tempfile::tempdir().unwrap();
    let said = Process::builder(files.path())
        .arguments(&["--oidc-issuer", ISSUER])
        .fail();
    assert!(
        said.contains("expected --environment-key-file with --oidc-issuer"),
        "{said}"
    );
    let key = key(files.path());
    for (flag, value, expected) in [
        (
            "--oidc-issuer",
            "http://claimgate.example",
            "--oidc-issuer `http://claimgate.example`",
        ),
        ("--provider-network", "10.0.0.0/99", "10.0.0.0/99"),
        (
            "--provider-endpoint",
            "https://sts.googleapis.com",
            "expected --provider-endpoint like",
        ),
        (
            "--provider-endpoint",
            "https://a.example=http://b.example",
            "expected --provider-endpoint like",
        ),
    ] {
        let arguments = ["--environment-key-file", &key, flag, value];
        let said = Process::builder(files.path()).arguments(&arguments).fail();
        assert!(said.contains(expected), "{said}");
    }
}
