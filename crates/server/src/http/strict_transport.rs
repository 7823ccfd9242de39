//! `Strict-Transport-Security`: once a browser has seen it, it does not use plain HTTP for this host
//! again (RFC 6797).

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};
use axum::middleware::{self, Next};

/// Adds the header to all answers, unless `age` is zero. Not for `localhost`: a browser would apply it
/// to all servers of its own machine, whatever their ports.
pub(super) fn require(router: Router, age: Duration) -> Router {
    let seconds = age.as_secs();
    if seconds == 0 {
        return router;
    }
    let Ok(value) = HeaderValue::try_from(format!("max-age={seconds}")) else {
        return router;
    };
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let value = is_named_host(request.uri(), request.headers()).then(|| value.clone());
        async move {
            let mut response = next.run(request).await;
            if let Some(value) = value {
                let headers = response.headers_mut();
                headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
            }
            response
        }
    }))
}

/// Whether a request is for a host with a name of its own. Browsers ignore the header of an address.
fn is_named_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let authority = uri.authority().cloned().or(host);
    authority.is_some_and(|authority| {
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        host != "localhost" && !host.ends_with(".localhost")
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::require;

    async fn header(uri: &str, host: Option<&str>, age: u64) -> Option<String> {
        let router = Router::new().route("/", get(async || "a"));
        let mut request = Request::get(uri);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = require(router, Duration::from_secs(age))
            .oneshot(request)
            .await
            .unwrap();
        let value = response.headers().get("strict-transport-security")?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn hosts_with_a_name_of_their_own_get_it() {
        let expected = Some("max-age=60".to_owned());
        for host in ["tokens.example", "tokens.example:8443", "localhost.example"] {
            assert_eq!(header("/", Some(host), 60).await, expected, "{host}");
            let uri = format!("https://{host}/");
            assert_eq!(header(&uri, None, 60).await, expected, "HTTP/2, {host}");
            let missing = format!("https://{host}/none");
            assert_eq!(header(&missing, None, 60).await, expected, "404, {host}");
        }
    }

    #[tokio::test]
    async fn other_hosts_do_not_and_none_if_it_is_turned_off() {
        for host in ["localhost", "LOCALHOST.:8080", "a.localhost", "a b"] {
            assert_eq!(header("/", Some(host), 60).await, None, "{host}");
        }
        assert_eq!(header("/", None, 60).await, None);
        assert_eq!(header("/", Some("tokens.example"), 0).await, None);
    }
}
