//! The files of a server, and what ends it.

use super::*;

/// Nothing that was acknowledged is lost, the file opens again, and no token works that was not
/// granted. `CLAIMGATE_KILL_ROUNDS=200` for the long run.
#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    let rounds: u32 = std::env::var("CLAIMGATE_KILL_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let files = tempfile::tempdir().unwrap();
    let issuer = Arc::new(Issuer::new());
    let (mut tokens, mut organizations) = (Vec::<String>::new(), Vec::<String>::new());
    for round in 0..rounds {
        let mut server = Process::builder(files.path()).start();
        if round == 0 {
            server.set_up(&issuer);
        }
        for token in tokens.iter().rev().take(50) {
            assert_eq!(
                server.call("GET", "/api/user", token, &Value::Null).0,
                200,
                "a granted token is lost"
            );
        }
        for name in organizations.iter().rev().take(20) {
            assert_eq!(
                server
                    .call("GET", &format!("/api/orgs/{name}"), ROOT, &Value::Null)
                    .0,
                200,
                "{name} is lost"
            );
        }
        let invented = claimgate_server::tokens::AccessToken::generate();
        assert_eq!(
            server
                .call("GET", "/api/user", invented.reveal(), &Value::Null)
                .0,
            401
        );
        let (granted, all_granted) = mpsc::channel();
        let (registered, all_registered) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let address = server.address.clone();
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let (address, issuer, stop) =
                    (address.clone(), Arc::clone(&issuer), Arc::clone(&stop));
                let (granted, registered) = (granted.clone(), registered.clone());
                std::thread::spawn(move || {
                    for number in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let answer = if worker == 0 {
                            let name = format!("o{round}-{number}");
                            let answer = process::call(
                                &address,
                                "POST",
                                "/api/orgs",
                                ROOT,
                                &json!({"name": name}),
                            );
                            answer
                                .filter(|(status, _)| *status == 200)
                                .map(|_| registered.send(name).unwrap())
                        } else {
                            let body = exchange_body(&issuer.token(json!({})));
                            let answer =
                                process::call(&address, "POST", "/api/oauth/token", "", &body);
                            let token = answer.and_then(|(_, body)| {
                                Some(body["access_token"].as_str()?.to_owned())
                            });
                            token.map(|token| granted.send(token).unwrap())
                        };
                        if answer.is_none() {
                            break;
                        }
                    }
                })
            })
            .collect();
        // In the middle of things: some are acknowledged, and more are under way.
        let enough = 3 + round as usize % 20;
        tokens.extend((0..enough).map(|_| {
            all_granted
                .recv_timeout(Duration::from_secs(60))
                .expect("another token is granted within a minute")
        }));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap();
        }
        tokens.extend(all_granted.try_iter());
        organizations.extend(all_registered.try_iter());
    }
    let server = Process::builder(files.path()).start();
    let granted = tokens
        .iter()
        .filter(|token| server.call("GET", "/api/user", token, &Value::Null).0 == 200)
        .count();
    assert_eq!(granted, tokens.len());
    assert!(!organizations.is_empty(), "there was something to lose");
    println!(
        "{rounds} rounds, {} tokens, {} organizations",
        tokens.len(),
        organizations.len()
    );
}

