//! Listening on a socket, by plain HTTP or TLS.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::connection::acceptor::LimitAcceptor;
use super::strict_transport;
use super::tls::{Certificate, ListenError, Tls};
use crate::config::ConnectionLimits;

/// How long open requests have to finish when the server stops.
const GRACE: Duration = Duration::from_secs(20);

/// How many open files are left to everything but connections: databases, issuers, logs.
const OTHER_FILES: usize = 128;

/// Serves requests until `stop` resolves; open requests then have twenty seconds to finish.
///
/// # Errors
/// [`ListenError`] if the socket or the certificate cannot be used.
pub async fn listen(
    listener: TcpListener,
    tls: Option<&Tls>,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ListenError> {
    listener.set_nonblocking(true)?;
    let limits = ConnectionLimits {
        total: allowed_total(limits.total, open_files()),
        ..limits
    };
    let handle = Handle::<SocketAddr>::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(GRACE));
    });
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    set_timeouts(server.http_builder(), limits.head_timeout);
    match tls {
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let server = server.map(|inner| LimitAcceptor::new(inner, limits));
            server.serve(service).await?;
        }
        Some(tls) => {
            let certificate = Certificate::load(tls)?;
            let acceptor =
                RustlsAcceptor::new(certificate.config()).handshake_timeout(limits.head_timeout);
            let router = strict_transport::require(router, tls.strict_transport);
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let renewal = tokio::spawn(certificate.renew());
            let server = server.acceptor(LimitAcceptor::new(acceptor, limits));
            let served = server.serve(service).await;
            renewal.abort();
            served?;
        }
    }
    Ok(())
}

/// Limits the time that the head of a request takes to arrive, and looks whether a silent client of
/// HTTP/2 is still there.
fn set_timeouts(builder: &mut Builder<TokioExecutor>, timeout: Duration) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(timeout)
        .keep_alive_timeout(timeout);
}

/// The limit of connections, reduced to what the limit of open files allows: without files for the
/// database, no request could be answered.
fn allowed_total(total: usize, open_files: Option<usize>) -> usize {
    let Some(files) = open_files else {
        return total;
    };
    let allowed = files.saturating_sub(OTHER_FILES).max(files / 2);
    if total > 0 && total <= allowed {
        return total;
    }
    tracing::warn!(
        files,
        allowed,
        "the process may open {files} files, which is enough for {allowed} connections at once, fewer than configured"
    );
    allowed
}

/// How many files this process may open; `None` without a limit.
fn open_files() -> Option<usize> {
    #[cfg(unix)]
    let limit = {
        use rustix::process::{Resource, getrlimit};
        getrlimit(Resource::Nofile).current
    };
    #[cfg(not(unix))]
    let limit = None::<u64>;
    limit.and_then(|limit| usize::try_from(limit).ok())
}

#[cfg(test)]
mod tests {
    use super::allowed_total;

    #[test]
    fn connections_leave_files_for_the_rest() {
        for (total, files, expected) in [
            (8_192, Some(65_536), 8_192),
            (8_192, Some(1_024), 896),
            (8_192, Some(100), 50),
            (8_192, None, 8_192),
            (0, Some(1_024), 896),
            (0, None, 0),
            (10, Some(1_024), 10),
        ] {
            assert_eq!(allowed_total(total, files), expected, "{total} {files:?}");
        }
    }
}
