//! Sample claims: decisions on them, and reading them from pasted text.

use std::sync::Arc;

use claimgate::audience;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, verdict};
use claimgate::json::Value;
use claimgate::jwt::decode_unverified;
use claimgate::policy::PolicySet;

use crate::playground::evaluate::request;
use claimgate_formats::Sample;
use claimgate_providers::KnownClaim;

/// A sample with its parsed claims.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The sample.
    pub sample: Sample,
    /// Its claims, or why they cannot be read.
    pub claims: Result<Arc<TrustedClaims>, String>,
    /// Why the issuer does not accept its audience.
    refusal: Option<String>,
}

impl Ready {
    /// Reads the claims of a sample of an issuer that lists these audiences.
    pub fn of(sample: &Sample, audiences: Option<&[String]>) -> Self {
        let claims = Claims::from_json(&sample.claims);
        let refused = |claims: &Claims| audience::check(audiences?, claims).err();
        let refusal = claims.as_ref().ok().and_then(refused);
        let claims =
            claims.map(|claims| Arc::new(TrustedClaims::dangerous_assume_verified(claims)));
        Self {
            sample: sample.clone(),
            claims: claims.map_err(|error| error.to_string()),
            refusal: refusal.map(|error| format!("denied: {error}")),
        }
    }

    /// The decision of policies on it, unless its audience is not accepted.
    pub fn decide(&self, policies: &PolicySet) -> Option<Decided> {
        if let Some(summary) = self.refusal.clone() {
            return Some(Decided {
                outcome: Outcome::Denied,
                summary,
                policies: Vec::new(),
            });
        }
        let request = request(
            &self.sample.token_type,
            self.sample.target.clone(),
            self.sample.admin,
        );
        let verdict = verdict(policies, self.claims.as_ref().ok()?, &request);
        Some(Decided {
            outcome: verdict.decision,
            summary: verdict.summary,
            policies: verdict.reason.policies,
        })
    }

    /// The indices of the policies that decide on it: none by default, or if its audience is not
    /// accepted.
    pub fn deciding(&self, policies: &PolicySet) -> Vec<usize> {
        let decided = self.decide(policies);
        decided.map(|decided| decided.policies).unwrap_or_default()
    }
}

/// A decision on a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision.
    pub outcome: Outcome,
    /// The decision in one sentence.
    pub summary: String,
    /// The places of the first policies that decided, counted from 0; none by default.
    pub policies: Vec<usize>,
}

/// Pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// Empty.
    Nothing,
    /// Claims, or the beginning of claims.
    Claims,
    /// A token: its claims, as pretty JSON. The token itself is dropped.
    Token(String),
    /// Text that looks like a token and cannot be decoded: why.
    BrokenToken(String),
}

/// Classifies pasted text.
pub fn pasted(text: &str) -> Pasted {
    let text = text.trim();
    let token = text
        .strip_prefix("Bearer ")
        .or(text.strip_prefix("bearer "))
        .unwrap_or(text)
        .trim();
    match token.chars().next() {
        None => Pasted::Nothing,
        Some('{' | '[' | '"') => Pasted::Claims,
        _ if token.contains('.') && !token.contains(char::is_whitespace) => {
            match decode_unverified(token) {
                Ok(decoded) => Pasted::Token(decoded.claims.to_json_pretty()),
                Err(error) => Pasted::BrokenToken(error.to_string()),
            }
        }
        _ => Pasted::Claims,
    }
}

/// The claims that rules can use: those that the provider documents, and further ones of the
/// samples.
pub fn known_claims(documented: Vec<KnownClaim>, samples: &[Ready]) -> Vec<KnownClaim> {
    let mut known = documented;
    for ready in samples {
        let Ok(claims) = &ready.claims else { continue };
        let mut found = Vec::new();
        for (name, value) in claims.claims().iter() {
            collect(&mut vec![name.to_owned()], value, &mut found);
        }
        for (path, values) in found {
            add(&mut known, &ready.sample.name, path, values);
        }
    }
    known
}

