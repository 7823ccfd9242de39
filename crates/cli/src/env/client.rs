//! Requests to a server over HTTP/1.1.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HOST, HeaderMap, IF_MATCH, USER_AGENT,
};
use hyper::{Method, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a request may take: as long as a server takes for one, and some seconds more.
const LIMIT: Duration = Duration::from_secs(60);

/// The largest body of an answer, in bytes.
const MAX_BODY: usize = 8 << 20;

/// The header with the number of a revision.
const REVISION: &str = "pulumi-esc-revision";

/// Sends requests to one server.
pub(super) struct Client {
    runtime: tokio::runtime::Runtime,
    /// The server's URL, without a slash at its end.
    server: String,
    token: String,
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) content_type: &'static str,
    pub(super) body: String,
    /// The `ETag` that a change is based on.
    pub(super) if_match: Option<&'a str>,
}

/// An answer, whatever its status is.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) revision: Option<u64>,
    pub(super) body: String,
}

impl<'a> Request<'a> {
    pub(super) fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: "application/json",
            body: String::new(),
            if_match: None,
        }
    }
}

impl Client {
    /// A client of the server at a URL.
    pub(super) fn new(server: &str, token: String) -> Result<Self> {
        let server = server.trim_end_matches('/').to_owned();
        check_url(&server)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            server,
            token,
        })
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Sends a request and waits for the answer.
    pub(super) fn send(&self, request: Request<'_>) -> Result<Reply> {
        let exchanged = async {
            let exchanged = tokio::time::timeout(LIMIT, self.exchange(request)).await;
            exchanged.unwrap_or_else(|_| Err(anyhow!("no answer within {} s", LIMIT.as_secs())))
        };
        let exchanged = self.runtime.block_on(exchanged);
        exchanged.with_context(|| format!("no answer from {}", self.server))
    }

    async fn exchange(&self, request: Request<'_>) -> Result<Reply> {
        let uri: Uri = format!("{}{}", self.server, request.path).parse()?;
        let is_secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        let request = self.head(&uri, request)?;
        match is_secure {
            true => {
                let name = ServerName::try_from(host.to_owned())?;
                let stream = TlsConnector::from(tls()?).connect(name, stream).await?;
                exchange(stream, request).await
            }
            false => exchange(stream, request).await,
        }
    }

    fn head(&self, uri: &Uri, request: Request<'_>) -> Result<hyper::Request<Full<Bytes>>> {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let host = uri.authority().map_or("", |host| host.as_str());
        let mut head = hyper::Request::builder()
            .method(request.method)
            .uri(target)
            .header(HOST, host)
            .header(USER_AGENT, concat!("claimgate/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, format!("token {}", self.token))
            .header(ACCEPT, "application/json, application/x-yaml")
            .header(CONTENT_TYPE, request.content_type);
        if let Some(etag) = request.if_match {
            head = head.header(IF_MATCH, etag);
        }
        Ok(head.body(Full::new(Bytes::from(request.body)))?)
    }
}

/// A token is sent over TLS, or stays on this machine.
fn check_url(server: &str) -> Result<()> {
    let uri: Uri = server
        .parse()
        .ok()
        .with_context(|| format!("expected the URL of a server, found `{server}`"))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_own = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_own => Ok(()),
        Some("http") => bail!(
            "expected a URL that starts with `https://`, since the token is sent there, found `{server}`"
        ),
        _ => bail!("expected a URL that starts with `https://`, found `{server}`"),
    }
}

/// Trusts the system's roots, or those in `SSL_CERT_FILE`.
fn tls() -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Sends a request over a connection, which is closed afterwards.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: hyper::Request<Full<Bytes>>,
) -> Result<Reply> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let (etag, revision) = (
        header(answer.headers(), ETAG.as_str()),
        header(answer.headers(), REVISION),
    );
    let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
    let body = body.map_err(|error| anyhow!("the answer cannot be read: {error}"))?;
    connection.abort();
    Ok(Reply {
        status,
        etag,
        revision: revision.and_then(|revision| revision.parse().ok()),
        body: String::from_utf8(body.to_bytes().into())
            .ok()
            .context("expected an answer in UTF-8")?,
    })
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn a_token_is_not_sent_without_tls() {
        for url in [
            "https://claimgate.example",
            "https://claimgate.example:8443/base",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(check_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://claimgate.example",
            "http://localhost.example",
            "ftp://localhost",
            "claimgate.example",
            "",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }
}
