//! Finds out from a pasted URL or token which issuer it belongs to, so that registering it needs
//! little typing.

use std::collections::BTreeMap;

use claimgate::issuer::validate_url;
use claimgate::jwt::{bare_token, decode_unverified};
use claimgate_providers::{Provider, provider_of};

/// The end of the address of a discovery document.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// The most characters of a text that a message quotes.
const MOST_QUOTED: usize = 40;

/// What was found in a pasted text.
#[derive(Clone, Debug, PartialEq)]
pub struct Detected {
    /// The issuer's URL.
    pub url: String,
    /// Its provider, if it is a known one.
    pub provider: Option<&'static Provider>,
    /// The provider's parameters as far as the text tells them.
    pub names: BTreeMap<String, String>,
    /// Whether the text was a token.
    pub is_token: bool,
}

/// Reads a URL, the address of a discovery document, or a token. The error is a sentence.
pub fn detect(text: &str) -> Result<Detected, String> {
    let bare = bare_token(text).map(|bare| bare.token);
    let text = bare.as_deref().unwrap_or(text).trim();
    if is_token_like(text) {
        return of_token(text);
    }
    if !text.is_empty() && !text.contains("://") {
        return Err(neither(text));
    }
    let url = text.strip_suffix(DISCOVERY).unwrap_or(text);
    validate_url(url).map_err(|error| error.to_string())?;
    Ok(of_issuer(url, None))
}

/// Whether a text is meant as a token: three parts, and no address.
fn is_token_like(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("ey") && text.matches('.').count() == 2 && !text.contains("://")
}

/// Whether a text may still become a URL or a token as it is typed.
pub fn is_beginning(text: &str) -> bool {
    let text = text.trim();
    "https://".starts_with(text) || "ey".starts_with(text)
}

/// What is wrong with a text that is no URL and no whole token. Only its beginning is quoted.
fn neither(text: &str) -> String {
    if text.starts_with("ey") {
        let parts = text.split('.').count();
        return format!("expected a token of three parts joined by `.`, found {parts}");
    }
    let mut found: String = text.chars().take(MOST_QUOTED).collect();
    if found.len() < text.len() {
        found.push('…');
    }
    format!("expected a URL that starts with `https://`, or a token, found `{found}`")
}

fn of_token(text: &str) -> Result<Detected, String> {
    let token = decode_unverified(text).map_err(|error| error.to_string())?;
    let claims = &token.claims;
    let issuer = claims.get("iss").and_then(|issuer| issuer.as_str());
    let Some(issuer) = issuer else {
        return Err("expected a token with the claim `iss`, found none".to_owned());
    };
    validate_url(issuer).map_err(|error| error.to_string())?;
    Ok(of_issuer(issuer, Some(&claims.to_json_pretty())))
}

fn of_issuer(url: &str, claims: Option<&str>) -> Detected {
    let provider = provider_of("", url);
    let names = provider.map(|provider| provider.infer(url, &[], claims));
    Detected {
        url: url.to_owned(),
        provider,
        names: names.unwrap_or_default(),
        is_token: claims.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::{detect, is_beginning, is_token_like};
    use crate::playground::gallery::{find, unsigned};

    #[test]
    fn a_url_tells_the_provider_and_what_is_in_it() {
        let github = detect(" https://token.actions.githubusercontent.com ").unwrap();
        assert_eq!(github.provider.unwrap().id, "github-actions");
        assert!(github.names.is_empty() && !github.is_token);
        let circle =
            detect("https://oidc.circleci.com/org/0a1b/.well-known/openid-configuration").unwrap();
        assert_eq!(circle.url, "https://oidc.circleci.com/org/0a1b");
        assert_eq!(circle.provider.unwrap().id, "circleci");
        assert!(
            circle.names.values().any(|name| name == "0a1b"),
            "{:?}",
            circle.names
        );
        assert_eq!(detect("https://idp.example").unwrap().provider, None);
    }

    #[test]
    fn a_token_tells_the_names_in_its_claims() {
        let token = unsigned(&find("branch-push").unwrap().claims);
        assert!(is_token_like(&token));
        let found = detect(&format!("Authorization: Bearer {token}\n")).unwrap();
        assert!(found.is_token);
        assert_eq!(found.provider.unwrap().id, "github-actions");
        let name = |id: &str| found.names.get(id).map(String::as_str);
        assert_eq!(
            (
                name("organization"),
                name("owner"),
                name("repository"),
                name("branch")
            ),
            (
                Some("acme"),
                Some("octo-org"),
                Some("octo-repo"),
                Some("main")
            )
        );
    }

    #[test]
    fn what_is_being_typed_is_not_wrong_yet() {
        let of = ["", "h", " https:/", "e", "hello", "https:/x", "eyJ"].map(is_beginning);
        assert_eq!(of, [true, true, true, true, false, false, false]);
    }

    #[test]
    fn anything_else_is_explained() {
        for (text, words) in [
            ("", "expected the issuer's URL"),
            ("github", "https://"),
            ("hello world", "or a token, found `hello world`"),
            (
                "eyJhbGciOiJSUzI1NiJ9.eyJp",
                "three parts joined by `.`, found 2",
            ),
            (&unsigned("{}"), "`iss`"),
            (&unsigned(r#"{"iss":"http://idp.example"}"#), "https://"),
            ("eyJ.eyJ.", ""),
        ] {
            let error = detect(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
