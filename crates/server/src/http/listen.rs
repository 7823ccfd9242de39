//! Listening on a socket, by plain HTTP or TLS.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::first_byte_timeout::FirstByteTimeout;
use super::tls::{Certificate, ListenError, Tls};

/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long open requests have to finish when the server stops.
const GRACE: Duration = Duration::from_secs(20);

/// Serves requests until `stop` resolves; open requests then have twenty seconds to finish.
///
/// # Errors
/// [`ListenError`] if the socket or the certificate cannot be used.
pub async fn listen(
    listener: TcpListener,
    tls: Option<&Tls>,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ListenError> {
    listener.set_nonblocking(true)?;
    let handle = Handle::<SocketAddr>::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(GRACE));
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => {
            let mut server = axum_server::from_tcp(listener)?
                .map(with_first_byte_timeout)
                .handle(handle);
            set_timeouts(server.http_builder());
            server.serve(service).await?;
        }
        Some(tls) => {
            let certificate = Certificate::load(tls)?;
            let mut server = axum_server::from_tcp_rustls(listener, certificate.config())?
                .map(with_first_byte_timeout)
                .handle(handle);
            set_timeouts(server.http_builder());
            let renewal = tokio::spawn(certificate.renew());
            let served = server.serve(service).await;
            renewal.abort();
            served?;
        }
    }
    Ok(())
}

/// Limits the time until a client sends anything.
fn with_first_byte_timeout<A>(inner: A) -> FirstByteTimeout<A> {
    FirstByteTimeout {
        inner,
        timeout: HEAD_TIMEOUT,
    }
}

/// Limits the time that the head of a request takes to arrive.
fn set_timeouts(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIMEOUT)
        .keep_alive_timeout(HEAD_TIMEOUT);
}
