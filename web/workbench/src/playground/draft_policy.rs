//! A policy drafted from a token: narrow, with the choice of what to leave free.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, Value};
use claimgate::pattern::{Dialect, escape};
use claimgate::policy::{Decision, PolicyDefinition, RequestedToken, TokenType};
use claimgate_providers::{SharedIssuer, shared_issuer};

/// What a rule of a drafted policy pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// Whom the token is for.
    Audience,
    /// The tenant of a shared issuer.
    Tenant,
    /// The repository, project, pipeline or workspace.
    Project,
    /// The environment or the branch.
    Place,
    /// The subject, where nothing finer is known of the issuer.
    Subject,
}

/// A rule of a drafted policy, which may be left free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// What it pins.
    pub facet: Facet,
    /// What it is called: `repository`.
    pub label: &'static str,
    /// The path of the claim.
    pub claim: String,
    /// The claim's value in the token.
    pub value: String,
    /// What the policy admits besides if it is left free.
    opens: String,
    /// The same, if the project is left free too.
    opens_beside_project: Option<String>,
    /// Whether strangers get in if it is left free.
    pub is_dangerous: bool,
}

impl Pin {
    /// What the policy admits besides if this is left free, and what is free already.
    pub fn opens(&self, free: &[Facet]) -> &str {
        let beside = self.opens_beside_project.as_deref();
        match beside.filter(|_| free.contains(&Facet::Project)) {
            Some(opens) => opens,
            None => &self.opens,
        }
    }
}

/// Claims that name what a job belongs to, and what they are called, the usual one first.
const PROJECTS: [(&str, &str); 6] = [
    ("repository", "repository"),
    ("project_path", "project"),
    ("terraform_workspace_name", "workspace"),
    ("pipeline_slug", "pipeline"),
    ("project", "project"),
    ("stack", "stack"),
];

/// Claims that name where a job runs, and what they are called.
const PLACES: [(&str, &str); 4] = [
    ("environment", "environment"),
    ("ref", "branch or tag"),
    ("build_branch", "branch"),
    ("terraform_run_phase", "run phase"),
];

/// The rules of a narrow policy for a token, in their order.
pub fn pins(claims: &Claims) -> Vec<Pin> {
    let issuer = claims
        .get("iss")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let shared = shared_issuer(issuer);
    let tenant = shared.and_then(|shared| tenant(shared, claims));
    let project = first(claims, &PROJECTS);
    let place = first(claims, &PLACES);
    let mut pins: Vec<_> = audience(claims).into_iter().collect();
    if project.is_none() || place.is_none() {
        pins.extend(subject(claims));
    }
    pins.extend(tenant);
    let own = project
        .as_ref()
        .map(|found| (found.label, found.value.clone()));
    pins.extend(project.map(|found| {
        let opens = opens_project(&found);
        found.pin(Facet::Project, opens)
    }));
    pins.extend(place.map(|found| {
        let label = found.label;
        let alone = own.as_ref().map_or_else(
            || opens_place(label, "this issuer", "pull requests"),
            |(_, name)| opens_place(label, &format!("`{name}`"), "its pull requests"),
        );
        let beside = own.map(|(project, _)| {
            opens_place(label, &format!("any such {project}"), "pull requests")
        });
        Pin {
            opens_beside_project: beside,
            ..found.pin(Facet::Place, alone)
        }
    }));
    pins
}

/// The repository, project, pipeline or workspace that the claims name.
pub(super) fn project(claims: &Claims) -> Option<String> {
    first(claims, &PROJECTS).map(|found| found.value)
}

/// What is open without the project: those of the same owner, whom `owner/name` names.
fn opens_project(found: &Found) -> String {
    let label = found.label;
    match found.value.rsplit_once('/') {
        Some((owner, _)) if !owner.is_empty() => format!("any {label} of `{owner}`"),
        _ => format!("any {label} of the same owner"),
    }
}

/// What is open without the place.
fn opens_place(label: &str, of: &str, pull_requests: &str) -> String {
    match label {
        "environment" => {
            format!("any environment of {of}, jobs without one, and {pull_requests}")
        }
        "branch or tag" => format!("any branch or tag of {of}, and {pull_requests}"),
        label => format!("any {label} of {of}"),
    }
}

