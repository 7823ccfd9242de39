//! A token from first to last: every check in its order, then the policies, each with a line of its own.

use serde::Serialize;

use crate::claims::{Claims, TrustedClaims, Value};
use crate::explain::{Explanation, Outcome, explain};
use crate::finding::Finding;
use crate::issuer::Issuer;
use crate::jwt::{
    Algorithm, BuiltIn, DEFAULT_MAX_SIZE, Jwk, SignatureCheck, TokenError, UnverifiedToken, VerifySignature,
    check_times, decode_unverified_within,
};
use crate::policy::RequestedToken;
use crate::time::{format_utc, relative};

/// How a token is inspected.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// By how much clocks may differ, in seconds.
    pub leeway: u64,
    /// The largest token accepted, in bytes.
    pub max_size: usize,
    /// Checks to leave out; for simulations only.
    pub skip: Skip,
    /// With [`Skip::issuer`]: the index of the issuer whose keys and policies are used.
    pub assume_issuer: Option<usize>,
}

impl Options {
    /// Every check, at the time `now`, with 60 seconds of leeway and tokens up to 64 KiB.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self { now, leeway: 60, max_size: DEFAULT_MAX_SIZE, skip: Skip::default(), assume_issuer: None }
    }
}

/// Checks that a simulation leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// Whether `iss` is a registered issuer.
    pub issuer: bool,
    /// Which key the token is signed with. Without a key the signature cannot be checked either.
    pub key: bool,
    /// The signature.
    pub signature: bool,
    /// `exp`, `nbf` and `iat`.
    pub time: bool,
}

/// The checks, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckId {
    /// Size, three parts, base64url, UTF-8, JSON.
    Format,
    /// `alg`, `crit`.
    Header,
    /// `iss`.
    Issuer,
    /// `kid` and what the key is for.
    Key,
    /// The signature.
    Signature,
    /// `exp`, `nbf`, `iat`.
    Time,
    /// The issuer's policies.
    Policies,
}

impl CheckId {
    /// All of them, in their order.
    pub const ALL: [Self; 7] =
        [Self::Format, Self::Header, Self::Issuer, Self::Key, Self::Signature, Self::Time, Self::Policies];

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Format => "Format",
            Self::Header => "Header",
            Self::Issuer => "Issuer",
            Self::Key => "Key",
            Self::Signature => "Signature",
            Self::Time => "Time",
            Self::Policies => "Policies",
        }
    }
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckStatus {
    /// It passed.
    Passed,
    /// It failed, and ended the inspection.
    Failed,
    /// It was left out on demand.
    Skipped,
    /// An earlier one failed.
    NotReached,
}

/// One check with its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Which one.
    pub id: CheckId,
    /// Its name for people.
    pub title: String,
    /// What became of it.
    pub status: CheckStatus,
    /// That in one sentence.
    pub sentence: String,
    /// On failure: the error's stable code.
    pub code: Option<&'static str>,
    /// On failure: what one might do about it.
    pub help: Option<String>,
}

/// Everything that is to say about a token and a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The header, where the token could be decoded.
    pub header: Option<Claims>,
    /// The claims, where the token could be decoded.
    pub claims: Option<Claims>,
    /// Index of the issuer whose keys and policies were used.
    pub issuer: Option<usize>,
    /// The seven checks, in their order.
    pub checks: Vec<Check>,
    /// Remarks on the token.
    pub findings: Vec<Finding>,
    /// The policies' explanation, where they were reached.
    pub explanation: Option<Explanation>,
    /// The decision.
    pub decision: Outcome,
    /// The decision in one sentence.
    pub summary: String,
    /// What was not checked, in sentences.
    pub unchecked: Vec<String>,
}

/// Runs every check of a token in order, with the built-in signature check. The first failure ends it.
#[must_use]
pub fn inspect(token: &str, issuers: &[Issuer], request: &RequestedToken, options: &Options) -> Inspection {
    inspect_with(token, issuers, request, options, &BuiltIn)
}

/// The same with somebody else's signature check.
#[must_use]
pub fn inspect_with(
    token: &str,
    issuers: &[Issuer],
    request: &RequestedToken,
    options: &Options,
    verifier: &dyn VerifySignature,
) -> Inspection {
    match begin(token, issuers, request, options) {
        Begun::Ended(inspection) => *inspection,
        Begun::Signature(pending) => {
            let answer = verifier.verify(&pending.check());
            pending.finish(answer)
        }
    }
}

/// An inspection up to its signature check, for hosts that check signatures at their own pace (`WebCrypto`).
#[derive(Debug)]
pub enum Begun<'a> {
    /// It is over: a check before the signature failed, or the signature is left out.
    Ended(Box<Inspection>),
    /// The signature has to be checked.
    Signature(Box<Pending<'a>>),
}

/// An inspection that waits for somebody to check the signature.
#[derive(Debug)]
pub struct Pending<'a> {
    run: Run<'a>,
    token: UnverifiedToken,
    algorithm: Algorithm,
    issuer: Option<&'a Issuer>,
    key: &'a Jwk,
}

