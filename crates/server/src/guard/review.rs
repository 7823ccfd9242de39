//! How the guard's verdicts apply when policies are saved, or what restricts them is changed.

use claimgate::diagnostic::Diagnostic;
use claimgate_api::FindingBody;

use super::mode::GuardMode;
use super::verdict::{Answer, Question, Verdict, verdicts};
use crate::http::error::ApiError;

/// Judges a change of policies, or of their issuer. Returns the findings to save it with.
///
/// # Errors
/// 400 with the findings, if the guard refuses the change.
pub(crate) fn review(
    mode: GuardMode,
    question: &Question<'_>,
) -> Result<Vec<FindingBody>, ApiError> {
    if mode == GuardMode::Off {
        return Ok(Vec::new());
    }
    let mut verdicts = verdicts(question);
    if let Some(member) = edited_member(question) {
        for verdict in &mut verdicts {
            let message = &verdict.finding.message;
            verdict.finding.message = format!("policy {}: {message}", verdict.policy + 1);
            verdict.finding.path = member.to_owned();
        }
    }
    let is_refused = |verdict: &Verdict| matches!(verdict.answer, Answer::Open { .. });
    if mode == GuardMode::Enforce && verdicts.iter().any(is_refused) {
        verdicts.retain(is_refused);
        let refused = verdicts.into_iter().map(body);
        return Err(ApiError::refused(refused.collect()));
    }
    Ok(verdicts.into_iter().map(body).collect())
}

/// The member of the issuer that lets more in, if its policies are as they were.
fn edited_member(question: &Question<'_>) -> Option<&'static str> {
    let Question { before, after } = question;
    match () {
        () if before.policies != after.policies => None,
        () if before.audiences != after.audiences => Some("audiences"),
        () => Some("reportOnly"),
    }
}

fn body(verdict: Verdict) -> FindingBody {
    let Verdict {
        finding, answer, ..
    } = verdict;
    let Diagnostic {
        path,
        code,
        message,
        help,
        ..
    } = finding;
    FindingBody {
        path,
        code: code.into_owned(),
        message,
        help,
        witness: match answer {
            Answer::Open { witness } => Some(witness),
            Answer::Undecided => None,
        },
    }
}
