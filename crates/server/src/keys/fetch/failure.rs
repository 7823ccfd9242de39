//! Errors of connections as errors of keys.

use std::io;

use rustls::{CertificateError, InvalidMessage};
use url::Url;

use crate::keys::certificates::Observed;
use crate::keys::error::KeyError;

pub(super) fn http_error(url: &Url, error: &hyper::Error) -> KeyError {
    KeyError::Http {
        url: url.to_string(),
        problem: with_causes(error),
    }
}

/// An error with its causes.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

pub(super) fn tls_error(
    host: &str,
    error: &io::Error,
    observed: &Observed,
    registered: usize,
) -> KeyError {
    let host = host.to_owned();
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = inner else {
        // What a server says that speaks HTTP without TLS.
        let is_plain = matches!(
            inner,
            Some(rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType
            ))
        );
        let problem = if is_plain {
            "it responds without TLS".to_owned()
        } else {
            error.to_string()
        };
        return KeyError::Tls { host, problem };
    };
    if observed.is_accepted {
        return KeyError::Tls {
            host,
            problem: "it does not have its certificate's private key".to_owned(),
        };
    }
    use CertificateError as E;
    match certificate {
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            let is_over = matches!(certificate, E::Expired | E::ExpiredContext { .. });
            let problem = match (observed.is_own_valid, is_over) {
                (false, true) => "expired",
                (false, false) => "not valid yet",
                (true, true) => "signed by an authority whose certificate has expired",
                (true, false) => "signed by an authority whose certificate is not valid yet",
            };
            KeyError::CertificateTime { host, problem }
        }
        E::NotValidForName => KeyError::CertificateName {
            host,
            found: "an unknown host".to_owned(),
        },
        E::NotValidForNameContext { presented, .. } => KeyError::CertificateName {
            host,
            found: presented_names(presented),
        },
        other => {
            let problem = match other {
                E::UnknownIssuer => "no trusted authority has signed it".to_owned(),
                E::BadEncoding => "it cannot be read".to_owned(),
                // The verifier of the chain gives no message.
                E::Other(_) => {
                    "it is not valid for a server, or its chain cannot be verified".to_owned()
                }
                other => other.to_string(),
            };
            let found = observed.thumbprints.first().cloned().unwrap_or_default();
            KeyError::CertificateUntrusted {
                host,
                problem,
                found,
                registered,
            }
        }
    }
}

/// The first names of a certificate: `DnsName("a.example")` is `a.example`.
fn presented_names(presented: &[String]) -> String {
    let name = |text: &String| format!("`{}`", text.split('"').nth(1).unwrap_or(text));
    let mut names: Vec<String> = presented.iter().take(5).map(name).collect();
    match presented.len().saturating_sub(names.len()) {
        0 => {}
        more => names.push(format!("{more} more")),
    }
    if names.is_empty() {
        "an unknown host".to_owned()
    } else {
        names.join(", ")
    }
}