fn add(known: &mut Vec<KnownClaim>, sample: &str, path: String, values: Vec<String>) {
    match known.iter_mut().find(|claim| claim.path == path) {
        Some(claim) => {
            let new: Vec<_> = values
                .into_iter()
                .filter(|value| !claim.values.contains(value))
                .collect();
            claim.values.extend(new);
        }
        None => {
            known.push(KnownClaim {
                path,
                doc: format!("Seen in the sample {sample}."),
                values,
                patterns: Vec::new(),
            });
        }
    }
}

/// All paths below a value that a rule can match, with their values.
fn collect(path: &mut Vec<String>, value: &Value, found: &mut Vec<(String, Vec<String>)>) {
    let mut take = |values: Vec<String>| {
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        found.push((claimgate::claim_path::ClaimPath::of(&segments), values));
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name.clone());
                collect(path, value, found);
                path.pop();
            }
        }
        Value::Array(items) => take(items.iter().filter_map(Value::scalar_text).collect()),
        value => take(value.scalar_text().into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(claims: &str) -> Sample {
        Sample {
            name: "main".to_owned(),
            claims: claims.to_owned(),
            ..Sample::blank("1".to_owned())
        }
    }

    #[test]
    fn a_pasted_token_is_recognised_and_reduced_to_its_claims() {
        // The header `{"alg":"RS256"}`, the payload `{"sub":"a"}`, and a signature.
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        assert_eq!(
            pasted(token),
            Pasted::Token("{\n  \"sub\": \"a\"\n}".to_owned())
        );
        assert_eq!(pasted(&format!(" Bearer {token}\n")), pasted(token));
        assert_eq!(pasted(r#"{"sub": "a.b.c"}"#), Pasted::Claims);
        assert_eq!(pasted("  "), Pasted::Nothing);
        assert!(matches!(pasted("a.b.c"), Pasted::BrokenToken(_)));
    }

    #[test]
    fn policies_decide_on_a_sample() {
        let policies = claimgate::policy::parse_policies(
            r#"{"decision":"allow","tokenType":"organization","rules":{"sub":"a*"}}"#,
        );
        let set =
            PolicySet::compile(&policies.unwrap(), claimgate::pattern::Dialect::Pulumi).unwrap();
        let decide = |claims: &str| {
            Ready::of(&sample(claims), None)
                .decide(&set)
                .map(|decided| decided.outcome)
        };
        assert_eq!(decide(r#"{"sub":"ab"}"#), Some(Outcome::Allowed));
        assert_eq!(decide(r#"{"sub":"b"}"#), Some(Outcome::Denied));
        assert_eq!(decide("{"), None);
        let audiences = ["x".to_owned()];
        let decided = |claims: &str| Ready::of(&sample(claims), Some(&audiences)).decide(&set);
        let allowed = decided(r#"{"sub":"ab","aud":"x"}"#).unwrap();
        assert_eq!(allowed.outcome, Outcome::Allowed);
        let denied = decided(r#"{"sub":"ab","aud":"y"}"#).unwrap();
        assert_eq!(denied.outcome, Outcome::Denied);
        assert!(denied.summary.contains("`aud`"), "{}", denied.summary);
    }

    #[test]
    fn the_claims_of_samples_are_known_with_their_values() {
        let ready = Ready::of(
            &sample(r#"{"sub":"b","aud":["x","y"],"kubernetes.io":{"pod":{"name":"p"}},"n":null}"#),
            None,
        );
        let documented = KnownClaim {
            path: "sub".to_owned(),
            doc: "D".to_owned(),
            values: vec!["a".to_owned()],
            patterns: vec![],
        };
        let known = known_claims(vec![documented], &[ready]);
        let described: Vec<_> = known
            .iter()
            .map(|claim| format!("{}={}", claim.path, claim.values.join(",")))
            .collect();
        assert_eq!(
            described,
            ["sub=a,b", "aud=x,y", r#""kubernetes.io".pod.name=p"#, "n="]
        );
    }
}
