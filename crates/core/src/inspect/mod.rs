//! All checks of a token in order, then the policies.

mod claims;
mod pipeline;
mod report;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::claims::Claims;
use crate::diagnostic::Diagnostic;
use crate::explain::{Decided, Explanation, HintSources, Outcome};
use crate::issuer::Issuers;
#[cfg(feature = "rust_crypto")]
use crate::jwt::RustCrypto;
use crate::jwt::{DEFAULT_MAX_SIZE, TokenError, VerifySignature};
use crate::policy::RequestedToken;

pub use claims::explain_claims;
pub use pipeline::{Checked, Pending, Progress, begin};

/// How a token is inspected.
///
/// ```
/// use claimgate::inspect::{Options, Skip};
///
/// // A simulation at another time, without a signature.
/// let skip = Skip { signature: true, ..Skip::default() };
/// let options = Options { skip, leeway: 0, ..Options::at(1_763_942_500) };
/// assert_eq!(options.max_size, 65_536);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// The tolerated difference between clocks, in seconds.
    pub leeway: u64,
    /// The largest token accepted, in bytes.
    pub max_size: usize,
    /// Checks to skip; for simulations only.
    pub skip: Skip,
    /// With [`Skip::issuer`]: the index of the issuer whose keys and policies are used.
    pub assume_issuer: Option<usize>,
    /// What the hints of the explanation draw on.
    pub hints: HintSources,
}

impl Options {
    /// Every check, at the time `now`, with 60 seconds of leeway and tokens up to 64 KiB.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self {
            now,
            leeway: 60,
            max_size: DEFAULT_MAX_SIZE,
            skip: Skip::default(),
            assume_issuer: None,
            hints: HintSources::NONE,
        }
    }
}

/// Checks that a simulation skips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// Whether `iss` is a registered issuer.
    pub issuer: bool,
    /// The choice of the key, and with it the signature.
    pub key: bool,
    /// The signature.
    pub signature: bool,
    /// `exp`, `nbf` and `iat`.
    pub time: bool,
    /// Whether `aud` is one that the issuer accepts.
    pub audience: bool,
}

/// The checks, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CheckId {
    /// Size, three parts, base64url, UTF-8, JSON.
    Format,
    /// `alg`, `crit`.
    Header,
    /// `iss`.
    Issuer,
    /// `kid`, and whether that key fits the algorithm.
    Key,
    /// The signature.
    Signature,
    /// `exp`, `nbf`, `iat`.
    Time,
    /// Whether `aud` is one that the issuer accepts, if it lists any.
    Audience,
    /// The issuer's policies.
    Policies,
}

impl CheckId {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Format,
        Self::Header,
        Self::Issuer,
        Self::Key,
        Self::Signature,
        Self::Time,
        Self::Audience,
        Self::Policies,
    ];

    /// Its title.
    ///
    /// ```
    /// use claimgate::inspect::CheckId;
    ///
    /// let titles = CheckId::ALL.map(CheckId::title);
    /// assert_eq!(titles[5..], ["Time", "Audience", "Policies"]);
    /// ```
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Format => "Format",
            Self::Header => "Header",
            Self::Issuer => "Issuer",
            Self::Key => "Key",
            Self::Signature => "Signature",
            Self::Time => "Time",
            Self::Audience => "Audience",
            Self::Policies => "Policies",
        }
    }
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CheckStatus {
    /// It passed.
    Passed,
    /// It failed and ended the inspection.
    Failed,
    /// The options skip it.
    Skipped,
    /// An earlier one failed.
    NotReached,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Check {
    /// The check.
    pub id: CheckId,
    /// Its title.
    pub title: String,
    /// Its outcome.
    pub status: CheckStatus,
    /// The outcome in one sentence.
    pub sentence: String,
    /// On failure: the error's stable code.
    pub code: Option<Cow<'static, str>>,
    /// On failure: advice.
    pub help: Option<String>,
}

/// The results of all checks of a token, and the policies' explanation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Inspection {
    /// The header, if the token could be decoded.
    pub header: Option<Claims>,
    /// The claims, if the token could be decoded.
    pub claims: Option<Claims>,
    /// Index of the issuer whose keys and policies were used.
    pub issuer: Option<usize>,
    /// The eight checks, in their order.
    pub checks: Vec<Check>,
    /// Findings on the token.
    pub findings: Vec<Diagnostic>,
    /// The policies' explanation, if no check failed.
    pub explanation: Option<Explanation>,
    /// The decision.
    pub decision: Outcome,
    /// The decision in one sentence.
    pub summary: String,
    /// What was not checked, in sentences.
    pub unchecked: Vec<String>,
}

