//! The files of the app, plain and compressed. The program that embeds the server provides them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The built app. The default has no files: the server then has its API only.
#[derive(Clone, Copy, Debug)]
pub struct Assets {
    /// Its files.
    pub files: &'static [Asset],
    /// The `Content-Security-Policy` of its page.
    pub content_security_policy: &'static str,
}

impl Default for Assets {
    fn default() -> Self {
        Self {
            files: &[],
            content_security_policy: "default-src 'none'",
        }
    }
}

/// A file of the app.
#[derive(Debug)]
pub struct Asset {
    /// Its path, without the leading `/`.
    pub path: &'static str,
    /// Its `Content-Type`.
    pub mime: &'static str,
    /// A hash of its content, for `ETag`.
    pub digest: &'static str,
    /// Whether its name changes with its content.
    pub is_named_by_content: bool,
    /// Its content.
    pub plain: &'static [u8],
    /// Its content compressed by gzip; empty if that is no smaller.
    pub gzip: &'static [u8],
    /// Its content compressed by Brotli; empty if that is no smaller.
    pub brotli: &'static [u8],
}

/// A file of the app, or its page for any path that does not name a file.
pub(super) fn respond(
    assets: &Assets,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Response {
    let Assets {
        files,
        content_security_policy,
    } = *assets;
    if method != Method::GET && method != Method::HEAD {
        // The exchange, with a part of its path missing.
        if path != "/" && find(files, path).is_none() {
            return (StatusCode::NOT_FOUND, "not found: the API is below /api\n").into_response();
        }
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            allow,
            "method not allowed\n",
        )
            .into_response();
    }
    match find(files, path) {
        Some(asset) => answer(asset, content_security_policy, headers),
        None if files.is_empty() => (
            StatusCode::NOT_FOUND,
            "this program was built without the app\n",
        )
            .into_response(),
        None => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn find(assets: &'static [Asset], path: &str) -> Option<&'static Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let named = |name: &str| assets.iter().find(|asset| asset.path == name);
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    named(path).or_else(|| if is_page { named("index.html") } else { None })
}

fn answer(asset: &'static Asset, policy: &'static str, headers: &HeaderMap) -> Response {
    // Weak, because all encodings share it.
    let tag = format!("W/\"{}\"", asset.digest);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_unchanged = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let (encoding, body) = encode(
        asset,
        headers
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok()),
    );
    let mut response = match is_unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(body)),
    };
    let cache = if asset.is_named_by_content {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
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
        own.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        );
    }
    response
}

/// The smallest encoding that the client accepts.
fn encode(asset: &'static Asset, accepted: Option<&str>) -> (Option<&'static str>, &'static [u8]) {
    let accepts = |name: &str| {
        accepted.unwrap_or_default().split(',').any(|one| {
            let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
            let is_refused = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                == Some(0.0);
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
    use super::{Asset, encode, find};

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
    fn a_path_that_does_not_name_a_file_is_the_page() {
        static ASSETS: [Asset; 2] = [asset("index.html"), asset("app.js")];
        let found = |path| find(&ASSETS, path).map(|asset| asset.path);
        for page in ["/", "/playground", "/issuers/new", "/a.b/c"] {
            assert_eq!(found(page), Some("index.html"), "{page}");
        }
        assert_eq!(found("/app.js"), Some("app.js"));
        assert_eq!(found("/missing.js"), None);
        assert_eq!(found("/../app.js"), None);
    }

    #[test]
    fn the_smallest_accepted_encoding_is_chosen() {
        static ASSET: Asset = asset("a");
        let form = |accepted| encode(&ASSET, accepted).0;
        assert_eq!(form(Some("gzip, deflate, br")), Some("br"));
        assert_eq!(form(Some("gzip, br;q=0")), Some("gzip"));
        assert_eq!(form(Some("identity")), None);
        assert_eq!(form(None), None);
    }
}
