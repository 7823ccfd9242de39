//! Reads the text of a link.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::diagnostic::Diagnostics;
use claimgate::inspect::Skip;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken, parse_policies};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use super::{ClaimsText, MAX_FRAGMENT, MAX_JSON, PREFIX, ShareError, Shared, SharedIssuer};

const KEYS: [&str; 7] = [
    "issuer", "policies", "claims", "request", "now", "skip", "dialect",
];

pub(super) fn shared(text: &str) -> Result<Shared, ShareError> {
    let json = json(text)?;
    content_of(&Value::parse(&json).map_err(|error| content(error.to_string()))?)
}

/// The common content of a link and a file.
pub(super) fn content_of(value: &Value) -> Result<Shared, ShareError> {
    only(value, &KEYS, "content")?;
    Ok(Shared {
        issuer: value.member("issuer").map(issuer).transpose()?,
        policies: policies(value.member("policies"))?,
        claims: value.member("claims").map(claims).transpose()?,
        request: value
            .member("request")
            .map_or(Ok(RequestedToken::Organization { admin: false }), request)?,
        now: value.member("now").map(now).transpose()?,
        skip: value.member("skip").map_or(Ok(Skip::default()), skip)?,
        dialect: value
            .member("dialect")
            .map_or(Ok(Dialect::default()), dialect)?,
    })
}

/// The JSON of the link, within its limit.
fn json(text: &str) -> Result<String, ShareError> {
    let text = text.strip_prefix('#').unwrap_or(text).trim();
    if text.is_empty() {
        return Err(ShareError::Empty);
    }
    if text.len() > MAX_FRAGMENT {
        return Err(ShareError::TooLong { found: text.len() });
    }
    let Some(encoded) = text.strip_prefix(PREFIX) else {
        return Err(ShareError::Version {
            found: text.chars().take(8).collect(),
        });
    };
    let deflated = BASE64_URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| ShareError::Damaged)?;
    let bytes =
        decompress_to_vec_with_limit(&deflated, MAX_JSON).map_err(|error| match error.status {
            TINFLStatus::HasMoreOutput => ShareError::TooLarge,
            _ => ShareError::Damaged,
        })?;
    String::from_utf8(bytes).map_err(|_| ShareError::Damaged)
}

fn issuer(value: &Value) -> Result<SharedIssuer, ShareError> {
    only(value, &["name", "url"], "issuer")?;
    Ok(SharedIssuer {
        name: text(value, "name")?,
        url: text(value, "url")?,
    })
}

fn policies(value: Option<&Value>) -> Result<Vec<PolicyDefinition>, ShareError> {
    let value = value.filter(|value| matches!(value, Value::Array(_)));
    let value = value.ok_or_else(|| content("expected `policies` to be an array"))?;
    let join = |errors: Diagnostics| {
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    };
    parse_policies(&value.to_json()).map_err(|errors| content(format!("policies{}", join(errors))))
}

fn claims(value: &Value) -> Result<ClaimsText, ShareError> {
    let text = value
        .as_str()
        .ok_or_else(|| content("expected `claims` to be a text"))?;
    ClaimsText::new(text).map_err(|error| content(format!("the claims are {error}")))
}

fn request(value: &Value) -> Result<RequestedToken, ShareError> {
    let kind = text(value, "tokenType")?;
    let (key, request) = match kind.as_str() {
        "organization" => match value.member("admin") {
            Some(Value::Bool(admin)) => ("admin", RequestedToken::Organization { admin: *admin }),
            _ => return Err(content("expected `admin` to be a boolean")),
        },
        "team" => (
            "name",
            RequestedToken::Team {
                name: text(value, "name")?,
            },
        ),
        "personal" => (
            "login",
            RequestedToken::Personal {
                login: text(value, "login")?,
            },
        ),
        "runner" => (
            "name",
            RequestedToken::Runner {
                name: text(value, "name")?,
            },
        ),
        other => return Err(content(format!("`{other}` is not a token type"))),
    };
    only(value, &["tokenType", key], "request")?;
    Ok(request)
}

fn now(value: &Value) -> Result<i64, ShareError> {
    let seconds = match value {
        Value::Integer(seconds) => i64::try_from(*seconds).ok(),
        _ => None,
    };
    seconds.ok_or_else(|| content("expected `now` to be seconds since 1970"))
}

fn skip(value: &Value) -> Result<Skip, ShareError> {
    let Value::Array(names) = value else {
        return Err(content("expected `skip` to be an array"));
    };
    let mut skip = Skip::default();
    for name in names {
        match name.as_str() {
            Some("issuer") => skip.issuer = true,
            Some("key") => skip.key = true,
            Some("signature") => skip.signature = true,
            Some("time") => skip.time = true,
            Some("audience") => skip.audience = true,
            _ => {
                return Err(content(format!(
                    "{} is no check to leave out",
                    name.to_json()
                )));
            }
        }
    }
    Ok(skip)
}

fn dialect(value: &Value) -> Result<Dialect, ShareError> {
    match value.as_str() {
        Some("pulumi") => Ok(Dialect::Pulumi),
        Some("stringlike") => Ok(Dialect::StringLike),
        _ => Err(content(format!("{} is no dialect", value.to_json()))),
    }
}

fn text(value: &Value, name: &str) -> Result<String, ShareError> {
    let found = value.member(name).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| content(format!("expected `{name}` to be a text")))
}

/// Refuses values that are not objects, and members other than `known`.
pub(super) fn only(value: &Value, known: &[&str], what: &str) -> Result<(), ShareError> {
    let Value::Object(members) = value else {
        return Err(content(format!(
            "expected the {what} to be an object, found {}",
            value.kind()
        )));
    };
    match members
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        Some((name, _)) => Err(content(format!("unknown key `{name}` in the {what}"))),
        None => Ok(()),
    }
}

fn content(problem: impl Into<String>) -> ShareError {
    ShareError::Content {
        problem: problem.into(),
    }
}