/// A decision on a token, without evidence.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TokenDecision {
    /// Index of the issuer whose keys and policies were used.
    pub issuer: Option<usize>,
    /// The policies' decision, or the error of the check that failed.
    pub decided: Result<Decided, TokenError>,
}

impl TokenDecision {
    /// Allowed or denied.
    #[must_use]
    pub fn decision(&self) -> Outcome {
        self.decided
            .as_ref()
            .map_or(Outcome::Denied, |decided| decided.decision)
    }

    /// The stable code of the error or of the policies' reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.decided {
            Ok(decided) => decided.reason.as_str(),
            Err(error) => error.code(),
        }
    }
}

/// Runs all checks of a token in order, with the built-in signature check, up to the first failure.
///
/// ```
/// use claimgate::inspect::{Options, inspect};
/// use claimgate::issuer::Issuers;
/// use claimgate::policy::RequestedToken;
///
/// let request = RequestedToken::Organization { admin: false };
/// let options = Options::at(1_763_942_500);
/// let inspection = inspect("a.b", &Issuers::default(), &request, &options);
/// assert_eq!(inspection.summary, "denied: expected three parts joined by `.`, found 2");
/// ```
#[cfg(feature = "rust_crypto")]
#[must_use]
pub fn inspect(
    token: &str,
    issuers: &Issuers,
    request: &RequestedToken,
    options: &Options,
) -> Inspection {
    inspect_with(token, issuers, request, options, &RustCrypto)
}

/// Like [`inspect`](fn@inspect), with another signature check.
///
/// ```
/// use claimgate::inspect::{Options, inspect_with};
/// use claimgate::issuer::Issuers;
/// use claimgate::jwt::{SignatureCheck, TokenError, VerifySignature};
/// use claimgate::policy::RequestedToken;
///
/// struct Hardware;
///
/// impl VerifySignature for Hardware {
///     fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
///         Err(TokenError::SignatureUnchecked { problem: format!("no {} here", check.algorithm.as_str()) })
///     }
/// }
///
/// let request = RequestedToken::Organization { admin: false };
/// let inspection = inspect_with("a.b", &Issuers::default(), &request, &Options::at(0), &Hardware);
/// assert_eq!(inspection.checks.len(), 8);
/// ```
#[must_use]
pub fn inspect_with(
    token: &str,
    issuers: &Issuers,
    request: &RequestedToken,
    options: &Options,
    verifier: &dyn VerifySignature,
) -> Inspection {
    begin(token, issuers, options)
        .verify_with(verifier)
        .explain(request)
}

/// Makes the same decision as [`inspect`](fn@inspect), and returns only the decision and its code.
///
/// ```
/// use claimgate::inspect::{Options, decide};
/// use claimgate::issuer::Issuers;
/// use claimgate::policy::RequestedToken;
///
/// let request = RequestedToken::Organization { admin: false };
/// let options = Options::at(1_763_942_500);
/// let decision = decide("a.b", &Issuers::default(), &request, &options);
/// assert_eq!(decision.code(), "token-segments");
/// ```
#[cfg(feature = "rust_crypto")]
#[must_use]
pub fn decide(
    token: &str,
    issuers: &Issuers,
    request: &RequestedToken,
    options: &Options,
) -> TokenDecision {
    begin(token, issuers, options)
        .verify_with(&RustCrypto)
        .decide(request)
}