/// Runs the checks that come before the signature.
///
/// ```
/// use claimgate::inspect::{Begun, Options, begin};
/// use claimgate::policy::RequestedToken;
///
/// let request = RequestedToken::Organization { admin: false };
/// match begin("not a token", &[], &request, &Options::at(1_763_942_500)) {
///     Begun::Ended(inspection) => assert!(inspection.summary.starts_with("denied: ")),
///     // A host checks `pending.check()`, and then calls `pending.finish(Ok(answer))`.
///     Begun::Signature(_) => unreachable!(),
/// }
/// ```
#[must_use]
pub fn begin<'a>(token: &str, issuers: &'a [Issuer], request: &'a RequestedToken, options: &'a Options) -> Begun<'a> {
    let mut run = Run { issuers, request, options, report: Report::default() };
    match run.until_signature(token) {
        Err(error) => Begun::Ended(Box::new(run.report.finish(Some(error)))),
        Ok((token, algorithm, issuer, Some(key))) => {
            Begun::Signature(Box::new(Pending { run, token, algorithm, issuer, key }))
        }
        Ok((token, _, issuer, None)) => {
            let sentence = "the signature was not checked: anybody may have written this token";
            run.report.skipped(CheckId::Signature, sentence);
            Begun::Ended(Box::new(run.after_signature(token.claims, issuer)))
        }
    }
}

impl Pending<'_> {
    /// What must be checked.
    #[must_use]
    pub fn check(&self) -> SignatureCheck<'_> {
        SignatureCheck {
            algorithm: self.algorithm,
            key: self.key,
            signing_input: self.token.signing_input(),
            signature: self.token.signature(),
        }
    }

    /// Goes on with the answer: whether the signature is genuine, or why that could not be checked
    /// ([`TokenError::SignatureUnchecked`]). Anything but `Ok(true)` ends in a denial.
    #[must_use]
    pub fn finish(mut self, answer: Result<bool, TokenError>) -> Inspection {
        let key = self.key.label();
        match answer {
            Ok(true) => {
                self.run.report.passed(CheckId::Signature, format!("the signature is one of key `{key}`"));
                self.run.after_signature(self.token.claims, self.issuer)
            }
            Ok(false) => self.run.report.finish(Some(TokenError::Signature { key })),
            Err(error) => self.run.report.finish(Some(error)),
        }
    }
}

#[derive(Debug)]
struct Run<'a> {
    issuers: &'a [Issuer],
    request: &'a RequestedToken,
    options: &'a Options,
    report: Report,
}

type BeforeSignature<'a> = (UnverifiedToken, Algorithm, Option<&'a Issuer>, Option<&'a Jwk>);

impl<'a> Run<'a> {
    /// The token with its key; without one if the signature is left out.
    fn until_signature(&mut self, token: &str) -> Result<BeforeSignature<'a>, TokenError> {
        let decoded = decode_unverified_within(token, self.options.max_size)?;
        self.report.passed(CheckId::Format, format!("three parts of base64url and JSON, {} bytes", token.len()));
        self.report.header = Some(decoded.header.clone());
        self.report.claims = Some(decoded.claims.clone());
        self.report.findings = decoded.findings();
        let algorithm = decoded.algorithm()?;
        self.report.passed(CheckId::Header, format!("signed with `{}`", algorithm.as_str()));
        let issuer = self.issuer(&decoded)?;
        let key = self.key(&decoded, algorithm, issuer)?;
        Ok((decoded, algorithm, issuer, key.filter(|_| !self.options.skip.signature)))
    }

    fn after_signature(mut self, claims: Claims, issuer: Option<&Issuer>) -> Inspection {
        let failure = self.times(&claims).err();
        if failure.is_none() {
            self.policies(claims, issuer);
        }
        self.report.finish(failure)
    }

    fn issuer(&mut self, token: &UnverifiedToken) -> Result<Option<&'a Issuer>, TokenError> {
        let issuers = self.issuers;
        if self.options.skip.issuer {
            self.report.skipped(CheckId::Issuer, "it was not checked that the token is from this issuer");
            self.report.issuer = self.options.assume_issuer.filter(|index| *index < issuers.len());
        } else {
            let (index, issuer) = find_issuer(token.claims.get("iss"), issuers)?;
            self.report.issuer = Some(index);
            self.report
                .passed(CheckId::Issuer, format!("`iss` is `{}`, registered as {}", issuer.url(), issuer.name()));
        }
        Ok(self.report.issuer.and_then(|index| issuers.get(index)))
    }

    fn key(
        &mut self,
        token: &UnverifiedToken,
        algorithm: Algorithm,
        issuer: Option<&'a Issuer>,
    ) -> Result<Option<&'a Jwk>, TokenError> {
        if self.options.skip.key {
            self.report.skipped(CheckId::Key, "no key of the issuer was looked for");
            return Ok(None);
        }
        let issuer = issuer.ok_or(TokenError::IssuerNotChosen)?;
        let missing = || TokenError::KeysMissing { issuer: issuer.name().to_owned() };
        let keys = issuer.jwks().ok_or_else(missing)?;
        let key = keys.select(token.key_id(), algorithm)?;
        self.report.passed(CheckId::Key, format!("key `{}`, {}", key.label(), key.describe()));
        Ok(Some(key))
    }

    fn times(&mut self, claims: &Claims) -> Result<(), TokenError> {
        if self.options.skip.time {
            self.report.skipped(CheckId::Time, "it was not checked whether the token is valid at this time");
            return Ok(());
        }
        let now = self.options.now;
        let note = check_times(claims, now, self.options.leeway)?;
        let sentence = format!("valid, expires {}, at {}", relative(note.exp, now), format_utc(note.exp));
        self.report.passed(CheckId::Time, sentence);
        Ok(())
    }

    fn policies(&mut self, claims: Claims, issuer: Option<&Issuer>) {
        let Some(issuer) = issuer else {
            self.report.push(CheckId::Policies, CheckStatus::Failed, "no issuer, and so no policies".to_owned(), None);
            return;
        };
        // Every check has passed, or the caller has left it out by name and `unchecked` says so.
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        let explanation = explain(issuer.policies(), &claims, self.request);
        let status = match explanation.decision {
            Outcome::Allowed => CheckStatus::Passed,
            Outcome::Denied => CheckStatus::Failed,
        };
        self.report.push(
            CheckId::Policies,
            status,
            explanation.summary.clone(),
            Some(explanation.reason.code.as_str()),
        );
        self.report.explanation = Some(explanation);
    }
}

