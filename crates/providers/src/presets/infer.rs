//! The inverse of filling in: finds the provider of an issuer, and its parameters, from the
//! issuer's data.

use std::collections::BTreeMap;

use claimgate::json::Value;
use claimgate::policy::Decision;

use super::template::{Piece, pieces};
use super::{AUDIENCE, Provider, all};
use claimgate::policy::PolicyDefinition;

impl Provider {
    /// Whether its jobs can request an audience of their own choice.
    pub fn can_ask_for_audience(&self) -> bool {
        let is_audience = |piece: Piece<'_>| matches!(piece, Piece::Hole { name, .. } if name == AUDIENCE || name == "audienceClaim");
        self.workflows
            .iter()
            .any(|workflow| pieces(workflow.text).into_iter().any(is_audience))
    }

    /// The audience that an issuer's allow policies require, if it is not an organization's.
    pub fn infer_audience(&self, policies: &[PolicyDefinition]) -> Option<String> {
        let allows = policies
            .iter()
            .filter(|policy| policy.decision == Decision::Allow);
        let demanded = allows
            .flat_map(|policy| &policy.rules)
            .filter(|(claim, _)| claim == "aud")
            .map(|(_, aud)| aud);
        let is_other =
            |aud: &&String| !aud.starts_with("urn:pulumi:org:") && !aud.contains(['*', '?']);
        demanded
            .into_iter()
            .find(is_other)
            .filter(|_| self.can_ask_for_audience())
            .cloned()
    }

    /// The parameters as far as they can be inferred from an issuer's URL, its policies, and the
    /// claims of its samples, each the text of a JSON object.
    pub fn infer<'a>(
        &self,
        url: &str,
        policies: &[PolicyDefinition],
        samples: impl IntoIterator<Item = &'a str>,
    ) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.read_off(&self.url, url, &mut found);
        for policy in policies {
            for (claim, pattern) in &policy.rules {
                for template in self.rule_templates(claim) {
                    self.read_off(template, pattern, &mut found);
                }
            }
        }
        for sample in samples {
            if let Ok(claims) = Value::parse(sample) {
                self.read_claims(&self.claims, &claims, &mut found);
            }
        }
        // Neither other text nor patterns with wildcards are useful as a parameter.
        let is_name = |id: &str, text: &str| {
            self.parameters.iter().any(|parameter| parameter.id == id) && !text.contains(['*', '?'])
        };
        found.retain(|id, text| is_name(id, text));
        found
    }

    /// The patterns of the provider's own policies on a claim.
    fn rule_templates<'a>(&'a self, claim: &str) -> Vec<&'a str> {
        let Value::Array(policies) = &self.policies else {
            return Vec::new();
        };
        policies
            .iter()
            .filter_map(|policy| policy.member("rules")?.member(claim)?.as_str())
            .collect()
    }

    fn read_claims(&self, template: &Value, value: &Value, found: &mut BTreeMap<String, String>) {
        match (template, value) {
            (Value::String(template), Value::String(text)) => self.read_off(template, text, found),
            (Value::Object(members), Value::Object(_)) => {
                for (name, template) in members {
                    if let Some(value) = value.member(name) {
                        self.read_claims(template, value, found);
                    }
                }
            }
            (Value::Array(templates), Value::Array(values)) => {
                for (template, value) in templates.iter().zip(values) {
                    self.read_claims(template, value, found);
                }
            }
            _ => {}
        }
    }

    /// Adds the parameters of a filled template that are not known yet.
    fn read_off(&self, template: &str, text: &str, found: &mut BTreeMap<String, String>) {
        let holes = self
            .variants(template)
            .into_iter()
            .find_map(|variant| unify(&variant, text));
        for (name, value) in holes.unwrap_or_default() {
            found.entry(name).or_insert(value);
        }
    }

    /// All variants of a template with derived parameters replaced by those that they are derived
    /// from.
    fn variants(&self, template: &str) -> Vec<String> {
        let built_in = ("audience", "urn:pulumi:org:{{organization}}");
        let mut variants = vec![template.to_owned()];
        // A derived parameter may depend on an earlier derived one.
        for derived in self.derived.iter().rev() {
            variants = replace(
                &variants,
                &derived.id,
                derived.cases.iter().map(|case| case.text.as_str()),
            );
        }
        replace(&variants, built_in.0, std::iter::once(built_in.1))
    }
}

/// The provider of an issuer: that of its preset, or the one whose URL template matches its URL.
pub fn provider_of(preset: &str, url: &str) -> Option<&'static Provider> {
    super::find(preset).or_else(|| recognise(url))
}

fn recognise(url: &str) -> Option<&'static Provider> {
    let fits = |provider: &&Provider| {
        identifies_provider(&provider.url) && unify(&provider.url, url).is_some()
    };
    all().iter().find(fits)
}

/// Whether a URL template identifies one provider: its host is literal, or ends so.
fn identifies_provider(template: &str) -> bool {
    let host = template
        .strip_prefix("https://")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    let behind = host.rsplit("}}").next().unwrap_or_default();
    behind.contains('.')
}

