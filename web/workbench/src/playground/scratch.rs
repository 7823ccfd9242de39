//! A scratch set: policies for experiments, which change no saved issuer.

use claimgate::claims::{Claims, Value};
use claimgate::explain::NearestMiss;
use claimgate::jwt::decode_unverified;
use claimgate::policy::PolicyDefinition;

use super::share::Shared;
use crate::issuers::storage::StoredIssuer;

/// The identifier of the scratch set, in place of an issuer's.
pub const SCRATCH: &str = "scratch";

/// The origin of a scratch set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A copy of the registered issuer with that identifier.
    Issuer(String),
    /// The example with that identifier.
    Example(&'static str),
    /// A link.
    Link,
    /// A file.
    File,
    /// A provider's starter policies.
    Starter,
    /// The issuer of a token, without policies.
    Token,
}

/// A key pair that the app created for one token, for claims without a signature of their issuer.
/// The private key is dropped after signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throwaway {
    /// The identifier of the key.
    pub kid: String,
    /// The public key, as the text of a JWKS.
    pub jwks: String,
    /// The signed token.
    pub token: String,
}

/// A scratch set.
#[derive(Clone, Debug, PartialEq)]
pub struct Scratch {
    /// Where it comes from.
    pub origin: Origin,
    /// Name, URL and keys, and the original policies.
    pub issuer: StoredIssuer,
}

impl Scratch {
    /// A copy of a registered issuer.
    pub fn of_issuer(issuer: &StoredIssuer) -> Self {
        let origin = Origin::Issuer(issuer.id.clone());
        Self {
            origin,
            issuer: StoredIssuer {
                id: SCRATCH.to_owned(),
                ..issuer.clone()
            },
        }
    }

    /// The content of a link, a file or an example. Keys come from the registered issuer with the
    /// same URL, if there is one.
    pub fn of_shared(shared: &Shared, origin: Origin, registered: &[StoredIssuer]) -> Self {
        let (name, url) = match &shared.issuer {
            Some(issuer) => (issuer.name.clone(), issuer.url.clone()),
            None => (String::new(), iss_of(shared).unwrap_or_default()),
        };
        let known = registered.iter().find(|issuer| issuer.url == url);
        let issuer = StoredIssuer {
            name: if name.is_empty() {
                "Unnamed issuer".to_owned()
            } else {
                name
            },
            url: if url.is_empty() {
                "https://issuer.invalid".to_owned()
            } else {
                url
            },
            preset: known
                .map(|issuer| issuer.preset.clone())
                .unwrap_or_default(),
            jwks: known.and_then(|issuer| issuer.jwks.clone()),
            max_expiration: known.and_then(|issuer| issuer.max_expiration),
            policies: shared.policies.clone(),
            ..StoredIssuer::blank(SCRATCH.to_owned(), 0)
        };
        Self { origin, issuer }
    }

    /// A set without policies for the issuer that `iss` names, with what is known of a registered
    /// issuer or of the provider.
    pub fn of_token(claims: Option<&Claims>, registered: &[StoredIssuer]) -> Self {
        let url = claims.and_then(|claims| claims.get("iss")?.as_str());
        let url = url.unwrap_or("https://issuer.invalid").to_owned();
        let known = registered.iter().find(|issuer| issuer.url == url);
        let provider = claimgate_providers::provider_of("", &url);
        let name = provider.map_or("Unnamed issuer", |provider| provider.name.as_str());
        let issuer = match known {
            Some(known) => StoredIssuer {
                id: SCRATCH.to_owned(),
                policies: Vec::new(),
                ..known.clone()
            },
            None => StoredIssuer {
                name: name.to_owned(),
                url,
                preset: provider
                    .map(|provider| provider.id.clone())
                    .unwrap_or_default(),
                ..StoredIssuer::blank(SCRATCH.to_owned(), 0)
            },
        };
        let origin = Origin::Token;
        Self { origin, issuer }
    }

    /// The set with its current policies.
    pub fn with(&self, policies: &[PolicyDefinition]) -> StoredIssuer {
        StoredIssuer {
            policies: policies.to_vec(),
            ..self.issuer.clone()
        }
    }

    /// The registered issuer that it can be saved to.
    pub fn target<'a>(&self, registered: &'a [StoredIssuer]) -> Option<&'a StoredIssuer> {
        registered.iter().find(|issuer| match &self.origin {
            Origin::Issuer(id) => issuer.id == *id,
            _ => issuer.url == self.issuer.url,
        })
    }
}

fn iss_of(shared: &Shared) -> Option<String> {
    let claims = Claims::from_json(shared.claims.as_ref()?.as_str()).ok()?;
    claims.get("iss").and_then(Value::as_str).map(str::to_owned)
}

