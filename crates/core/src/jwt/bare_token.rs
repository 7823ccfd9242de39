//! Removes what is around a token that was copied.

use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::text::hidden;

/// The members that tokens come in, in the order of preference: GitHub's answer has `value`.
const MEMBERS: [&str; 5] = [
    "id_token",
    "value",
    "token",
    "subject_token",
    "access_token",
];

const WHITE_SPACE: &str = "white space";

const INVISIBLE: &str = "invisible characters";

/// A token without what was around it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BareToken {
    /// The token.
    pub token: String,
    /// What was removed, in words: `quotes`.
    pub removed: Vec<&'static str>,
}

impl BareToken {
    /// The finding that says what was removed. White space around a token is not worth one.
    #[must_use]
    pub fn finding(&self) -> Option<Diagnostic> {
        let removed: Vec<_> = self
            .removed
            .iter()
            .copied()
            .filter(|what| *what != WHITE_SPACE)
            .collect();
        let message = format!("the token was read without {}", removed.join(" and "));
        let help = "the exchange does not remove them: send the token alone";
        (!removed.is_empty()).then(|| Diagnostic::note("token-unwrapped", message).help(help))
    }
}

/// Leaves the token out.
impl std::fmt::Debug for BareToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BareToken")
            .field("removed", &self.removed)
            .finish_non_exhaustive()
    }
}

/// Removes what shells and copying put around a token: white space, quotes, `Bearer`, a variable's
/// name, line breaks, JSON. Returns `None` if the text is a token already, or contains none.
///
/// Interactive tools use it, and say what was removed. The exchange does not: a client has to send
/// the token itself.
///
/// ```
/// use claimgate::jwt::bare_token;
///
/// let bare = bare_token("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.AA\n").unwrap();
/// assert_eq!(bare.token, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.AA");
/// assert_eq!(bare.removed, ["white space", "`Bearer`"]);
/// ```
#[must_use]
pub fn bare_token(text: &str) -> Option<BareToken> {
    let mut removed: Vec<&'static str> = Vec::new();
    let mut remove = |what: &'static str| {
        if !removed.contains(&what) {
            removed.push(what);
        }
    };
    let mut rest = text.to_owned();
    while let Some((inside, what)) = peel(&rest) {
        // Each layer makes the text shorter.
        rest = inside;
        remove(what);
    }
    let joined = rest.replace("\\\r\n", "").replace("\\\n", "");
    let shown: String = joined.chars().filter(|c| !is_invisible(*c)).collect();
    if shown != joined {
        remove(INVISIBLE);
    }
    let token: String = shown.split_whitespace().collect();
    if token != shown || joined != rest {
        remove("line breaks");
    }
    (is_token(&token) && token != text).then_some(BareToken { token, removed })
}

/// Removes one layer around a token, and names it.
fn peel(text: &str) -> Option<(String, &'static str)> {
    let found = |inside: &str, what| Some((inside.to_owned(), what));
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if trimmed != text {
        return found(trimmed, WHITE_SPACE);
    }
    let shown = text.trim_matches(is_invisible);
    if shown != text {
        return found(shown, INVISIBLE);
    }
    if text.starts_with(['{', '['])
        && let Ok(value) = Value::parse(text)
    {
        return found(in_json(&value, 0)?, "the JSON around it");
    }
    let pairs = [
        ('(', ')'),
        ('[', ']'),
        ('<', '>'),
        ('“', '”'),
        ('‘', '’'),
        ('«', '»'),
    ];
    let within = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    if let Some(inside) = pairs.iter().find_map(within) {
        return found(inside, "brackets or quotes");
    }
    if let Some((first, _)) = text.split_once('&')
        && first.contains('=')
    {
        return found(first, "other parameters");
    }
    let quotes = ['"', '\'', '`'];
    if let Some(inside) = text.strip_suffix([';', ',']) {
        return found(inside, "punctuation");
    }
    let is_quoted =
        |quote: &char| text.len() > 1 && text.starts_with(*quote) && text.ends_with(*quote);
    if quotes.iter().any(is_quoted) && !text.contains(':') {
        return found(text.trim_matches(quotes), "quotes");
    }
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if let Some((name, inside)) = text.split_once('=') {
        let name = name.trim().rsplit(' ').next().unwrap_or_default();
        if is_name(name) && inside.trim().len() > name.len() {
            return found(inside, "a variable's name");
        }
    }
    if let Some((name, inside)) = text.split_once(':')
        && is_name(name.trim().trim_matches(quotes))
    {
        return found(inside, "a member's name");
    }
    let (word, inside) = text.split_once(char::is_whitespace)?;
    let is_scheme = ["bearer", "token", "jwt"].contains(&word.to_ascii_lowercase().as_str());
    is_scheme.then(|| (inside.to_owned(), "`Bearer`"))
}

