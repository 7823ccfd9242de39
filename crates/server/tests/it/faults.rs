//! What goes wrong around the server: a database that ends, clients that are slow, certificates,
//! clocks.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use claimgate_server::config::{Config, ConnectionLimits};
use claimgate_server::{Tls, listen};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::Database;
use crate::support::postgres::Postgres;
use crate::support::site::{Site, config, exchange_body};
use crate::support::waiting::eventually;

#[tokio::test]
async fn a_database_that_was_restarted_is_used_again_without_a_restart() {
    // One of its own, for the others' must not go away.
    let Some(postgres) = Postgres::start().map(Arc::new) else {
        return;
    };
    let (site, issuer, _) = Site::with_issuer(config(&postgres.database())).await;
    let token = site
        .granted(&issuer.token(json!({})), "organization", "")
        .await;
    let own = Arc::clone(&postgres);
    tokio::task::spawn_blocking(move || own.crash())
        .await
        .unwrap();
    let answer = site
        .exchange(&issuer.token(json!({})), "organization", "")
        .await;
    assert_eq!(answer.expect(500)["error"], "server_error");
    assert!(
        answer.text.contains("nothing was granted"),
        "{}",
        answer.text
    );
    assert!(
        !answer.text.contains("127.0.0.1"),
        "what the database says is for the log: {}",
        answer.text
    );
    for (path, token) in [("/api/user", &token), ("/api/orgs", &site.root)] {
        let message = site.get(path, token).await.expect(500)["message"].clone();
        assert_eq!(message, "the database failed; the log says how", "{path}");
    }
    assert_eq!(
        (
            site.get("/healthz", "").await.status,
            site.get("/readyz", "").await.status.as_u16()
        ),
        (StatusCode::OK, 503)
    );
    let own = Arc::clone(&postgres);
    tokio::task::spawn_blocking(move || own.start_again())
        .await
        .unwrap();
    eventually("the server recovers", async || {
        let answer = site
            .exchange(&issuer.token(json!({})), "organization", "")
            .await;
        if answer.status != 200 {
            assert_eq!(answer.expect(500)["error"], "server_error");
        }
        answer.status == 200
    })
    .await;
    site.get("/api/user", &token).await.expect(200);
    assert_eq!(site.get("/readyz", "").await.status, 200);
}

#[tokio::test]
async fn the_server_speaks_tls() {
    let files = tempfile::tempdir().unwrap();
    let generated = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls {
        certificate: files.path().join("cert.pem"),
        key: files.path().join("key.pem"),
        strict_transport: Duration::from_secs(60),
    };
    std::fs::write(&tls.certificate, generated.cert.pem()).unwrap();
    std::fs::write(&tls.key, generated.signing_key.serialize_pem()).unwrap();
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let router = site.server.router();
    let own = tls.clone();
    tokio::spawn(async move {
        listen(
            listener,
            Some(&own),
            router,
            ConnectionLimits::default(),
            std::future::pending(),
        )
        .await
    });

    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&tls.certificate).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
        .unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: tokens.example\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // It may end without a farewell; what was said before counts.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK")
            && answer.contains("\r\nstrict-transport-security: max-age=60\r\n"),
        "{answer}"
    );

    std::fs::write(&tls.key, "nothing").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = listen(
        listener,
        Some(&tls),
        site.server.router(),
        site.server.connection_limits(),
        std::future::pending(),
    )
    .await
    .unwrap_err();
    assert!(error.to_string().contains("key.pem"), "{error}");
}