/// The drafted policy, without rules for what is left free; none if no rule would be left.
pub fn policy(pins: &[Pin], free: &[Facet], request: &RequestedToken) -> Option<PolicyDefinition> {
    let mut policy = PolicyDefinition::new(Decision::Allow, request.token_type());
    match request {
        RequestedToken::Team { name } => policy.team_name = Some(escape(name, Dialect::Pulumi)),
        RequestedToken::Personal { login } => policy.user_login = Some(login.clone()),
        RequestedToken::Runner { name } => policy.runner_id = Some(name.clone()),
        RequestedToken::Organization { admin } => {
            policy.authorized_permissions = admin.then(|| vec!["admin".to_owned()]);
        }
    }
    for pin in pins {
        let is_free = free.contains(&pin.facet);
        let pattern = match pin.facet {
            Facet::Subject if is_free => {
                beginning(&pin.value).map(|start| format!("{}*", escape(start, Dialect::Pulumi)))
            }
            _ if is_free => None,
            _ => Some(escape(&pin.value, Dialect::Pulumi)),
        };
        policy
            .rules
            .extend(pattern.map(|pattern| (pin.claim.clone(), pattern)));
    }
    let has_target = policy.token_type == TokenType::Organization || !is_nameless(request);
    (has_target && !policy.rules.is_empty()).then_some(policy)
}

fn is_nameless(request: &RequestedToken) -> bool {
    match request {
        RequestedToken::Team { name } | RequestedToken::Runner { name } => name.is_empty(),
        RequestedToken::Personal { login } => login.is_empty(),
        RequestedToken::Organization { .. } => false,
    }
}

/// A claim that was found.
struct Found {
    claim: &'static str,
    label: &'static str,
    value: String,
}

impl Found {
    fn pin(self, facet: Facet, opens: String) -> Pin {
        Pin {
            facet,
            label: self.label,
            claim: self.claim.to_owned(),
            value: self.value,
            opens,
            opens_beside_project: None,
            is_dangerous: false,
        }
    }
}

fn first(claims: &Claims, names: &[(&'static str, &'static str)]) -> Option<Found> {
    names.iter().find_map(|(claim, label)| {
        let value = claims
            .get(claim)?
            .scalar_text()
            .filter(|text| !text.is_empty())?;
        Some(Found {
            claim,
            label,
            value,
        })
    })
}

/// The audience, or the first of several.
fn audience(claims: &Claims) -> Option<Pin> {
    let value = match claims.get("aud")? {
        Value::Array(all) => all.first()?.scalar_text()?,
        value => value.scalar_text()?,
    };
    Some(Pin {
        facet: Facet::Audience,
        label: "audience",
        claim: "aud".to_owned(),
        value,
        opens: "tokens that were issued for other services, which those could replay here"
            .to_owned(),
        opens_beside_project: None,
        is_dangerous: true,
    })
}

/// The first claim that is the tenant's name.
fn tenant(shared: &'static SharedIssuer, claims: &Claims) -> Option<Pin> {
    let whole = shared
        .tenants
        .iter()
        .filter(|row| row.before.is_empty() && row.until.is_empty());
    whole
        .filter(|row| row.claim != "sub" && row.claim != "aud")
        .find_map(|row| {
            let segments = ClaimPath::parse(row.claim).ok()?;
            let name = segments.segments().first()?.clone();
            let value = claims
                .get(&name)?
                .scalar_text()
                .filter(|text| !text.is_empty())?;
            Some(Pin {
                facet: Facet::Tenant,
                label: shared.word,
                claim: row.claim.to_owned(),
                value,
                opens: format!("anyone who can run a job on {}", shared.name),
                opens_beside_project: None,
                is_dangerous: true,
            })
        })
}

fn subject(claims: &Claims) -> Option<Pin> {
    let value = claims
        .get("sub")?
        .as_str()
        .filter(|text| !text.is_empty())?;
    let opens = match beginning(value) {
        Some(start) => format!("any subject that begins with `{start}`"),
        None => "any subject of this issuer".to_owned(),
    };
    Some(Pin {
        facet: Facet::Subject,
        label: "subject",
        claim: "sub".to_owned(),
        value: value.to_owned(),
        opens,
        opens_beside_project: None,
        is_dangerous: beginning(value).is_none(),
    })
}

/// A subject without its last part.
fn beginning(subject: &str) -> Option<&str> {
    let end = subject.rfind([':', '/'])?;
    subject
        .get(..=end)
        .filter(|start| start.len() < subject.len())
}