/// The token in an answer: in a member that tokens come in, or in the only one that is a token.
fn in_json(value: &Value, depth: usize) -> Option<&str> {
    // Claims may have tokens in them, and are none.
    let is_claims = ["iss", "sub", "exp"]
        .iter()
        .any(|name| value.member(name).is_some());
    let known = || MEMBERS.iter().find_map(|name| value.member(name)?.as_str());
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| is_token(text)),
        Value::Object(members) if depth < 4 && !is_claims => known().or_else(|| {
            let mut values = members.iter().map(|(_, value)| value);
            values.find_map(|value| in_json(value, depth + 1))
        }),
        Value::Array(items) if depth < 4 => items.iter().find_map(|item| in_json(item, depth + 1)),
        _ => None,
    }
}

fn is_invisible(c: char) -> bool {
    !c.is_whitespace() && hidden::name(c).is_some()
}

/// A character of a token, or of the separator between its parts.
pub(super) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether a text has the form of a signed token.
pub(super) fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.chars().all(is_token_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";

    #[test]
    fn a_token_is_found_in_what_people_copy() {
        for (text, removed) in [
            (format!("Bearer {TOKEN}"), vec!["`Bearer`"]),
            (
                format!("Authorization: bearer {TOKEN}\n"),
                vec!["white space", "a member's name", "`Bearer`"],
            ),
            (format!("\"{TOKEN}\","), vec!["punctuation", "quotes"]),
            (format!("'{TOKEN}'"), vec!["quotes"]),
            (
                format!("export ID_TOKEN=\"{TOKEN}\";"),
                vec!["punctuation", "a variable's name", "quotes"],
            ),
            (
                format!(" {}\n{}\r\n", &TOKEN[..20], &TOKEN[20..]),
                vec!["white space", "line breaks"],
            ),
            (
                format!(r#"{{"count": 1, "value": "{TOKEN}"}}"#),
                vec!["the JSON around it"],
            ),
            (
                format!(r#""id_token": "{TOKEN}","#),
                vec!["punctuation", "a member's name", "white space", "quotes"],
            ),
            (format!("\u{feff}{TOKEN}"), vec!["white space"]),
            (format!("\u{200b}{TOKEN}"), vec![INVISIBLE]),
            (
                format!("{}\u{200b}{}", &TOKEN[..20], &TOKEN[20..]),
                vec![INVISIBLE],
            ),
            (
                format!("{}\\\n{}", &TOKEN[..20], &TOKEN[20..]),
                vec!["line breaks"],
            ),
            (format!("“{TOKEN}”"), vec!["brackets or quotes"]),
            (format!("<{TOKEN}>"), vec!["brackets or quotes"]),
            (format!(r#"["{TOKEN}"]"#), vec!["the JSON around it"]),
            (
                format!(r#"{{"status": {{"token": "{TOKEN}"}}}}"#),
                vec!["the JSON around it"],
            ),
            (
                format!(r#"{{"oidcToken": "{TOKEN}"}}"#),
                vec!["the JSON around it"],
            ),
            (
                format!("id_token={TOKEN}&scope=openid"),
                vec!["other parameters", "a variable's name"],
            ),
            (format!("JWT {TOKEN}"), vec!["`Bearer`"]),
        ] {
            let bare = bare_token(&text).unwrap();
            assert_eq!(
                (bare.token.as_str(), bare.removed),
                (TOKEN, removed),
                "{text}"
            );
        }
        for text in [
            TOKEN,
            "",
            "eyJ.a",
            "Bearer",
            "{\"a\": 1}",
            "a=b=c",
            "eyJ.a.b.c.d",
            "Bearer eyJ.ä.b",
            r#"{"iss": "a", "token": "eyJ.a.b"}"#,
        ] {
            assert_eq!(bare_token(text), None, "{text}");
        }
    }
}
