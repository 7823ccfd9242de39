//! Deciding a request.

use std::borrow::Cow;

use super::error::{ExchangeError, Refusal};
use super::grant::{Approval, ExchangeOptions, GrantedToken, lifetime};
use super::{AUDIENCE, ExchangeRequest};
use crate::claims::Value;
use crate::explain::{Explanation, ReasonCode, Verdict};
use crate::inspect::{Check, CheckId, CheckStatus, Checked, Inspection, Progress, begin};
use crate::issuer::Issuers;
#[cfg(feature = "rust_crypto")]
use crate::jwt::RustCrypto;
use crate::jwt::{TokenError, VerifySignature};

/// Decides a request, with the built-in signature check. `issuers` are those of the request's
/// organization; `None` if there is no such organization.
///
/// # Errors
/// A [`Refusal`] with its OAuth error, and with the inspection if the token was checked.
///
/// ```
/// use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, OauthError, exchange};
///
/// let body = "audience=urn:pulumi:org:octo-org&grant_type=urn:ietf:params:oauth:grant-type:token-exchange\
///     &subject_token_type=urn:ietf:params:oauth:token-type:id_token\
///     &requested_token_type=urn:pulumi:token-type:access_token:organization&subject_token=a.b.c";
/// let request = ExchangeRequest::parse(body, BodyKind::Form)?;
/// let refusal = exchange(&request, None, &ExchangeOptions::at(1_763_942_500)).unwrap_err();
/// assert_eq!(refusal.error.oauth(), OauthError::InvalidTarget);
/// # Ok::<(), claimgate::exchange::ExchangeError>(())
/// ```
#[cfg(feature = "rust_crypto")]
pub fn exchange(
    request: &ExchangeRequest,
    issuers: Option<&Issuers>,
    options: &ExchangeOptions,
) -> Result<GrantedToken, Refusal> {
    exchange_with(request, issuers, options, &RustCrypto)
}

/// Like [`exchange`](fn@exchange), with another signature check.
///
/// # Errors
/// A [`Refusal`] with its OAuth error.
pub fn exchange_with(
    request: &ExchangeRequest,
    issuers: Option<&Issuers>,
    options: &ExchangeOptions,
    verifier: &dyn VerifySignature,
) -> Result<GrantedToken, Refusal> {
    let progress = begin_exchange(request, issuers, options)?;
    conclude(request, progress.verify_with(verifier))
}

/// Runs the checks of the subject token before its signature, for hosts that check signatures
/// asynchronously. [`conclude`] continues after the signature.
///
/// # Errors
/// A [`Refusal`] if there is no such organization.
///
/// ```
/// use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, begin_exchange, conclude};
/// use claimgate::inspect::Progress;
/// use claimgate::issuer::Issuers;
///
/// let body = r#"{"audience": "urn:pulumi:org:octo-org", "subject_token": "a.b.c",
///     "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
///     "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
///     "requested_token_type": "urn:pulumi:token-type:access_token:organization"}"#;
/// let request = ExchangeRequest::parse(body, BodyKind::Json)?;
/// let progress = begin_exchange(&request, Some(&Issuers::default()), &ExchangeOptions::at(0))?;
/// // `Progress::AwaitingSignature` is a token that passed all checks before its signature.
/// let Progress::Checked(checked) = progress else { unreachable!() };
/// assert_eq!(conclude(&request, *checked).unwrap_err().error.code(), "token-base64");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn begin_exchange(
    request: &ExchangeRequest,
    issuers: Option<&Issuers>,
    options: &ExchangeOptions,
) -> Result<Progress, Refusal> {
    let unknown = || ExchangeError::AudienceUnknown {
        found: format!("{AUDIENCE}{}", request.organization),
    };
    let issuers = issuers.ok_or_else(unknown)?;
    Ok(begin(
        &request.subject_token,
        issuers,
        &options.all_checks(),
    ))
}

/// Decides a request after the checks of its subject token.
///
/// # Errors
/// A [`Refusal`] with its OAuth error; also if a check was skipped, or if `checked` belongs to another
/// token.
pub fn conclude(request: &ExchangeRequest, checked: Checked) -> Result<GrantedToken, Refusal> {
    require_all_checks(request, &checked)?;
    let now = checked.now();
    let issuer = checked
        .issuer()
        .map(|issuer| (issuer.name().to_owned(), issuer.max_expiration()));
    let inspection = checked.explain(&request.requested);
    let granted = inspection.explanation.as_ref().and_then(|explanation| {
        Some((
            explanation.grant.clone()?,
            explanation.reason.policies.clone(),
        ))
    });
    let (Some((granted, policies)), Some((issuer, longest))) = (granted, issuer) else {
        let explanation = inspection.explanation.as_ref();
        let policies = explanation.map(|explanation| explanation.reason.policies.clone());
        return Err(Refusal {
            error: refusal(&inspection),
            policies: policies.unwrap_or_default(),
            inspection: Some(Box::new(inspection)),
        });
    };
    let (expires_in, expires_at) = lifetime(request, longest, now);
    let subject = inspection
        .claims
        .as_ref()
        .and_then(|claims| claims.get("sub"))
        .and_then(Value::as_str);
    Ok(GrantedToken {
        organization: request.organization.clone(),
        issuer,
        subject: subject.map(str::to_owned),
        token: request.requested.clone(),
        admin: granted.admin,
        role_id: granted.role_id,
        scope: request.scope.clone(),
        issued_token_type: request.issued_token_type(),
        expires_in,
        expires_at,
        policies,
        inspection: Box::new(inspection),
    })
}