#[cfg(test)]
mod tests {
    use claimgate::claims::TrustedClaims;
    use claimgate::explain::{Outcome, explain};
    use claimgate::policy::PolicySet;

    use super::*;

    const ORGANIZATION: RequestedToken = RequestedToken::Organization { admin: false };

    fn drafted(claims: &str, free: &[Facet]) -> Vec<(String, String)> {
        let pins = pins(&Claims::from_json(claims).unwrap());
        policy(&pins, free, &ORGANIZATION)
            .map(|policy| policy.rules)
            .unwrap_or_default()
    }

    fn rules(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter()
            .map(|(claim, pattern)| ((*claim).to_owned(), (*pattern).to_owned()))
            .collect()
    }

    const GITHUB: &str = r#"{"iss": "https://token.actions.githubusercontent.com", "aud": "urn:pulumi:org:acme",
        "sub": "repo:octo-org/site.io:ref:refs/heads/main", "repository": "octo-org/site.io",
        "repository_owner": "octo-org", "repository_owner_id": "65", "ref": "refs/heads/main"}"#;

    #[test]
    fn a_github_token_is_pinned_to_owner_repository_branch_and_audience() {
        let all = [
            ("aud", "urn:pulumi:org:acme"),
            ("repository_owner_id", "65"),
            ("repository", r"octo-org/site\.io"),
            ("ref", "refs/heads/main"),
        ];
        assert_eq!(drafted(GITHUB, &[]), rules(&all));
        assert_eq!(drafted(GITHUB, &[Facet::Place]), rules(&all[..3]));
        let found = pins(&Claims::from_json(GITHUB).unwrap());
        let dangerous: Vec<_> = found
            .iter()
            .filter(|pin| pin.is_dangerous)
            .map(|pin| pin.facet)
            .collect();
        assert_eq!(dangerous, [Facet::Audience, Facet::Tenant]);
        assert_eq!(found[1].opens, "anyone who can run a job on GitHub Actions");
        assert_eq!(found[2].opens(&[]), "any repository of `octo-org`");
        let place = |free: &[Facet]| found[3].opens(free).to_owned();
        assert_eq!(
            place(&[Facet::Place]),
            "any branch or tag of `octo-org/site.io`, and its pull requests"
        );
        assert_eq!(
            place(&[Facet::Project]),
            "any branch or tag of any such repository, and pull requests"
        );
    }

    #[test]
    fn a_token_of_an_unknown_issuer_is_pinned_by_its_subject() {
        let claims = r#"{"iss": "https://ci.example", "aud": ["a", "b"], "sub": "system:serviceaccount:ci:deployer"}"#;
        assert_eq!(
            drafted(claims, &[]),
            rules(&[("aud", "a"), ("sub", "system:serviceaccount:ci:deployer")])
        );
        assert_eq!(
            drafted(claims, &[Facet::Subject]),
            rules(&[("aud", "a"), ("sub", "system:serviceaccount:ci:*")])
        );
        assert_eq!(drafted(r#"{"sub": "a"}"#, &[Facet::Subject]), []);
    }

    #[test]
    fn a_draft_is_for_the_requested_token() {
        let pins = pins(&Claims::from_json(GITHUB).unwrap());
        let team = |name: &str| {
            policy(
                &pins,
                &[],
                &RequestedToken::Team {
                    name: name.to_owned(),
                },
            )
        };
        assert_eq!(team("ops").unwrap().team_name.as_deref(), Some("ops"));
        assert_eq!(team(""), None);
    }

    #[test]
    fn the_drafts_of_all_providers_allow_their_own_tokens() {
        for provider in claimgate_providers::all() {
            let claims = Claims::from_json(&provider.example(1_764_000_000).claims).unwrap();
            let drafted = policy(&pins(&claims), &[], &ORGANIZATION).unwrap();
            let set = PolicySet::compile(std::slice::from_ref(&drafted), Dialect::Pulumi).unwrap();
            let trusted = TrustedClaims::dangerous_assume_verified(claims);
            let found = explain(&set, &trusted, &ORGANIZATION);
            assert_eq!(
                found.decision,
                Outcome::Allowed,
                "{}: {drafted:?}",
                provider.id
            );
            assert!(drafted.rules.len() >= 2, "{}: {drafted:?}", provider.id);
        }
    }
}
