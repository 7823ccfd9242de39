//! One request and its response.

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HOST, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::failure::{http_error, with_causes};
use crate::keys::error::KeyError;

/// Maximum size of the headers, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// Whether a body is read, and its maximum size in bytes.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// If the status is 200.
    Success(usize),
    /// Whatever the status is.
    Always(usize),
}

/// A response. A body that is not read is empty.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends a request for the URL over a connection, which is closed afterwards.
pub(super) async fn exchange(
    stream: TlsStream<TcpStream>,
    url: &Url,
    request: Request<Full<Bytes>>,
    reading: Reading,
) -> Result<Reply, KeyError> {
    let broken = |error: hyper::Error| http_error(url, &error);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let exchanged = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match reading {
            Reading::Success(_) if status != StatusCode::OK => Bytes::new(),
            Reading::Success(max) | Reading::Always(max) => body(response, url, max).await?,
        };
        Ok(Reply {
            status,
            headers,
            body,
        })
    };
    let mut connection = std::pin::pin!(connection);
    let mut exchanged = std::pin::pin!(exchanged);
    tokio::select! {
        biased;
        reply = &mut exchanged => return reply,
        // The connection is closed; what it received may still have to be read.
        _ = &mut connection => {}
    }
    exchanged.await
}

/// A request for a document.
pub(super) fn get(url: &Url) -> Result<Request<Full<Bytes>>, KeyError> {
    request(url)
        .header(ACCEPT, "application/json, application/jwk-set+json")
        .header(ACCEPT_ENCODING, "identity")
        .body(Full::default())
        .map_err(|error| KeyError::Http {
            url: url.to_string(),
            problem: error.to_string(),
        })
}

/// What all requests for a URL have.
pub(super) fn request(url: &Url) -> Builder {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Request::builder()
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("claimgate/", env!("CARGO_PKG_VERSION")))
}

async fn body(response: Response<Incoming>, url: &Url, max: usize) -> Result<Bytes, KeyError> {
    let encoding = response
        .headers()
        .get(CONTENT_ENCODING)
        .filter(|found| *found != "identity");
    if let Some(found) = encoding {
        let problem = format!("expected it uncompressed, found {found:?}");
        return Err(KeyError::Http {
            url: url.to_string(),
            problem,
        });
    }
    match Limited::new(response.into_body(), max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(KeyError::TooLarge {
            url: url.to_string(),
            max,
        }),
        Err(error) => Err(KeyError::Http {
            url: url.to_string(),
            problem: with_causes(&*error),
        }),
    }
}
