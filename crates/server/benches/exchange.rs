//! Exchanges a second, beside a bare handler that only verifies the token, in the same run:
//! `cargo bench --profile server -p claimgate-server`. The clients share the machine with the
//! server.

#[path = "../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "no server crashes here")]
mod postgres;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate_server::config::{Config, ConnectionLimits, Limits};
use claimgate_server::tokens::HashKey;
use claimgate_server::{Server, now};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const URL: &str = "https://ci.example";

struct Issuer {
    pair: KeyPair,
    decoding: DecodingKey,
    jwks: Value,
}

fn main() {
    // Of two that the workspace may build: the one that the server uses.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let number = |name: &str, default| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let (seconds, clients, rounds) = (
        number("SECONDS", 4),
        number("CLIENTS", 64),
        number("ROUNDS", 5),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let issuer = Issuer::new();
        let files = tempfile::tempdir().unwrap();
        let sqlite = format!("sqlite:{}", files.path().join("bench.db").display());
        let mut targets = vec![("bare handler", bare(&issuer)), ("SQLite", server(&sqlite, &issuer).await)];
        if let Some(url) = postgres::database() {
            targets.push(("PostgreSQL", server(&url, &issuer).await));
        }
        if let Ok(only) = std::env::var("ONLY") {
            targets.retain(|(name, _)| *name == only);
        }
        println!("RS256, {clients} connections, {rounds} rounds of {seconds} s each");
        let mut rates = vec![Vec::new(); targets.len()];
        for round in 0..=rounds {
            for ((name, address), rates) in targets.iter().zip(&mut rates) {
                let bodies: Arc<Vec<String>> = Arc::new((0..200).map(|_| issuer.body()).collect());
                let time = Duration::from_secs(u64::try_from(seconds).unwrap());
                let before = cpu_time();
                let (rate, p50, p99) = load(*address, bodies, clients, time).await;
                let cpu = (cpu_time() - before).as_secs_f64() * 1e6 / (rate * time.as_secs_f64());
                // The first round is for warming up.
                if round > 0 {
                    println!(
                        "{name:>14}: {rate:>8.0} a second, p50 {p50:>8.2?}, p99 {p99:>8.2?}, {cpu:>4.0} µs CPU each"
                    );
                    rates.push(rate);
                }
            }
        }
        let median = |rates: &[f64]| {
            let mut sorted = rates.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        let bare = median(&rates[0]);
        for ((name, _), rates) in targets.iter().zip(&rates) {
            let rate = median(rates);
            println!("{name:>14}: median {rate:.0} a second, {:.0} % of the bare handler", 100.0 * rate / bare);
        }
    });
}

