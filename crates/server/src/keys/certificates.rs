//! Which certificates are believed: by roots, and where that fails by registered thumbprints.
//!
//! A thumbprint is the SHA-256 of a whole certificate. It counts for two of them only:
//!
//! - the server's own certificate, the first that it sends: the handshake has shown that the server
//!   has its key;
//! - a certificate authority's further up in what the server sends, if the server's own leads to
//!   it, signature by signature. A server can send any certificate along; one that has not vouched
//!   for the server's is worth nothing.
//!
//! In both cases the name has to be the host's and the present time has to be within the
//! certificates' validity.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{KeyConfig, KeyError};

/// The most certificates that a server may send.
const MAX_CHAIN: usize = 10;

/// The roots that are trusted: those of the system, unless told otherwise, and those of the files.
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

/// SHA-256 of a certificate, as 64 lowercase hexadecimal digits.
pub(super) fn thumbprint(certificate: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
    digest
        .as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A thumbprint as [`thumbprint`] writes it: people write it with colons, and in capitals.
pub(super) fn normal_thumbprint(text: &str) -> String {
    text.chars()
        .filter(|c| *c != ':' && !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// What a connection is made for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// To be believed, by roots or by one of these thumbprints.
    Trust(Arc<[String]>),
    /// To see whose certificates there are. Nothing that is sent over it is believed.
    Look,
}

/// What was seen of a server's certificates.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The thumbprints that count, the server's own first.
    pub(super) thumbprints: Vec<String>,
    /// Whether roots have failed and a thumbprint stood in.
    pub(super) by_thumbprint: bool,
    /// Whether the server's own certificate is valid at this time.
    pub(super) is_own_valid: bool,
    /// Whether the certificates are believed. The server may still not have the key.
    pub(super) is_accepted: bool,
}

/// Checks the certificates of one connection.
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    purpose: Purpose,
    seen: Mutex<Seen>,
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
            seen: Mutex::default(),
        }
    }

    /// What it has seen so far.
    pub(super) fn seen(&self) -> Seen {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn saw(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    fn chains_to(&self, sent: &Sent<'_>, roots: &RootCertStore) -> Result<(), rustls::Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &sent.parsed,
            roots,
            sent.others,
            sent.now,
            algorithms,
        )
    }

    /// The thumbprints that count, the server's own first.
    fn counting(&self, sent: &Sent<'_>) -> Vec<String> {
        let own = sent.is_own_valid.then(|| thumbprint(sent.own));
        let others = sent
            .others
            .iter()
            .filter(|other| self.vouches(sent, other))
            .map(|other| thumbprint(other));
        own.into_iter().chain(others).collect()
    }

    /// Whether a certificate is an authority's and the server's own leads to it.
    fn vouches(&self, sent: &Sent<'_>, other: &CertificateDer<'_>) -> bool {
        let mut anchor = RootCertStore::empty();
        is_authority_at(other, sent.now)
            && anchor.add(other.clone().into_owned()).is_ok()
            && self.chains_to(sent, &anchor).is_ok()
    }
}

/// What a server has sent.
struct Sent<'a> {
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
        let seen = Seen {
            thumbprints: vec![thumbprint(end_entity)],
            is_own_valid,
            ..Seen::default()
        };
        self.saw(seen.clone());
        let parsed = ParsedCertificate::try_from(end_entity)?;
        verify_server_name(&parsed, server_name)?;
        let sent = Sent {
            own: end_entity,
            is_own_valid,
            parsed,
            others: intermediates,
            now,
        };
        let (thumbprints, by_thumbprint) = match &self.purpose {
            Purpose::Look => {
                let counting = self.counting(&sent);
                if counting.is_empty() {
                    return Err(out_of_validity(end_entity, now).into());
                }
                (counting, true)
            }
            Purpose::Trust(registered) => match self.chains_to(&sent, &self.roots) {
                Ok(()) => (seen.thumbprints, false),
                Err(error) => {
                    let counting = if registered.is_empty() {
                        Vec::new()
                    } else {
                        self.counting(&sent)
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
        self.saw(Seen {
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

/// Why a certificate that is not valid at this time is none.
fn out_of_validity(certificate: &CertificateDer<'_>, now: UnixTime) -> CertificateError {
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

/// Whether it may sign other certificates. As a trust anchor nothing else would ask that.
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
