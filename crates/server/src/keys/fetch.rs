//! Fetching a document over TLS, within limits of size, time and redirects, from an address that is
//! allowed.
//!
//! Nothing is pooled and nothing is resolved twice: a host is resolved once, forbidden addresses are
//! removed, and the connection goes to one of the others. So it does not matter if the name resolves
//! to another address a moment later.

mod call;
mod failure;
mod reply;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::LOCATION;
use hyper::{HeaderMap, StatusCode};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use self::failure::tls_error;
use self::reply::{Reading, Reply, exchange, get};
use super::address;
use super::certificates::{Observed, Purpose, Verifier, roots};
use super::config::KeyConfig;
use super::error::KeyError;
use super::resolve::Resolve;

/// Fetches documents.
pub(super) struct Fetcher {
    pub(super) config: KeyConfig,
    resolver: Arc<dyn Resolve>,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

/// A fetched document.
#[derive(Debug)]
pub(super) struct Answer {
    /// The requested URL.
    pub(super) requested: String,
    /// Its URL, after redirects.
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// Whether a thumbprint verified a server because the roots did not.
    pub(super) by_thumbprint: bool,
}

impl Fetcher {
    pub(super) fn new(config: KeyConfig, resolver: Arc<dyn Resolve>) -> Result<Self, KeyError> {
        let roots = Arc::new(roots(&config)?);
        Ok(Self {
            config,
            resolver,
            roots,
            provider: Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        })
    }

    /// Fetches a document, following redirects. `place` says where the URL comes from, for errors.
    pub(super) async fn document(
        &self,
        url: &str,
        place: &'static str,
        thumbprints: &Arc<[String]>,
    ) -> Result<Answer, KeyError> {
        let requested = https(url, place)?;
        let mut url = requested.clone();
        let mut by_thumbprint = false;
        for _ in 0..=self.config.max_redirects {
            let (stream, observed) = self
                .connect(&url, Purpose::Fetch(Arc::clone(thumbprints)))
                .await?;
            by_thumbprint |= observed.by_thumbprint;
            let reading = Reading::Success(self.config.max_bytes);
            let reply = exchange(stream, &url, get(&url)?, reading).await?;
            match redirect(&url, &reply)? {
                Some(further) if is_login(&further) => {
                    return Err(KeyError::NeedsLogin {
                        url: requested.to_string(),
                        found: format!("a redirect to `{}`", without_query(&further)),
                    });
                }
                Some(further) => url = further,
                None => return answer(&requested, &url, reply, by_thumbprint),
            }
        }
        Err(KeyError::TooManyRedirects {
            url: url.to_string(),
            max: self.config.max_redirects,
        })
    }

    /// The thumbprints of a host's certificates that may be registered, the host's own first. With
    /// [`Purpose::Fetch`], an error unless the roots or one of its thumbprints verify the host.
    pub(super) async fn thumbprints(
        &self,
        url: &str,
        purpose: Purpose,
    ) -> Result<Vec<String>, KeyError> {
        let url = https(url, "as the issuer's URL")?;
        Ok(self.connect(&url, purpose).await?.1.thumbprints)
    }

    /// The result of a future, or an error if it takes too long.
    pub(super) async fn in_time<T>(
        &self,
        url: &str,
        future: impl Future<Output = Result<T, KeyError>>,
    ) -> Result<T, KeyError> {
        let seconds = self.config.timeout.as_secs_f64().to_string();
        let timeout = |_| KeyError::Timeout {
            url: url.to_owned(),
            seconds,
        };
        tokio::time::timeout(self.config.timeout, future)
            .await
            .map_err(timeout)?
    }

    async fn connect(
        &self,
        url: &Url,
        purpose: Purpose,
    ) -> Result<(TlsStream<TcpStream>, Observed), KeyError> {
        let host = host_name(url);
        let stream = self
            .reach(
                &host,
                &self.addresses(url).await?,
                url.port_or_known_default().unwrap_or(443),
            )
            .await?;
        let registered = if let Purpose::Fetch(thumbprints) = &purpose {
            thumbprints.len()
        } else {
            0
        };
        let verifier = Arc::new(Verifier::new(
            Arc::clone(&self.roots),
            Arc::clone(&self.provider),
            purpose,
        ));
        let tls = |problem: String| KeyError::Tls {
            host: host.clone(),
            problem,
        };
        let name = ServerName::try_from(host.clone()).map_err(|error| tls(error.to_string()))?;
        let config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_no_client_auth();
        let connected = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await;
        let stream = connected
            .map_err(|error| tls_error(&host, &error, &verifier.observed(), registered))?;
        Ok((stream, verifier.observed()))
    }

