//! Makes sentences of the results of a token's checks.

use std::borrow::Cow;

use super::pipeline::Checked;
use super::{Check, CheckId, CheckStatus, Inspection};
use crate::claims::TrustedClaims;
use crate::explain::{Explanation, Outcome, explain_with};
use crate::jwt::{Algorithm, TokenError, UnverifiedToken};
use crate::policy::RequestedToken;
use crate::time::{format_utc, relative};

impl Checked {
    /// Evaluates the policies, and returns all checks with the policies' explanation.
    ///
    /// ```
    /// use claimgate::inspect::{Progress, CheckStatus, Options, begin};
    /// use claimgate::issuer::Issuers;
    /// use claimgate::policy::RequestedToken;
    ///
    /// // {"alg":"none"} and {}
    /// let progress = begin("eyJhbGciOiJub25lIn0.e30.", &Issuers::default(), &Options::at(0));
    /// let Progress::Checked(checked) = progress else { unreachable!() };
    /// let inspection = checked.explain(&RequestedToken::Organization { admin: false });
    /// let statuses: Vec<_> = inspection.checks.iter().map(|check| check.status).collect();
    /// assert_eq!(statuses[..3], [CheckStatus::Passed, CheckStatus::Failed, CheckStatus::NotReached]);
    /// assert_eq!(inspection.checks[1].code.as_deref(), Some("alg-none"));
    /// ```
    #[must_use]
    pub fn explain(self, request: &RequestedToken) -> Inspection {
        report(self, request)
    }
}

fn report(checked: Checked, request: &RequestedToken) -> Inspection {
    let mut lines = Vec::with_capacity(CheckId::ALL.len());
    let mut unchecked = Vec::new();
    for id in CheckId::ALL.into_iter().take(CheckId::ALL.len() - 1) {
        match line(&checked, id) {
            Some(Line::Passed(sentence)) => lines.push(check(id, CheckStatus::Passed, sentence)),
            Some(Line::LeftOut(sentence)) => {
                unchecked.push(sentence.to_owned());
                lines.push(check(id, CheckStatus::Skipped, sentence.to_owned()));
            }
            None => break,
        }
    }
    let explanation = explained(&checked, request);
    if let Some(error) = &checked.failure {
        let failed = CheckId::ALL.get(lines.len()).map(|id| Check {
            code: Some(error.code().into()),
            help: cut_off(&checked, error).or_else(|| error.help()),
            ..check(*id, CheckStatus::Failed, error.to_string())
        });
        lines.extend(failed);
    }
    if let Some(explanation) = &explanation {
        let is_allowed = explanation.decision == Outcome::Allowed;
        let status = if is_allowed {
            CheckStatus::Passed
        } else {
            CheckStatus::Failed
        };
        let code = (!is_allowed).then(|| explanation.reason.code.as_str());
        lines.push(Check {
            code: code.map(Cow::Borrowed),
            ..check(CheckId::Policies, status, explanation.summary.clone())
        });
    }
    let not_reached = CheckId::ALL.into_iter().skip(lines.len());
    lines.extend(not_reached.map(|id| {
        check(
            id,
            CheckStatus::NotReached,
            "not reached: an earlier check failed".to_owned(),
        )
    }));
    let summary = match (&checked.failure, &explanation) {
        (None, Some(explanation)) => explanation.summary.clone(),
        (Some(error), _) => format!("denied: {error}"),
        (None, None) => "denied: nothing was decided".to_owned(),
    };
    let decision = explanation
        .as_ref()
        .map_or(Outcome::Denied, |explanation| explanation.decision);
    let findings = checked
        .token
        .as_ref()
        .map(UnverifiedToken::findings)
        .unwrap_or_default();
    let (header, claims) = checked
        .token
        .map(|token| (token.header, token.claims))
        .unzip();
    Inspection {
        header,
        claims,
        issuer: checked.issuer,
        checks: lines,
        findings,
        explanation,
        decision,
        summary,
        unchecked,
    }
}

