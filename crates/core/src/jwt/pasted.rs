//! Recognizes what people pass in place of a token: a token with something around it, or something
//! else altogether.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::bare_token::{bare_token, is_token, is_token_char};
use crate::json::Value;

/// What access tokens and other secrets begin with, and what they are.
const SECRETS: [(&str, &str); 43] = [
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
    ("gldt-", "a deploy token of GitLab"),
    ("glrt-", "a runner's token of GitLab"),
    ("glptt-", "a trigger token of GitLab"),
    ("bkua_", "an API token of Buildkite"),
    ("bkaj_", "a job token of Buildkite"),
    ("CCIPAT_", "an API token of CircleCI"),
    ("atlasv1.", "a token of HCP Terraform"),
    ("hvs.", "a token of Vault"),
    ("hvb.", "a token of Vault"),
    ("ya29.", "an access token of Google"),
    ("1//0", "a refresh token of Google"),
    ("AKIA", "an access key of AWS"),
    ("ASIA", "an access key of AWS"),
    ("pypi-", "an access token of PyPI"),
    ("dckr_pat_", "an access token of Docker"),
    ("xox", "a token of Slack"),
    ("sk_live_", "an API key"),
    ("sk-", "an API key"),
    ("dop_v1_", "an access token of DigitalOcean"),
    ("dp.st.", "a service token of Doppler"),
    ("fo1_", "an access token of Fly.io"),
    ("FlyV1 ", "an access token of Fly.io"),
    ("v4.public.", "a PASETO"),
    ("v4.local.", "a PASETO"),
    ("v1.local.", "a PASETO"),
    ("v2.local.", "a PASETO"),
    ("<?xml", "a document in XML"),
    ("ssh-", "an SSH key"),
    ("MII", "a key or a certificate"),
    ("PHNhbW", "a SAML assertion"),
    ("<saml", "a SAML assertion"),
    ("npm_", "an access token of npm"),
    ("-----BEGIN", "a key or a certificate in PEM"),
];

/// What logs have in place of a secret.
const MASKS: [&str; 9] = [
    "masked",
    "redacted",
    "secure",
    "filtered",
    "sensitive",
    "sensitive value",
    "hidden",
    "removed",
    "a token",
];

/// What programs print where there is no value.
const NOTHING: [&str; 8] = [
    "undefined",
    "null",
    "none",
    "nil",
    "nan",
    "true",
    "[object object]",
    "[object promise]",
];

