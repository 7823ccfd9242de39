//! Recognizes what people pass in place of a token: a token with something around it, or something
//! else altogether.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::diagnostic::Diagnostic;
use crate::json::Value;

/// What access tokens and other secrets begin with, and what they are.
const SECRETS: [(&str, &str); 17] = [
    ("cgt_", "an access token of Claimgate"),
    ("pul-", "an access token of Pulumi Cloud"),
    ("ghs_", "an access token of GitHub (`GITHUB_TOKEN`)"),
    ("ghp_", "a personal access token of GitHub"),
    ("gho_", "an access token of GitHub"),
    ("ghu_", "an access token of GitHub"),
    ("ghr_", "a refresh token of GitHub"),
    ("github_pat_", "a personal access token of GitHub"),
    ("glpat-", "a personal access token of GitLab"),
    ("glcbt-", "a job token of GitLab"),
    ("bkua_", "an API token of Buildkite"),
    ("hvs.", "a token of Vault"),
    ("hvb.", "a token of Vault"),
    ("ya29.", "an access token of Google"),
    ("AKIA", "an access key of AWS"),
    ("npm_", "an access token of npm"),
    ("-----BEGIN", "a key or a certificate in PEM"),
];

/// The members that tokens come in, in the order of preference: GitHub's answer has `value`.
const MEMBERS: [&str; 5] = [
    "id_token",
    "value",
    "token",
    "subject_token",
    "access_token",
];

const WHITE_SPACE: &str = "white space";

/// What a text is that was passed in place of a token.
///
/// ```
/// use claimgate::jwt::Pasted;
///
/// let pasted = Pasted::of("ghs_0123456789abcdefghijklmnopqrstuvwxyz").unwrap();
/// assert!(pasted.help().starts_with("this is an access token of GitHub"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pasted {
    /// A token with something around it, which can be removed.
    Surrounded {
        /// What is around it: `quotes`.
        by: Vec<&'static str>,
    },
    /// Five parts, of which the first is not the header of an encrypted token.
    Joined,
    /// A token that was encoded in base64 once more.
    EncodedTwice,
    /// Asterisks in place of a secret, as logs have them.
    Masked,
    /// A variable that was not filled in.
    Variable,
    /// Another kind of secret.
    Secret {
        /// What it is: `an access token of GitHub`.
        kind: &'static str,
    },
    /// An address.
    Url,
}

impl Pasted {
    /// Recognizes a text that is not a token.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if let Some(bare) = bare_token(text) {
            return Some(Self::Surrounded { by: bare.removed });
        }
        let text = text.trim().trim_matches(['"', '\'']);
        let known = SECRETS.iter().find(|(start, _)| text.starts_with(start));
        if text.contains("***") {
            Some(Self::Masked)
        } else if text.starts_with('$') || text.starts_with("{{") {
            Some(Self::Variable)
        } else if let Some((_, kind)) = known {
            Some(Self::Secret { kind })
        } else if text.starts_with("https://") {
            Some(Self::Url)
        } else if text.starts_with("eyJ") && text.split('.').count() == 5 {
            let header = decoded(text.split('.').next().unwrap_or_default());
            let header = header.and_then(|header| Value::parse(&header).ok());
            let is_signed = header.is_some_and(|header| header.member("enc").is_none());
            is_signed.then_some(Self::Joined)
        } else {
            let inside = decoded(text);
            let is_encoded = inside.is_some_and(|inside| is_token(inside.trim()));
            is_encoded.then_some(Self::EncodedTwice)
        }
    }

    /// Says what it is, and what to pass instead.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Surrounded { by } => {
                format!("this is a token with more around it: pass it without {}", by.join(" and "))
            }
            Self::Joined => {
                "its header has no `enc`, so it is not encrypted: were two tokens joined?".to_owned()
            }
            Self::EncodedTwice => "this is a token that was encoded twice: decode it once from base64".to_owned(),
            Self::Masked => {
                "this is a masked secret, as logs show it: take the token from where it is made, not from a log"
                    .to_owned()
            }
            Self::Variable => "this is a variable that was not filled in: pass its value".to_owned(),
            Self::Secret { kind } => {
                format!("this is {kind}, and not an ID token, which looks like `eyJ….eyJ….…`")
            }
            Self::Url => "this is an address: pass the token that it answers with".to_owned(),
        }
    }
}

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
    let token: String = rest.split_whitespace().collect();
    if token != rest {
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
    if text.starts_with('{') {
        let value = Value::parse(text).ok()?;
        let inside = MEMBERS
            .iter()
            .find_map(|name| value.member(name)?.as_str())?;
        return found(inside, "the JSON around it");
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
    let is_scheme = ["bearer", "token"].contains(&word.to_ascii_lowercase().as_str());
    is_scheme.then(|| (inside.to_owned(), "`Bearer`"))
}

/// Whether a text has the form of a signed token.
fn is_token(text: &str) -> bool {
    let is_part = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(is_part)
}

/// The text in base64 of any kind.
fn decoded(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=')
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            c => c,
        })
        .collect();
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(plain).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;

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
        ] {
            assert_eq!(bare_token(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_token_is_recognized() {
        for (text, help) in [
            (BASE64_STANDARD.encode(TOKEN), "encoded twice"),
            (BASE64_URL_SAFE_NO_PAD.encode(TOKEN), "encoded twice"),
            (format!("{TOKEN}{TOKEN}"), "two tokens joined"),
            ("***".to_owned(), "masked"),
            ("eyJhbGciOiJSUzI1NiJ9.***.AA".to_owned(), "masked"),
            ("${{ env.TOKEN }}".to_owned(), "not filled in"),
            ("$TOKEN".to_owned(), "not filled in"),
            ("ghs_abc".to_owned(), "`GITHUB_TOKEN`"),
            ("pul-0123".to_owned(), "Pulumi Cloud"),
            ("cgt_0123".to_owned(), "Claimgate"),
            ("\"glpat-0123\"".to_owned(), "GitLab"),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), "PEM"),
            ("https://ci.example/token".to_owned(), "address"),
            (format!("Bearer {TOKEN}"), "without `Bearer`"),
        ] {
            let pasted = Pasted::of(&text).unwrap();
            assert!(pasted.help().contains(help), "{text}: {}", pasted.help());
        }
        for text in [
            "",
            "a.b.c",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0",
            "bm90IGEgdG9rZW4",
            "hello world",
        ] {
            assert_eq!(Pasted::of(text), None, "{text}");
        }
    }
}