#[test]
fn two_servers_share_one_file() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Arc::new(Issuer::new());
    let servers = [
        Process::builder(files.path()).start(),
        Process::builder(files.path()).start(),
    ];
    servers[0].set_up(&issuer);
    let addresses: Vec<_> = servers
        .iter()
        .map(|server| server.address.clone())
        .collect();
    let workers = (0..8).map(|number| {
        let (addresses, issuer) = (addresses.clone(), Arc::clone(&issuer));
        std::thread::spawn(move || {
            for _ in 0..20 {
                let body = exchange_body(&issuer.token(json!({})));
                let (status, body) = process::call(
                    &addresses[number % 2],
                    "POST",
                    "/api/oauth/token",
                    "",
                    &body,
                )
                .unwrap();
                assert_eq!(status, 200, "{body}");
                let token = body["access_token"].as_str().unwrap();
                let other = &addresses[(number + 1) % 2];
                assert_eq!(
                    process::call(other, "GET", "/api/user", token, &Value::Null)
                        .unwrap()
                        .0,
                    200
                );
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.join().unwrap();
    }
}

/// A limit on the size of files is a disk that is full, and one that gets room again.
#[test]
fn a_full_disk_is_an_error_and_room_is_enough_to_recover() {
    let files = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let server = Process::builder(files.path()).file_blocks(800).start();
    server.set_up(&issuer);
    let exchange = || {
        server.call(
            "POST",
            "/api/oauth/token",
            "",
            &exchange_body(&issuer.token(json!({}))),
        )
    };
    let mut granted = Vec::new();
    let failed = (0..5_000).find_map(|_| match exchange() {
        (200, body) => {
            granted.push(body["access_token"].as_str().unwrap().to_owned());
            None
        }
        other => Some(other),
    });
    let (status, body) = failed.expect("the disk is never full");
    assert_eq!(
        (status, &body["error"]),
        (500, &json!("server_error")),
        "{body}"
    );
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .contains("nothing was granted"),
        "{body}"
    );
    assert_eq!(server.call("GET", "/healthz", "", &Value::Null).0, 200);
    assert_eq!(server.call("GET", "/readyz", "", &Value::Null).0, 503);
    for token in &granted {
        assert_eq!(
            server.call("GET", "/api/user", token, &Value::Null).0,
            200,
            "reading needs no room"
        );
    }
    server.unlimit_files();
    let (status, body) = exchange();
    assert_eq!(
        status,
        200,
        "without a restart: {body}\n{}",
        server.errors()
    );
    assert_eq!(server.call("GET", "/readyz", "", &Value::Null).0, 200);
}

#[test]
fn a_file_that_may_not_be_written_is_an_error_at_the_start() {
    let files = tempfile::tempdir().unwrap();
    Process::builder(files.path()).start().stop();
    let message = Process::builder(files.path()).read_only().fail();
    assert!(
        message.contains("readonly")
            || message.contains("permission")
            || message.contains("Permission"),
        "{message}"
    );
}

#[test]
fn what_a_database_holds_is_checked_while_the_server_runs_and_after() {
    let files = tempfile::tempdir().unwrap();
    let mut server = Process::builder(files.path()).start();
    server.set_up(&Issuer::new());
    let path = "/api/orgs/acme/oidc/issuers?policies=true";
    let (_, issuers) = server.call("GET", path, ROOT, &Value::Null);
    let policy = issuers["oidcIssuers"][0]["authPolicy"]["id"]
        .as_str()
        .unwrap();
    let policies = json!({"policies": [
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "urn:acme", "sub": "repo:acme/app.js:*"}}
    ]});
    let path = format!("/api/orgs/acme/auth/policies/{policy}");
    assert_eq!(server.call("PATCH", &path, ROOT, &policies).0, 200);
    let check = |more: &[&str]| {
        let arguments = [&["check", "--database", "sqlite:claimgate.db"], more].concat();
        let output = process::run(files.path(), &arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(errors, "");
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, text) = check(&[]);
    assert_eq!(code, Some(0), "{text}");
    let finding = "note[dot-is-wildcard]: policy 1, `rules.sub`: ";
    assert!(text.starts_with(finding), "{text}");
    assert!(text.contains("\n--> acme: https://ci.example\n"), "{text}");
    assert!(
        text.contains("claimgate.db: 1 issuer, 1 policy, 0 errors, "),
        "{text}"
    );
    assert!(server.stop().success());
    assert_eq!(check(&[]), (code, text));
    assert_eq!(check(&["--strict"]).0, Some(1));
    let (_, json) = check(&["--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["organization"], "acme");
    assert_eq!(json[0]["findings"][0]["path"], "policies[0].rules.sub");
    // It is never created.
    let output = process::run(files.path(), &["check", "--database", "sqlite:missing.db"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!files.path().join("missing.db").exists());
}
