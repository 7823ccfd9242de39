//! The text of a token, split into its parts, and what its claims tell at once.

use claimgate::claims::{Claims, Value};
use claimgate::inspect::CheckId;
use claimgate::time::looks_like_milliseconds;
use claimgate_providers::provider_of;

use super::draft_policy::project;

/// The parts of a compact token, with the dots between them.
pub fn parts(token: &str) -> Vec<(&'static str, String)> {
    let names = [
        "part part--header",
        "part part--claims",
        "part part--signature",
    ];
    let mut parts = Vec::new();
    for (index, text) in token.splitn(3, '.').enumerate() {
        if index > 0 {
            parts.push(("part", ".".to_owned()));
        }
        parts.push((names[index], text.to_owned()));
    }
    parts
}

/// Whether the text has the form of a whole token: three parts, none of them empty.
pub fn is_complete(token: &str) -> bool {
    let parts: Vec<_> = token.trim().split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty())
}

/// Whether a text has been replaced, and not typed within: more than a few characters differ.
pub fn is_replaced(before: &str, after: &str) -> bool {
    let same = |one: &mut dyn Iterator<Item = (u8, u8)>| one.take_while(|(a, b)| a == b).count();
    let (longest, shortest) = (before.len().max(after.len()), before.len().min(after.len()));
    let start = same(&mut before.bytes().zip(after.bytes()));
    let end = same(&mut before.bytes().rev().zip(after.bytes().rev()));
    longest - (start + end).min(shortest) > TYPED
}

/// The most characters that one change of typing may have.
const TYPED: usize = 8;

/// Times among the claims that look like milliseconds.
pub fn milliseconds(claims: &Claims) -> Vec<(&'static str, i64)> {
    let read = |name: &'static str| {
        let number = match claims.get(name)? {
            Value::Integer(number) => i64::try_from(*number).ok()?,
            Value::Fraction(number) => number.ceil() as i64,
            _ => return None,
        };
        looks_like_milliseconds(number).then_some((name, number))
    };
    ["iat", "nbf", "exp"].into_iter().filter_map(read).collect()
}

/// Whose token it is, as its claims say. Nothing of it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenAbout {
    /// The provider's name, if its issuer is a known one.
    pub provider: Option<&'static str>,
    /// The URL of the issuer.
    pub issuer: String,
    /// The repository, project, pipeline or workspace.
    pub project: Option<String>,
}

impl TokenAbout {
    /// Reads the claims; none without an issuer.
    pub fn of(claims: &Claims) -> Option<Self> {
        let issuer = claims.get("iss").and_then(Value::as_str)?;
        Some(Self {
            provider: provider_of("", issuer).map(|provider| provider.name.as_str()),
            issuer: issuer.to_owned(),
            project: project(claims),
        })
    }
}

/// The claims that explain a failed check: they come first in a token that is refused.
pub const fn of_check(check: CheckId) -> &'static [&'static str] {
    match check {
        CheckId::Time => &["exp", "nbf", "iat"],
        CheckId::Audience => &["aud"],
        _ => &["iss", "sub", "aud"],
    }
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Claims;

    use super::{TokenAbout, is_complete, is_replaced, milliseconds, parts};

    #[test]
    fn times_in_milliseconds_are_found() {
        let claims = Claims::from_json(
            r#"{"iat": 1763942400, "exp": 1763942400000, "nbf": "1763942400000"}"#,
        )
        .unwrap();
        assert_eq!(milliseconds(&claims), [("exp", 1_763_942_400_000)]);
    }

    #[test]
    fn another_token_of_the_same_length_replaces_one() {
        let token = "aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb.cccccccccccccccc";
        let other = "aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb.dddddddddddddddd";
        assert!(is_replaced(token, other) && is_replaced("", token));
        for typed in [
            &token[1..],
            &format!("{token}x"),
            &token.replacen('b', "x", 1),
            token,
        ] {
            assert!(!is_replaced(token, typed), "{typed}");
        }
        assert!(!is_replaced("aa", "aaa"));
    }

    #[test]
    fn a_token_is_coloured_in_three_parts() {
        let text = |token: &str| {
            parts(token)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(text("a.b.c"), ["a", ".", "b", ".", "c"]);
        assert_eq!(text("a.b.c.d"), ["a", ".", "b", ".", "c.d"]);
        assert_eq!(text("a"), ["a"]);
        assert!(is_complete(" a.b.c\n") && !is_complete("a.b") && !is_complete("a..c"));
        assert_eq!(parts("a.b")[2], ("part part--claims", "b".to_owned()));
    }

    #[test]
    fn a_token_is_named_by_its_provider_and_its_project() {
        let of = |claims: &str| TokenAbout::of(&Claims::from_json(claims).unwrap());
        let github = of(
            r#"{"iss": "https://token.actions.githubusercontent.com", "repository": "octo-org/web"}"#,
        );
        let github = github.unwrap();
        assert_eq!(github.provider, Some("GitHub Actions"));
        assert_eq!(github.project.as_deref(), Some("octo-org/web"));
        let unknown = of(r#"{"iss": "https://ci.example", "sub": "a"}"#).unwrap();
        assert_eq!((unknown.provider, unknown.project), (None, None));
        assert_eq!(unknown.issuer, "https://ci.example");
        assert_eq!(of("{}"), None);
    }
}