/// The issuers of a question: the registered ones, or the scratch set alone. A token signed with
/// the throw-away key is checked with that key instead of the issuer's.
pub fn candidates(
    registered: &[StoredIssuer],
    scratch: Option<StoredIssuer>,
    throwaway: Option<&Throwaway>,
    token: &str,
) -> Vec<StoredIssuer> {
    let mut issuers = scratch.map_or_else(|| registered.to_vec(), |scratch| vec![scratch]);
    if let Some(throwaway) = throwaway.filter(|throwaway| is_of(token, throwaway)) {
        for issuer in &mut issuers {
            issuer.jwks = Some(throwaway.jwks.clone());
        }
    }
    issuers
}

/// Whether the token names the throw-away key.
pub fn is_of(token: &str, throwaway: &Throwaway) -> bool {
    decode_unverified(token.trim()).is_ok_and(|token| token.key_id() == Some(&throwaway.kid))
}

/// Policies with the fixes of the nearest miss: the suggested patterns, without rules on claims
/// that the token lacks. None if no rule would be left.
pub fn apply(policies: &[PolicyDefinition], miss: &NearestMiss) -> Option<Vec<PolicyDefinition>> {
    let mut policies = policies.to_vec();
    let policy = policies.get_mut(miss.policy)?;
    for change in &miss.changes {
        let place = policy
            .rules
            .iter()
            .position(|(claim, _)| *claim == change.claim)?;
        match &change.suggested_pattern {
            Some(pattern) => policy.rules.get_mut(place)?.1.clone_from(pattern),
            None => drop(policy.rules.remove(place)),
        }
    }
    (!policy.rules.is_empty()).then_some(policies)
}

/// Policies with those fixes in a copy of the policy, after it: what it allows stays allowed.
pub fn apply_to_copy(
    policies: &[PolicyDefinition],
    miss: &NearestMiss,
) -> Option<Vec<PolicyDefinition>> {
    let mut fixed = apply(policies, miss)?;
    let original = policies.get(miss.policy)?.clone();
    let copy = std::mem::replace(fixed.get_mut(miss.policy)?, original);
    fixed.insert(
        miss.policy + 1,
        PolicyDefinition {
            name: None,
            note: None,
            ..copy
        },
    );
    Some(fixed)
}

/// Claims with all times shifted by the same amount, so that the token was issued just before
/// `now`.
pub fn renew(claims: &str, now: i64) -> String {
    let Ok(read) = Claims::from_json(claims) else {
        return claims.to_owned();
    };
    let time = |name: &str| match read.get(name) {
        Some(Value::Integer(seconds)) => Some(*seconds),
        Some(Value::Fraction(seconds)) => Some(seconds.floor() as i128),
        _ => None,
    };
    let issued = time("iat")
        .or(time("nbf"))
        .or(time("exp").map(|exp| exp - 600));
    let Some(issued) = issued else {
        return claims.to_owned();
    };
    let shift = i128::from(now) - 10 - issued;
    let Value::Object(mut members) = read.into_value() else {
        return claims.to_owned();
    };
    for (name, value) in &mut members {
        match (name.as_str(), value) {
            ("iat" | "nbf" | "exp", Value::Integer(seconds)) => *seconds += shift,
            ("iat" | "nbf" | "exp", Value::Fraction(seconds)) => *seconds += shift as f64,
            _ => {}
        }
    }
    Value::Object(members).to_json_pretty()
}

#[cfg(test)]
mod tests {
    use claimgate::explain::Outcome;
    use claimgate::policy::{Decision, RequestedToken, TokenType};

    use super::*;
    use crate::playground::evaluate::{Answer, Question, evaluate};
    use crate::playground::gallery;

    fn allow(rules: &[(&str, &str)]) -> PolicyDefinition {
        rules.iter().fold(
            PolicyDefinition::new(Decision::Allow, TokenType::Organization),
            |policy, (claim, pattern)| policy.rule(*claim, *pattern),
        )
    }