impl Issuer {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let n = URL_SAFE_NO_PAD.encode(
            pair.public_key()
                .modulus()
                .big_endian_without_leading_zero(),
        );
        let e = URL_SAFE_NO_PAD.encode(
            pair.public_key()
                .exponent()
                .big_endian_without_leading_zero(),
        );
        Self {
            pair,
            decoding: DecodingKey::from_rsa_components(&n, &e).unwrap(),
            jwks: json!({"keys": [{"kid": "one", "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e}]}),
        }
    }

    /// A request with a token like those of GitHub Actions.
    fn body(&self) -> String {
        let claims = json!({
            "iss": URL, "aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:ref:refs/heads/main",
            "iat": now(), "nbf": now() - 5, "exp": now() + 3_600, "jti": claimgate_server::random::id(),
            "actor": "ada", "actor_id": "1", "base_ref": "", "event_name": "push", "head_ref": "",
            "job_workflow_ref": "acme/app/.github/workflows/deploy.yml@refs/heads/main", "ref": "refs/heads/main",
            "ref_type": "branch", "repository": "acme/app", "repository_id": "2", "repository_owner": "acme",
            "repository_owner_id": "3", "repository_visibility": "private", "run_attempt": "1", "run_id": "4",
            "run_number": "5", "runner_environment": "github-hosted", "sha": "0123456789abcdef0123456789abcdef01234567",
            "workflow": "deploy", "workflow_ref": "acme/app/.github/workflows/deploy.yml@refs/heads/main",
        });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!(
            "{}.{}",
            encode(&json!({"alg": "RS256", "kid": "one", "typ": "JWT"})),
            encode(&claims)
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                input.as_bytes(),
                &mut signature,
            )
            .unwrap();
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
        json!({
            "audience": "urn:pulumi:org:acme",
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": "urn:pulumi:token-type:access_token:organization",
            "subject_token": token,
        })
        .to_string()
    }
}

fn bare(issuer: &Issuer) -> SocketAddr {
    async fn verify(
        State(key): State<Arc<DecodingKey>>,
        Json(body): Json<Value>,
    ) -> Result<Json<Value>, String> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&["urn:pulumi:org:acme"]);
        let token = body["subject_token"].as_str().unwrap_or_default();
        let data = jsonwebtoken::decode::<Value>(token, &key, &validation)
            .map_err(|error| error.to_string())?;
        Ok(Json(json!({"access_token": data.claims["sub"]})))
    }
    serve(
        Router::new()
            .route("/api/oauth/token", post(verify))
            .with_state(Arc::new(issuer.decoding.clone())),
    )
}

async fn server(database: &str, issuer: &Issuer) -> SocketAddr {
    let limits = Limits {
        address_rate: 0.0,
        issuer_rate: 0.0,
        ..Limits::default()
    };
    let key = HashKey::new("0123456789abcdef0123456789abcdef").unwrap();
    let bootstrap = Some(ROOT.to_owned());
    let server = Server::start(Config {
        bootstrap,
        limits,
        ..Config::new(database, key)
    })
    .await
    .unwrap();
    let address = serve(server.router());
    // It has to stay for as long as the process does.
    Box::leak(Box::new(server));
    call(address, "POST", "/api/orgs", json!({"name": "acme"})).await;
    let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks});
    let issuer = call(address, "POST", "/api/orgs/acme/oidc/issuers", body).await;
    let path = format!(
        "/api/orgs/acme/auth/policies/oidcissuers/{}",
        issuer["id"].as_str().unwrap()
    );
    let policy = call(address, "GET", &path, Value::Null).await;
    let policies = json!({"policies": [
        {"decision": "allow", "tokenType": "organization",
         "rules": {"aud": "urn:pulumi:org:acme", "sub": "repo:acme/app:*"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
    ]});
    let path = format!(
        "/api/orgs/acme/auth/policies/{}",
        policy["id"].as_str().unwrap()
    );
    call(address, "PATCH", &path, policies).await;
    address
}

const ROOT: &str = "the-bootstrap-token-of-the-benchmark";

async fn call(address: SocketAddr, method: &str, path: &str, body: Value) -> Value {
    let body = body.to_string();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: token {ROOT}\r\nconnection: close\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        claimgate_server::listen(
            listener,
            None,
            router,
            ConnectionLimits::default(),
            std::future::pending(),
        )
        .await
    });
    address
}

/// What this process has used so far, clients included; that of a database server is not in it.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .skip(11)
        .take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    // A tick is a hundredth of a second.
    Duration::from_millis(ticks * 10)
}

/// Requests one after the other on each connection; the rate, and how long they took.
async fn load(
    address: SocketAddr,
    bodies: Arc<Vec<String>>,
    clients: usize,
    time: Duration,
) -> (f64, Duration, Duration) {
    let (stop, times) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(Mutex::new(Vec::new())),
    );
    let started = Instant::now();
    let client = |client: usize| {
        let (bodies, stop, times) = (Arc::clone(&bodies), Arc::clone(&stop), Arc::clone(&times));
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut own, mut buffer, mut number) = (Vec::new(), vec![0; 16 * 1024], client * 7);
            while !stop.load(Ordering::Relaxed) {
                let body = &bodies[number % bodies.len()];
                number += 1;
                let began = Instant::now();
                let head = "POST /api/oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
                let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(request.as_bytes()).await.unwrap();
                read_answer(&mut stream, &mut buffer).await;
                own.push(began.elapsed());
            }
            times.lock().unwrap().extend(own);
        })
    };
    let tasks: Vec<_> = (0..clients).map(client).collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    let took = started.elapsed();
    let mut times = std::mem::take(&mut *times.lock().unwrap());
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100];
    (
        times.len() as f64 / took.as_secs_f64(),
        percentile(50),
        percentile(99),
    )
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        filled += stream.read(&mut buffer[filled..]).await.unwrap();
        let text = std::str::from_utf8(&buffer[..filled]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = |line: &str| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        };
        if body.len() >= head.lines().find_map(length).unwrap_or(0) {
            assert!(head.starts_with("HTTP/1.1 200"), "{text}");
            return;
        }
    }
}
