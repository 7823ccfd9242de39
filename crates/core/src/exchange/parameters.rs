//! The parameters of a request's body.

use super::{ExchangeError, MAX_BODY, advice};
use crate::json::{JsonError, Value};
use crate::numbers::Numbers;

/// The parameters of RFC 8693 that the granted token could not honour.
const UNSUPPORTED: [&str; 3] = ["actor_token", "actor_token_type", "resource"];

/// The content type of a body.
///
/// ```
/// use claimgate::exchange::{BodyKind, ExchangeRequest};
///
/// let error = ExchangeRequest::parse(r#"{"grant_type": ["a"]}"#, BodyKind::Json).unwrap_err();
/// assert_eq!(error.code(), "body-malformed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`: an object of strings; integers and `null` are accepted too.
    Json,
}

impl BodyKind {
    /// Reads the `Content-Type` header; parameters after a `;` are ignored.
    ///
    /// # Errors
    /// [`ExchangeError::ContentType`] for any other type.
    ///
    /// ```
    /// use claimgate::exchange::BodyKind;
    ///
    /// assert_eq!(BodyKind::of("application/json; charset=utf-8")?, BodyKind::Json);
    /// # Ok::<(), claimgate::exchange::ExchangeError>(())
    /// ```
    pub fn of(content_type: &str) -> Result<Self, ExchangeError> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Ok(Self::Form)
        } else if essence.eq_ignore_ascii_case("application/json") {
            Ok(Self::Json)
        } else {
            Err(ExchangeError::ContentType {
                found: essence.to_owned(),
            })
        }
    }
}

/// Names and values, none of them empty (RFC 6749, section 3.2: what has no value counts as
/// omitted).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(body: &str, kind: BodyKind) -> Result<Self, ExchangeError> {
        if body.len() > MAX_BODY {
            return Err(ExchangeError::BodyTooLarge {
                max: MAX_BODY,
                found: body.len(),
            });
        }
        if body.starts_with('\u{feff}') {
            return Err(malformed(
                "it begins with a byte order mark: send it without one",
            ));
        }
        let pairs = match kind {
            BodyKind::Form if body.trim_start().starts_with('{') && Value::parse(body).is_ok() => {
                let advice = "send it with the content type `application/json`";
                return Err(malformed(format!("expected a form, found JSON: {advice}")));
            }
            BodyKind::Form => form(body)?,
            BodyKind::Json => json(body)?,
        };
        let mut names = Numbers::default();
        let repeated = pairs.iter().find(|(name, _)| !names.insert(name.as_str()));
        let repeated = repeated.map(|(name, _)| name.clone());
        let is_sent = |(_, value): &(String, String)| !value.is_empty();
        let parameters = Self(pairs.into_iter().filter(is_sent).collect());
        match (repeated, parameters.unsupported()) {
            (Some(_), Some(name)) => Err(ExchangeError::Unsupported { name }),
            (Some(name), None) => Err(ExchangeError::Repeated { name }),
            (None, _) => Ok(parameters),
        }
    }

    /// A parameter that the granted token could not honour.
    pub(super) fn unsupported(&self) -> Option<&'static str> {
        UNSUPPORTED
            .into_iter()
            .find(|name| self.get(name).is_some())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value itself.
    pub(super) fn take(self, name: &'static str) -> Result<String, ExchangeError> {
        let place = self.0.iter().position(|(own, _)| own == name);
        let place = place.ok_or_else(|| self.missing(name))?;
        Ok(self.0.into_iter().nth(place).unwrap_or_default().1)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&str, ExchangeError> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &'static str) -> ExchangeError {
        let sent: Vec<_> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        let advice = advice::missing(name, &sent);
        ExchangeError::Missing { name, advice }
    }
}

fn malformed(problem: impl Into<String>) -> ExchangeError {
    ExchangeError::Malformed {
        problem: problem.into(),
    }
}

fn form(body: &str) -> Result<Vec<(String, String)>, ExchangeError> {
    let pairs = body
        .trim_end_matches(['\r', '\n'])
        .split('&')
        .filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Decodes `+` and `%XX`. A `%` without two hexadecimal digits and text that is not UTF-8 are errors.
fn decode(text: &str) -> Result<String, ExchangeError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.next().and_then(hex).zip(rest.next().and_then(hex));
                let (high, low) = digits
                    .ok_or_else(|| malformed("expected two hexadecimal digits after each `%`"))?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| malformed("a parameter is not UTF-8"))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn json(body: &str) -> Result<Vec<(String, String)>, ExchangeError> {
    let value = Value::parse_repeated(body).map_err(|error| match error {
        JsonError::DuplicateMember { name, .. } => ExchangeError::Repeated { name },
        _ if body.contains("grant_type=") => malformed(
            "expected JSON, found a form: send it with the content type `application/x-www-form-urlencoded`",
        ),
        other => malformed(other.to_string()),
    })?;
    let Value::Object(members) = value else {
        return Err(malformed(format!(
            "expected a JSON object, found {}",
            value.kind()
        )));
    };
    members
        .into_iter()
        .map(|(name, value)| match value {
            Value::Null => Ok((name, String::new())),
            Value::String(text) => Ok((name, text)),
            Value::Integer(number) => Ok((name, number.to_string())),
            other => Err(malformed(format!(
                "expected parameter `{name}` to be a string, found {}",
                other.kind()
            ))),
        })
        .collect()
}
