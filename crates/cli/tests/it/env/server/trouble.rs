//! What keeps `claimgate env import` and `export` from running.

use super::*;

#[test]
fn trouble_ends_with_two() {
    let fixture = Fixture::start();
    let own = folder(&[("web/base.yaml", BASE)]);
    let url = format!("http://{}", fixture.server.address);
    let token = TOKEN;
    write(own.path(), "token", &format!("{ROOT}\n"));
    for (url, arguments, variables, words) in [
        (
            url.as_str(),
            &["import", "none"][..],
            &token[..],
            "cannot read the folder `none`",
        ),
        (
            &url,
            &["import", "."],
            &[],
            "expected an access token in PULUMI_ACCESS_TOKEN or `--token-file`, found none",
        ),
        (
            &url,
            &["export", "."],
            &[("PULUMI_ACCESS_TOKEN", "wrong")],
            "expected an access token as `Authorization: Bearer TOKEN`, found none that is valid",
        ),
        (
            &url,
            &["export", ".", "--org", "other"],
            &token,
            "cannot be used multiple times",
        ),
        (
            "http://claimgate.example",
            &["export", "."],
            &token,
            "expected a URL that starts with `https://`, since the token is sent there, found `http://claimgate.example`",
        ),
        (
            "http://127.0.0.1:1",
            &["export", "."],
            &token,
            "no answer from http://127.0.0.1:1: ",
        ),
        (
            "https://127.0.0.1:1",
            &["export", "."],
            &token,
            "no answer from https://127.0.0.1:1: ",
        ),
    ] {
        let (status, said, errors) = told(&run(own.path(), arguments, url, variables));
        assert_eq!((status, said.as_str()), (2, ""), "{arguments:?} {errors}");
        assert!(errors.contains(words), "{errors}");
        assert!(!errors.contains(ROOT), "{errors}");
    }
    let arguments = ["import", ".", "--token-file", "token"];
    assert_eq!(told(&run(own.path(), &arguments, &url, &[])).0, 0);
}

#[test]
fn a_server_with_tls_is_verified() {
    let files = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    write(files.path(), "own.pem", &certified.cert.pem());
    write(
        files.path(),
        "own.key",
        &certified.signing_key.serialize_pem(),
    );
    let arguments = [
        "--environment-key-file",
        &key(files.path()),
        "--tls-certificate",
        "own.pem",
        "--tls-key",
        "own.key",
    ];
    let server = Process::builder(files.path()).arguments(&arguments).start();
    let url = format!("https://{}", server.address).replace("127.0.0.1", "localhost");
    let export = |variables: &[(&str, &str)]| {
        let variables = [&[("PULUMI_ACCESS_TOKEN", ROOT)], variables].concat();
        told(&run(files.path(), &["export", "out"], &url, &variables))
    };
    let pem = files.path().join("own.pem").display().to_string();
    // It is trusted, and the organization does not exist.
    let (status, _, errors) = export(&[("SSL_CERT_FILE", &pem)]);
    assert_eq!(status, 2);
    assert!(
        errors.contains(
            "cannot list the environments of the organization `acme`: environment not found"
        ),
        "{errors}"
    );
    let (status, _, errors) = export(&[]);
    assert_eq!(status, 2);
    assert!(errors.contains("certificate"), "{errors}");
}
