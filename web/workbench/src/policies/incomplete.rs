//! Policies of a form that are still being written: they do not decide.

use claimgate::policy::{Decision, PolicyDefinition, TokenType};

use super::fields::PolicyFields;

impl PolicyFields {
    /// What the policy lacks to decide; none if it is complete.
    pub fn gap(&self) -> Option<&'static str> {
        let rules = || self.rules.iter().filter(|rule| !rule.is_blank());
        let denies = self.decision == Decision::Deny.as_str();
        if rules().any(|rule| rule.claim.is_empty()) {
            return Some("a rule has no claim");
        }
        if rules().next().is_none() {
            return match denies {
                true if self.every_token => None,
                true => Some("it has no rule, and “Deny every token” is not chosen"),
                false => Some("it has no rule"),
            };
        }
        if self.rules.iter().any(super::fields::RuleFields::is_blank) {
            return Some("a rule is blank");
        }
        let needs_target = !matches!(
            TokenType::parse(&self.token_type),
            None | Some(TokenType::Organization)
        );
        (needs_target && self.target.is_empty()).then_some("it names no target")
    }
}

/// The policies that decide: an incomplete one is replaced by one that applies to no request, so
/// that all keep their numbers.
pub fn deciding(fields: &[PolicyFields]) -> Vec<PolicyDefinition> {
    let decide = |fields: &PolicyFields| match fields.gap() {
        None => fields.definition(),
        Some(_) => idle(),
    };
    fields.iter().map(decide).collect()
}

/// The same for policies of a text, of which those at `aside` are incomplete.
pub fn set_aside(policies: &[PolicyDefinition], aside: &[usize]) -> Vec<PolicyDefinition> {
    let decide = |(index, policy): (usize, &PolicyDefinition)| {
        if aside.contains(&index) {
            idle()
        } else {
            policy.clone()
        }
    };
    policies.iter().enumerate().map(decide).collect()
}

/// A policy that applies to no request: no runner has a name of one control character.
fn idle() -> PolicyDefinition {
    PolicyDefinition {
        runner_id: Some("\u{1}".to_owned()),
        ..PolicyDefinition::new(Decision::Deny, TokenType::Runner)
    }
}

#[cfg(test)]
mod tests {
    use claimgate::claims::{Claims, TrustedClaims};
    use claimgate::explain::explain;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicySet, RequestedToken};

    use super::super::fields::RuleFields;
    use super::*;

    fn fields(decision: Decision, rules: &[(&str, &str)]) -> PolicyFields {
        PolicyFields {
            decision: decision.as_str().to_owned(),
            rules: rules
                .iter()
                .map(|(claim, pattern)| RuleFields::new(claim, pattern))
                .collect(),
            ..PolicyFields::blank()
        }
    }

    #[test]
    fn an_incomplete_deny_denies_nothing_and_the_others_keep_their_numbers() {
        let allow = fields(Decision::Allow, &[("sub", "a*")]);
        let deny = fields(Decision::Deny, &[("", "")]);
        let decide = |all: &[PolicyFields]| {
            let set = PolicySet::compile(&deciding(all), Dialect::Pulumi).unwrap();
            let claims = Claims::from_json(r#"{"sub": "ab"}"#).unwrap();
            let claims = TrustedClaims::dangerous_assume_verified(claims);
            explain(
                &set,
                &claims,
                &RequestedToken::Organization { admin: false },
            )
            .summary
        };
        assert_eq!(
            decide(&[deny.clone(), allow.clone()]),
            "allowed by policy 2"
        );
        let every = PolicyFields {
            every_token: true,
            rules: Vec::new(),
            ..deny
        };
        assert!(decide(&[every, allow]).starts_with("denied by policy 1"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let cases = [
            (
                Decision::Deny,
                &[][..],
                Some("it has no rule, and “Deny every token” is not chosen"),
            ),
            (Decision::Allow, &[], Some("it has no rule")),
            (Decision::Allow, &[("", "x")], Some("a rule has no claim")),
            (
                Decision::Deny,
                &[("sub", "x"), ("", "")],
                Some("a rule is blank"),
            ),
            (Decision::Deny, &[("sub", "")], None),
            (Decision::Allow, &[("sub", "x")], None),
        ];
        for (decision, rules, expected) in cases {
            assert_eq!(fields(decision, rules).gap(), expected, "{rules:?}");
        }
        let team = PolicyFields {
            token_type: "team".to_owned(),
            ..fields(Decision::Allow, &[("sub", "x")])
        };
        assert_eq!(team.gap(), Some("it names no target"));
    }

    #[test]
    fn a_written_deny_without_rules_is_complete() {
        let written = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        assert_eq!(PolicyFields::of(&written).gap(), None);
        let aside = set_aside(&[written.clone(), written.clone()], &[0]);
        assert_eq!(
            (aside[0].token_type, &aside[1]),
            (TokenType::Runner, &written)
        );
    }
}