enum Line {
    Passed(String),
    LeftOut(&'static str),
}

/// The line of a check that did not fail.
fn line(checked: &Checked, id: CheckId) -> Option<Line> {
    let skip = checked.options.skip;
    match id {
        CheckId::Format => {
            checked.token.as_ref()?;
            Some(Line::Passed(format!(
                "three parts of base64url and JSON, {} bytes",
                checked.size
            )))
        }
        CheckId::Header => Some(Line::Passed(format!(
            "signed with `{}`",
            checked.algorithm?.as_str()
        ))),
        CheckId::Issuer if skip.issuer => Some(Line::LeftOut(
            "it was not checked that the token is from this issuer",
        )),
        CheckId::Issuer => {
            let issuer = checked.issuer()?;
            Some(Line::Passed(format!(
                "`iss` is `{}`, registered as {}",
                issuer.url(),
                issuer.name()
            )))
        }
        CheckId::Key if skip.key => Some(Line::LeftOut("the issuer's keys were not searched")),
        CheckId::Key => {
            let key = checked.key.as_ref()?;
            Some(Line::Passed(format!(
                "key `{}`, {}",
                key.label(),
                key.describe()
            )))
        }
        CheckId::Signature if skip.signature || skip.key => Some(Line::LeftOut(
            "the signature was not checked: anyone could have written this token",
        )),
        CheckId::Signature => {
            let key = checked.key.as_ref().filter(|_| checked.is_genuine)?;
            Some(Line::Passed(format!(
                "the signature was made with key `{}`",
                key.label()
            )))
        }
        CheckId::Time if skip.time => Some(Line::LeftOut(
            "it was not checked whether the token is valid at this time",
        )),
        CheckId::Time => {
            let exp = checked.times.as_ref()?.exp;
            let now = checked.options.now;
            let at = format_utc(exp);
            Some(Line::Passed(if exp <= now {
                format!(
                    "valid only because of the leeway: it expired {}, at {at}",
                    relative(exp, now)
                )
            } else {
                format!("valid, expires {}, at {at}", relative(exp, now))
            }))
        }
        CheckId::Audience if skip.audience => Some(Line::LeftOut(
            "it was not checked whether the issuer accepts the token's audience",
        )),
        CheckId::Audience => {
            let issuer = checked.issuer()?;
            if matches!(
                checked.failure,
                Some(TokenError::AudienceNotAccepted { .. })
            ) {
                return None;
            }
            Some(Line::Passed(
                if issuer.audiences().is_some() {
                    "the issuer accepts the token's audience"
                } else {
                    "the issuer lists no audiences: only policies restrict `aud`"
                }
                .to_owned(),
            ))
        }
        CheckId::Policies => None,
    }
}

/// What to say of a signature whose length does not fit the algorithm and the key.
fn cut_off(checked: &Checked, error: &TokenError) -> Option<String> {
    let (TokenError::Signature { .. }, Some(token)) = (error, &checked.token) else {
        return None;
    };
    let (algorithm, key) = (checked.algorithm?, checked.key.as_ref()?);
    let expected = match algorithm {
        Algorithm::ES256 | Algorithm::EdDSA => 64,
        Algorithm::ES384 => 96,
        _ => key.bits?.div_ceil(8),
    };
    let signature = token.signature();
    if signature.len() == expected {
        return None;
    }
    let is_der = algorithm.key_type() == "EC" && signature.first() == Some(&0x30);
    let cause = if is_der {
        "it is in DER, but a token has the two numbers without (RFC 7518, section 3.4)"
    } else if signature.len() > expected {
        "was something added to the token when it was copied?"
    } else {
        "was the token cut off when it was copied?"
    };
    let name = algorithm.as_str();
    let found = signature.len();
    Some(format!(
        "expected {expected} bytes of signature for `{name}` with this key, found {found}: {cause}"
    ))
}

fn check(id: CheckId, status: CheckStatus, sentence: String) -> Check {
    Check {
        id,
        title: id.title().to_owned(),
        status,
        sentence,
        code: None,
        help: None,
    }
}

fn explained(checked: &Checked, request: &RequestedToken) -> Option<Explanation> {
    if checked.failure.is_some() {
        return None;
    }
    let (issuer, token) = (checked.issuer()?, checked.token.as_ref()?);
    // Every check has passed, or the caller's options skip it and `unchecked` says so.
    let claims = TrustedClaims::dangerous_assume_verified(token.claims.clone());
    let hints = checked.options.hints;
    Some(explain_with(issuer.policies(), &claims, request, hints))
}
