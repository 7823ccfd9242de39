//! A request to another service than an issuer: whatever its answer is, and no redirects.

use std::sync::Arc;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING};

use super::reply::{Reading, exchange, request};
use super::{Fetcher, https};
use crate::keys::address::Network;
use crate::keys::call::{Call, Reply};
use crate::keys::certificates::Purpose;
use crate::keys::config::KeyConfig;
use crate::keys::error::KeyError;

impl Fetcher {
    /// The same roots and limits, with these networks in place of those of issuers.
    pub(in crate::keys) fn for_networks(&self, allow_networks: Vec<Network>) -> Self {
        Self {
            config: KeyConfig {
                allow_private_addresses: false,
                allow_networks,
                ..self.config.clone()
            },
            resolver: Arc::clone(&self.resolver),
            roots: Arc::clone(&self.roots),
            provider: Arc::clone(&self.provider),
        }
    }

    /// The answer to a request.
    pub(in crate::keys) async fn call(&self, call: Call) -> Result<Reply, KeyError> {
        let url = https(&call.url, "for a provider")?;
        let refused = |error: hyper::http::Error| KeyError::Http {
            url: url.to_string(),
            problem: error.to_string(),
        };
        let mut builder = request(&url)
            .method(call.method)
            .header(ACCEPT, "application/json, */*;q=0.5")
            .header(ACCEPT_ENCODING, "identity");
        for (name, value) in &call.headers {
            builder = builder.header(*name, value);
        }
        let body = Full::new(Bytes::from(call.body));
        let request: Request<Full<Bytes>> = builder.body(body).map_err(refused)?;
        let (stream, _) = self.connect(&url, Purpose::Fetch(Arc::new([]))).await?;
        let reply = exchange(
            stream,
            &url,
            request,
            Reading::Always(self.config.max_bytes),
        )
        .await?;
        let body = String::from_utf8(reply.body.into()).map_err(|_| KeyError::Http {
            url: url.to_string(),
            problem: "expected UTF-8".to_owned(),
        })?;
        Ok(Reply {
            status: reply.status.as_u16(),
            body,
        })
    }
}
