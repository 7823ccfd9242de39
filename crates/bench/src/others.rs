//! Other engines for the same decisions, each used as its users would.

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, PolicySet as CedarPolicies, Request,
};
use claimgate::claims::{TrustedClaims, Value};
use claimgate::policy::{Decision, PolicyDefinition};
use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use regex::RegexSet;

/// The claims' texts by name.
pub type Texts = HashMap<String, String>;

pub fn texts(claims: &TrustedClaims) -> Texts {
    let text = |value: &Value| value.scalar_text().unwrap_or_default();
    claims
        .claims()
        .iter()
        .map(|(name, value)| (name.to_owned(), text(value)))
        .collect()
}

fn glob(pattern: &str) -> globset::Glob {
    GlobBuilder::new(pattern)
        .literal_separator(false)
        .build()
        .expect("glob")
}

/// A loop over all policies, with each rule a compiled glob.
pub struct Naive(Vec<(Decision, Vec<(String, GlobMatcher)>)>);

impl Naive {
    pub fn new(policies: &[PolicyDefinition]) -> Self {
        let rules = |policy: &PolicyDefinition| {
            policy
                .rules
                .iter()
                .map(|(claim, pattern)| (claim.clone(), glob(pattern).compile_matcher()))
                .collect()
        };
        Self(
            policies
                .iter()
                .map(|policy| (policy.decision, rules(policy)))
                .collect(),
        )
    }

    pub fn is_allowed(&self, claims: &Texts) -> bool {
        let matching = |decision: Decision| {
            self.0.iter().any(|(own, rules)| {
                *own == decision
                    && rules.iter().all(|(claim, glob)| {
                        claims.get(claim).is_some_and(|text| glob.is_match(text))
                    })
            })
        };
        !matching(Decision::Deny) && matching(Decision::Allow)
    }
}

/// Finds the matching patterns on `sub`, with one `GlobSet` or one `RegexSet`.
pub enum Set {
    Globs(GlobSet),
    Regexes(RegexSet),
}

/// All patterns on `sub` in one set; the other rules of matching policies are checked one by one.
pub struct BySet(Set, Vec<(Decision, Vec<(String, GlobMatcher)>)>);

impl BySet {
    /// None if there are too many for one set.
    pub fn globs(policies: &[PolicyDefinition]) -> Option<Self> {
        let mut set = GlobSetBuilder::new();
        for policy in policies {
            set.add(glob(sub(policy)));
        }
        Some(Self(Set::Globs(set.build().ok()?), rest(policies)))
    }

    /// None if they take more than 1 GiB.
    pub fn regexes(policies: &[PolicyDefinition]) -> Option<Self> {
        let texts = policies
            .iter()
            .map(|policy| format!("^{}$", regex::escape(sub(policy)).replace(r"\*", ".*")));
        let set = regex::RegexSetBuilder::new(texts)
            .size_limit(1 << 30)
            .build()
            .ok()?;
        Some(Self(Set::Regexes(set), rest(policies)))
    }

    pub fn is_allowed(&self, claims: &Texts) -> bool {
        let Some(sub) = claims.get("sub") else {
            return false;
        };
        let found: Vec<usize> = match &self.0 {
            Set::Globs(set) => set.matches(sub),
            Set::Regexes(set) => set.matches(sub).into_iter().collect(),
        };
        let matching = |index: &usize| {
            let (decision, rules) = &self.1[*index];
            let all = rules
                .iter()
                .all(|(claim, glob)| claims.get(claim).is_some_and(|text| glob.is_match(text)));
            all.then_some(*decision)
        };
        let decisions: Vec<Decision> = found.iter().filter_map(matching).collect();
        !decisions.contains(&Decision::Deny) && decisions.contains(&Decision::Allow)
    }
}

fn sub(policy: &PolicyDefinition) -> &str {
    policy
        .rules
        .iter()
        .find(|(claim, _)| claim == "sub")
        .map_or("*", |(_, pattern)| pattern)
}

fn rest(policies: &[PolicyDefinition]) -> Vec<(Decision, Vec<(String, GlobMatcher)>)> {
    let rules = |policy: &PolicyDefinition| {
        let others = policy.rules.iter().filter(|(claim, _)| claim != "sub");
        others
            .map(|(claim, pattern)| (claim.clone(), glob(pattern).compile_matcher()))
            .collect()
    };
    policies
        .iter()
        .map(|policy| (policy.decision, rules(policy)))
        .collect()
}

/// Cedar, with `like` on attributes of the context.
pub struct Cedar(CedarPolicies, Authorizer, Entities);

impl Cedar {
    pub fn new(policies: &[PolicyDefinition]) -> Self {
        let texts: Vec<String> = policies.iter().map(cedar_policy).collect();
        Self(
            texts.concat().parse().expect("policies"),
            Authorizer::new(),
            Entities::empty(),
        )
    }

    pub fn request(claims: &Texts) -> Request {
        let pairs = claims.iter().map(|(name, text)| {
            (
                name.clone(),
                cedar_policy::RestrictedExpression::new_string(text.clone()),
            )
        });
        let uid = |text: &str| text.parse().expect("uid");
        let context = Context::from_pairs(pairs).expect("context");
        Request::new(
            uid(r#"Token::"t""#),
            uid(r#"Action::"exchange""#),
            uid(r#"Org::"o""#),
            context,
            None,
        )
        .expect("request")
    }

    pub fn is_allowed(&self, request: &Request) -> bool {
        self.1.is_authorized(request, &self.0, &self.2).decision() == CedarDecision::Allow
    }
}

fn cedar_policy(policy: &PolicyDefinition) -> String {
    let effect = if policy.decision == Decision::Allow {
        "permit"
    } else {
        "forbid"
    };
    let rules: Vec<String> = policy
        .rules
        .iter()
        .map(|(claim, pattern)| {
            format!("context has {claim} && context.{claim} like \"{pattern}\"")
        })
        .collect();
    format!(
        "{effect}(principal, action, resource) when {{ {} }};\n",
        rules.join(" && ")
    )
}
