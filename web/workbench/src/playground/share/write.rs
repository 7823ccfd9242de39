//! Writes the text of a link.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::inspect::Skip;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken};
use miniz_oxide::deflate::compress_to_vec;
use serde::Serialize;

use super::{ClaimsText, MAX_FRAGMENT, MAX_JSON, PREFIX, ShareError, Shared};

/// The compression level of deflate: the highest.
const LEVEL: u8 = 9;

pub(super) fn fragment(shared: &Shared) -> Result<String, ShareError> {
    let json =
        serde_json::to_string(&Content::of(shared)).map_err(|error| ShareError::Content {
            problem: error.to_string(),
        })?;
    if json.len() > MAX_JSON {
        return Err(ShareError::TooLarge);
    }
    let fragment = format!(
        "{PREFIX}{}",
        BASE64_URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), LEVEL))
    );
    if fragment.len() > MAX_FRAGMENT {
        return Err(ShareError::TooLong {
            found: fragment.len(),
        });
    }
    Ok(fragment)
}

/// The JSON. Defaults are left out, to keep the link short.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<Issuer<'a>>,
    policies: &'a [PolicyDefinition],
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'a str>,
    #[serde(skip_serializing_if = "is_usual")]
    request: &'a RequestedToken,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip: Vec<&'static str>,
    #[serde(skip_serializing_if = "is_default")]
    dialect: Dialect,
}

#[derive(Serialize)]
struct Issuer<'a> {
    name: &'a str,
    url: &'a str,
}

impl<'a> Content<'a> {
    pub(super) fn of(shared: &'a Shared) -> Self {
        Self {
            issuer: shared.issuer.as_ref().map(|issuer| Issuer {
                name: &issuer.name,
                url: &issuer.url,
            }),
            policies: &shared.policies,
            claims: shared.claims.as_ref().map(ClaimsText::as_str),
            request: &shared.request,
            now: shared.now,
            skip: skipped(shared.skip),
            dialect: shared.dialect,
        }
    }
}

fn skipped(skip: Skip) -> Vec<&'static str> {
    let flags = [
        ("issuer", skip.issuer),
        ("key", skip.key),
        ("signature", skip.signature),
        ("time", skip.time),
        ("audience", skip.audience),
    ];
    flags
        .into_iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(name, _)| name)
        .collect()
}

fn is_usual(request: &&RequestedToken) -> bool {
    **request == RequestedToken::Organization { admin: false }
}

fn is_default(dialect: &Dialect) -> bool {
    *dialect == Dialect::default()
}
