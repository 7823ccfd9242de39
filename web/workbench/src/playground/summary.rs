//! The decision in the words of the decision bar.

use claimgate::explain::{Explanation, NearestMiss, Outcome, ReasonCode};

use super::evaluate::Report;

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The policies allow it.
    Allowed,
    /// The policies deny it.
    Denied,
    /// It failed before the policies.
    Refused,
}

impl Verdict {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Denied => "Denied",
            Self::Refused => "Refused",
        }
    }
}

impl Report {
    /// What became of the token or the claims.
    pub fn verdict(&self) -> Verdict {
        let reason = self.explanation.as_ref().map(|found| found.reason.code);
        match (self.decision, reason) {
            (Outcome::Allowed, _) => Verdict::Allowed,
            (Outcome::Denied, None | Some(ReasonCode::AudienceNotAccepted)) => Verdict::Refused,
            (Outcome::Denied, Some(_)) => Verdict::Denied,
        }
    }
}

/// Which policy came nearest, and by which rules it missed: "nearest: policy 1, `sub`".
pub fn nearest(miss: &NearestMiss) -> String {
    let claims: Vec<_> = miss
        .changes
        .iter()
        .map(|change| format!("`{}`", change.claim))
        .collect();
    format!("nearest: policy {}, {}", miss.policy + 1, claims.join(", "))
}

/// The summary without the word of the verdict, which the bar shows before it, and the nearest miss.
pub fn reason(summary: &str, explanation: Option<&Explanation>) -> String {
    let said = without_word(summary);
    let miss = explanation.and_then(|explanation| explanation.nearest_miss.as_ref());
    match miss {
        Some(miss) => format!("{said} · {}", nearest(miss)),
        None => said.to_owned(),
    }
}

/// "by policy 2" of "denied by policy 2", and "the token expired" of "denied: the token expired".
pub fn without_word(summary: &str) -> &str {
    let rest = ["allowed", "denied"]
        .iter()
        .find_map(|word| summary.strip_prefix(word));
    match rest {
        Some(rest) if rest.starts_with([':', ' ']) => rest.trim_start_matches([':', ' ']),
        _ => summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_miss_is_named_by_policy_and_claims() {
        let change = |claim: &str| {
            serde_json::json!({
                "claim": claim, "pattern": "x", "seen": null, "suggestedPattern": null, "sentence": ""
            })
        };
        let miss = serde_json::json!({ "policy": 0, "changes": [change("sub"), change("aud")], "sentence": "" });
        let miss: NearestMiss = serde_json::from_value(miss).unwrap();
        assert_eq!(nearest(&miss), "nearest: policy 1, `sub`, `aud`");
    }

    #[test]
    fn the_reason_does_not_repeat_the_verdict() {
        for (summary, said) in [
            (
                "denied by default: no allow policy matches",
                "by default: no allow policy matches",
            ),
            ("allowed by policies 1 and 3", "by policies 1 and 3"),
            ("denied: expected three parts", "expected three parts"),
            ("denied", "denied"),
            ("deniedly", "deniedly"),
        ] {
            assert_eq!(reason(summary, None), said);
        }
    }
}
