//! Policies, tokens and questions for the targets of the analysis.
#![allow(dead_code, reason = "each target uses a part")]

use arbitrary::Arbitrary;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, ReasonCode, decide};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};

#[derive(Arbitrary, Debug)]
pub struct Policy<'a> {
    denies: bool,
    reports: bool,
    token_type: u8,
    target: u8,
    admin: bool,
    role: Option<bool>,
    rules: Vec<(u8, &'a [u8])>,
}

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    pub first: Vec<Policy<'a>>,
    pub second: Vec<Policy<'a>>,
    issuer: u8,
    pulumi: bool,
    mine: Option<&'a [u8]>,
    rules: Vec<(u8, &'a [u8])>,
    claims: Vec<(u8, Vec<&'a [u8]>)>,
}

const ISSUERS: [&str; 5] = [
    "",
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
    "https://ci.example",
];

const PATHS: [&str; 8] = [
    "sub",
    "aud",
    "ref",
    "n.m",
    "n",
    "repository",
    "environment",
    "event_name",
];

/// Pieces that make patterns of provider's claims likely.
const PIECES: [&str; 32] = [
    "a",
    "b",
    "*",
    "?",
    ".",
    ":",
    "/",
    "@",
    "\\",
    "é",
    "7",
    "repo:",
    "acme",
    "/web",
    ":ref:",
    "refs/heads/",
    "main",
    ":environment:",
    "prod",
    ":pull_request",
    "refs/tags/",
    "v1",
    "project_path:",
    "group/project",
    ":ref_type:branch",
    "organization:",
    ":project:",
    ":workspace:",
    ":run_phase:",
    "plan",
    "push",
    "-",
];

fn text(bytes: &[u8]) -> String {
    let pieces = bytes.iter().take(24);
    pieces.map(|byte| PIECES[usize::from(byte % 32)]).collect()
}

fn rules(list: &[(u8, &[u8])]) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> = Vec::new();
    for (path, pattern) in list {
        let path = PATHS[usize::from(path % 8)];
        if rules.iter().all(|(claim, _)| claim != path) {
            rules.push((path.to_owned(), text(pattern)));
        }
    }
    rules
}

fn definition(policy: &Policy<'_>) -> PolicyDefinition {
    let decision = if policy.denies {
        Decision::Deny
    } else {
        Decision::Allow
    };
    let mut definition =
        PolicyDefinition::new(decision, TokenType::ALL[usize::from(policy.token_type % 4)]);
    let target = Some(["a", "b*", "team", "a?"][usize::from(policy.target % 4)].to_owned());
    match definition.token_type {
        TokenType::Organization if !policy.denies => {
            definition.authorized_permissions = policy.admin.then(|| vec!["admin".to_owned()]);
            definition.role_id = policy.role.map(|role| role.to_string());
        }
        TokenType::Organization => {}
        TokenType::Team => definition.team_name = target,
        TokenType::Personal => definition.user_login = Some("a".to_owned()),
        TokenType::Runner => definition.runner_id = Some("a".to_owned()),
    }
    definition.report_only = policy.denies && policy.reports;
    definition.rules = rules(&policy.rules);
    definition
}

impl Input<'_> {
    pub fn dialect(&self) -> Dialect {
        if self.pulumi {
            Dialect::Pulumi
        } else {
            Dialect::StringLike
        }
    }

    pub fn issuer(&self, policies: &[Policy<'_>]) -> IssuerDefinition {
        IssuerDefinition {
            url: ISSUERS[usize::from(self.issuer % 5)].to_owned(),
            policies: policies.iter().take(8).map(definition).collect(),
            ..IssuerDefinition::default()
        }
    }

    pub fn mine(&self) -> Option<String> {
        self.mine.map(text)
    }

    pub fn rules(&self) -> Vec<(String, String)> {
        rules(&self.rules)
    }

    /// Claims with one text or several as their values.
    pub fn claims(&self) -> Claims {
        let quote = |bytes: &&[u8]| format!("\"{}\"", text(bytes).replace('\\', "\\\\"));
        let mut members: Vec<String> = vec![
            format!("\"iss\":\"{}\"", ISSUERS[usize::from(self.issuer % 5)]),
            "\"exp\":1900000000".to_owned(),
        ];
        let mut seen: Vec<&str> = Vec::new();
        for (place, values) in &self.claims {
            let path = PATHS[usize::from(place % 8)];
            let name = path.split('.').next().unwrap_or(path);
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let value = match values.as_slice() {
                [only] => quote(only),
                all => format!("[{}]", all.iter().map(quote).collect::<Vec<_>>().join(",")),
            };
            members.push(match path {
                "n.m" => format!("\"n\":{{\"m\":{value}}}"),
                path => format!("\"{path}\":{value}"),
            });
        }
        Claims::from_json(&format!("{{{}}}", members.join(","))).expect("claims")
    }

    /// Requests that the policies may apply to.
    pub fn requests(&self, issuer: &IssuerDefinition) -> Vec<RequestedToken> {
        let mut requests: Vec<RequestedToken> = [false, true]
            .map(|admin| RequestedToken::Organization { admin })
            .into();
        for policy in &issuer.policies {
            requests.extend(match policy.token_type {
                TokenType::Organization => None,
                TokenType::Team => Some(RequestedToken::Team {
                    name: "a".to_owned(),
                }),
                TokenType::Personal => Some(RequestedToken::Personal {
                    login: "a".to_owned(),
                }),
                TokenType::Runner => Some(RequestedToken::Runner {
                    name: "a".to_owned(),
                }),
            });
        }
        requests
    }

    /// Whether rules hold on claims, by an evaluation.
    pub fn holds(&self, rules: &[(String, String)], claims: &Claims) -> bool {
        let mut deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        deny.rules = rules.to_vec();
        let set = PolicySet::compile(&[deny], self.dialect()).expect("the rules are valid");
        let claims = TrustedClaims::dangerous_assume_verified(claims.clone());
        let request = RequestedToken::Organization { admin: false };
        decide(&set, &claims, &request).reason == ReasonCode::DenyMatched
    }
}

pub fn is_allowed(set: &PolicySet, claims: &Claims, request: &RequestedToken) -> bool {
    let claims = TrustedClaims::dangerous_assume_verified(claims.clone());
    decide(set, &claims, request).decision == Outcome::Allowed
}

/// Whether the issuer can send such a token, apart from what is known of providers. That of an unknown
/// issuer has any URL.
pub fn is_sent(issuer: &IssuerDefinition, claims: &Claims) -> bool {
    let own = claims.get("iss").and_then(|iss| iss.as_str());
    own.is_some_and(|own| own == issuer.url)
}
