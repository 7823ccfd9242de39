//! The decision in the words of the decision bar.

use claimgate::explain::{Explanation, NearestMiss};

/// Which policy came nearest, and by which rules it missed: "nearest: policy 1, `sub`".
pub fn nearest(miss: &NearestMiss) -> String {
    let claims: Vec<_> = miss
        .changes
        .iter()
        .map(|change| format!("`{}`", change.claim))
        .collect();
    format!("nearest: policy {}, {}", miss.policy + 1, claims.join(", "))
}

/// The summary without the word that the bar already shows, and the nearest miss.
pub fn reason(summary: &str, explanation: Option<&Explanation>) -> String {
    let miss = explanation.and_then(|explanation| explanation.nearest_miss.as_ref());
    match miss {
        Some(miss) => format!("{summary} · {}", nearest(miss)),
        None => summary.to_owned(),
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
        assert_eq!(reason("denied by default", None), "denied by default");
    }
}