    #[test]
    fn applying_the_nearest_miss_allows_the_token_unless_a_deny_matches() {
        let mut applied = 0;
        for example in gallery::all() {
            let shared = example.shared();
            let scratch = Scratch::of_shared(&shared, Origin::Link, &[]);
            let question = Question {
                is_claims: true,
                text: example.claims.clone(),
                issuer: SCRATCH.to_owned(),
                request: example.request.clone(),
                skip: shared.skip,
                now: example.now,
                dialect: shared.dialect,
            };
            let decide = |policies: &[PolicyDefinition]| match evaluate(
                &question,
                &[scratch.with(policies)],
            ) {
                Answer::Report(report) => report.explanation.unwrap(),
                other => panic!("{}: {other:?}", example.id),
            };
            let Some(miss) = decide(&example.policies).nearest_miss else {
                continue;
            };
            let Some(policies) = apply(&example.policies, &miss) else {
                continue;
            };
            let admin = matches!(
                example.request,
                RequestedToken::Organization { admin: true }
            );
            let denied = decide(&policies).policies.iter().any(|policy| {
                policy.decision == Decision::Deny
                    && policy.outcome == claimgate::explain::PolicyOutcome::Matched
            });
            let expected = if denied || admin {
                Outcome::Denied
            } else {
                Outcome::Allowed
            };
            assert_eq!(decide(&policies).decision, expected, "{}", example.id);
            assert!(
                decide(&policies).policies[miss.policy].outcome
                    == claimgate::explain::PolicyOutcome::Matched
            );
            applied += 1;
        }
        assert!(applied >= 5, "{applied}");
    }

    #[test]
    fn a_rule_on_a_claim_that_is_missing_is_taken_out_and_never_the_last_one() {
        let miss = |claims: &[&str]| -> NearestMiss {
            let changes = claims.iter().map(|claim| {
                serde_json::json!({
                    "claim": claim, "pattern": "x", "seen": null, "suggestedPattern": null, "sentence": ""
                })
            });
            let changes = changes.collect::<Vec<_>>();
            let miss = serde_json::json!({ "policy": 0, "changes": changes, "sentence": "" });
            serde_json::from_value(miss).unwrap()
        };
        let policies = [allow(&[("aud", "a"), ("sub", "x")])];
        assert_eq!(
            apply(&policies, &miss(&["sub"])),
            Some(vec![allow(&[("aud", "a")])])
        );
        assert_eq!(apply(&policies, &miss(&["sub", "aud"])), None);
        assert_eq!(apply(&[], &miss(&["sub"])), None);
        let named = PolicyDefinition {
            name: Some("deploys".to_owned()),
            ..policies[0].clone()
        };
        assert_eq!(
            apply_to_copy(std::slice::from_ref(&named), &miss(&["sub"])),
            Some(vec![named, allow(&[("aud", "a")])])
        );
    }

    #[test]
    fn the_issuer_of_a_token_is_recognised() {
        let github = r#"{"iss": "https://token.actions.githubusercontent.com"}"#;
        let of =
            |claims: &str| Scratch::of_token(Claims::from_json(claims).ok().as_ref(), &[]).issuer;
        assert_eq!(
            (of(github).name, of(github).preset),
            ("GitHub Actions".to_owned(), "github-actions".to_owned())
        );
        assert_eq!(
            of(r#"{"iss": "https://ci.example"}"#).name,
            "Unnamed issuer"
        );
        assert_eq!(of("{}").url, "https://issuer.invalid");
    }

    #[test]
    fn times_are_moved_together_and_the_rest_stays() {
        let renewed = renew(r#"{"sub": "a", "iat": 100, "nbf": 40, "exp": 700}"#, 10_000);
        let claims = Claims::from_json(&renewed).unwrap();
        let times = ["iat", "nbf", "exp"].map(|name| claims.get(name).cloned());
        assert_eq!(
            times,
            [9990, 9930, 10_590].map(|seconds| Some(Value::Integer(seconds)))
        );
        assert_eq!(claims.get("sub").and_then(Value::as_str), Some("a"));
        for claims in ["{}", "{", r#"{"exp":"soon"}"#] {
            assert_eq!(renew(claims, 1), claims);
        }
    }

    #[test]
    fn the_throw_away_key_is_for_its_own_tokens_only() {
        let registered = [StoredIssuer {
            jwks: Some("own".to_owned()),
            ..StoredIssuer::blank("a".to_owned(), 0)
        }];
        let throwaway = Throwaway {
            kid: "example-key-id".to_owned(),
            jwks: "thrown".to_owned(),
            token: String::new(),
        };
        let keys = |throwaway: &Throwaway, token: &str| {
            candidates(&registered, None, Some(throwaway), token)[0]
                .jwks
                .clone()
                .unwrap()
        };
        assert_eq!(keys(&throwaway, &gallery::unsigned("{}")), "thrown");
        assert_eq!(keys(&throwaway, "a.b.c"), "own");
        assert_eq!(
            keys(
                &Throwaway {
                    kid: "other".to_owned(),
                    ..throwaway
                },
                &gallery::unsigned("{}")
            ),
            "own"
        );
    }
}
