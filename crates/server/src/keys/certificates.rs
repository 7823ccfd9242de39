//! Which certificates are trusted: by roots, and where that fails by registered thumbprints.
//!
//! A thumbprint applies to two certificates only:
//!
//! - the server's own certificate, the first that it sends: the handshake has proven that the server
//!   has its key;
//! - that of a certificate authority further up in the chain, if the server's own leads to it,
//!   signature by signature. A server can send any certificate along, so one that has not signed
//!   the chain proves nothing.
//!
//! In both cases the name must be the host's, and the certificates must be valid at this time.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::config::KeyConfig;
use super::error::KeyError;
use super::thumbprint;
use crate::lock::lock;

/// The most certificates that a server may send.
const MAX_CHAIN: usize = 10;

/// The trusted roots: those of the system, unless the configuration excludes them, and those of the
/// files.
pub(super) fn roots(config: &KeyConfig) -> Result<RootCertStore, KeyError> {
    let mut roots = RootCertStore::empty();
    if config.system_roots {
        let native = rustls_native_certs::load_native_certs();
        let (added, ignored) = roots.add_parsable_certificates(native.certs);
        for error in &native.errors {
            tracing::warn!(%error, "some of the system's root certificates cannot be read");
        }
        tracing::debug!(added, ignored, "the system's root certificates are read");
    }
    for path in &config.extra_roots_pem {
        let error = |problem: String| KeyError::Roots {
            path: path.display().to_string(),
            problem,
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| error(e.to_string()))?;
        let mut is_empty = true;
        for certificate in certificates {
            roots
                .add(certificate.map_err(|e| error(e.to_string()))?)
                .map_err(|e| error(e.to_string()))?;
            is_empty = false;
        }
        if is_empty {
            return Err(error("expected certificates in PEM, found none".to_owned()));
        }
    }
    if roots.is_empty() {
        tracing::warn!(
            "no root certificate is trusted: only issuers with thumbprints can be reached"
        );
    }
    Ok(roots)
}

/// The purpose of a connection.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// To fetch a document, if the roots or one of these thumbprints verify the server.
    Fetch(Arc<[String]>),
    /// To inspect the certificates. Nothing else is read.
    Inspect,
}

/// What a handshake revealed about the server's certificates.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed {
    /// The thumbprints that may be registered, the server's own first.
    pub(super) thumbprints: Vec<String>,
    /// Whether a thumbprint verified the server because the roots did not.
    pub(super) by_thumbprint: bool,
    /// Whether the server's own certificate is valid at this time.
    pub(super) is_own_valid: bool,
    /// Whether the certificates are trusted. The server may still lack the key.
    pub(super) is_accepted: bool,
}

/// Checks the certificates of one connection.
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    purpose: Purpose,
    observed: Mutex<Observed>,
}

impl Verifier {
    pub(super) fn new(
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
        purpose: Purpose,
    ) -> Self {
        Self {
            roots,
            provider,
            purpose,
            observed: Mutex::default(),
        }
    }

    /// What the handshake has revealed so far.
    pub(super) fn observed(&self) -> Observed {
        lock(&self.observed).clone()
    }

    fn set_observed(&self, observed: Observed) {
        *lock(&self.observed) = observed;
    }

    fn chains_to(&self, chain: &Chain<'_>, roots: &RootCertStore) -> Result<(), rustls::Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &chain.parsed,
            roots,
            chain.others,
            chain.now,
            algorithms,
        )
    }

    /// The thumbprints that may be registered, the server's own first.
    fn applicable(&self, chain: &Chain<'_>) -> Vec<String> {
        let own = chain.is_own_valid.then(|| thumbprint::of(chain.own));
        let others = chain
            .others
            .iter()
            .filter(|other| self.is_signed_by(chain, other))
            .map(|other| thumbprint::of(other));
        own.into_iter().chain(others).collect()
    }

    /// Whether a certificate is an authority's and the server's own leads to it.
    fn is_signed_by(&self, chain: &Chain<'_>, other: &CertificateDer<'_>) -> bool {
        let mut anchor = RootCertStore::empty();
        is_authority_at(other, chain.now)
            && anchor.add(other.clone().into_owned()).is_ok()
            && self.chains_to(chain, &anchor).is_ok()
    }
}

/// The chain that a server chain.
struct Chain<'a> {
    own: &'a CertificateDer<'a>,
    is_own_valid: bool,
    parsed: ParsedCertificate<'a>,
    others: &'a [CertificateDer<'a>],
    now: UnixTime,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if intermediates.len() >= MAX_CHAIN {
            return Err(rustls::Error::General(format!(
                "expected at most {MAX_CHAIN} certificates"
            )));
        }
        let is_own_valid = is_valid_at(end_entity, now);
        let observed = Observed {
            thumbprints: vec![thumbprint::of(end_entity)],
            is_own_valid,
            ..Observed::default()
        };
        self.set_observed(observed.clone());
        let parsed = ParsedCertificate::try_from(end_entity)?;
        verify_server_name(&parsed, server_name)?;
        let chain = Chain {
            own: end_entity,
            is_own_valid,
            parsed,
            others: intermediates,
            now,
        };
        let (thumbprints, by_thumbprint) = match &self.purpose {
            Purpose::Inspect => {
                let counting = self.applicable(&chain);
                if counting.is_empty() {
                    return Err(validity_error(end_entity, now).into());
                }
                (counting, true)
            }
            Purpose::Fetch(registered) => match self.chains_to(&chain, &self.roots) {
                Ok(()) => (observed.thumbprints, false),
                Err(error) => {
                    let counting = if registered.is_empty() {
                        Vec::new()
                    } else {
                        self.applicable(&chain)
                    };
                    if !counting
                        .iter()
                        .any(|thumbprint| registered.contains(thumbprint))
                    {
                        return Err(error);
                    }
                    (counting, true)
                }
            },
        };
        self.set_observed(Observed {
            thumbprints,
            by_thumbprint,
            is_own_valid,
            is_accepted: true,
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn is_valid_at(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| is_within(&parsed, now))
}

/// Why a certificate is not valid at this time.
fn validity_error(certificate: &CertificateDer<'_>, now: UnixTime) -> CertificateError {
    match X509Certificate::from_der(certificate) {
        Err(_) => CertificateError::BadEncoding,
        Ok((_, parsed))
            if i128::from(parsed.validity().not_before.timestamp()) > i128::from(now.as_secs()) =>
        {
            CertificateError::NotValidYet
        }
        Ok(_) => CertificateError::Expired,
    }
}

/// Whether it may sign other certificates. Nothing else checks that of a trust anchor.
fn is_authority_at(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return false;
    };
    let is_authority = parsed
        .basic_constraints()
        .ok()
        .flatten()
        .is_some_and(|constraints| constraints.value.ca);
    let may_sign = parsed
        .key_usage()
        .is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()));
    is_authority && may_sign && is_within(&parsed, now)
}

fn is_within(certificate: &X509Certificate<'_>, now: UnixTime) -> bool {
    let Ok(now) = i64::try_from(now.as_secs()) else {
        return false;
    };
    let validity = certificate.validity();
    (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now)
}
