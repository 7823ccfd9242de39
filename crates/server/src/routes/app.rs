//! The app: the files of `dist/`, inside the program, compressed when it was built.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::server::App;

/// A file of the app.
pub(crate) struct Asset {
    /// Its path, without the first `/`.
    pub(crate) path: &'static str,
    /// `Content-Type`.
    pub(crate) mime: &'static str,
    /// The beginning of its SHA-256, for `ETag`.
    pub(crate) digest: &'static str,
    /// Whether its name changes with its content.
    pub(crate) is_named_by_content: bool,
    /// As it is.
    pub(crate) plain: &'static [u8],
    /// Compressed; empty where that is no smaller.
    pub(crate) gzip: &'static [u8],
    /// Compressed; empty where that is no smaller.
    pub(crate) brotli: &'static [u8],
}

// What `build.rs` has found: `ASSETS` and `CONTENT_SECURITY_POLICY`.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file of the app, or its page for any path that has no file's name.
pub(super) async fn serve(State(_): State<Arc<App>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "method not allowed\n").into_response();
    }
    match find(ASSETS, uri.path()) {
        Some(asset) => answer(asset, &headers),
        None if ASSETS.is_empty() => {
            (StatusCode::NOT_FOUND, "this program was built without the app\n").into_response()
        }
        None => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn find<'a>(assets: &'a [Asset], path: &str) -> Option<&'a Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let named = |name: &str| assets.iter().find(|asset| asset.path == name);
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    named(path).or_else(|| if is_page { named("index.html") } else { None })
}

fn answer(asset: &Asset, headers: &HeaderMap) -> Response {
    // Weak, for it is the same one for all encodings.
    let tag = format!("W/\"{}\"", asset.digest);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let (encoding, body) = encoded(asset, headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()));
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(body)),
    };
    let cache = if asset.is_named_by_content { "public, max-age=31536000, immutable" } else { "no-cache" };
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    own.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        own.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if asset.mime.starts_with("text/html") {
        own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    }
    response
}

/// The smallest form that the client takes.
fn encoded(asset: &Asset, accepted: Option<&str>) -> (Option<&'static str>, &'static [u8]) {
    let accepts = |name: &str| {
        accepted.unwrap_or_default().split(',').any(|one| {
            let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
            let is_refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
            coding.trim().eq_ignore_ascii_case(name) && !is_refused
        })
    };
    if !asset.brotli.is_empty() && accepts("br") {
        (Some("br"), asset.brotli)
    } else if !asset.gzip.is_empty() && accepts("gzip") {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.plain)
    }
}

#[cfg(test)]
mod tests {
    use super::{Asset, encoded, find};

    const fn asset(path: &'static str) -> Asset {
        Asset {
            path,
            mime: "text/html",
            digest: "0",
            is_named_by_content: false,
            plain: b"plain",
            gzip: b"gzip",
            brotli: b"brotli",
        }
    }

    #[test]
    fn a_path_without_a_files_name_is_the_page() {
        let assets = [asset("index.html"), asset("app.js")];
        let found = |path| find(&assets, path).map(|asset| asset.path);
        for page in ["/", "/playground", "/issuers/new", "/a.b/c"] {
            assert_eq!(found(page), Some("index.html"), "{page}");
        }
        assert_eq!(found("/app.js"), Some("app.js"));
        assert_eq!(found("/missing.js"), None);
        assert_eq!(found("/../app.js"), None);
    }

    #[test]
    fn the_smallest_form_that_is_accepted_is_taken() {
        let asset = asset("a");
        let form = |accepted| encoded(&asset, accepted).0;
        assert_eq!(form(Some("gzip, deflate, br")), Some("br"));
        assert_eq!(form(Some("gzip, br;q=0")), Some("gzip"));
        assert_eq!(form(Some("identity")), None);
        assert_eq!(form(None), None);
    }
}
