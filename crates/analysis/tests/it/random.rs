//! Random policies over few letters, the same ones every time.

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::PolicyModel;

/// A small generator of random numbers (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn pattern(&mut self) -> String {
        let length = self.below(4);
        (0..length)
            .map(|_| *self.pick(&['a', 'b', '*', '?', '.']))
            .collect()
    }

    /// A policy with rules on `x`, `y` or both.
    pub(crate) fn policy(&mut self, decision: Decision) -> PolicyDefinition {
        let mut policy = PolicyDefinition::new(decision, TokenType::Organization);
        for claim in ["x", "y"] {
            if self.below(3) > 0 {
                policy = policy.rule(claim, self.pattern());
            }
        }
        if policy.rules.is_empty() {
            policy = policy.rule("x", self.pattern());
        }
        if decision == Decision::Allow {
            policy.role_id = self
                .pick(&[None, None, Some("r"), Some("s")])
                .map(str::to_owned);
            policy.authorized_permissions = (self.below(3) == 0).then(|| vec!["admin".to_owned()]);
        } else {
            policy.report_only = self.below(6) == 0;
        }
        policy
    }

    pub(crate) fn policies(&mut self) -> Vec<PolicyDefinition> {
        let (allows, denies) = (1 + self.below(3), self.below(4));
        let mut all: Vec<_> = (0..allows).map(|_| self.policy(Decision::Allow)).collect();
        all.extend((0..denies).map(|_| self.policy(Decision::Deny)));
        all
    }
}

/// The policies of an unknown issuer.
pub(crate) fn model(policies: &[PolicyDefinition]) -> PolicyModel {
    model_at("", policies)
}

/// The policies of the issuer with that URL.
pub(crate) fn model_at(url: &str, policies: &[PolicyDefinition]) -> PolicyModel {
    let issuer = IssuerDefinition {
        url: url.to_owned(),
        policies: policies.to_vec(),
        ..IssuerDefinition::default()
    };
    PolicyModel::new(&issuer, Dialect::Pulumi).unwrap()
}

/// How many cases to try: those of the environment variable, or the default.
pub(crate) fn cases(default: u64) -> u64 {
    let given = std::env::var("CLAIMGATE_ANALYSIS_CASES").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}
