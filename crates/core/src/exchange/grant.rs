//! How a request is decided, and what is granted: with the evidence, or without.

use serde::Serialize;

use super::{DEFAULT_EXPIRATION, ExchangeRequest};
use crate::explain::{HintSources, Report};
use crate::inspect::{Inspection, Options};
use crate::policy::RequestedToken;

/// How an exchange is decided. No check can be skipped.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeOptions {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// The tolerated difference between clocks, in seconds.
    pub leeway: u64,
    /// The largest subject token, in bytes.
    pub max_size: usize,
    /// What the hints of the explanation draw on.
    pub hints: HintSources,
}

impl ExchangeOptions {
    /// At the time `now`, with 60 seconds of leeway and tokens up to 64 KiB.
    ///
    /// ```
    /// use claimgate::exchange::ExchangeOptions;
    ///
    /// assert_eq!(ExchangeOptions::at(1_763_942_500).leeway, 60);
    /// ```
    #[must_use]
    pub fn at(now: i64) -> Self {
        let Options {
            now,
            leeway,
            max_size,
            hints,
            ..
        } = Options::at(now);
        Self {
            now,
            leeway,
            max_size,
            hints,
        }
    }

    /// The options of the checks of a token.
    pub(super) fn all_checks(self) -> Options {
        let Self {
            now,
            leeway,
            max_size,
            hints,
        } = self;
        Options {
            leeway,
            max_size,
            hints,
            ..Options::at(now)
        }
    }
}

/// A granted exchange. The caller mints the access token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GrantedToken {
    /// The organization.
    pub organization: String,
    /// Name of the issuer of the subject token.
    pub issuer: String,
    /// The token's `sub`.
    pub subject: Option<String>,
    /// The requested token.
    pub token: RequestedToken,
    /// Whether it has admin permission.
    pub admin: bool,
    /// The custom role, if a policy gives one.
    pub role_id: Option<String>,
    /// `scope`, as requested.
    pub scope: String,
    /// `issued_token_type`.
    pub issued_token_type: String,
    /// Lifetime in seconds: as requested or [`DEFAULT_EXPIRATION`], limited to the issuer's maximum.
    pub expires_in: u64,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
    /// Indices of the policies that allow it.
    pub policies: Vec<usize>,
    /// Every check and the policies' explanation, for the audit log.
    pub inspection: Box<Inspection>,
}

/// A granted exchange, without the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Approval {
    /// Whether the access token has admin permission.
    pub admin: bool,
    /// The custom role, if a policy gives one.
    pub role_id: Option<String>,
    /// Lifetime in seconds: as requested or [`DEFAULT_EXPIRATION`], limited to the issuer's maximum.
    pub expires_in: u64,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
    /// Indices of the policies that allow it.
    pub policies: Vec<usize>,
    /// The decision in one sentence.
    pub summary: String,
    /// What report-only policies would have denied.
    pub report: Option<Report>,
}

/// The body of a response (RFC 8693, section 2.2.1).
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenResponse {
    /// The access token, a secret.
    pub access_token: String,
    /// Its type, as requested.
    pub issued_token_type: String,
    /// `token`: how the `Authorization` header names it.
    pub token_type: &'static str,
    /// Lifetime in seconds.
    pub expires_in: u64,
    /// The scope.
    pub scope: String,
}

impl GrantedToken {
    /// The response with the access token that the caller has minted.
    #[must_use]
    pub fn response(&self, access_token: String) -> TokenResponse {
        let issued = self.issued_token_type.clone();
        TokenResponse::new(access_token, issued, self.expires_in, &self.scope)
    }
}

/// The lifetime in seconds, and the time of expiry.
pub(super) fn lifetime(request: &ExchangeRequest, longest: u64, now: i64) -> (u64, i64) {
    let seconds = request
        .expiration
        .unwrap_or(DEFAULT_EXPIRATION)
        .min(longest);
    (
        seconds,
        now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX)),
    )
}
