//! Errors of tokens.

use super::Pasted;
use crate::claims::ClaimsError;
use crate::time::{MILLISECONDS, format_duration, format_utc, relative};

/// A failed check of a token. Every message says what was expected and what was found.
///
/// ```
/// use claimgate::jwt::decode_unverified;
///
/// let error = decode_unverified("eyJhbGciOiJSUzI1NiJ9").unwrap_err();
/// assert_eq!(error.code(), "token-segments");
/// assert_eq!(error.to_string(), "expected three parts joined by `.`, found 1");
/// assert!(error.help().is_some_and(|help| help.starts_with("this is the header of a token alone")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are what the messages say")]
pub enum TokenError {
    #[error("expected a token, found nothing")]
    Empty,
    #[error("expected a token of at most {max} bytes, found {found}")]
    TooLarge { max: usize, found: usize },
    #[error("expected three parts joined by `.`, found {found}")]
    Segments { found: usize },
    #[error("expected a signed token of three parts, found five: this is an encrypted token (JWE)")]
    Encrypted,
    #[error("expected the compact form of three parts, found JSON")]
    JsonSerialization,
    /// A text that is not a token, and what it is instead.
    #[error("{error}")]
    Instead { error: Box<Self>, found: Pasted },
    #[error("the {part} is not canonical unpadded base64url: {problem}")]
    Base64 { part: &'static str, problem: String },
    #[error("the {part} is not UTF-8")]
    Utf8 { part: &'static str },
    #[error("the {part} is not a JSON object: {error}")]
    Json {
        part: &'static str,
        error: ClaimsError,
    },
    #[error("expected `alg` in the header, found {found}")]
    AlgorithmMissing { found: String },
    #[error("`alg` is `{found}`: the token is not signed at all")]
    AlgorithmNone { found: String },
    #[error(
        "`alg` is `{found}`: signed with a shared secret, which proves nothing about an issuer"
    )]
    AlgorithmSymmetric { found: String },
    #[error("`alg` is `{found}`, which is not supported")]
    AlgorithmUnsupported { found: String },
    #[error("`alg` is `{found}`, which is not the name of a signature algorithm")]
    AlgorithmUnknown { found: String },
    #[error("the header has `crit`, which requires extensions that are not supported")]
    Critical,
    #[error("expected `{member}` in the header to be a string, found {found}")]
    HeaderNotText {
        member: &'static str,
        found: &'static str,
    },
    #[error("expected the type of an ID token, `JWT` or none, in `typ`, found {found}")]
    TypeUnexpected { found: String },
    #[error("expected claim `iss` with the issuer's URL, found {found}")]
    IssuerMissing { found: String },
    #[error("no issuer is registered with the URL `{found}`")]
    IssuerUnknown { found: String },
    #[error(
        "`iss` is `{found}`, but the registered issuer is `{registered}`: they differ only in {difference}"
    )]
    IssuerNearly {
        found: String,
        registered: String,
        difference: &'static str,
    },
    #[error(
        "no issuer is registered with the URL `{found}`, but `{registered}` is: they differ in {difference}"
    )]
    IssuerRelated {
        found: String,
        registered: String,
        difference: &'static str,
    },
    #[error("more than one issuer is registered with the URL `{found}`")]
    IssuerRepeated { found: String },
    #[error("no issuer is selected, so there are no keys and no policies")]
    IssuerNotChosen,
    #[error("the issuer `{issuer}` is registered without keys")]
    KeysMissing { issuer: String },
    #[error("the header names key `{found}`, the issuer has {known}")]
    KeyUnknown { found: String, known: String },
    #[error("key `{key}` does not fit: {problem}")]
    KeyUnfit { key: String, problem: String },
    #[error(
        "the header names no key (`kid`), and more than one of the issuer's keys fits `{algorithm}`"
    )]
    KeyAmbiguous { algorithm: &'static str },
    #[error("the header names no key (`kid`), and none of the issuer's keys fits `{algorithm}`")]
    KeyNoneFits { algorithm: &'static str },
    #[error("the issuer has more than one key `{kid}` that fits")]
    KeyRepeated { kid: String },
    #[error("the signature was not made with key `{key}` over this token")]
    Signature { key: String },
    #[error("the signature could not be checked: {problem}")]
    SignatureUnchecked { problem: String },
    #[error("expected claim `exp` with the time of expiry, found none")]
    ExpiryMissing,
    #[error("expected claim `{claim}` to be a number of seconds since 1970, found {found}")]
    TimeNotNumber {
        claim: &'static str,
        found: String,
        /// What to write instead, if that is known.
        written: Option<String>,
    },
    #[error("expected claim `{claim}` in seconds since 1970, up to 2^53, found `{found}`")]
    TimeOutOfRange { claim: &'static str, found: String },
    #[error(
        "expected claim `{claim}` in seconds since 1970, found `{found}`, which looks like {unit}"
    )]
    TimeUnit {
        claim: &'static str,
        found: i64,
        unit: &'static str,
    },
    #[error(
        "expected a value of `aud` that the issuer lists, {}, found {found}",
        quoted(expected)
    )]
    AudienceNotAccepted {
        expected: Vec<String>,
        found: String,
    },
    #[error("expired {}, at {}", relative(*exp, *now), format_utc(*exp))]
    Expired { exp: i64, now: i64 },
    #[error("not valid yet: {}", ahead("nbf", *nbf, *now))]
    NotYetValid { nbf: i64, now: i64 },
    #[error("issued in the future: {}", ahead("iat", *iat, *now))]
    IssuedInFuture { iat: i64, now: i64 },
}

