//! Runs the checks and records their results. `report` makes sentences of the results on demand.

use std::sync::Arc;

use super::{Options, Skip, TokenDecision};
use crate::claims::TrustedClaims;
use crate::explain::{Verdict, decide, verdict_on};
use crate::issuer::{Issuer, Issuers};
use crate::jwt::{
    Algorithm, Jwk, SignatureCheck, TimesNote, TokenError, UnverifiedToken, VerifySignature,
    check_times, decode_unverified_within,
};
use crate::policy::RequestedToken;

/// The state of a token's checks before its signature, for hosts that check signatures
/// asynchronously (`WebCrypto`).
#[derive(Debug)]
pub enum Progress {
    /// All checks are done: one before the signature failed, or the options skip the signature.
    Checked(Box<Checked>),
    /// The signature must be checked next.
    AwaitingSignature(Box<Pending>),
}

/// A token whose signature must be checked next.
///
/// ```
/// use claimgate::inspect::{Progress, Options, begin};
/// use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
/// use claimgate::jwt::Algorithm;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::RequestedToken;
///
/// let jwks = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// let url = "https://ci.example".to_owned();
/// let definition = IssuerDefinition { url, jwks: Some(jwks.to_owned()), ..Default::default() };
/// let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi)?]);
///
/// // {"alg":"EdDSA"} and {"iss":"https://ci.example","exp":2000}
/// let token = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL2NpLmV4YW1wbGUiLCJleHAiOjIwMDB9.AAAA";
/// let Progress::AwaitingSignature(pending) = begin(token, &issuers, &Options::at(1000)) else { unreachable!() };
/// assert_eq!(pending.check().algorithm, Algorithm::EdDSA);
/// // The host has looked, and the signature is not one of the key.
/// let decision = pending.finish(Ok(false)).decide(&RequestedToken::Organization { admin: false });
/// assert_eq!(decision.code(), "signature-invalid");
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[derive(Debug)]
pub struct Pending {
    checked: Checked,
    token: UnverifiedToken,
    algorithm: Algorithm,
    key: Arc<Jwk>,
}

/// The results of a token's checks, up to the first failure. Only the policies remain.
#[derive(Debug)]
pub struct Checked {
    pub(super) issuers: Issuers,
    pub(super) options: Options,
    /// The token's size in bytes.
    pub(super) size: usize,
    pub(super) token: Option<UnverifiedToken>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) issuer: Option<usize>,
    pub(super) key: Option<Arc<Jwk>>,
    pub(super) is_genuine: bool,
    pub(super) times: Option<TimesNote>,
    pub(super) failure: Option<TokenError>,
}

/// Runs the checks that come before the signature.
///
/// ```
/// use claimgate::inspect::{Progress, Options, begin};
/// use claimgate::issuer::Issuers;
///
/// match begin("not a token", &Issuers::default(), &Options::at(1_763_942_500)) {
///     Progress::Checked(checked) => assert_eq!(checked.failure().map(|error| error.code()), Some("token-segments")),
///     // A host checks `pending.check()`, and then calls `pending.finish(Ok(answer))`.
///     Progress::AwaitingSignature(_) => unreachable!(),
/// }
/// ```
#[must_use]
pub fn begin(token: &str, issuers: &Issuers, options: &Options) -> Progress {
    let mut checked = Checked {
        issuers: issuers.clone(),
        options: *options,
        size: token.len(),
        token: None,
        algorithm: None,
        issuer: None,
        key: None,
        is_genuine: false,
        times: None,
        failure: None,
    };
    match checked.until_signature(token) {
        Err(error) => {
            checked.failure = Some(error);
            Progress::Checked(Box::new(checked))
        }
        Ok(Some((token, algorithm, key))) => Progress::AwaitingSignature(Box::new(Pending {
            checked,
            token,
            algorithm,
            key,
        })),
        Ok(None) => Progress::Checked(Box::new(checked.after_signature())),
    }
}