/// Makes the same decision as [`conclude`], without the evidence. A caller that stores the input can
/// derive the evidence later.
///
/// # Errors
/// A [`Refusal`] with its OAuth error, without the inspection; also if a check was skipped, or if
/// `checked` belongs to another token.
///
/// ```
/// use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, approve, begin_exchange};
/// use claimgate::inspect::Progress;
/// use claimgate::issuer::Issuers;
///
/// let body = r#"{"audience": "urn:pulumi:org:octo-org", "subject_token": "a.b.c",
///     "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
///     "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
///     "requested_token_type": "urn:pulumi:token-type:access_token:organization"}"#;
/// let request = ExchangeRequest::parse(body, BodyKind::Json)?;
/// let progress = begin_exchange(&request, Some(&Issuers::default()), &ExchangeOptions::at(0))?;
/// let Progress::Checked(checked) = progress else { unreachable!() };
/// assert_eq!(approve(&request, &checked).unwrap_err().error.code(), "token-base64");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn approve(request: &ExchangeRequest, checked: &Checked) -> Result<Approval, Refusal> {
    require_all_checks(request, checked)?;
    let token_error = |error: TokenError| ExchangeError::Token {
        code: error.code(),
        problem: error.to_string(),
    };
    let verdict = checked.verdict(&request.requested).map_err(token_error)?;
    let Verdict {
        reason,
        summary,
        grant,
        report,
        ..
    } = verdict;
    let Some((granted, issuer)) = grant.zip(checked.issuer()) else {
        return Err(Refusal {
            error: denial(reason.code, summary),
            policies: reason.policies,
            inspection: None,
        });
    };
    let (expires_in, expires_at) = lifetime(request, issuer.max_expiration(), checked.now());
    let policies = reason.policies;
    Ok(Approval {
        admin: granted.admin,
        role_id: granted.role_id,
        expires_in,
        expires_at,
        policies,
        summary,
        report,
    })
}

fn require_all_checks(request: &ExchangeRequest, checked: &Checked) -> Result<(), ExchangeError> {
    if checked.is_complete() && checked.is_of(&request.subject_token) {
        return Ok(());
    }
    let problem = "checks were skipped, or belong to another token".to_owned();
    Err(ExchangeError::Token {
        code: "token-not-checked",
        problem,
    })
}

fn denial(reason: ReasonCode, summary: String) -> ExchangeError {
    match reason {
        ReasonCode::AdminNotGranted => ExchangeError::AdminNotGranted { summary },
        ReasonCode::DecisionTooCostly => ExchangeError::TooCostly { summary },
        ReasonCode::AudienceNotAccepted => ExchangeError::Token {
            code: reason.as_str(),
            problem: summary.trim_start_matches("denied: ").to_owned(),
        },
        _ => ExchangeError::Denied { summary },
    }
}

/// The error of an inspection that ended in a denial.
fn refusal(inspection: &Inspection) -> ExchangeError {
    let explanation = inspection.explanation.as_ref();
    refusal_of(&inspection.checks, explanation, &inspection.summary)
}

/// The error of checks of which one has failed, or of policies that deny.
fn refusal_of(checks: &[Check], explanation: Option<&Explanation>, summary: &str) -> ExchangeError {
    let failed = checks
        .iter()
        .find(|check| check.status == CheckStatus::Failed);
    if let Some(check) = failed.filter(|check| check.id != CheckId::Policies) {
        return ExchangeError::Token {
            code: match check.code {
                Some(Cow::Borrowed(code)) => code,
                _ => "token",
            },
            problem: check.sentence.clone(),
        };
    }
    let reason = explanation.map(|explanation| explanation.reason.code);
    denial(
        reason.unwrap_or(ReasonCode::DefaultDeny),
        summary.to_owned(),
    )
}

/// Decides a request as if every check that was skipped had passed. **For simulations only**: no
/// server may grant anything on it. `checks` and `explanation` are those of an inspection, or no
/// checks and the explanation of claims that were not verified; `longest` is the issuer's maximum
/// lifetime in seconds, `now` in seconds since 1970.
///
/// # Errors
/// The OAuth error that a server would respond with.
pub fn simulate(
    request: &ExchangeRequest,
    checks: &[Check],
    explanation: Option<&Explanation>,
    longest: u64,
    now: i64,
) -> Result<Approval, ExchangeError> {
    let summary = explanation.map_or("", |explanation| explanation.summary.as_str());
    let refuse = || refusal_of(checks, explanation, summary);
    let explanation = explanation.ok_or_else(refuse)?;
    let granted = explanation.grant.as_ref().ok_or_else(refuse)?;
    let (expires_in, expires_at) = lifetime(request, longest, now);
    Ok(Approval {
        admin: granted.admin,
        role_id: granted.role_id.clone(),
        expires_in,
        expires_at,
        policies: explanation.reason.policies.clone(),
        summary: explanation.summary.clone(),
        report: explanation.report.clone(),
    })
}
