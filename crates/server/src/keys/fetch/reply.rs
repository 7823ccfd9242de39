//! One request and its response.

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HOST, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::failure::{http_error, with_causes};
use crate::keys::error::KeyError;

/// Maximum size of the headers, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// A response. The body is read only if the status is 200.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Requests the URL over a connection, which is closed afterwards.
pub(super) async fn exchange(
    stream: TlsStream<TcpStream>,
    url: &Url,
    max: usize,
) -> Result<Reply, KeyError> {
    let broken = |error: hyper::Error| http_error(url, &error);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let request = async {
        let response = sender
            .send_request(get_request(url)?)
            .await
            .map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = if status == StatusCode::OK {
            body(response, url, max).await?
        } else {
            Bytes::new()
        };
        Ok(Reply {
            status,
            headers,
            body,
        })
    };
    let mut connection = std::pin::pin!(connection);
    let mut request = std::pin::pin!(request);
    tokio::select! {
        biased;
        reply = &mut request => return reply,
        // The connection is closed; what it received may still have to be read.
        _ = &mut connection => {}
    }
    request.await
}

fn get_request(url: &Url) -> Result<Request<Empty<Bytes>>, KeyError> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Request::get(target)
        .header(HOST, host)
        .header(ACCEPT, "application/json, application/jwk-set+json")
        .header(ACCEPT_ENCODING, "identity")
        .header(USER_AGENT, concat!("claimgate/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .map_err(|error| KeyError::Http {
            url: url.to_string(),
            problem: error.to_string(),
        })
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