impl Progress {
    /// Checks the signature with `verifier` if necessary, then runs the remaining checks.
    ///
    /// ```
    /// # #[cfg(feature = "rust_crypto")] {
    /// use claimgate::inspect::{Options, begin};
    /// use claimgate::issuer::Issuers;
    /// use claimgate::jwt::RustCrypto;
    ///
    /// let checked = begin("", &Issuers::default(), &Options::at(0)).verify_with(&RustCrypto);
    /// assert_eq!(checked.failure().map(|error| error.code()), Some("token-empty"));
    /// # }
    /// ```
    #[must_use]
    pub fn verify_with(self, verifier: &dyn VerifySignature) -> Checked {
        match self {
            Self::Checked(checked) => *checked,
            Self::AwaitingSignature(pending) => {
                let answer = verifier.verify(&pending.check());
                pending.finish(answer)
            }
        }
    }
}

impl Pending {
    /// The signature check to run.
    #[must_use]
    pub fn check(&self) -> SignatureCheck<'_> {
        SignatureCheck {
            algorithm: self.algorithm,
            key: &self.key,
            signing_input: self.token.signing_input(),
            signature: self.token.signature(),
        }
    }

    /// Continues with the result: whether the signature is genuine, or why it could not be checked
    /// ([`TokenError::SignatureUnchecked`]). Anything but `Ok(true)` leads to a denial.
    #[must_use]
    pub fn finish(self, answer: Result<bool, TokenError>) -> Checked {
        let Self {
            mut checked,
            token,
            key,
            ..
        } = self;
        checked.token = Some(token);
        match answer {
            Ok(true) => {
                checked.is_genuine = true;
                return checked.after_signature();
            }
            Ok(false) => checked.failure = Some(TokenError::Signature { key: key.label() }),
            Err(error) => checked.failure = Some(error),
        }
        checked
    }
}

impl Checked {
    /// The error of the check that failed, if one did.
    #[must_use]
    pub fn failure(&self) -> Option<&TokenError> {
        self.failure.as_ref()
    }

    /// The issuer whose keys and policies are used.
    #[must_use]
    pub fn issuer(&self) -> Option<&Issuer> {
        self.issuers.get(self.issuer?)
    }

    /// The token, if it could be decoded. Do not trust its content if a check failed.
    #[must_use]
    pub fn token(&self) -> Option<&UnverifiedToken> {
        self.token.as_ref()
    }

    /// Index of the issuer whose keys and policies are used.
    #[must_use]
    pub fn issuer_index(&self) -> Option<usize> {
        self.issuer
    }