async fn listening(
    site: &Site,
) -> (
    std::net::SocketAddr,
    tokio::sync::oneshot::Sender<()>,
    tokio::task::JoinHandle<()>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (router, limits) = (site.server.router(), site.server.connection_limits());
    let stopped = async move {
        let _ = stopped.await;
    };
    let task = tokio::spawn(async move {
        listen(listener, None, router, limits, stopped)
            .await
            .unwrap();
    });
    (address, stop, task)
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_is_slow_is_not_waited_for() {
    let database = Database::sqlite();
    let site = Site::start(Config {
        timeout: Duration::from_millis(300),
        ..config(&database.url)
    })
    .await;
    let (address, _stop, _task) = listening(&site).await;
    // A body that never comes.
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 408");
    // A head that never ends, or never begins: the connection is closed.
    let heads = [
        "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ",
        "",
        "PRI * HTTP/2.0\r\n",
    ];
    let waiting = heads.map(|head| {
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            rest_of(stream).await
        })
    });
    for one in waiting {
        one.await.unwrap();
    }
    // Other requests do not wait for them.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(rest_of(stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_open_when_the_server_stops_is_answered_and_written() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let (address, stop, task) = listening(&site).await;
    let body = exchange_body(&issuer.token(json!({})), "organization", "").to_string();
    let head = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let (before, after) = request.split_at(request.len() - 10);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(before.as_bytes()).await.unwrap();
    // A whole request on another connection shows that the first has arrived.
    let mut other = TcpStream::connect(address).await.unwrap();
    other
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    rest_of(other).await;
    stop.send(()).unwrap();
    stream.write_all(after.as_bytes()).await.unwrap();
    let answer = rest_of(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    task.await.unwrap();
    site.server.stop().await;
    let token = answer
        .split("\"access_token\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let site = Site::start(config(&database.url)).await;
    site.get("/api/user", &token).await.expect(200);
}

/// Malformed HTTP, and HTTP that no client should send.
fn oddities() -> Vec<Vec<u8>> {
    let post = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    let heads = [
        "\r\n\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET /\u{1f980} HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
        "GET /api/user HTTP/1.1\r\nhost: a\r\nauthorization: token \u{7f}\u{1}\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(1 << 20)),
        format!(
            "GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
            "a".repeat(1 << 20)
        ),
        format!(
            "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
            "x: a\r\n".repeat(1_000)
        ),
        format!("{post}content-length: -1\r\n\r\n{{}}"),
        format!("{post}content-length: 99999999999999999999999\r\n\r\n{{}}"),
        format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"),
        format!("{post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{{}}"),
        format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n"),
        format!("{post}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        format!("{post}transfer-encoding: gzip\r\n\r\n{{}}"),
        format!(
            "{post}content-length: 1000000000\r\n\r\n{}",
            "a".repeat(1 << 20)
        ),
        format!("{post}expect: 100-continue\r\ncontent-length: 1000000\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame, whatever else it may be".to_owned(),
    ];
    let tls = vec![
        0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
    ];
    heads
        .into_iter()
        .map(String::into_bytes)
        .chain([tls, vec![0; 4_096], vec![0xff; 4_096]])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_gets_an_end_and_no_server_error() {
    let database = Database::sqlite();
    let site = Site::start(Config {
        timeout: Duration::from_millis(300),
        ..config(&database.url)
    })
    .await;
    let (address, _stop, _task) = listening(&site).await;
    let all = oddities().into_iter().map(|bytes| {
        tokio::spawn(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let (mut reader, mut writer) = stream.into_split();
            // It may be refused before all of it was sent.
            let sent = tokio::spawn(async move {
                let _ = writer.write_all(&bytes).await;
                writer
            });
            let mut answer = Vec::new();
            let _ = reader.read_to_end(&mut answer).await;
            drop(sent.await.unwrap());
            String::from_utf8_lossy(&answer).into_owned()
        })
    });
    for (number, answer) in all.collect::<Vec<_>>().into_iter().enumerate() {
        let answer = answer.await.unwrap();
        for status in answer.split("HTTP/1.1 ").skip(1) {
            assert!(!status.starts_with('5'), "{number}: {answer}");
        }
    }
    assert_eq!(site.get("/readyz", "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_unfinished_requests_do_not_delay_others() {
    let database = Database::sqlite();
    let limits = claimgate_server::config::Limits {
        address_rate: 0.0,
        ..Default::default()
    };
    let (site, issuer, _) = Site::with_issuer(Config {
        limits,
        ..config(&database.url)
    })
    .await;
    let (address, _stop, _task) = listening(&site).await;
    let body = exchange_body(&issuer.token(json!({})), "organization", "").to_string();
    let head = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    // Each has sent a part of it: nothing at all, some of the head, some of the body.
    let mut waiting = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let part = &request[..request.len() * (number % 10) / 10];
        stream.write_all(part.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    for _ in 0..5 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = rest_of(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    // Those who go on are answered still.
    for (number, mut stream) in waiting.into_iter().enumerate().skip(290) {
        stream
            .write_all(&request.as_bytes()[request.len() * (number % 10) / 10..])
            .await
            .unwrap();
        assert!(
            rest_of(stream).await.starts_with("HTTP/1.1 200"),
            "{number}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_off() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    let (address, _stop, _task) = listening(&site).await;
    let authorization = format!("authorization: token {}\r\n", site.root);
    for path in ["/api/oauth/token", "/api/orgs"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\n{authorization}content-type: application/json\r\n"
        );
        stream
            .write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let (mut reader, mut writer) = stream.into_split();
        let chunk = [b"10000\r\n", &[b' '; 0x10000][..], b"\r\n"].concat();
        let sending = tokio::spawn(async move {
            let mut sent = 0;
            while sent < 64 << 20 && writer.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
            sent
        });
        let mut status = [0; 12];
        reader.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 413", "{path}");
        drop(reader);
        let sent = sending.await.unwrap();
        assert!(sent < 64 << 20, "{path} takes whatever comes");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway_and_no_more() {
    for leeway in [60, 0] {
        let database = Database::sqlite();
        let (site, issuer, _) = Site::with_issuer(Config {
            leeway,
            ..config(&database.url)
        })
        .await;
        let now = claimgate_server::now();
        let within = i64::try_from(leeway).unwrap() / 2;
        let cases = [
            (json!({"iat": now + within, "nbf": now + within}), None),
            (json!({"exp": now - within + 5}), None),
            (json!({"nbf": now + 600}), Some("token-not-yet-valid")),
            (json!({"iat": now + 600}), Some("token-issued-in-future")),
            (json!({"exp": now - 600}), Some("token-expired")),
        ];
        for (claims, code) in cases {
            let answer = site
                .exchange(&issuer.token(claims.clone()), "organization", "")
                .await;
            assert_eq!(
                answer.status == StatusCode::OK,
                code.is_none(),
                "{leeway}, {claims}: {}",
                answer.text
            );
            let log = site
                .get("/api/orgs/acme/oidc/exchanges?limit=1", &site.root)
                .await
                .expect(200);
            assert_eq!(
                log["exchanges"][0]["code"],
                code.unwrap_or("granted"),
                "{leeway}, {claims}"
            );
        }
    }
}
