//! Tokens in texts that are told to people.

use std::borrow::Cow;

/// What stands in the place of a token.
const INSTEAD: &str = "[a token]";

/// What access tokens begin with, Claimgate's and Pulumi Cloud's, and how many characters follow at least.
const PREFIXES: [(&str, usize); 2] = [("cgt_", 40), ("pul-", 40)];

/// How long a JWT is at least.
const SHORTEST: usize = 24;

/// A text without the tokens in it: JWTs, encrypted and cut ones too, and access tokens. A request that has a token in the wrong
/// place is answered and logged with what was found there, and a token that is written down may be used by whoever reads it.
///
/// ```
/// use claimgate::jwt::redact;
///
/// assert_eq!(redact("found `eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.`"), "found `[a token]`");
/// assert_eq!(redact("found `team:ops`"), "found `team:ops`");
/// ```
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=');
    let mut told = String::new();
    let (mut kept, mut from) = (0, 0);
    while let Some(start) = text[from..].find(is_part).map(|place| from + place) {
        let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
        if let Some(place) = token_in(&text[start..end]) {
            told.push_str(&text[kept..start + place]);
            told.push_str(INSTEAD);
            kept = end;
        }
        from = end;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    told.push_str(&text[kept..]);
    Cow::Owned(told)
}

/// Where a token begins, in a text of nothing but its characters.
fn token_in(run: &str) -> Option<usize> {
    // `{"` in base64url begins with `eyJ`; a header and nothing else is no secret.
    let jwt = run.find("eyJ").filter(|place| run.len() - place >= SHORTEST && run[*place..].contains('.'));
    let is_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let access = PREFIXES.iter().filter_map(|(prefix, length)| {
        let place = run.find(prefix)?;
        let rest = &run[place + prefix.len()..];
        (rest.find(|c| !is_secret(c)).unwrap_or(rest.len()) >= *length).then_some(place)
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
        for (text, told) in [
            (format!("found `{jwt}`"), "found `[a token]`"),
            (format!("{jwt} and {access}, twice"), "[a token] and [a token], twice"),
            (format!("scope=team:{access}"), "scope=team:[a token]"),
            (format!("é\u{1F511}{jwt}é"), "é\u{1F511}[a token]é"),
            (format!("x{jwt}"), "x[a token]"),
            ("pul-0123456789abcdef0123456789abcdef01234567".to_owned(), "[a token]"),
            (jwt[..jwt.len() - 12].to_owned(), "[a token]"),
        ] {
            assert_eq!(redact(&text), told, "{text}");
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