#[derive(Debug, Default)]
struct Report {
    header: Option<Claims>,
    claims: Option<Claims>,
    issuer: Option<usize>,
    checks: Vec<Check>,
    findings: Vec<Finding>,
    explanation: Option<Explanation>,
    unchecked: Vec<String>,
}

impl Report {
    fn passed(&mut self, id: CheckId, sentence: String) {
        self.push(id, CheckStatus::Passed, sentence, None);
    }

    fn skipped(&mut self, id: CheckId, sentence: &str) {
        self.unchecked.push(sentence.to_owned());
        self.push(id, CheckStatus::Skipped, sentence.to_owned(), None);
    }

    fn push(&mut self, id: CheckId, status: CheckStatus, sentence: String, code: Option<&'static str>) {
        let code = code.filter(|_| status == CheckStatus::Failed);
        self.checks.push(Check { id, title: id.title().to_owned(), status, sentence, code, help: None });
    }

    fn finish(mut self, failure: Option<TokenError>) -> Inspection {
        let mut summary = self.explanation.as_ref().map(|explanation| explanation.summary.clone());
        if let (Some(error), Some(id)) = (failure, self.next()) {
            self.push(id, CheckStatus::Failed, error.to_string(), Some(error.code()));
            if let Some(check) = self.checks.last_mut() {
                check.help = error.help();
            }
            summary = Some(format!("denied: {error}"));
        }
        while let Some(id) = self.next() {
            self.push(id, CheckStatus::NotReached, "not reached: an earlier check failed".to_owned(), None);
        }
        let decision = self.explanation.as_ref().map_or(Outcome::Denied, |explanation| explanation.decision);
        Inspection {
            header: self.header,
            claims: self.claims,
            issuer: self.issuer,
            checks: self.checks,
            findings: self.findings,
            explanation: self.explanation,
            decision,
            summary: summary.unwrap_or_else(|| "denied: no issuer, and so no policies".to_owned()),
            unchecked: self.unchecked,
        }
    }

    fn next(&self) -> Option<CheckId> {
        CheckId::ALL.get(self.checks.len()).copied()
    }
}

fn find_issuer<'a>(iss: Option<&Value>, issuers: &'a [Issuer]) -> Result<(usize, &'a Issuer), TokenError> {
    let Some(Value::String(iss)) = iss else {
        let found = iss.map_or("none", Value::kind).to_owned();
        return Err(TokenError::IssuerMissing { found });
    };
    if let Some(found) = issuers.iter().enumerate().find(|(_, issuer)| issuer.url() == iss) {
        return Ok(found);
    }
    let nearly = issuers.iter().find_map(|issuer| Some((issuer, difference(iss, issuer.url())?)));
    Err(match nearly {
        None => TokenError::IssuerUnknown { found: iss.clone() },
        Some((issuer, difference)) => {
            TokenError::IssuerNearly { found: iss.clone(), registered: issuer.url().to_owned(), difference }
        }
    })
}

/// In what two URLs differ, if it is only what people overlook.
fn difference(found: &str, registered: &str) -> Option<&'static str> {
    let slash = |url: &str| url.trim_end_matches('/').to_owned();
    let scheme = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
    let case = |url: &str| url.to_ascii_lowercase();
    let same = |normal: &dyn Fn(&str) -> String| normal(found) == normal(registered);
    if same(&slash) {
        Some("a trailing slash")
    } else if same(&case) {
        Some("upper and lower case")
    } else if same(&scheme) {
        Some("the scheme")
    } else if same(&|url| slash(&scheme(&case(url)))) {
        Some("case, scheme or a trailing slash")
    } else {
        None
    }
}
