//! Advice on requests that are refused for their form: what to write instead.

use super::{ACCESS_TOKEN_TYPE, AUDIENCE};
use crate::policy::TokenType;

/// What people write before the name in a scope, and the prefix that is meant.
const WORDS: [(&str, &str); 12] = [
    ("team", "team"),
    ("teams", "team"),
    ("teamname", "team"),
    ("group", "team"),
    ("user", "user"),
    ("users", "user"),
    ("login", "user"),
    ("userlogin", "user"),
    ("personal", "user"),
    ("runner", "runner"),
    ("runners", "runner"),
    ("runnerid", "runner"),
];

/// The scope to write for a token type; `found` is `none` where there was none.
pub(super) fn scope(found: &str, token_type: &str) -> String {
    let (prefix, placeholder) = match token_type {
        "team" => ("team", "NAME"),
        "personal" => ("user", "LOGIN"),
        "runner" => ("runner", "NAME"),
        _ => ("", ""),
    };
    let (word, name) = match found.split_once([':', '=', '/']) {
        Some((word, name)) => (word.trim(), name.trim()),
        None => (found, ""),
    };
    let lower = word.to_ascii_lowercase();
    let meant = WORDS
        .iter()
        .find(|(known, _)| *known == lower)
        .map(|(_, meant)| *meant);
    let name_or = |placeholder: &str| match name {
        "" => placeholder.to_owned(),
        name => name.to_owned(),
    };
    let is_list = found.contains([' ', ',', '+']) && name.contains(':');
    match meant {
        _ if is_list => "a token has one scope: send a request for each".to_owned(),
        _ if lower == "admin" && prefix.is_empty() => "write `admin`".to_owned(),
        Some(meant) if meant != prefix => {
            let other = token_type_of(meant);
            let scope = format!("{meant}:{}", name_or("NAME"));
            format!("for `{scope}`, request a token of the type `{ACCESS_TOKEN_TYPE}{other}`")
        }
        _ if prefix.is_empty() => "write `admin`, or leave `scope` out".to_owned(),
        Some(_) => format!("write `{prefix}:{}`", name_or(placeholder)),
        None if found == "none" || lower == "admin" || !name.is_empty() => {
            format!("write `{prefix}:{placeholder}`")
        }
        // A name alone.
        None => format!("write `{prefix}:{found}`"),
    }
}

/// The token type that goes with the prefix of a scope.
fn token_type_of(prefix: &str) -> &str {
    match prefix {
        "user" => "personal",
        other => other,
    }
}

/// The `requested_token_type` that is likely meant.
pub(super) fn requested_token_type(found: &str) -> Option<String> {
    let last = found.rsplit(':').next()?.trim().to_ascii_lowercase();
    let meant = TokenType::parse(&last).map(TokenType::as_str);
    let meant = meant.or_else(|| {
        let known = WORDS.iter().find(|(known, _)| *known == last);
        known.map(|(_, prefix)| token_type_of(prefix))
    });
    let meant = meant.or((last == "org").then_some("organization"));
    Some(format!("write `{ACCESS_TOKEN_TYPE}{}`", meant?))
}

/// The `audience` that is likely meant.
pub(super) fn audience(found: &str) -> Option<String> {
    let name = found
        .trim()
        .trim_end_matches('/')
        .rsplit([':', '/'])
        .next()?;
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = !name.is_empty() && name.chars().all(is_fit);
    is_name.then(|| format!("write `{AUDIENCE}{name}`"))
}

#[cfg(test)]
mod tests {
    use super::{audience, requested_token_type, scope};

    #[test]
    fn each_scope_has_its_right_form() {
        for (found, token_type, expected) in [
            ("user", "personal", "write `user:LOGIN`"),
            ("none", "personal", "write `user:LOGIN`"),
            ("User:octocat", "personal", "write `user:octocat`"),
            ("login=octocat", "personal", "write `user:octocat`"),
            ("octocat", "personal", "write `user:octocat`"),
            ("teams/ops", "team", "write `team:ops`"),
            ("TEAM:ops", "team", "write `team:ops`"),
            ("runnerID:r1", "runner", "write `runner:r1`"),
            ("Admin", "organization", "write `admin`"),
            (
                "everything",
                "organization",
                "write `admin`, or leave `scope` out",
            ),
            (
                "user:octocat",
                "organization",
                "for `user:octocat`, request a token of the type `urn:pulumi:token-type:access_token:personal`",
            ),
            (
                "team:ops",
                "personal",
                "for `team:ops`, request a token of the type `urn:pulumi:token-type:access_token:team`",
            ),
            (
                "team:a team:b",
                "team",
                "a token has one scope: send a request for each",
            ),
            ("admin", "team", "write `team:NAME`"),
        ] {
            assert_eq!(
                scope(found, token_type),
                expected,
                "{found} for {token_type}"
            );
        }
    }

    #[test]
    fn types_and_audiences_have_their_prefix() {
        for (found, expected) in [
            ("organization", "organization"),
            ("urn:pulumi:token-type:access_token:Team", "team"),
            ("user", "personal"),
            ("org", "organization"),
        ] {
            let expected = format!("write `urn:pulumi:token-type:access_token:{expected}`");
            assert_eq!(requested_token_type(found), Some(expected), "{found}");
        }
        assert_eq!(
            requested_token_type("urn:ietf:params:oauth:token-type:jwt"),
            None
        );
        for found in [
            "acme",
            "urn:pulumi:organization:acme",
            "https://api.pulumi.com/acme/",
            "URN:PULUMI:ORG:acme",
        ] {
            assert_eq!(
                audience(found).as_deref(),
                Some("write `urn:pulumi:org:acme`"),
                "{found}"
            );
        }
        assert_eq!(audience("urn:pulumi:org:"), None);
    }
}
