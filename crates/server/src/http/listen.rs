//! Where the server listens: plain HTTP, or TLS by certificate files.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::http::first_byte_timeout::Impatient;

/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long open requests have to end when the server stops.
const GRACE: Duration = Duration::from_secs(20);

/// How often is looked for a new certificate.
const CERTIFICATE_INTERVAL: Duration = Duration::from_secs(30);

/// A certificate and its key, both in PEM. They may be replaced while the server runs.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The socket.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
    /// A certificate file.
    #[error("`{}` cannot be used: {problem}", file.display())]
    Tls {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Answers on a socket until `stop` comes; open requests then have twenty seconds to end.
///
/// # Errors
/// [`ListenError`] where it cannot begin.
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
                .map(impatient)
                .handle(handle);
            patient(server.http_builder());
            server.serve(service).await?;
        }
        Some(tls) => {
            let state = tls.state();
            let config = RustlsConfig::from_config(std::sync::Arc::new(tls_config(tls)?));
            let renewal = tokio::spawn(renew(
                tls.clone(),
                state,
                config.clone(),
                CERTIFICATE_INTERVAL,
            ));
            let mut server = axum_server::from_tcp_rustls(listener, config)?
                .map(impatient)
                .handle(handle);
            patient(server.http_builder());
            let served = server.serve(service).await;
            renewal.abort();
            served?;
        }
    }
    Ok(())
}

impl Tls {
    /// Whether the files can be used.
    ///
    /// # Errors
    /// [`ListenError::Tls`] says which cannot, and why.
    pub fn check(&self) -> Result<(), ListenError> {
        tls_config(self).map(|_| ())
    }

    /// What changes when a file is replaced.
    fn state(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.certificate, &self.key].map(|file| {
            let about = std::fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }
}

/// Takes what the files have whenever they change. What cannot be used, such as a certificate whose
/// key is not there yet, is looked at again; connections get the last good one meanwhile.
async fn renew(
    tls: Tls,
    mut known: [Option<(SystemTime, u64)>; 2],
    config: RustlsConfig,
    every: Duration,
) {
    loop {
        tokio::time::sleep(every).await;
        let state = tls.state();
        if state == known {
            continue;
        }
        match tls_config(&tls) {
            Ok(renewed) => {
                config.reload_from_config(std::sync::Arc::new(renewed));
                known = state;
                tracing::info!(certificate = %tls.certificate.display(), "the certificate was renewed");
            }
            Err(error) => tracing::warn!(%error, "the new certificate is not used"),
        }
    }
}

/// A client that sends nothing is not waited for.
fn impatient<A>(inner: A) -> Impatient<A> {
    Impatient {
        inner,
        patience: HEAD_TIMEOUT,
    }
}

/// A client that sends its request byte by byte is not waited for.
fn patient(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
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

fn tls_config(tls: &Tls) -> Result<rustls::ServerConfig, ListenError> {
    let refuse = |file: &Path, problem: String| ListenError::Tls {
        file: file.to_path_buf(),
        problem,
    };
    let certificates = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| {
            refuse(
                &tls.certificate,
                format!("expected certificates in PEM: {error}"),
            )
        })?;
    if certificates.is_empty() {
        return Err(refuse(
            &tls.certificate,
            "expected certificates in PEM, found none".to_owned(),
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|error| refuse(&tls.key, format!("expected a private key in PEM: {error}")))?;
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(certificates, key)
        })
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                let expected = format!(
                    "expected the key of `{}`, found another one",
                    tls.certificate.display()
                );
                refuse(&tls.key, expected)
            }
            other => refuse(&tls.certificate, other.to_string()),
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_new_certificate_is_taken_once_it_and_its_key_are_there() {
        let files = tempfile::tempdir().unwrap();
        let tls = Tls {
            certificate: files.path().join("cert.pem"),
            key: files.path().join("key.pem"),
        };
        let make = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let [first, second] = [make(), make()];
        std::fs::write(&tls.certificate, first.cert.pem()).unwrap();
        std::fs::write(&tls.key, first.signing_key.serialize_pem()).unwrap();
        let config = RustlsConfig::from_config(std::sync::Arc::new(tls_config(&tls).unwrap()));
        let before = config.get_inner();
        let every = CERTIFICATE_INTERVAL;
        let renewal = tokio::spawn(renew(tls.clone(), tls.state(), config.clone(), every));

        // A new certificate with the old key, and no key at all.
        std::fs::write(&tls.certificate, second.cert.pem() + "\n").unwrap();
        tokio::time::sleep(10 * every).await;
        assert!(
            std::sync::Arc::ptr_eq(&before, &config.get_inner()),
            "the last good one stays"
        );
        std::fs::remove_file(&tls.key).unwrap();
        tokio::time::sleep(10 * every).await;
        assert!(
            std::sync::Arc::ptr_eq(&before, &config.get_inner()),
            "the last good one stays"
        );

        std::fs::write(&tls.key, second.signing_key.serialize_pem()).unwrap();
        tokio::time::sleep(10 * every).await;
        assert!(
            !std::sync::Arc::ptr_eq(&before, &config.get_inner()),
            "the new certificate was not taken"
        );
        renewal.abort();
    }
}
