//! The server's TLS certificate, which may be replaced while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How often the files are checked for a new certificate.
const INTERVAL: Duration = Duration::from_secs(30);

/// A certificate and its key, both in PEM. The files may be replaced while the server runs.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// For how long browsers use nothing but TLS for this host (`Strict-Transport-Security`); zero
    /// leaves it to them.
    pub strict_transport: Duration,
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The socket failed.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
    /// A certificate or key file is invalid.
    #[error("`{}` cannot be used: {problem}", file.display())]
    Tls {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Modification times and lengths of the two files.
type FileStates = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Checks that the files can be used.
    ///
    /// # Errors
    /// [`ListenError::Tls`] with the file that cannot, and the reason.
    pub fn check(&self) -> Result<(), ListenError> {
        load_config(self).map(|_| ())
    }

    fn states(&self) -> FileStates {
        [&self.certificate, &self.key].map(|file| {
            let metadata = std::fs::metadata(file).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

/// A certificate in use.
pub(super) struct Certificate {
    tls: Tls,
    /// The state of the files when they were last loaded.
    states: FileStates,
    config: RustlsConfig,
}

impl Certificate {
    /// Loads the files.
    ///
    /// # Errors
    /// [`ListenError::Tls`] if they cannot be used.
    pub(super) fn load(tls: &Tls) -> Result<Self, ListenError> {
        // Before loading: a file that is replaced meanwhile is loaded again.
        let states = tls.states();
        let config = RustlsConfig::from_config(Arc::new(load_config(tls)?));
        Ok(Self {
            tls: tls.clone(),
            states,
            config,
        })
    }

    /// The configuration for new connections. Clones share it.
    pub(super) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Loads the files whenever they change. Files that cannot be used, such as a certificate
    /// without its new key, are retried; until then connections get the last valid certificate.
    pub(super) async fn renew(mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let states = self.tls.states();
            if states == self.states {
                continue;
            }
            match load_config(&self.tls) {
                Ok(config) => {
                    self.config.reload_from_config(Arc::new(config));
                    self.states = states;
                    tracing::info!(certificate = %self.tls.certificate.display(), "renewed the certificate");
                }
                Err(error) => tracing::warn!(%error, "the new certificate cannot be used"),
            }
        }
    }
}

fn load_config(tls: &Tls) -> Result<rustls::ServerConfig, ListenError> {
    let error = |file: &Path, problem: String| ListenError::Tls {
        file: file.to_path_buf(),
        problem,
    };
    let certificates = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| {
            error(
                &tls.certificate,
                format!("expected certificates in PEM: {cause}"),
            )
        })?;
    if certificates.is_empty() {
        return Err(error(
            &tls.certificate,
            "expected certificates in PEM, found none".to_owned(),
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|cause| error(&tls.key, format!("expected a private key in PEM: {cause}")))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(certificates, key)
        })
        .map_err(|cause| match cause {
            rustls::Error::InconsistentKeys(_) => {
                let expected = format!(
                    "expected the key of `{}`, found another one",
                    tls.certificate.display()
                );
                error(&tls.key, expected)
            }
            other => error(&tls.certificate, other.to_string()),
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_new_certificate_is_used_once_its_key_is_there() {
        let files = tempfile::tempdir().unwrap();
        let tls = Tls {
            certificate: files.path().join("cert.pem"),
            key: files.path().join("key.pem"),
            strict_transport: Duration::ZERO,
        };
        let generate = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let [first, second] = [generate(), generate()];
        std::fs::write(&tls.certificate, first.cert.pem()).unwrap();
        std::fs::write(&tls.key, first.signing_key.serialize_pem()).unwrap();
        let certificate = Certificate::load(&tls).unwrap();
        let config = certificate.config();
        let before = config.get_inner();
        let renewal = tokio::spawn(certificate.renew());

        // A new certificate with the old key, and no key at all.
        std::fs::write(&tls.certificate, second.cert.pem() + "\n").unwrap();
        tokio::time::sleep(10 * INTERVAL).await;
        assert!(
            Arc::ptr_eq(&before, &config.get_inner()),
            "the last valid one stays"
        );
        std::fs::remove_file(&tls.key).unwrap();
        tokio::time::sleep(10 * INTERVAL).await;
        assert!(
            Arc::ptr_eq(&before, &config.get_inner()),
            "the last valid one stays"
        );

        std::fs::write(&tls.key, second.signing_key.serialize_pem()).unwrap();
        tokio::time::sleep(10 * INTERVAL).await;
        assert!(
            !Arc::ptr_eq(&before, &config.get_inner()),
            "the new certificate was not used"
        );
        renewal.abort();
    }
}
