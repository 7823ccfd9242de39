//! An issuer over TLS, from its registration to an exchange: thumbprints, rotation under load,
//! outages and lies.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use claimgate_server::config::{Config, ConnectionLimits, Limits};
use claimgate_server::keys::KeyConfig;
use claimgate_server::listen;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::keys::support::{
    self as keys, Authority, Reply, Server, Signer, jwks, server, thumbprint,
};
use crate::support::Database;
use crate::support::site::{Site, config, exchange_body, standard_policies};
use crate::support::waiting::progress;

fn publish(server: &Server, signers: &[&Signer]) {
    let url = format!("https://localhost:{}", server.port);
    let discovery = format!(r#"{{"issuer": "{url}", "jwks_uri": "{url}/keys"}}"#);
    let keys = jwks(signers);
    server.answer(move |path| match path {
        "/.well-known/openid-configuration" => Reply::json(discovery.clone()),
        "/keys" => Reply::json(keys.clone()),
        _ => Reply::status(404),
    });
}

#[tokio::test]
async fn an_issuer_is_registered_rotates_its_keys_and_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("root");
    let identity = authority.issue(&server("localhost"));
    let own = thumbprint(&identity.chain[0]);
    let issuer = Server::start(identity).await;
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let keys = KeyConfig {
        allow_networks: vec!["127.0.0.1".parse().unwrap()],
        ..keys::config()
    };
    let keys = KeyConfig {
        extra_roots_pem: vec![authority.file(&folder)],
        ..keys
    };
    let database = Database::sqlite();
    let site = Site::start(Config {
        keys,
        ..config(&database.url)
    })
    .await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(200);

    let url = format!("https://localhost:{}", issuer.port);
    let path = "/api/orgs/acme/oidc/issuers";
    let wrong = json!({"name": "CI", "url": url, "thumbprints": ["00".repeat(32)]});
    let message = site.post(path, &site.root, &wrong).await.expect(400)["message"].clone();
    let expected = format!("Calculated thumbprint {own} does not match any of the provided.");
    assert!(
        message.as_str().unwrap().starts_with(&expected),
        "{message}"
    );
    let (_held, closed) = keys::closed_port();
    let gone = json!({"name": "CI", "url": format!("https://localhost:{closed}")});
    site.post(path, &site.root, &gone).await.expect(400);
    let good = json!({"name": "CI", "url": url});
    let message = site.post(path, &site.root, &good).await.expect(400)["message"].to_string();
    assert!(
        message.contains("expected status 200") && message.contains("openid-configuration"),
        "{message}"
    );
    issuer.publish_as(&format!("{url}/"), Reply::json(jwks(&[&first])));
    let message = site.post(path, &site.root, &good).await.expect(400)["message"].to_string();
    assert!(
        message.contains(&format!(
            "; register the issuer with the URL in its document and its tokens: `{url}/`"
        )),
        "{message}"
    );
    publish(&issuer, &[&first]);
    let body = site.post(path, &site.root, &good).await.expect(200);
    assert_eq!(
        (&body["thumbprints"], &body["jwks"]),
        (&json!([own]), &json!(null))
    );
    let id = body["id"].as_str().unwrap();
    site.set_policies(id, &standard_policies()).await;
    let again = site
        .post(
            &format!("{path}/{id}/regenerate-thumbprints"),
            &site.root,
            &json!({}),
        )
        .await
        .expect(200);
    assert_eq!(again["thumbprints"], json!([own]));
    let change = |thumbprints: &[&str]| json!({"name": "CI", "thumbprints": thumbprints});
    let one = format!("{path}/{id}");
    let other = "00".repeat(32);
    let message = site
        .patch(&one, &site.root, &change(&[&other]))
        .await
        .expect(400)["message"]
        .clone();
    assert!(
        message.as_str().unwrap().starts_with(&expected),
        "{message}"
    );
    // One that is to come, beside the one that is.
    let both = site
        .patch(&one, &site.root, &change(&[&other, &own]))
        .await
        .expect(200);
    assert_eq!(both["thumbprints"], json!([other, own]));
    let none = site.patch(&one, &site.root, &change(&[])).await.expect(200);
    assert_eq!(none["thumbprints"], json!([]));

    let token = |signer: &Signer| {
        let exp = claimgate_server::now() + 600;
        let claims = json!({"iss": url, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:main", "exp": exp});
        signer.token(&claims.to_string())
    };
    site.exchange(&token(&first), "organization", "")
        .await
        .expect(200);
    site.exchange(&token(&second), "organization", "")
        .await
        .expect(400);
    publish(&issuer, &[&first, &second]);
    site.exchange(&token(&second), "organization", "")
        .await
        .expect(200);
    site.exchange(&token(&first), "organization", "")
        .await
        .expect(200);

    issuer.answer(|_| Reply::status(503));
    site.exchange(&token(&second), "organization", "")
        .await
        .expect(200);
    site.exchange(&token(&Signer::new("third")), "organization", "")
        .await
        .expect(400);
    let metrics = site.get("/metrics", &site.root).await.text;
    assert!(
        metrics.contains(&format!("claimgate_issuer_keys_stale{{issuer=\"{id}\"}} 0")),
        "{metrics}"
    );
    let failed = format!("claimgate_issuer_key_failures_total{{issuer=\"{id}\"}} ");
    assert!(
        metrics.contains(&failed) && !metrics.contains(&format!("{failed}0\n")),
        "{metrics}"
    );
}

/// A certificate of an authority that no root leads to: anyone in between could have sent it.
#[tokio::test]
async fn a_certificate_that_nothing_verifies_is_trusted_only_if_its_thumbprint_is_sent_back() {
    let signer = Signer::new("first");
    let identity = Authority::new("unknown").issue(&server("localhost"));
    let own = thumbprint(&identity.chain[0]);
    let issuer = Server::start(identity).await;
    publish(&issuer, &[&signer]);
    let database = Database::sqlite();
    let site = Site::start(Config {
        keys: keys::config(),
        ..config(&database.url)
    })
    .await;
    site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
        .await
        .expect(200);
    let url = format!("https://localhost:{}", issuer.port);
    let path = "/api/orgs/acme/oidc/issuers";
    let register = |thumbprints: Value| {
        let body = json!({"name": "CI", "url": url, "thumbprints": thumbprints});
        let site = &site;
        async move { site.post(path, &site.root, &body).await }
    };
    let untrusted = |answer: &Value, thumbprint: &str| {
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!(errors[0]["code"], "keys-certificate-untrusted", "{answer}");
        assert_eq!(errors[0]["thumbprint"], thumbprint, "{answer}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(thumbprint), "{message}");
    };
    for nothing in [json!(null), json!([])] {
        untrusted(&register(nothing).await.expect(400), &own);
    }
    let list = site.get(path, &site.root).await.expect(200);
    assert_eq!(list["oidcIssuers"], json!([]), "nothing is registered");
    let other = register(json!(["00".repeat(32)])).await.expect(400);
    assert!(other.get("errors").is_none(), "{other}");

    let body = register(json!([own])).await.expect(200);
    assert_eq!(body["thumbprints"], json!([own]));
    let id = body["id"].as_str().unwrap();
    site.set_policies(id, &standard_policies()).await;
    let token = token(&url, &signer);
    site.exchange(&token, "organization", "").await.expect(200);

    // The present thumbprint verifies the present certificate, but not another one.
    let regenerate = format!("{path}/{id}/regenerate-thumbprints");
    let again = site.post(&regenerate, &site.root, &json!({})).await;
    assert_eq!(again.expect(200)["thumbprints"], json!([own]));
    let identity = Authority::new("another").issue(&server("localhost"));
    let next = thumbprint(&identity.chain[0]);
    issuer.show(identity);
    let refused = site.post(&regenerate, &site.root, &json!({})).await;
    untrusted(&refused.expect(400), &next);
    let one = format!("{path}/{id}");
    let kept = site.get(&one, &site.root).await.expect(200);
    assert_eq!(kept["thumbprints"], json!([own]), "the old one stays");
    // Without any thumbprint only roots count.
    let change = |thumbprints: Value| json!({"name": "CI", "thumbprints": thumbprints});
    let none = site.patch(&one, &site.root, &change(json!([]))).await;
    untrusted(&none.expect(400), &next);
    let changed = site.patch(&one, &site.root, &change(json!([next]))).await;
    assert_eq!(changed.expect(200)["thumbprints"], json!([next]));
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_a_refusal_whose_reason_is_in_the_log() {
    let signer = Signer::new("first");
    let world = World::new(keys::config(), &signer).await;
    world.issuer.answer(|_| Reply::status(503));
    let body = world
        .site
        .exchange(&world.token(&signer), "organization", "")
        .await
        .expect(400);
    let said = body["error_description"].as_str().unwrap();
    assert!(said.starts_with("the subject token is refused"), "{said}");
    let (_, summary) = world.exchange(&signer).await;
    assert!(summary.contains("found 503"), "{summary}");
    let metrics = world.site.get("/metrics", &world.site.root).await.text;
    assert!(
        metrics
            .lines()
            .any(|line| line.starts_with("claimgate_issuer_keys_stale{") && line.ends_with(" 1")),
        "{metrics}"
    );
}

#[tokio::test]
async fn static_keys_are_given_up_only_for_those_that_can_be_fetched() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let path = format!("/api/orgs/acme/oidc/issuers/{id}");
    // No server answers at its URL.
    let message = site
        .patch(&path, &site.root, &json!({"name": "CI", "jwks": null}))
        .await
        .expect(400)["message"]
        .clone();
    assert!(
        message.as_str().unwrap().contains("ci.example"),
        "{message}"
    );
    site.exchange(&issuer.token(json!({})), "organization", "")
        .await
        .expect(200);
}

/// A server with an issuer over TLS that is registered at it, and lets `repo:acme/app` in.
struct World {
    site: Site,
    issuer: Arc<Server>,
    url: String,
    _database: Database,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new(keys: KeyConfig, signer: &Signer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("root");
        let issuer = Server::start(authority.issue(&server("localhost"))).await;
        publish(&issuer, &[signer]);
        let keys = KeyConfig {
            extra_roots_pem: vec![authority.file(&folder)],
            ..keys
        };
        let database = Database::sqlite();
        let limits = Limits {
            address_rate: 0.0,
            issuer_rate: 0.0,
            ..Limits::default()
        };
        let site = Site::start(Config {
            keys,
            limits,
            ..config(&database.url)
        })
        .await;
        site.post("/api/orgs", &site.root, &json!({"name": "acme"}))
            .await
            .expect(200);
        let url = format!("https://localhost:{}", issuer.port);
        let body = json!({"name": "CI", "url": url});
        let body = site
            .post("/api/orgs/acme/oidc/issuers", &site.root, &body)
            .await
            .expect(200);
        site.set_policies(body["id"].as_str().unwrap(), &standard_policies())
            .await;
        Self {
            site,
            issuer,
            url,
            _database: database,
            _folder: folder,
        }
    }

    fn token(&self, signer: &Signer) -> String {
        token(&self.url, signer)
    }

    /// The status of an exchange, and what the audit log has of it.
    async fn exchange(&self, signer: &Signer) -> (u16, String) {
        let status = self
            .site
            .exchange(&self.token(signer), "organization", "")
            .await
            .status
            .as_u16();
        let log = self
            .site
            .get("/api/orgs/acme/oidc/exchanges?limit=1", &self.site.root)
            .await
            .expect(200);
        (
            status,
            log["exchanges"][0]["summary"].as_str().unwrap().to_owned(),
        )
    }
}

fn token(url: &str, signer: &Signer) -> String {
    let exp = claimgate_server::now() + 600;
    let claims =
        json!({"iss": url, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:main", "exp": exp});
    signer.token(&claims.to_string())
}

/// An exchange over the network.
async fn post(address: SocketAddr, token: &str) -> (u16, Value) {
    let body = exchange_body(token, "organization", "").to_string();
    let head = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        serde_json::from_str(body).unwrap(),
    )
}

const ROTATIONS: usize = 6;
const INTERVAL: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_are_rotated_under_load_without_one_wrong_refusal() {
    let keys = KeyConfig {
        unknown_kid_interval: INTERVAL,
        ..keys::config()
    };
    let first = Arc::new(Signer::new("key 0"));
    let world = World::new(keys, &first).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let router = world.site.server.router();
    tokio::spawn(async move {
        listen(
            listener,
            None,
            router,
            ConnectionLimits::default(),
            std::future::pending(),
        )
        .await
    });

    let signer = Arc::new(RwLock::new(Arc::clone(&first)));
    let is_over = Arc::new(AtomicBool::new(false));
    let granted: Vec<_> = (0..6).map(|_| Arc::new(AtomicUsize::new(0))).collect();
    let mut clients = tokio::task::JoinSet::new();
    for granted in &granted {
        let (signer, is_over, granted) = (
            Arc::clone(&signer),
            Arc::clone(&is_over),
            Arc::clone(granted),
        );
        let url = world.url.clone();
        clients.spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                let signer = Arc::clone(&signer.read().unwrap());
                let (status, body) = post(address, &token(&url, &signer)).await;
                assert_eq!(status, 200, "{}: {body}", signer.kid);
                granted.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    // An attacker with other keys: of an unknown name, and of the known names.
    let refused = Arc::new(AtomicUsize::new(0));
    for number in 0..2 {
        let (signer, is_over, refused) = (
            Arc::clone(&signer),
            Arc::clone(&is_over),
            Arc::clone(&refused),
        );
        let url = world.url.clone();
        clients.spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                let kid = if number == 0 {
                    "never published".to_owned()
                } else {
                    signer.read().unwrap().kid.clone()
                };
                let (status, body) = post(address, &token(&url, &Signer::new(&kid))).await;
                assert_eq!(
                    (status, &body["error"]),
                    (400, &json!("invalid_request")),
                    "{kid}: {body}"
                );
                refused.fetch_add(1, Ordering::SeqCst);
            }
        });
    }

    let (mut last, mut withdrawn) = (Arc::clone(&first), Vec::new());
    for number in 1..=ROTATIONS {
        let next = Arc::new(Signer::new(&format!("key {number}")));
        // Published first, and signed with from then on; the last one stays for the tokens under
        // way.
        publish(&world.issuer, &[&next, &last]);
        *signer.write().unwrap() = Arc::clone(&next);
        progress(&granted, 2, &mut clients).await;
        withdrawn.push(std::mem::replace(&mut last, next));
    }
    // An outage of the issuer is nothing that its jobs would see.
    world.issuer.answer(|_| Reply::status(503));
    progress(&granted, 5, &mut clients).await;
    is_over.store(true, Ordering::SeqCst);
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert!(refused.load(Ordering::SeqCst) >= 2, "somebody tried");

    // The last rotation took all keys away but the present one and the one before.
    let (kept, withdrawn) = withdrawn.split_last().unwrap();
    for signer in withdrawn {
        assert_eq!(
            post(address, &token(&world.url, signer)).await.0,
            400,
            "{} is withdrawn",
            signer.kid
        );
    }
    for signer in [&last, kept] {
        assert_eq!(
            post(address, &token(&world.url, signer)).await.0,
            200,
            "{} is not",
            signer.kid
        );
    }
    publish(&world.issuer, &[&last]);
    // A name that is not known makes the server look.
    post(address, &token(&world.url, &Signer::new("never published"))).await;
    assert_eq!(
        post(address, &token(&world.url, kept)).await.0,
        400,
        "now it is"
    );
    assert_eq!(post(address, &token(&world.url, &last)).await.0, 200);
}

#[tokio::test]
async fn an_issuer_that_is_slow_or_lies_grants_nothing_and_the_log_says_how() {
    let keys = KeyConfig {
        timeout: Duration::from_millis(300),
        max_bytes: 20_000,
        ..keys::config()
    };
    // Whatever is fetched is over at once.
    let keys = KeyConfig {
        min_max_age: Duration::ZERO,
        max_max_age: Duration::ZERO,
        ..keys
    };
    let (honest, liar) = (Signer::new("honest"), Signer::new("liar"));
    let world = World::new(keys, &honest).await;
    let url = world.url.clone();
    let document = |issuer: &str, keys: &str| {
        Reply::json(format!(r#"{{"issuer": "{issuer}", "jwks_uri": "{keys}"}}"#))
    };
    let own = format!("{url}/keys");
    let lies = [
        (
            document("https://another.example", &own),
            "found `https://another.example`",
        ),
        (
            document(&url, "https://169.254.169.254/keys"),
            "169.254.169.254",
        ),
        (
            document(&url, "http://localhost/keys"),
            "http://localhost/keys",
        ),
        (Reply::redirect("https://10.0.0.1/"), "10.0.0.1"),
        (
            Reply::redirect("/.well-known/openid-configuration"),
            "expected at most 3 redirects",
        ),
        (
            Reply::json(" ".repeat(20_001)),
            "expected at most 20000 bytes",
        ),
        (Reply::Endless, "expected at most 20000 bytes"),
        (Reply::Silence, "expected an answer within 0.3 seconds"),
        (Reply::Drip, "expected an answer within 0.3 seconds"),
        (Reply::HangUp, "localhost"),
        (Reply::status(503), "expected status 200"),
        (Reply::json("{"), "not JSON"),
    ];
    let tell = |discovery: Reply, keys: Reply| {
        world.issuer.answer(move |path| match path {
            "/.well-known/openid-configuration" => discovery.clone(),
            _ => keys.clone(),
        });
    };
    let theirs = Reply::json(jwks(&[&liar]));
    for (discovery, expected) in &lies {
        tell(discovery.clone(), theirs.clone());
        let (status, summary) = world.exchange(&liar).await;
        assert_eq!(status, 400, "{expected}");
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
    let huge = Reply::json(jwks(&vec![&liar; 1_000]));
    tell(document(&url, &own), huge);
    let (status, summary) = world.exchange(&liar).await;
    assert!(
        status == 400 && summary.contains("expected at most 20000 bytes"),
        "{summary}"
    );

    // The last good keys outlive all of that, and what comes with a lie is not believed.
    tell(document(&url, &own), Reply::json(jwks(&[&honest])));
    assert_eq!(world.exchange(&honest).await.0, 200);
    for (discovery, expected) in lies {
        tell(discovery, theirs.clone());
        assert_eq!(world.exchange(&honest).await.0, 200, "{expected}");
        assert_eq!(world.exchange(&liar).await.0, 400, "{expected}");
    }
}