    /// The addresses of the URL's host that may be connected to.
    async fn addresses(&self, url: &Url) -> Result<Vec<IpAddr>, KeyError> {
        let host = host_name(url);
        let unknown = |problem: &str| KeyError::HostUnknown {
            host: host.clone(),
            problem: problem.to_owned(),
        };
        let found = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self
                .resolver
                .resolve(name)
                .await
                .map_err(|error| unknown(&error.to_string()))?,
            None => Vec::new(),
        };
        let (allowed, forbidden): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|address| self.problem(*address).is_none());
        match (allowed.is_empty(), forbidden.first()) {
            (false, _) => Ok(allowed),
            (true, None) => Err(unknown("it has no address")),
            (true, Some(address)) => {
                let problem = self.problem(*address).unwrap_or_default();
                Err(KeyError::AddressForbidden {
                    host,
                    address: *address,
                    problem,
                })
            }
        }
    }

    fn problem(&self, address: IpAddr) -> Option<&'static str> {
        let is_allowed = self.config.allow_private_addresses
            || self
                .config
                .allow_networks
                .iter()
                .any(|network| network.contains(address));
        if is_allowed {
            None
        } else {
            address::problem(address)
        }
    }

    /// Connects to the first address that answers. Each gets an equal share of the time.
    async fn reach(
        &self,
        host: &str,
        addresses: &[IpAddr],
        port: u16,
    ) -> Result<TcpStream, KeyError> {
        let share = self.config.timeout / (u32::try_from(addresses.len()).unwrap_or(u32::MAX) + 1);
        let mut last = String::new();
        for address in addresses {
            match attempt(SocketAddr::new(*address, port), share).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = format!("{address}, port {port}: {error}"),
            }
        }
        Err(KeyError::Unreachable {
            host: host.to_owned(),
            problem: last,
        })
    }
}

async fn attempt(address: SocketAddr, time: Duration) -> io::Result<TcpStream> {
    let too_long = |_| io::Error::new(io::ErrorKind::TimedOut, "no answer in time");
    tokio::time::timeout(time, TcpStream::connect(address))
        .await
        .map_err(too_long)?
}

/// Parses a URL that may be fetched.
fn https(text: &str, place: &'static str) -> Result<Url, KeyError> {
    let url = Url::parse(text).map_err(|problem| KeyError::Address {
        found: text.to_owned(),
        problem: problem.to_string(),
    })?;
    check(&url, place)?;
    Ok(url)
}

fn check(url: &Url, place: &'static str) -> Result<(), KeyError> {
    let found = url.to_string();
    if url.scheme() != "https" {
        return Err(KeyError::NotHttps { place, found });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(KeyError::Address {
            found,
            problem: "a user name or a password in it".to_owned(),
        });
    }
    Ok(())
}

/// The host as in certificates: an IPv6 address without brackets.
fn host_name(url: &Url) -> String {
    url.host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned()
}

/// The target of a redirect, if the response is one.
fn redirect(url: &Url, reply: &Reply) -> Result<Option<Url>, KeyError> {
    if !matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let nowhere = |found| KeyError::RedirectNowhere {
        url: url.to_string(),
        found,
    };
    let location = reply
        .headers
        .get(LOCATION)
        .ok_or_else(|| nowhere("no `location`"))?;
    let location = location
        .to_str()
        .map_err(|_| nowhere("a `location` that is not text"))?;
    let further = url
        .join(location)
        .map_err(|_| nowhere("a `location` that is not a URL"))?;
    check(&further, "in a redirect")?;
    Ok(Some(further))
}

/// Whether a redirect leads to where people log in.
fn is_login(url: &Url) -> bool {
    const WORDS: [&str; 9] = [
        "login",
        "log-in",
        "log_in",
        "signin",
        "sign-in",
        "sign_in",
        "sso",
        "saml",
        "authorize",
    ];
    let is_word = |segment: &str| {
        let name = segment.split('.').next().unwrap_or_default();
        WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
    };
    // Keycloak, AD FS, and what frameworks call their page.
    const ENDS: [&str; 4] = [
        "/openid-connect/auth",
        "/adfs/ls",
        "/session/new",
        "/sessions/new",
    ];
    // Where to return to, or what to ask for.
    const PARAMETERS: [&str; 6] = [
        "redirect_uri",
        "redirecturi",
        "returnurl",
        "return_to",
        "response_type",
        "samlrequest",
    ];
    let path = url.path().trim_end_matches('/');
    let mut names = url.query_pairs().map(|(name, _)| name.to_ascii_lowercase());
    path.split('/').any(is_word)
        || ENDS.iter().any(|end| path.ends_with(end))
        || names.any(|name| PARAMETERS.contains(&name.as_str()))
}

/// A URL without its query, which may have what only its reader should know.
fn without_query(url: &Url) -> &str {
    &url[..url::Position::AfterPath]
}

fn answer(
    requested: &Url,
    url: &Url,
    reply: Reply,
    by_thumbprint: bool,
) -> Result<Answer, KeyError> {
    let requested = requested.to_string();
    let url = url.to_string();
    if reply.status == StatusCode::UNAUTHORIZED {
        let found = "status 401".to_owned();
        return Err(KeyError::NeedsLogin { url, found });
    }
    if reply.status != StatusCode::OK {
        return Err(KeyError::Status {
            url,
            found: reply.status.as_u16(),
        });
    }
    match String::from_utf8(reply.body.into()) {
        Ok(text) => Ok(Answer {
            requested,
            url,
            headers: reply.headers,
            text,
            by_thumbprint,
        }),
        Err(_) => Err(KeyError::Http {
            url,
            problem: "expected UTF-8".to_owned(),
        }),
    }
}