/// The longest text that is taken for the name of a variable, in bytes.
const MANY: usize = 200;

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
    /// A text with a token in it.
    Embedded {
        /// Whether there are several.
        is_one_of_many: bool,
    },
    /// A token that was encoded in base64 once more.
    EncodedTwice,
    /// A token that was encoded in another way: `hexadecimal`.
    Encoded {
        /// How.
        how: &'static str,
    },
    /// One part of a token.
    Part {
        /// Which: `header`.
        name: &'static str,
    },
    /// The beginning of a token, as displays shorten it.
    Shortened,
    /// What a program prints where there is no value.
    Nothing,
    /// The name of a file.
    File,
    /// A page of HTML.
    Page,
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
        let lower = text.to_ascii_lowercase();
        let word = lower.trim_matches(|c: char| "[]()<>".contains(c));
        let known = SECRETS.iter().find(|(start, _)| text.starts_with(start));
        let tokens = text
            .split(|c| !is_token_char(c))
            .filter(|run| is_token(run));
        let is_pair =
            |open, close| text.len() > 2 && text.starts_with(open) && text.ends_with(close);
        let is_capital = |c: char| c.is_ascii_uppercase() || c == '_';
        if text.contains("***") || text.contains("•••") || MASKS.contains(&word) {
            Some(Self::Masked)
        } else if NOTHING.contains(&lower.as_str()) {
            Some(Self::Nothing)
        } else if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
            Some(Self::Page)
        } else if text.starts_with(['$', '#']) && text.len() < MANY
            || text.starts_with("{{")
            || is_pair("%", "%")
            || (is_pair("<", ">") && !text.contains(['.', '=', ':', '/']))
            || (text.contains("TOKEN") && text.chars().all(is_capital))
        {
            Some(Self::Variable)
        } else if let Some((_, kind)) = known {
            Some(Self::Secret { kind })
        } else if text.contains(".atlasv1.") {
            Some(Self::Secret {
                kind: "a token of HCP Terraform",
            })
        } else if text.starts_with("eyJ") && (text.contains("...") || text.contains('…')) {
            Some(Self::Shortened)
        } else if let Some(how) = respelled(text) {
            Some(Self::Encoded { how })
        } else if text.starts_with("eyJ")
            && text.split('.').count() == 5
            && text.chars().all(is_token_char)
        {
            let header = text.split('.').next().unwrap_or_default();
            (!has_enc(header)).then_some(Self::Joined)
        } else if let many @ 1.. = tokens
            .take(2)
            .count()
            .min(if is_token(text) { 0 } else { 2 })
        {
            Some(Self::Embedded {
                is_one_of_many: many > 1,
            })
        } else if text.starts_with("https://") || text.starts_with("http://") {
            Some(Self::Url)
        } else if is_file(text) {
            Some(Self::File)
        } else {
            encoded(text)
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
                "were two tokens joined?".to_owned()
            }
            Self::Embedded { is_one_of_many: false } => "there is a token in this text: pass it alone".to_owned(),
            Self::Embedded { .. } => "there are several tokens in this text: pass one of them, alone".to_owned(),
            Self::Encoded { how } => format!("this is a token in {how}: pass it as it was before"),
            Self::Part { name } => {
                format!("this is the {name} of a token alone: pass all three parts, as `eyJ….eyJ….…`")
            }
            Self::Shortened => "this is the beginning of a token, as displays shorten it: pass the whole token".to_owned(),
            Self::Nothing => {
                "this is what programs print where there is no value: check where the token is read from".to_owned()
            }
            Self::File => "this is the name of a file: pass its content".to_owned(),
            Self::Page => "this is a page in HTML, such as a login page: check where the token is read from".to_owned(),
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

/// A token that is encoded once more, or a part of one.
fn encoded(text: &str) -> Option<Pasted> {
    if let Some(inside) = decoded(text) {
        let is_object = || {
            Value::parse(&inside)
                .ok()
                .filter(|value| matches!(value, Value::Object(_)))
        };
        // `Bearer` or JSON around the token was encoded with it.
        return match is_token(inside.trim()) || bare_token(&inside).is_some() {
            true => Some(Pasted::EncodedTwice),
            false if decoded(&inside).is_some_and(|inside| is_token(inside.trim())) => {
                Some(Pasted::Encoded {
                    how: "base64 over base64",
                })
            }
            false => is_object().map(|value| match value.member("alg") {
                Some(_) => Pasted::Part { name: "header" },
                None => Pasted::Part { name: "claims" },
            }),
        };
    }
    // `eyJ` in hexadecimal.
    let is_hex = text.starts_with("65794a") || text.starts_with("65794A");
    is_hex.then_some(Pasted::Encoded { how: "hexadecimal" })
}

/// In which other characters a token is written.
fn respelled(text: &str) -> Option<&'static str> {
    let is_after = |from: &[&str], to: &str| {
        let all = from
            .iter()
            .fold(text.to_owned(), |text, from| text.replace(from, to));
        all != text && is_token(&all)
    };
    let plain = text.replace('+', "-").replace('/', "_").replace('=', "");
    if is_after(&["%2E", "%2e"], ".") {
        Some("percent-encoding")
    } else if text.split('.').count() == 3 && plain != text && is_token(&plain) {
        Some("plain base64, with `+`, `/` or `=`, and not in base64url")
    } else if text.starts_with("EYJ") || text.starts_with("eyj") {
        Some("letters of one case")
    } else {
        None
    }
}

fn is_file(text: &str) -> bool {
    let starts = ["@", "./", "../", "/", "~/", "file://"];
    let is_path = starts.iter().any(|start| text.starts_with(start)) || text.ends_with(".jwt");
    is_path && text.len() < MANY && !text.contains(char::is_whitespace)
}

/// Whether a header is that of an encrypted token (RFC 7516, section 4.1.2).
#[cold]
pub(super) fn has_enc(header: &str) -> bool {
    let header = decoded(header).and_then(|header| Value::parse(&header).ok());
    header.is_some_and(|header| header.member("enc").is_some())
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
mod tests;
