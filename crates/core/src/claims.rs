//! A token's claims, and how a rule sees their values.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::claim_path::ClaimPath;
use crate::json::JsonError;
pub use crate::json::Value;

/// A claims set: a JSON object without duplicate members ([RFC 7519, section 4]).
///
/// [RFC 7519, section 4]: https://www.rfc-editor.org/rfc/rfc7519#section-4
///
/// ```
/// use claimgate::claims::Claims;
///
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// assert!(claims.get("sub").is_some());
/// assert!(Claims::from_json(r#"{"sub": "a", "sub": "b"}"#).is_err());
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
#[derive(Clone)]
pub struct Claims {
    value: Value,
    /// Bytes of the JSON text that it was parsed from: more than its texts have characters. `None`
    /// if it was not parsed.
    size: Option<usize>,
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claims").field(&self.value).finish()
    }
}

/// A text that is not a claims set.
///
/// ```
/// use claimgate::claims::Claims;
///
/// let error = Claims::from_json("{").unwrap_err();
/// assert_eq!((error.code(), error.line(), error.column()), ("json-syntax", Some(1), Some(1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// Not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON, but not an object.
    #[error("expected a JSON object, found {found}")]
    NotAnObject {
        /// What was found.
        found: &'static str,
    },
}

impl ClaimsError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::NotAnObject { .. } => "json-not-an-object",
        }
    }

    /// The line of a JSON error, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Json(error) => Some(error.place().0),
            Self::NotAnObject { .. } => None,
        }
    }

    /// The column of a JSON error, from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Json(error) => Some(error.place().1),
            Self::NotAnObject { .. } => None,
        }
    }
}

impl Claims {
    /// Parses a claims set.
    ///
    /// # Errors
    /// [`ClaimsError`], with line and column for JSON errors.
    pub fn from_json(text: &str) -> Result<Self, ClaimsError> {
        let claims = Self::from_value(Value::parse(text)?)?;
        Ok(Self {
            size: Some(text.len()),
            ..claims
        })
    }

    /// Takes a value that is an object.
    ///
    /// # Errors
    /// [`ClaimsError::NotAnObject`] for any other value.
    ///
    /// ```
    /// use claimgate::claims::{Claims, Value};
    ///
    /// let error = Claims::from_value(Value::Bool(true)).unwrap_err();
    /// assert_eq!(error.to_string(), "expected a JSON object, found a boolean");
    /// ```
    pub fn from_value(value: Value) -> Result<Self, ClaimsError> {
        match value {
            Value::Object(_) => Ok(Self { value, size: None }),
            other => Err(ClaimsError::NotAnObject {
                found: other.kind(),
            }),
        }
    }

    /// The object itself.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The claim of that name, at the top level.
    ///
    /// ```
    /// use claimgate::claims::{Claims, Value};
    ///
    /// let claims = Claims::from_json(r#"{"iss": "https://gitlab.com"}"#)?;
    /// assert_eq!(claims.get("iss").and_then(Value::as_str), Some("https://gitlab.com"));
    /// # Ok::<(), claimgate::claims::ClaimsError>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.value.member(name)
    }

    /// All claims, in the token's order.
    ///
    /// ```
    /// use claimgate::claims::Claims;
    ///
    /// let claims = Claims::from_json(r#"{"sub": "a", "aud": ["b"]}"#)?;
    /// assert_eq!(claims.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["sub", "aud"]);
    /// # Ok::<(), claimgate::claims::ClaimsError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let members = match &self.value {
            Value::Object(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Compact JSON.
    ///
    /// ```
    /// use claimgate::claims::Claims;
    ///
    /// assert_eq!(Claims::from_json(r#"{ "sub": "a" }"#)?.to_json(), r#"{"sub":"a"}"#);
    /// # Ok::<(), claimgate::claims::ClaimsError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        self.value.to_json()
    }

    /// JSON indented by two spaces.
    ///
    /// ```
    /// use claimgate::claims::Claims;
    ///
    /// assert_eq!(Claims::from_json(r#"{"sub":"a"}"#)?.to_json_pretty(), "{\n  \"sub\": \"a\"\n}");
    /// # Ok::<(), claimgate::claims::ClaimsError>(())
    /// ```
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        self.value.to_json_pretty()
    }

    /// More than the characters of all texts in the claims, if that is known.
    pub(crate) fn size(&self) -> Option<usize> {
        self.size
    }

    /// Whether the claims, or an object within them, have more members than `many`.
    pub(crate) fn has_wide_object(&self, many: usize) -> bool {
        is_wide(&self.value, many)
    }

    /// The value that a path leads to.
    pub(crate) fn lookup(&self, path: &ClaimPath) -> Option<&Value> {
        path.segments()
            .iter()
            .try_fold(&self.value, |value, segment| value.member(segment))
    }

    pub(crate) fn find(&self, path: &ClaimPath) -> Found<'_> {
        self.lookup(path)
            .map_or_else(|| Found::Missing(self.why_missing(path)), Found::Value)
    }

    fn why_missing(&self, path: &ClaimPath) -> String {
        let mut value = &self.value;
        let mut walked: Vec<&str> = Vec::new();
        for segment in path.segments() {
            if !walked.is_empty() && !matches!(value, Value::Object(_)) {
                let parent = ClaimPath::of(&walked);
                return format!(
                    "claim `{parent}` is {}, and has no member `{segment}`",
                    value.kind()
                );
            }
            walked.push(segment);
            match value.member(segment) {
                Some(member) => value = member,
                None => break,
            }
        }
        format!("the token has no claim `{}`", ClaimPath::of(&walked))
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::from_deserializer(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

fn is_wide(value: &Value, many: usize) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    members.len() > many || members.iter().any(|(_, value)| is_wide(value, many))
}

/// The result of a lookup by claim path.
pub(crate) enum Found<'a> {
    Value(&'a Value),
    /// With a sentence that names the missing member.
    Missing(String),
}

/// The texts of a value that a rule can match.
pub(crate) enum Usable {
    /// A scalar's text.
    One(String),
    /// The texts of an array's scalar elements, with their indices.
    Any(Vec<(usize, String)>),
    /// No text, and why.
    Nothing(&'static str),
}

pub(crate) fn usable(value: &Value) -> Usable {
    if let Some(text) = value.scalar_text() {
        return Usable::One(text);
    }
    match value {
        Value::Array(items) if items.is_empty() => Usable::Nothing("an empty array"),
        Value::Array(items) => {
            let texts: Vec<_> = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| Some((index, item.scalar_text()?)))
                .collect();
            if texts.is_empty() {
                Usable::Nothing("an array without a string, an integer or a boolean")
            } else {
                Usable::Any(texts)
            }
        }
        other => Usable::Nothing(other.kind()),
    }
}

/// Claims that policies may be evaluated on: those of a token that passed every check, or claims
/// that the caller vouches for by [`TrustedClaims::dangerous_assume_verified`].
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
///
/// // Another library has checked the signature, the issuer and the times.
/// let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub": "a"}"#)?);
/// assert!(claims.claims().get("sub").is_some());
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrustedClaims(Claims);

impl TrustedClaims {
    /// Declares claims trusted that this crate has not verified: claims typed by hand, or verified
    /// elsewhere.
    ///
    /// A decision on claims that were not verified is a simulation: never grant access by it.
    #[must_use]
    pub fn dangerous_assume_verified(claims: Claims) -> Self {
        Self(claims)
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0
    }

    /// The claims, no longer marked as trusted.
    #[must_use]
    pub fn into_claims(self) -> Claims {
        self.0
    }
}
