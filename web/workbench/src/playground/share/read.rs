//! Reads the text of a link.

use std::fmt::Display;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::inspect::Skip;
use claimgate::json::Value;
use claimgate::json::object::{Object, ObjectReader};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken, TokenType};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use super::{ClaimsText, MAX_FRAGMENT, MAX_JSON, PREFIX, ShareError, Shared, SharedIssuer};
use crate::text::read;

/// The code of invalid values. Only the messages are shown.
const WRONG: &str = "wrong-value";

const KEYS: [&str; 7] = [
    "issuer", "policies", "claims", "request", "now", "skip", "dialect",
];

pub(super) fn shared(text: &str) -> Result<Shared, ShareError> {
    let json = json(text)?;
    let value = Value::parse(&json).map_err(|error| not_understood(&error))?;
    content_of(&value)
}

/// The common content of a link and a file.
pub(super) fn content_of(value: &Value) -> Result<Shared, ShareError> {
    let mut reader = ObjectReader::new(WRONG);
    let shared = content(&mut reader, value);
    let shared = shared.filter(|_| reader.errors.is_empty());
    shared.ok_or_else(|| not_understood(&reader.errors))
}

/// Refuses values that are not objects, and members other than `known`.
pub(super) fn only(value: &Value, known: &[&str]) -> Result<(), ShareError> {
    let mut reader = ObjectReader::new(WRONG);
    if let Some(object) = reader.object("", value, "a playground, an object") {
        reader.refuse_others(&object, known);
    }
    reader
        .errors
        .or(())
        .map_err(|errors| not_understood(&errors))
}

fn not_understood(problem: &dyn Display) -> ShareError {
    ShareError::Content {
        problem: problem.to_string(),
    }
}

fn content(reader: &mut ObjectReader, value: &Value) -> Option<Shared> {
    let object = reader.object("", value, "a playground, an object")?;
    reader.refuse_others(&object, &KEYS);
    let words = Dialect::ALL.map(Dialect::as_str);
    let dialect = reader.word(&object, "dialect", &words, Dialect::parse);
    Some(Shared {
        issuer: issuer(reader, &object),
        claims: claims(reader, &object),
        now: read::number(reader, &object, "now", "seconds since 1970"),
        skip: skip(reader, &object),
        dialect: dialect.unwrap_or_default(),
        policies: policies(reader, &object)?,
        request: request(reader, &object)?,
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

fn issuer(reader: &mut ObjectReader, content: &Object<'_>) -> Option<SharedIssuer> {
    let value = content.get("issuer")?;
    let object = reader.object("issuer", value, "an issuer, an object")?;
    reader.refuse_others(&object, &["name", "url"]);
    let (name, url) = (
        reader.required_text(&object, "name"),
        reader.required_text(&object, "url"),
    );
    Some(SharedIssuer {
        name: name?,
        url: url?,
    })
}

fn policies(reader: &mut ObjectReader, content: &Object<'_>) -> Option<Vec<PolicyDefinition>> {
    match content.get("policies") {
        // Not the other form of documents: an object with policies.
        Some(value) if !matches!(value, Value::Array(_)) => {
            reader.wrong("policies", "an array of policies", Some(value));
            None
        }
        value => read::policies(reader, "policies", value),
    }
}

fn claims(reader: &mut ObjectReader, content: &Object<'_>) -> Option<ClaimsText> {
    let claims = ClaimsText::new(&reader.text(content, "claims")?);
    if let Err(error) = &claims {
        reader.error("claims", error.to_string());
    }
    claims.ok()
}

fn request(reader: &mut ObjectReader, content: &Object<'_>) -> Option<RequestedToken> {
    let Some(value) = content.get("request") else {
        return Some(RequestedToken::Organization { admin: false });
    };
    let object = reader.object("request", value, "a request, an object")?;
    let words = TokenType::ALL.map(TokenType::as_str);
    let token_type = reader.required_word(&object, "tokenType", &words, TokenType::parse)?;
    let target = match token_type {
        TokenType::Organization => "admin",
        TokenType::Personal => "login",
        TokenType::Team | TokenType::Runner => "name",
    };
    reader.refuse_others(&object, &["tokenType", target]);
    Some(match token_type {
        TokenType::Organization => {
            if object.get("admin").is_none() {
                reader.wrong(object.at("admin"), "`true` or `false`", None);
            }
            let admin = reader.flag(&object, "admin");
            RequestedToken::Organization { admin }
        }
        TokenType::Team => RequestedToken::Team {
            name: reader.required_text(&object, target)?,
        },
        TokenType::Personal => RequestedToken::Personal {
            login: reader.required_text(&object, target)?,
        },
        TokenType::Runner => RequestedToken::Runner {
            name: reader.required_text(&object, target)?,
        },
    })
}

fn skip(reader: &mut ObjectReader, content: &Object<'_>) -> Skip {
    let mut skip = Skip::default();
    for (path, name) in reader.items(content, "skip", "checks") {
        match name.as_str() {
            Some("issuer") => skip.issuer = true,
            Some("key") => skip.key = true,
            Some("signature") => skip.signature = true,
            Some("time") => skip.time = true,
            Some("audience") => skip.audience = true,
            _ => reader.wrong(path, "a check that can be skipped", Some(name)),
        }
    }
    skip
}
