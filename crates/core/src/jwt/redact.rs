//! Removing tokens from messages.

use std::borrow::Cow;

/// The replacement for a token.
const INSTEAD: &str = "[a token]";

/// What access tokens begin with, Claimgate's and Pulumi Cloud's, and how many characters follow at
/// least.
const PREFIXES: [(&str, usize); 2] = [("cgt_", 40), ("pul-", 40)];

/// The length of the shortest JWT.
const SHORTEST: usize = 24;

/// Replaces the tokens in a text: JWTs, encrypted and truncated ones included, and access tokens. If a
/// request has a token in the wrong place, the error message quotes it, and anyone who reads the
/// message or the log could use it.
///
/// ```
/// use claimgate::jwt::redact;
///
/// assert_eq!(redact("found `eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.`"), "found `[a token]`");
/// assert_eq!(redact("found `team:ops`"), "found `team:ops`");
/// ```
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let is_part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=');
    let (mut redacted, mut rest) = (String::new(), text);
    let mut is_changed = false;
    while let Some(start) = rest.find(is_part) {
        let (before, more) = rest.split_at(start);
        let (run, more) = more.split_at(more.find(|c| !is_part(c)).unwrap_or(more.len()));
        redacted.push_str(before);
        match token_in(run) {
            Some(place) => {
                redacted.push_str(run.split_at(place).0);
                redacted.push_str(INSTEAD);
                is_changed = true;
            }
            None => redacted.push_str(run),
        }
        rest = more;
    }
    if !is_changed {
        return Cow::Borrowed(text);
    }
    redacted.push_str(rest);
    Cow::Owned(redacted)
}

/// The position of a token in a run of a token's characters.
fn token_in(run: &str) -> Option<usize> {
    // `{"` in base64url begins with `eyJ`; a header and nothing else is no secret.
    let jwt = run.find("eyJ").filter(|place| {
        let token = run.split_at(*place).1;
        token.len() >= SHORTEST && token.contains('.')
    });
    let is_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let access = PREFIXES.iter().filter_map(|(prefix, length)| {
        let (before, rest) = run.split_once(prefix)?;
        (rest.find(|c| !is_secret(c)).unwrap_or(rest.len()) >= *length).then_some(before.len())
    });
    jwt.into_iter().chain(access).min()
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn tokens_are_left_out_wherever_they_stand() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.c2lnbmF0dXJl";
        let access = "cgt_AZp0123401234567890123456789012345678901234567890123456";
        for (text, redacted) in [
            (format!("found `{jwt}`"), "found `[a token]`"),
            (
                format!("{jwt} and {access}, twice"),
                "[a token] and [a token], twice",
            ),
            (format!("scope=team:{access}"), "scope=team:[a token]"),
            (format!("é\u{1F511}{jwt}é"), "é\u{1F511}[a token]é"),
            (format!("x{jwt}"), "x[a token]"),
            (
                "pul-0123456789abcdef0123456789abcdef01234567".to_owned(),
                "[a token]",
            ),
            (jwt[..jwt.len() - 12].to_owned(), "[a token]"),
        ] {
            assert_eq!(redact(&text), redacted, "{text}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "",
            "repo:acme/app:ref:refs/heads/main",
            "eyJ",
            "cgt_",
            "urn:pulumi:org:acme",
            "eyJhbGciOiJub25lIn0",
            "é.é",
            "acme/pul-requests-of-a-very-long-name-that.is-none",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
