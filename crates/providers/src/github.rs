//! What is known of GitHub Actions beyond the tenants of its issuer: its issuers, and the claims of jobs
//! of pull requests.
//!
//! Source: GitHub, "OpenID Connect reference".

use crate::shared_issuer::{GITHUB, SharedIssuer};

/// The events of pull requests.
pub const PULL_REQUEST_EVENTS: [&str; 2] = ["pull_request", "pull_request_target"];

/// What the reference of a job of a pull request begins with.
pub const PULL_REQUEST_REF: &str = "refs/pull/";

/// A piece of the form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// The text itself.
    Text(&'static str),
    /// A name of an owner or a repository, with an id after `@` where the subject is immutable.
    Name,
    /// Digits.
    Number,
    /// A path: any text without `@` that is not empty.
    Path,
    /// Any text that is not empty.
    Any,
}

impl Piece {
    /// Whether the piece, which is no [`Piece::Text`], may have that character.
    #[must_use]
    pub fn has(self, c: char) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Name => c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@'),
            Self::Number => c.is_ascii_digit(),
            Self::Path => c != '@',
            Self::Any => true,
        }
    }
}

/// A claim in a job of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PullRequestClaim {
    /// Its name.
    pub claim: &'static str,
    /// The forms that its value may have; none if the job has no such claim.
    pub forms: &'static [&'static [Piece]],
}

/// The claims that tell a job of a pull request from others. Jobs with an `environment` are not among
/// them: their `sub` does not name the pull request, and the environment has rules of its own.
pub static PULL_REQUEST_CLAIMS: [PullRequestClaim; 9] = [
    shows(
        "sub",
        &[&[
            Piece::Text("repo:"),
            Piece::Name,
            Piece::Text("/"),
            Piece::Name,
            Piece::Text(":pull_request"),
        ]],
    ),
    shows(
        "event_name",
        &[
            &[Piece::Text(PULL_REQUEST_EVENTS[0])],
            &[Piece::Text(PULL_REQUEST_EVENTS[1])],
        ],
    ),
    shows(
        "ref",
        &[&[
            Piece::Text(PULL_REQUEST_REF),
            Piece::Number,
            Piece::Text("/merge"),
        ]],
    ),
    shows("ref_type", &[&[Piece::Text("branch")]]),
    shows("ref_protected", &[&[Piece::Text("false")]]),
    shows(
        "workflow_ref",
        &[&[
            Piece::Name,
            Piece::Text("/"),
            Piece::Name,
            Piece::Text("/"),
            Piece::Path,
            Piece::Text("@refs/pull/"),
            Piece::Number,
            Piece::Text("/merge"),
        ]],
    ),
    shows("base_ref", &[&[Piece::Any]]),
    shows("head_ref", &[&[Piece::Any]]),
    shows("environment", &[]),
];

const fn shows(claim: &'static str, forms: &'static [&'static [Piece]]) -> PullRequestClaim {
    PullRequestClaim { claim, forms }
}

/// Whether tokens of that issuer are those of GitHub Actions: the one that everyone shares, that of an
/// enterprise (`…/SLUG`), of an enterprise with data residency (`token.actions.SUBDOMAIN.ghe.com`), or of
/// a server (`HOST/_services/token`).
///
/// ```
/// use claimgate_providers::github::is_issuer;
///
/// assert!(is_issuer("https://token.actions.acme.ghe.com"));
/// assert!(is_issuer("https://ghe.acme.example/_services/token"));
/// assert!(!is_issuer("https://gitlab.com"));
/// ```
#[must_use]
pub fn is_issuer(url: &str) -> bool {
    let is_below = |root: &&str| {
        let rest = url.strip_prefix(*root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let host = || {
        let rest = url.strip_prefix("https://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some((host, path))
    };
    GITHUB.urls.iter().any(is_below)
        || host().is_some_and(|(host, path)| {
            let is_residency = host.starts_with("token.actions.") && host.ends_with(".ghe.com");
            is_residency || path == "_services/token"
        })
}

/// The shared issuer of GitHub Actions.
#[must_use]
pub fn shared() -> &'static SharedIssuer {
    &GITHUB
}

/// A claim that tells a job of a pull request from others.
#[must_use]
pub fn pull_request_claim(name: &str) -> Option<&'static PullRequestClaim> {
    PULL_REQUEST_CLAIMS.iter().find(|claim| claim.claim == name)
}

/// A value in that form, with `name` for each name.
#[must_use]
pub fn sample(form: &[Piece], name: &str) -> String {
    let pieces = form.iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Name | Piece::Path | Piece::Any => name,
        Piece::Number => "1",
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::{is_issuer, pull_request_claim, sample};

    #[test]
    fn all_issuers_of_github_are_recognized() {
        for url in [
            "https://token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/octo-enterprise",
            "https://token.actions.octo.ghe.com",
            "https://token.actions.octo.ghe.com/octo-enterprise",
            "https://github.octo.example/_services/token",
        ] {
            assert!(is_issuer(url), "{url}");
        }
        for url in [
            "",
            "https://token.actions.githubusercontent.com.evil.example",
            "https://token.actions.octo.ghe.com.evil.example",
            "https://octo.ghe.com",
            "https://ci.example/_services/tokens",
            "http://github.octo.example/_services/token",
        ] {
            assert!(!is_issuer(url), "{url}");
        }
    }

    #[test]
    fn samples_have_the_forms_of_the_documentation() {
        let samples = |name| {
            let forms = pull_request_claim(name).unwrap().forms.iter();
            forms.map(|form| sample(form, "x")).collect::<Vec<_>>()
        };
        assert_eq!(samples("sub"), ["repo:x/x:pull_request"]);
        assert_eq!(
            samples("event_name"),
            ["pull_request", "pull_request_target"]
        );
        assert_eq!(samples("workflow_ref"), ["x/x/x@refs/pull/1/merge"]);
        assert_eq!(samples("environment"), Vec::<String>::new());
        assert_eq!(pull_request_claim("actor"), None);
    }
}