impl TokenError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "token-empty",
            Self::TooLarge { .. } => "token-too-large",
            Self::Segments { .. } => "token-segments",
            Self::Encrypted => "token-encrypted",
            Self::JsonSerialization => "token-json-serialization",
            Self::Instead { error, .. } => error.code(),
            Self::Base64 { .. } => "token-base64",
            Self::Utf8 { .. } => "token-utf8",
            Self::Json { error, .. } => error.code(),
            Self::AlgorithmMissing { .. } => "alg-missing",
            Self::AlgorithmNone { .. } => "alg-none",
            Self::AlgorithmSymmetric { .. } => "alg-symmetric",
            Self::AlgorithmUnsupported { .. } => "alg-unsupported",
            Self::AlgorithmUnknown { .. } => "alg-unknown",
            Self::Critical => "header-crit",
            Self::HeaderNotText { .. } => "header-not-text",
            Self::TypeUnexpected { .. } => "typ-unexpected",
            Self::IssuerMissing { .. } => "iss-missing",
            Self::IssuerUnknown { .. } | Self::IssuerRelated { .. } => "iss-unknown",
            Self::IssuerNearly { .. } => "iss-nearly",
            Self::IssuerRepeated { .. } => "iss-repeated",
            Self::IssuerNotChosen => "issuer-not-chosen",
            Self::KeysMissing { .. } => "keys-missing",
            Self::KeyUnknown { .. } => "key-unknown",
            Self::KeyUnfit { .. } => "key-unfit",
            Self::KeyAmbiguous { .. } => "key-ambiguous",
            Self::KeyNoneFits { .. } => "key-none-fits",
            Self::KeyRepeated { .. } => "key-repeated",
            Self::Signature { .. } => "signature-invalid",
            Self::SignatureUnchecked { .. } => "signature-unchecked",
            Self::ExpiryMissing => "exp-missing",
            Self::TimeNotNumber { .. } => "time-not-integer",
            Self::TimeOutOfRange { .. } => "time-out-of-range",
            Self::TimeUnit { .. } => "time-in-milliseconds",
            Self::AudienceNotAccepted { .. } => "audience-not-accepted",
            Self::Expired { .. } => "token-expired",
            Self::NotYetValid { .. } => "token-not-yet-valid",
            Self::IssuedInFuture { .. } => "token-issued-in-future",
        }
    }

    /// The same error, with what the text is instead of a token.
    #[cold]
    #[inline(never)]
    pub(super) fn recognizing(self, text: &str) -> Self {
        let is_of_form = matches!(
            self,
            Self::Segments { .. }
                | Self::Encrypted
                | Self::JsonSerialization
                | Self::Base64 { .. }
                | Self::Utf8 { .. }
                | Self::Json { .. }
        );
        match Pasted::of(text).filter(|_| is_of_form) {
            Some(found) => Self::Instead {
                error: Box::new(self),
                found,
            },
            None => self,
        }
    }

    /// Advice on how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Instead { found, .. } => found.help(),
            Self::Segments { .. } => {
                "was the token cut off when it was copied? It looks like `eyJ….eyJ….…`".to_owned()
            }
            Self::Base64 {
                part: "signature",
                problem,
            } if problem.starts_with("its ") => "was the token cut off when it was copied?".to_owned(),
            Self::AlgorithmNone { .. }
            | Self::AlgorithmSymmetric { .. }
            | Self::AlgorithmUnsupported { .. }
            | Self::AlgorithmUnknown { .. } => {
                let names: Vec<_> = super::Algorithm::ALL
                    .into_iter()
                    .map(super::Algorithm::as_str)
                    .collect();
                format!("supported: {}", names.join(", "))
            }
            Self::IssuerNearly { registered, .. } => {
                format!(
                    "URLs are compared exactly: register the issuer as the token has it, in place of `{registered}`"
                )
            }
            Self::TypeUnexpected { .. } => {
                "it names another kind of token (RFC 8725, section 3.11): send the ID token"
                    .to_owned()
            }
            Self::IssuerRelated { .. } => {
                "they are different issuers, for example of a provider and of one of its customers: register the URL \
                 exactly as the tokens have it"
                    .to_owned()
            }
            Self::TimeNotNumber { written, .. } => match written {
                Some(number) => format!("write `{number}`, without quotes"),
                None => "for example `1763942400`, without quotes".to_owned(),
            },
            Self::TimeUnit { found, unit, .. } => {
                let factor = if *unit == MILLISECONDS {
                    1_000
                } else {
                    1_000_000
                };
                format!("divide it: `{}`", found / factor)
            }
            Self::AudienceNotAccepted { .. } => {
                "request the token for one of these audiences, or add the token's audience to the issuer"
                    .to_owned()
            }
            Self::IssuerUnknown { .. } => {
                "register the issuer, or check which issuer the token is from".to_owned()
            }
            Self::IssuerRepeated { .. } => {
                "it is ambiguous whose policies apply: merge them into one issuer with all policies"
                    .to_owned()
            }
            Self::KeysMissing { .. } => "paste the issuer's JWKS, or fetch it".to_owned(),
            Self::KeyUnknown { .. } => {
                "has the issuer rotated its keys? Fetch its JWKS again".to_owned()
            }
            Self::Signature { .. } => {
                "was the token changed after it was signed, or is the JWKS another issuer's?"
                    .to_owned()
            }
            Self::Expired { exp, now } => {
                format!(
                    "CI tokens are valid for minutes; this one expired {} ago",
                    format_duration(exp.abs_diff(*now))
                )
            }
            _ => return None,
        };
        Some(help)
    }
}

/// A time in the future.
fn ahead(claim: &str, time: i64, now: i64) -> String {
    format!("`{claim}` is {}, {}", format_utc(time), relative(time, now))
}

/// Texts in backticks.
fn quoted(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
    texts.join(" or ")
}
