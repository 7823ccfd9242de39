//! The evidence of an exchange from the audit log, converted to core's types, so that the app shows
//! it like its own.

use claimgate::claims::Claims;
use claimgate::explain::Explanation;
use claimgate::inspect::Check;
use serde::Deserialize;
use serde_json::Value;

/// The evidence of an exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The checks.
    pub checks: Vec<Check>,
    /// The policies' explanation, if they were evaluated.
    pub explanation: Option<Explanation>,
    /// The token's claims.
    pub claims: Option<Claims>,
    /// Why the evidence is incomplete.
    pub note: Option<String>,
}

/// Reads the evidence. Parts in the format of another version are left out.
pub fn read(detail: &Value) -> Evidence {
    fn part<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
        T::deserialize(value).ok()
    }
    Evidence {
        checks: detail["checks"]
            .as_array()
            .map(|checks| checks.iter().filter_map(part).collect())
            .unwrap_or_default(),
        explanation: part(&detail["explanation"]),
        claims: part(&detail["claims"]),
        note: part(&detail["note"]),
    }
}

#[cfg(test)]
mod tests {
    use claimgate::claims::TrustedClaims;
    use claimgate::explain::explain;
    use claimgate::inspect::CheckStatus;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicyDefinition, PolicySet, RequestedToken, TokenType};
    use proptest::prelude::*;

    use super::*;
    use claimgate_testing::{policy, text as any_text};

    proptest! {
        #[test]
        fn what_the_server_writes_is_read_as_it_was(
            definitions in prop::collection::vec(policy(), 0..4), sub in any_text(), admin in any::<bool>(),
        ) {
            let Ok(set) = PolicySet::compile(&definitions, Dialect::Pulumi) else { return Ok(()) };
            let claims = Claims::from_json(&serde_json::json!({ "sub": sub, "a": ["b", sub] }).to_string()).unwrap();
            let trusted = TrustedClaims::dangerous_assume_verified(claims.clone());
            let mut requests: Vec<_> = definitions.iter().filter_map(requested).collect();
            requests.push(RequestedToken::Organization { admin });
            for request in requests {
                let written = explain(&set, &trusted, &request);
                let detail = serde_json::json!({ "explanation": written, "claims": claims });
                let read = read(&serde_json::from_str(&detail.to_string()).unwrap());
                prop_assert_eq!(read.claims.as_ref(), Some(&claims));
                prop_assert_eq!(read.explanation, Some(written));
            }
        }
    }

    fn requested(policy: &PolicyDefinition) -> Option<RequestedToken> {
        let name = policy
            .team_name
            .clone()
            .or_else(|| policy.runner_id.clone());
        Some(match policy.token_type {
            TokenType::Organization => RequestedToken::Organization { admin: false },
            TokenType::Team => RequestedToken::Team { name: name? },
            TokenType::Personal => RequestedToken::Personal {
                login: policy.user_login.clone()?,
            },
            TokenType::Runner => RequestedToken::Runner { name: name? },
        })
    }

    #[test]
    fn checks_are_read_and_what_is_no_evidence_is_left_out() {
        let checks = serde_json::json!([
            {"id": "time", "title": "Time", "status": "failed", "sentence": "too late", "help": "ask anew", "code": "x"},
            {"id": "policies", "title": "Policies", "status": "notReached", "sentence": "not reached"},
            {"id": 1}, null]);
        let read = read(
            &serde_json::json!({ "checks": checks, "claims": [], "explanation": {}, "note": "too long" }),
        );
        assert_eq!(read.checks.len(), 2);
        assert_eq!(
            (read.checks[0].status, read.checks[1].status),
            (CheckStatus::Failed, CheckStatus::NotReached)
        );
        assert_eq!(
            (read.checks[0].help.as_deref(), read.note.as_deref()),
            (Some("ask anew"), Some("too long"))
        );
        assert_eq!((read.explanation, read.claims), (None, None));
        assert_eq!(super::read(&Value::Null), Evidence::default());
    }
}
