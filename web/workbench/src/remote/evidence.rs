//! The evidence of an exchange, as the audit log has it, in the engine's types: so the app shows it
//! as its own.

use claimgate::claims::Claims;
use claimgate::explain::{
    Change, DefaultDenial, Explanation, NearestMiss, Outcome, PolicyEvidence, PolicyOutcome,
    Reason, ReasonCode, RuleEvidence, RuleOutcome, ValueEvidence,
};
use claimgate::inspect::{Check, CheckId, CheckStatus};
use claimgate::pattern::{Capture, Position, Span, Stop, Trace};
use claimgate::policy::{Decision, RequestedToken, TokenType};
use serde_json::Value;

/// What is known of an exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The checks.
    pub checks: Vec<Check>,
    /// The policies' explanation, where they were reached.
    pub explanation: Option<Explanation>,
    /// The token's claims.
    pub claims: Option<Claims>,
    /// Why there is no more.
    pub note: Option<String>,
}

/// Reads it. What is not as it should be is left out.
pub fn read(detail: &Value) -> Evidence {
    Evidence {
        checks: list(&detail["checks"], check),
        explanation: explanation(&detail["explanation"]),
        claims: detail["claims"]
            .as_object()
            .and_then(|_| Claims::from_json(&detail["claims"].to_string()).ok()),
        note: detail["note"].as_str().map(str::to_owned),
    }
}

fn list<T>(value: &Value, read: fn(&Value) -> Option<T>) -> Vec<T> {
    value
        .as_array()
        .map(|items| items.iter().filter_map(read).collect())
        .unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn count(value: &Value) -> Option<usize> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
}

fn check(value: &Value) -> Option<Check> {
    let id = match value["id"].as_str()? {
        "format" => CheckId::Format,
        "header" => CheckId::Header,
        "issuer" => CheckId::Issuer,
        "key" => CheckId::Key,
        "signature" => CheckId::Signature,
        "time" => CheckId::Time,
        _ => CheckId::Policies,
    };
    let status = match value["status"].as_str()? {
        "passed" => CheckStatus::Passed,
        "failed" => CheckStatus::Failed,
        "skipped" => CheckStatus::Skipped,
        _ => CheckStatus::NotReached,
    };
    let (title, sentence) = (text(&value["title"])?, text(&value["sentence"])?);
    Some(Check {
        id,
        title,
        status,
        sentence,
        code: None,
        help: text(&value["help"]),
    })
}

fn explanation(value: &Value) -> Option<Explanation> {
    let code = match value["reason"]["code"].as_str()? {
        "allow-matched" => ReasonCode::AllowMatched,
        "deny-matched" => ReasonCode::DenyMatched,
        "admin-not-granted" => ReasonCode::AdminNotGranted,
        "role-ambiguous" => ReasonCode::RoleAmbiguous,
        _ => ReasonCode::DefaultDeny,
    };
    let default = &value["defaultDenial"];
    Some(Explanation {
        decision: if value["decision"] == "allowed" {
            Outcome::Allowed
        } else {
            Outcome::Denied
        },
        reason: Reason {
            code,
            policies: list(&value["reason"]["policies"], count),
        },
        summary: text(&value["summary"])?,
        request: request(&value["request"])?,
        policies: list(&value["policies"], policy),
        default_denial: DefaultDenial {
            applied: default["applied"] == true,
            sentence: text(&default["sentence"])?,
        },
        nearest_miss: nearest_miss(&value["nearestMiss"]),
        grant: None,
        hints: Vec::new(),
    })
}

fn request(value: &Value) -> Option<RequestedToken> {
    Some(match value["tokenType"].as_str()? {
        "team" => RequestedToken::Team {
            name: text(&value["name"])?,
        },
        "personal" => RequestedToken::Personal {
            login: text(&value["login"])?,
        },
        "runner" => RequestedToken::Runner {
            name: text(&value["name"])?,
        },
        _ => RequestedToken::Organization {
            admin: value["admin"] == true,
        },
    })
}

fn policy(value: &Value) -> Option<PolicyEvidence> {
    let outcome = match value["outcome"].as_str()? {
        "matched" => PolicyOutcome::Matched,
        "notMatched" => PolicyOutcome::NotMatched,
        _ => PolicyOutcome::NotApplicable,
    };
    let kind = value["tokenType"].as_str()?;
    Some(PolicyEvidence {
        index: count(&value["index"])?,
        decision: if value["decision"] == "allow" {
            Decision::Allow
        } else {
            Decision::Deny
        },
        token_type: TokenType::ALL
            .into_iter()
            .find(|one| one.as_str() == kind)?,
        title: text(&value["title"])?,
        outcome,
        sentence: text(&value["sentence"])?,
        rules: list(&value["rules"], rule),
    })
}

fn rule(value: &Value) -> Option<RuleEvidence> {
    let outcome = match value["outcome"].as_str()? {
        "matched" => RuleOutcome::Matched,
        "mismatch" => RuleOutcome::Mismatch,
        "missingClaim" => RuleOutcome::MissingClaim,
        _ => RuleOutcome::UnusableValue,
    };
    Some(RuleEvidence {
        claim: text(&value["claim"])?,
        pattern: text(&value["pattern"])?,
        outcome,
        values: list(&value["values"], |value| {
            let trace = trace(&value["trace"])?;
            Some(ValueEvidence {
                text: text(&value["text"])?,
                index: count(&value["index"]),
                trace,
            })
        }),
        sentence: text(&value["sentence"])?,
    })
}

fn trace(value: &Value) -> Option<Trace> {
    if value["outcome"] == "matched" {
        return Some(Trace::Matched {
            captures: list(&value["captures"], capture),
        });
    }
    Some(Trace::Stopped(Stop {
        pattern: position(&value["pattern"])?,
        value: position(&value["value"])?,
        expected: text(&value["expected"])?,
        found: text(&value["found"])?,
        sentence: text(&value["sentence"])?,
    }))
}

fn capture(value: &Value) -> Option<Capture> {
    Some(Capture {
        wildcard: text(&value["wildcard"])?,
        pattern: span(&value["pattern"])?,
        value: span(&value["value"])?,
        text: text(&value["text"])?,
    })
}

fn span(value: &Value) -> Option<Span> {
    Some(Span {
        start: position(&value["start"])?,
        end: position(&value["end"])?,
    })
}

fn position(value: &Value) -> Option<Position> {
    Some(Position {
        chars: count(&value["chars"])?,
        utf16: count(&value["utf16"])?,
    })
}

fn nearest_miss(value: &Value) -> Option<NearestMiss> {
    let changes = list(&value["changes"], |change| {
        Some(Change {
            claim: text(&change["claim"])?,
            pattern: text(&change["pattern"])?,
            seen: text(&change["seen"]),
            suggested_pattern: text(&change["suggestedPattern"]),
            sentence: text(&change["sentence"])?,
        })
    });
    Some(NearestMiss {
        policy: count(&value["policy"])?,
        changes,
        sentence: text(&value["sentence"])?,
    })
}

#[cfg(test)]
mod tests {
    use claimgate::claims::TrustedClaims;
    use claimgate::explain::explain;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicyDefinition, PolicySet};
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
                // Hints and the grant are not shown from here.
                let expected = Explanation { hints: Vec::new(), grant: None, ..written };
                prop_assert_eq!(read.explanation, Some(expected));
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