    /// The key that the signature is checked with, if that check was reached.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<Jwk>> {
        self.key.as_ref()
    }

    /// Whether the signature was checked and is genuine.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        self.is_genuine
    }

    /// Whether the options skip no check.
    ///
    /// ```
    /// use claimgate::inspect::{Progress, Options, Skip, begin};
    /// use claimgate::issuer::Issuers;
    ///
    /// let skip = Skip { issuer: true, key: true, ..Skip::default() };
    /// let Progress::Checked(checked) = begin("e30.e30.", &Issuers::default(), &Options { skip, ..Options::at(0) }) else {
    ///     unreachable!()
    /// };
    /// assert!(!checked.is_complete());
    /// ```
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.options.skip == Skip::default()
    }

    /// Whether the checks were run on this token, as far as it could be decoded.
    pub(crate) fn is_of(&self, token: &str) -> bool {
        let is_same = |own: &UnverifiedToken| {
            token
                .strip_prefix(own.signing_input())
                .is_some_and(|rest| rest.starts_with('.'))
        };
        self.token.as_ref().is_none_or(is_same)
    }

    /// The time of the checks, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.options.now
    }

    /// Evaluates the policies, and returns the decision.
    #[must_use]
    pub fn decide(self, request: &RequestedToken) -> TokenDecision {
        let Self {
            issuers,
            issuer,
            token,
            failure,
            ..
        } = self;
        let decided = match (failure, issuer.and_then(|index| issuers.get(index)), token) {
            (Some(error), ..) => Err(error),
            (None, Some(issuer), Some(token)) => {
                // Every check has passed, or the caller's options skip it.
                let claims = TrustedClaims::dangerous_assume_verified(token.claims);
                Ok(decide(issuer.policies(), &claims, request))
            }
            (None, ..) => Err(TokenError::IssuerNotChosen),
        };
        TokenDecision { issuer, decided }
    }

    /// Evaluates the policies, and returns the decision with all policies that decided, without
    /// evidence. [`Checked::explain`] can follow.
    ///
    /// # Errors
    /// The error of the check that failed.
    ///
    /// ```
    /// use claimgate::inspect::{Progress, Options, begin};
    /// use claimgate::issuer::Issuers;
    /// use claimgate::policy::RequestedToken;
    ///
    /// let Progress::Checked(checked) = begin("a", &Issuers::default(), &Options::at(0)) else { unreachable!() };
    /// let error = checked.verdict(&RequestedToken::Organization { admin: false }).unwrap_err();
    /// assert_eq!(error.code(), "token-segments");
    /// ```
    pub fn verdict(&self, request: &RequestedToken) -> Result<Verdict, TokenError> {
        match (&self.failure, self.issuer(), &self.token) {
            (Some(error), ..) => Err(error.clone()),
            // Every check has passed, or the caller's options skip it.
            (None, Some(issuer), Some(token)) => {
                Ok(verdict_on(issuer.policies(), &token.claims, request))
            }
            (None, ..) => Err(TokenError::IssuerNotChosen),
        }
    }

    /// Runs the checks before the signature. Returns what the signature check needs, or `None` if it
    /// is skipped.
    fn until_signature(&mut self, token: &str) -> Result<Option<ToCheck>, TokenError> {
        let token = self
            .token
            .insert(decode_unverified_within(token, self.options.max_size)?);
        let algorithm = *self.algorithm.insert(token.algorithm()?);
        let skip = self.options.skip;
        self.issuer = match skip.issuer {
            true => self
                .options
                .assume_issuer
                .filter(|index| *index < self.issuers.len()),
            false => Some(self.issuers.find(token.claims.get("iss"))?),
        };
        if skip.key {
            return Ok(None);
        }
        let issuer = self
            .issuer
            .and_then(|index| self.issuers.get(index))
            .ok_or(TokenError::IssuerNotChosen)?;
        let missing = || TokenError::KeysMissing {
            issuer: issuer.name().to_owned(),
        };
        let key = issuer
            .jwks()
            .ok_or_else(missing)?
            .select(token.key_id(), algorithm)?;
        self.key = Some(Arc::clone(&key));
        let to_check = self.token.take_if(|_| !skip.signature);
        Ok(to_check.map(|token| (token, algorithm, key)))
    }

    fn after_signature(mut self) -> Self {
        self.failure = self.times().and_then(|()| self.audience()).err();
        if self.failure.is_none() && self.issuer.is_none() {
            self.failure = Some(TokenError::IssuerNotChosen);
        }
        self
    }

    fn times(&mut self) -> Result<(), TokenError> {
        if let Some(token) = self.token.as_ref().filter(|_| !self.options.skip.time) {
            self.times = Some(check_times(
                &token.claims,
                self.options.now,
                self.options.leeway,
            )?);
        }
        Ok(())
    }

    fn audience(&self) -> Result<(), TokenError> {
        match (self.issuer(), &self.token) {
            (Some(issuer), Some(token)) if !self.options.skip.audience => {
                issuer.check_audience(&token.claims)
            }
            _ => Ok(()),
        }
    }
}

type ToCheck = (UnverifiedToken, Algorithm, Arc<Jwk>);
