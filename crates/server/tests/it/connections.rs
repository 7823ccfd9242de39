//! Clients that hold connections: too many of them, and readers that take nothing of an answer. Those of
//! HTTP/2 are in `http_2.rs`.

use std::net::{SocketAddr, TcpListener};
use std::sync::LazyLock;
use std::time::Duration;

use claimgate_server::config::{Config, ConnectionLimits};
use claimgate_server::{Asset, Assets, Server, listen};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::Database;
use crate::support::site::config;
use crate::support::waiting::eventually;

/// More than all buffers between the server and a client hold.
pub(crate) const LARGE: usize = 64 << 20;

static LARGE_FILE: LazyLock<Vec<u8>> = LazyLock::new(|| vec![7; LARGE]);

/// Short where a test waits for it to pass.
pub(crate) const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(3_600);

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    _server: Server,
    _database: Database,
}

impl Listening {
    pub(crate) async fn start(connections: ConnectionLimits, trusted_proxies: usize) -> Self {
        let database = Database::sqlite();
        let files = vec![Asset {
            path: "large.bin",
            mime: "application/octet-stream",
            digest: "large",
            is_named_by_content: false,
            plain: &LARGE_FILE,
            gzip: &[],
            brotli: &[],
        }];
        let assets = Assets {
            files: Vec::leak(files),
            ..Assets::default()
        };
        let config = Config {
            connections,
            trusted_proxies,
            assets,
            ..config(&database.url)
        };
        let server = Server::start(config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (router, limits) = (server.router(), server.connection_limits());
        let stop = std::future::pending();
        tokio::spawn(async move { listen(listener, None, router, limits, stop).await });
        Self {
            address,
            _server: server,
            _database: database,
        }
    }

    /// Whether a new connection is answered.
    pub(crate) async fn answers(&self) -> bool {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        is_answered(&mut stream).await
    }

    /// A connection that is answered, and stays open.
    async fn open(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        assert!(is_answered(&mut stream).await);
        stream
    }

    /// A connection that the client's system buffers little of.
    async fn connect_narrowly(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(self.address).await.unwrap()
    }
}

/// Whether a request gets an answer, and not the end of the connection.
async fn is_answered(stream: &mut TcpStream) -> bool {
    let request = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    if stream.write_all(request).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        let mut bytes = [0; 1_024];
        match stream.read(&mut bytes).await {
            Ok(length @ 1..) => answer.extend_from_slice(&bytes[..length]),
            _ => return false,
        }
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    true
}

#[tokio::test]
async fn connections_of_one_address_are_limited() {
    let limits = ConnectionLimits {
        per_address: 2,
        ..ConnectionLimits::default()
    };
    let server = Listening::start(limits, 0).await;
    let first = server.open().await;
    let mut second = server.open().await;
    assert!(!server.answers().await, "a third one");
    assert!(is_answered(&mut second).await, "those that are open stay");
    drop(first);
    eventually("there is a place again", async || server.answers().await).await;
}

#[tokio::test]
async fn behind_a_proxy_only_the_total_is_limited() {
    let limits = ConnectionLimits {
        per_address: 1,
        total: 3,
        ..ConnectionLimits::default()
    };
    let server = Listening::start(limits, 1).await;
    let mut open = Vec::new();
    for _ in 0..limits.total {
        open.push(server.open().await);
    }
    assert!(!server.answers().await);
}

/// One place, so that it shows when that is free. hyper's own timeouts have no part in this: they
/// would come too late.
pub(crate) fn one_place() -> ConnectionLimits {
    ConnectionLimits {
        total: 1,
        head_timeout: LONG,
        idle_timeout: LONG,
        write_timeout: LONG,
        ..ConnectionLimits::default()
    }
}

/// What a future comes to, if the server does not wait forever.
pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(60);
    tokio::time::timeout(deadline, future)
        .await
        .expect("the server closes the connection")
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_an_answer_loses_its_connection() {
    let limits = ConnectionLimits {
        write_timeout: SHORT,
        ..one_place()
    };
    let server = Listening::start(limits, 0).await;
    let mut stream = server.connect_narrowly().await;
    let request = b"GET /large.bin HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    eventually("its place is free", async || server.answers().await).await;
}

#[tokio::test]
async fn a_client_that_takes_an_answer_keeps_its_connection() {
    let server = Listening::start(ConnectionLimits::default(), 0).await;
    let mut stream = server.connect_narrowly().await;
    let request = b"GET /large.bin HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let (head, body) = answer.split_at(answer.len() - LARGE);
    assert!(head.ends_with(b"\r\n\r\n") && body.iter().all(|byte| *byte == 7));
    let head = String::from_utf8_lossy(head).to_lowercase();
    assert!(
        head.contains(&format!("content-length: {LARGE}\r\n")),
        "{head}"
    );
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = ConnectionLimits {
        idle_timeout: SHORT,
        ..one_place()
    };
    let server = Listening::start(limits, 0).await;
    let mut stream = server.open().await;
    let mut rest = Vec::new();
    let _ = in_time(stream.read_to_end(&mut rest)).await;
    assert_eq!(rest, b"");
}

/// What a client reads that sends a body of `length` bytes whole before it reads anything.
async fn read_after_sending(address: SocketAddr, path: &str, length: usize) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'a'; 64 * 1_024];
    let mut left = length;
    while left > 0 {
        let length = left.min(piece.len());
        let sent = stream.write_all(&piece[..length]).await;
        sent.unwrap_or_else(|error| panic!("{left} bytes before the end: {error}"));
        left -= length;
    }
    read_answer(&mut stream).await
}

#[tokio::test]
async fn a_client_that_sends_too_much_reads_the_answer() {
    let server = Listening::start(ConnectionLimits::default(), 0).await;
    let too_large = claimgate::exchange::MAX_BODY + 1;
    for (path, length, status) in [
        ("/api/oauth/token", too_large, 413),
        ("/api/oauth/token", 8 << 20, 413),
        ("/api/orgs", 8 << 20, 401),
        ("/api/nothing", 1 << 20, 404),
    ] {
        let answer = read_after_sending(server.address, path, length).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{path} {length}: {answer}");
        assert!(answer.contains("\r\n\r\n{"), "{path} {length}: {answer}");
    }
}

/// What a client reads until the end of a body of JSON.
async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    while !answer.ends_with('}') {
        let mut bytes = [0; 1_024];
        let length = stream.read(&mut bytes).await.unwrap();
        assert!(length > 0, "{answer}");
        answer += std::str::from_utf8(&bytes[..length]).unwrap();
    }
    answer
}

#[tokio::test]
async fn a_connection_is_used_further_after_a_small_body_that_was_not_read() {
    let server = Listening::start(ConnectionLimits::default(), 0).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = "a".repeat(10_000);
    let head = "POST /api/nothing HTTP/1.1\r\nhost: a\r\ncontent-length: 10000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(!answer.contains("connection: close"), "{answer}");
    assert!(is_answered(&mut stream).await);
}

#[tokio::test]
async fn a_body_that_is_only_announced_is_not_asked_for() {
    let server = Listening::start(ConnectionLimits::default(), 0).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /api/nothing HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 10000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}
