//! Clients of HTTP/2 that hold connections: whatever else they send, only requests and parts of answers that
//! they take keep a connection open.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::Request;
use claimgate_server::config::ConnectionLimits;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::connections::{LARGE, Listening, SHORT, in_time, one_place};
use crate::support::waiting::eventually;

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;

/// A client of HTTP/2 that has sent some frames, and goes on with others, so there is never silence: each is
/// answered, with a thousand times the bytes that an answer would have to move.
async fn chatters(address: SocketAddr, start: &[Vec<u8>], kind: u8) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&start.concat()).await.unwrap();
    let payload: &[u8] = if kind == PING { &[7; 8] } else { &[] };
    let chatter = frame(kind, 0, 0, payload).repeat(100);
    let mut answers = 0;
    let mut bytes = [0; 8_192];
    in_time(async {
        while stream.write_all(&chatter).await.is_ok() {
            match stream.read(&mut bytes).await {
                Ok(1..) => answers += 1,
                _ => break,
            }
            tokio::time::sleep(SHORT / 20).await;
        }
    })
    .await;
    assert!(answers > 0, "it was answered until then");
}

#[tokio::test]
async fn a_client_of_http_2_without_a_request_loses_its_connection_whatever_it_sends() {
    let limits = ConnectionLimits {
        idle_timeout: SHORT,
        ..one_place()
    };
    for kind in [PING, SETTINGS] {
        let server = Listening::start(limits, 0).await;
        chatters(server.address, &[frame(SETTINGS, 0, 0, &[])], kind).await;
        eventually("its place is free", async || server.answers().await).await;
    }
}

#[tokio::test]
async fn a_client_of_http_2_that_takes_no_answer_loses_its_connection_whatever_it_sends() {
    let limits = ConnectionLimits {
        write_timeout: SHORT,
        ..one_place()
    };
    // `GET http://a/PATH` (RFC 7541): indexed fields, and literal ones with indexed names.
    let request = |path: &str| {
        let length = u8::try_from(path.len()).unwrap();
        let fields = [&[0x82, 0x86, 0x44, length], path.as_bytes(), b"\x41\x01a"].concat();
        frame(HEADERS, 0b101, 1, &fields)
    };
    let no_window = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    for (path, kind) in [
        ("/large.bin", PING),
        ("/large.bin", SETTINGS),
        ("/healthz", PING),
    ] {
        let server = Listening::start(limits, 0).await;
        let start = [no_window.clone(), request(path)];
        chatters(server.address, &start, kind).await;
        eventually("its place is free", async || server.answers().await).await;
    }
}

#[tokio::test]
async fn a_client_of_http_2_that_takes_its_answer_slowly_keeps_its_connection() {
    let limits = ConnectionLimits {
        write_timeout: Duration::from_secs(1),
        idle_timeout: Duration::from_secs(1),
        ..ConnectionLimits::default()
    };
    let server = Listening::start(limits, 0).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(16_384)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get("http://a/large.bin");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let mut body = sender.send_request(request).await.unwrap().into_body();
    let started = std::time::Instant::now();
    while started.elapsed() < 3 * limits.write_timeout {
        let frame = http_body_util::BodyExt::frame(&mut body).await;
        assert!(frame.unwrap().unwrap().is_data());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Its window for bodies is closed: the network would take everything.
#[tokio::test]
async fn a_client_of_http_2_that_opens_no_window_loses_its_connection() {
    let limits = ConnectionLimits {
        write_timeout: SHORT,
        ..one_place()
    };
    let server = Listening::start(limits, 0).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(0)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("http://a/large.bin");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let _ = in_time(connection).await.unwrap();
    eventually("its place is free", async || server.answers().await).await;
    drop((response, sender));
}

#[tokio::test]
async fn requests_of_http_2_are_answered() {
    let server = Listening::start(ConnectionLimits::default(), 0).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    for path in ["healthz", "large.bin", "healthz"] {
        let request = Request::get(format!("http://a/{path}"));
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = http_body_util::BodyExt::collect(response.into_body());
        let body = body.await.unwrap().to_bytes();
        assert_eq!(body.len() == LARGE, path == "large.bin", "{path}");
    }
}
