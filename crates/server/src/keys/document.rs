//! The documents of issuers: the discovery document and the keys, and how long they may be cached.

use std::time::Duration;

use claimgate::issuer::{discovery_url, template_place};
use claimgate::json::Value;
use claimgate::jwt::{Jwks, JwksError};
use hyper::HeaderMap;
use hyper::header::{AGE, CACHE_CONTROL, CONTENT_TYPE};

use super::config::KeyConfig;
use super::error::KeyError;
use super::fetch::Answer;

/// The `jwks_uri` of a discovery document ([OpenID Connect Discovery 1.0, section
/// 4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)), if it is this
/// issuer's.
pub(super) fn jwks_uri(answer: &Answer, issuer: &str) -> Result<String, KeyError> {
    let document = Value::parse_document(&answer.text);
    let document = document.map_err(|problem| not_json(answer, problem))?;
    let text = |name: &str, expected: &'static str| match document.member(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        other => Err(KeyError::Discovery {
            url: discovery_url(issuer),
            expected,
            found: other.map_or("none", Value::kind).to_owned(),
        }),
    };
    let found = text("issuer", "`issuer` with the issuer's URL")?;
    if found != issuer {
        return Err(differs(issuer, found));
    }
    text("jwks_uri", "`jwks_uri` with the address of its keys")
}

fn differs(issuer: &str, found: String) -> KeyError {
    if let Some(place) = template_place(&found).map(str::to_owned) {
        KeyError::IssuerTemplate { found, place }
    } else if found.starts_with("http://") {
        KeyError::IssuerWithoutTls { found }
    } else {
        KeyError::IssuerDiffers {
            expected: issuer.to_owned(),
            found,
        }
    }
}

/// The keys in a response.
pub(super) fn jwks(answer: &Answer) -> Result<Jwks, KeyError> {
    Jwks::parse(&answer.text).map_err(|error| match error {
        JwksError::Json(problem) => not_json(answer, problem),
        problem => KeyError::Keys {
            url: answer.url.clone(),
            problem,
        },
    })
}

/// How long a response may be cached: as its headers say, within bounds, less its age ([RFC 9111, section 4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2)).
pub(super) fn lifetime(headers: &HeaderMap, config: &KeyConfig) -> Duration {
    let declared = max_age(headers).map(|seconds| seconds.saturating_sub(age(headers)));
    let lifetime = declared.map_or(config.default_max_age, Duration::from_secs);
    lifetime.max(config.min_max_age).min(config.max_max_age)
}

fn max_age(headers: &HeaderMap) -> Option<u64> {
    let directives = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut seconds = None;
    for directive in directives.flat_map(|value| value.split(',')).map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(0),
            "max-age" if seconds.is_none() => seconds = digits(value),
            _ => {}
        }
    }
    seconds
}

fn age(headers: &HeaderMap) -> u64 {
    headers
        .get(AGE)
        .and_then(|value| digits(value.to_str().ok()?))
        .unwrap_or_default()
}

/// Seconds. A number that is too large becomes the largest.
fn digits(text: &str) -> Option<u64> {
    let text = text.trim().trim_matches('"');
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

fn not_json(answer: &Answer, problem: claimgate::json::JsonError) -> KeyError {
    let content_type = answer
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type =
        content_type.map_or_else(|| "no type".to_owned(), |found| format!("type `{found}`"));
    // What a login shows to those that it has redirected.
    if answer.requested != answer.url && answer.text.trim_start().starts_with('<') {
        return KeyError::NeedsLogin {
            url: answer.requested.clone(),
            found: format!("a redirect to the page `{}`", answer.url),
        };
    }
    KeyError::NotJson {
        url: answer.url.clone(),
        content_type,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(headers: &[(&str, &str)]) -> u64 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                hyper::header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        lifetime(&map, &KeyConfig::default()).as_secs()
    }

    #[test]
    fn answers_hold_as_long_as_they_say_within_bounds() {
        for (headers, expected) in [
            (&[][..], 600),
            (&[("cache-control", "max-age=900")], 900),
            (
                &[("cache-control", "public, Max-Age=\"900\" , immutable")],
                900,
            ),
            (&[("cache-control", "max-age=900"), ("age", "100")], 800),
            (&[("cache-control", "max-age=900"), ("age", "99999")], 60),
            (&[("cache-control", "max-age=1")], 60),
            (&[("cache-control", "max-age=900, no-store")], 60),
            (&[("cache-control", "no-cache")], 60),
            (&[("cache-control", "max-age=86400")], 3600),
            (
                &[("cache-control", "max-age=99999999999999999999999999")],
                3600,
            ),
            (
                &[
                    ("cache-control", "public"),
                    ("cache-control", "max-age=700"),
                ],
                700,
            ),
            (&[("cache-control", "max-age=800, max-age=700")], 800),
            (&[("cache-control", "max-age=-1")], 600),
            (&[("cache-control", "max-age=soon")], 600),
            (&[("cache-control", "s-maxage=900")], 600),
        ] {
            assert_eq!(seconds(headers), expected, "{headers:?}");
        }
    }
}