fn replace<'a>(
    variants: &[String],
    id: &str,
    texts: impl Iterator<Item = &'a str> + Clone,
) -> Vec<String> {
    let is_hole = |piece: &Piece<'_>| matches!(piece, Piece::Hole { name, .. } if *name == id);
    let mut replaced = Vec::new();
    for variant in variants {
        if !pieces(variant).iter().any(is_hole) {
            replaced.push(variant.clone());
            continue;
        }
        for text in texts.clone() {
            replaced.push(variant.replace(&format!("{{{{{id}}}}}"), text));
        }
    }
    replaced
}

/// The values of the placeholders of a template that produce this text, if there are any: each as
/// short as possible, the last one the rest.
fn unify(template: &str, text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text;
    let mut holes: Vec<(String, String)> = Vec::new();
    let mut open: Option<(&str, Option<&str>)> = None;
    for piece in pieces(template) {
        match piece {
            Piece::Text("") => {}
            Piece::Text(literal) => match open.take() {
                None => rest = rest.strip_prefix(literal)?,
                Some(hole) => {
                    let (before, after) = rest.split_once(literal)?;
                    holes.push(filled(hole, before)?);
                    rest = after;
                }
            },
            // Two adjacent placeholders are ambiguous.
            Piece::Hole { .. } if open.is_some() => return None,
            Piece::Hole { name, filter } => open = Some((name, filter)),
        }
    }
    match open {
        Some(hole) => holes.push(filled(hole, rest)?),
        None if rest.is_empty() => {}
        None => return None,
    }
    Some(holes)
}

fn filled((name, filter): (&str, Option<&str>), text: &str) -> Option<(String, String)> {
    let text = match filter {
        None => text.to_owned(),
        Some("colon") => text.replace("%3A", ":"),
        Some(_) => return None,
    };
    (!text.is_empty()).then_some((name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_942_400;

    /// The parts of an issuer that inference reads.
    struct Made {
        url: String,
        policies: Vec<PolicyDefinition>,
        samples: Vec<String>,
    }

    impl Made {
        fn infer(&self, provider: &Provider) -> BTreeMap<String, String> {
            let samples = self.samples.iter().map(String::as_str);
            provider.infer(&self.url, &self.policies, samples)
        }
    }

    /// An issuer as registering it from a provider creates it.
    fn made(provider: &Provider, given: &BTreeMap<String, String>) -> Made {
        let filled = provider.fill(given, NOW);
        Made {
            url: filled.url,
            policies: filled.policies,
            samples: vec![filled.claims],
        }
    }

    #[test]
    fn what_was_filled_in_is_read_off_again() {
        for provider in all() {
            let given: BTreeMap<_, _> = provider
                .parameters
                .iter()
                .map(|parameter| (parameter.id.clone(), parameter.example.clone()))
                .collect();
            let inferred = made(provider, &given).infer(provider);
            for (id, text) in &inferred {
                assert_eq!(given.get(id), Some(text), "{}: {id}", provider.id);
            }
            // No claim contains the target of the exchange.
            let missing: Vec<_> = provider
                .parameters
                .iter()
                .filter(|parameter| {
                    !parameter.is_exchange_only && !inferred.contains_key(&parameter.id)
                })
                .collect();
            assert!(missing.is_empty(), "{}: {missing:?}", provider.id);
        }
    }

    #[test]
    fn nothing_is_read_off_what_was_written_otherwise() {
        for provider in all() {
            let found = provider.infer("https://ci.example/x", &[], []);
            assert!(
                found.keys().all(|id| provider.url.contains(id.as_str())),
                "{}: {found:?}",
                provider.id
            );
        }
        let github = super::super::find("github-actions").unwrap();
        let mut issuer = made(github, &BTreeMap::new());
        issuer.samples.clear();
        issuer.policies[0].rules = vec![(
            "sub".to_owned(),
            "repo:octo-*/x:ref:refs/heads/main".to_owned(),
        )];
        let found = issuer.infer(github);
        assert_eq!(found.get("owner"), None);
        assert_eq!(found.get("repository").map(String::as_str), Some("x"));
    }

    #[test]
    fn an_audience_of_its_own_is_read_off_what_allows() {
        let github = super::super::find("github-actions").unwrap();
        let mut issuer = made(github, &BTreeMap::new());
        assert_eq!(github.infer_audience(&issuer.policies), None);
        issuer.policies[0].rules[0].1 = "https://github.com/octo-org".to_owned();
        assert_eq!(
            github.infer_audience(&issuer.policies).as_deref(),
            Some("https://github.com/octo-org")
        );
        assert_eq!(
            super::super::find("vercel")
                .unwrap()
                .infer_audience(&issuer.policies),
            None
        );
        issuer.policies[0].decision = Decision::Deny;
        assert_eq!(github.infer_audience(&issuer.policies), None);
    }

    #[test]
    fn providers_are_recognised_by_their_urls() {
        let of = |url: &str| provider_of("", url).map(|provider| provider.id.as_str());
        assert_eq!(
            of("https://token.actions.githubusercontent.com"),
            Some("github-actions")
        );
        assert_eq!(of("https://gitlab.com"), Some("gitlab"));
        assert_eq!(of("https://oidc.circleci.com/org/1"), Some("circleci"));
        assert_eq!(of("https://acme.app.spacelift.io"), Some("spacelift"));
        assert_eq!(of("https://gitlab.acme.example"), None);
        assert_eq!(
            of("https://token.actions.githubusercontent.com.evil.example"),
            None
        );
        let by_preset = provider_of("gke", "https://ci.example").unwrap();
        assert_eq!(by_preset.id, "gke");
    }
}
