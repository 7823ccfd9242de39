//! How the guard's verdicts apply when policies are saved.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate_api::FindingBody;

use super::mode::GuardMode;
use super::verdict::{Answer, Question, Verdict, verdicts};
use crate::http::error::ApiError;

/// Judges policies that are to be saved. Returns the findings to save them with.
///
/// # Errors
/// 400 with the findings, if the guard refuses the policies.
pub(crate) fn review(
    mode: GuardMode,
    question: &Question<'_>,
) -> Result<Vec<FindingBody>, ApiError> {
    if mode == GuardMode::Off {
        return Ok(Vec::new());
    }
    let verdicts = verdicts(question);
    let is_refused = |verdict: &Verdict| matches!(verdict.answer, Answer::Open { .. });
    if mode == GuardMode::Enforce && verdicts.iter().any(is_refused) {
        let refused = verdicts.into_iter().filter(is_refused);
        let mut errors = Diagnostics::default();
        refused.for_each(|verdict| errors.push(verdict.finding));
        return Err(ApiError::invalid_document(errors));
    }
    Ok(verdicts.into_iter().map(body).collect())
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
            Answer::Open { witness } => witness,
            Answer::Undecided => None,
        },
    }
}
