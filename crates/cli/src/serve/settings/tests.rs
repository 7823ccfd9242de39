use clap::Parser;

use claimgate_server::config::RefusalLimits;

use super::Serve;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    serve: Serve,
}

fn parse(arguments: &[&str]) -> Serve {
    Arguments::parse_from(std::iter::once(&"claimgate").chain(arguments)).serve
}

#[test]
fn flags_go_before_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("claimgate.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\nleeway = 5\ndemo = true\n").unwrap();
    let serve = parse(&[
        "--config",
        file.to_str().unwrap(),
        "--listen",
        "127.0.0.1:2",
    ])
    .with_file()
    .unwrap();
    assert_eq!(
        (
            serve.listen_address().unwrap().as_str(),
            serve.leeway,
            serve.demo
        ),
        ("127.0.0.1:2", Some(5), true)
    );
}

#[test]
fn a_setting_that_is_not_known_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("claimgate.toml");
    let error = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let error = parse(&["--config", file.to_str().unwrap()]).with_file();
        format!("{:#}", error.unwrap_err())
    };
    let both = error("lisen = \"127.0.0.1:1\"\nopen_metrics = true\n");
    assert!(
        both.contains("unknown key `lisen`: did you mean `listen`?"),
        "{both}"
    );
    assert!(both.contains("did you mean `open-metrics`?"), "{both}");
    // These are flags only.
    for name in ["config", "new-token-key"] {
        let error = error(&format!("{name} = true\n"));
        assert!(error.contains(&format!("unknown key `{name}`")), "{error}");
    }
    let wrong = error("listen = 5\n");
    assert!(
        wrong.contains("line 1") && wrong.contains("expected a string"),
        "{wrong}"
    );
}

#[test]
fn halves_of_settings_are_refused() {
    assert!(parse(&["--tls-key", "a"]).tls().is_err());
    assert!(parse(&["--listen", "8080"]).listen_address().is_err());
    assert!(
        parse(&["--database", "postgres://localhost/a"])
            .config()
            .is_err()
    );
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("a.db").display());
    assert!(parse(&["--database", &database]).config().is_ok());
    let error = parse(&["--database", &database, "--address-rate=-1"])
        .config()
        .unwrap_err();
    assert!(error.to_string().contains("--address-rate"), "{error:#}");
    let error = parse(&["--database", &database, "--refusal-megabytes=15"])
        .config()
        .unwrap_err();
    assert!(error.to_string().contains("found 15"), "{error:#}");
    let network =
        |network: &str| parse(&["--database", &database, "--issuer-network", network]).config();
    assert!(network("10.0.0.0/8").is_ok());
    assert!(network("10.0.0.0/99").is_err());
}

#[test]
fn the_bootstrap_token_has_a_place() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("key");
    crate::serve::secrets::make_key(&key).unwrap();
    let postgres = ["--database", "postgres://localhost/a"];
    let key = ["--token-key-file", key.to_str().unwrap()];
    let config = |more: &[&str]| parse(&[&postgres[..], &key, more].concat()).config();
    let error = config(&[]).unwrap_err().to_string();
    assert!(error.contains("--state-dir"), "{error}");
    assert!(config(&["--state-dir", "a"]).is_ok());
}

#[test]
fn a_file_may_have_the_database_and_the_folder_for_state() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("claimgate.toml");
    std::fs::write(
        &file,
        "database = \"sqlite:b.db\"\nstate-dir = \"/run/a\"\n",
    )
    .unwrap();
    let serve = parse(&["--config", file.to_str().unwrap()]);
    let path = serve.with_file().unwrap().state.bootstrap_path().unwrap();
    let expected = std::path::Path::new("/run/a/b.db.bootstrap-token");
    assert_eq!(path.unwrap().file(), expected);
}

#[test]
fn connections_have_limits_that_can_be_set() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("a.db").display());
    let limits = |arguments: &[&str]| {
        let own = [&["--database", database.as_str()], arguments].concat();
        parse(&own).config().unwrap().connections
    };
    let defaults = limits(&[]);
    assert_eq!(
        defaults,
        claimgate_server::config::ConnectionLimits::default()
    );
    let set = limits(&[
        "--max-connections=5",
        "--address-connections=0",
        "--idle-timeout=7",
        "--write-timeout=8",
    ]);
    assert_eq!(
        (
            set.total,
            set.per_address,
            set.idle_timeout.as_secs(),
            set.write_timeout.as_secs()
        ),
        (5, 0, 7, 8)
    );
    let zero = Arguments::try_parse_from(["claimgate", "--idle-timeout=0"]);
    assert!(zero.is_err());
}

#[test]
fn limits_on_refusals_have_defaults_and_zero_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("a.db").display());
    let refusals = |more: &[&str]| {
        let words = [&["--database", &database], more].concat();
        parse(&words).config().unwrap().refusals
    };
    assert_eq!(refusals(&[]), RefusalLimits::default());
    let words = [
        "--refusal-days=0",
        "--refusal-megabytes=0",
        "--refusals-unverified=1",
        "--refusals-organization=2",
        "--refusals-issuer=3",
        "--refusals-tenant=0",
    ];
    let expected = RefusalLimits {
        unverified: 1.0,
        organization: 2.0,
        issuer: 3.0,
        tenant: 0.0,
        days: None,
        max_bytes: 0,
    };
    assert_eq!(refusals(&words), expected);
    assert_eq!(refusals(&["--refusal-megabytes=16"]).max_bytes, 16 << 20);
}
