//! Providers: their issuer URL, what their claims look like, and policies to start from.

use claimgate::claims::Value;
use claimgate::policy::{PolicyDefinition, parse_policies};

const FILES: [&str; 7] = [
    include_str!("../../examples/presets/github-actions.json"),
    include_str!("../../examples/presets/gitlab.json"),
    include_str!("../../examples/presets/circleci.json"),
    include_str!("../../examples/presets/buildkite.json"),
    include_str!("../../examples/presets/eks.json"),
    include_str!("../../examples/presets/gke.json"),
    include_str!("../../examples/presets/pulumi.json"),
];

/// A provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Preset {
    /// Its identifier.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The issuer's URL; capitals and digits in it are to be replaced where `note` says so.
    pub(crate) url: String,
    /// What to mind.
    pub(crate) note: String,
    /// Sample claims, as pretty JSON.
    pub(crate) claims: String,
    /// Policies to start from.
    pub(crate) policies: Vec<PolicyDefinition>,
    /// Claim paths that rules are usually about, with what they are.
    pub(crate) known: Vec<(String, String)>,
}

/// All providers.
pub(crate) fn all() -> Vec<Preset> {
    FILES.iter().filter_map(|file| read(file)).collect()
}

/// The provider of that identifier.
pub(crate) fn find(id: &str) -> Option<Preset> {
    all().into_iter().find(|preset| preset.id == id)
}

fn read(file: &str) -> Option<Preset> {
    let value = Value::parse(file).ok()?;
    let text = |name: &str| value.member(name).and_then(Value::as_str).map(str::to_owned);
    let Some(Value::Object(known)) = value.member("knownClaims") else { return None };
    Some(Preset {
        id: text("id")?,
        name: text("name")?,
        url: text("url")?,
        note: text("note")?,
        claims: value.member("claims")?.to_json_pretty(),
        policies: parse_policies(&value.member("policies")?.to_json()).ok()?,
        known: known.iter().filter_map(|(path, doc)| Some((path.clone(), doc.as_str()?.to_owned()))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimgate::claim_path::ClaimPath;
    use claimgate::claims::{Claims, TrustedClaims};
    use claimgate::explain::{Outcome, explain};
    use claimgate::issuer::validate_url;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{PolicySet, RequestedToken};

    #[test]
    fn every_file_is_a_preset() {
        assert_eq!(all().len(), FILES.len());
    }

    #[test]
    fn starter_policies_allow_the_sample_claims() {
        for preset in all() {
            let policies = PolicySet::compile(&preset.policies, Dialect::Pulumi).unwrap();
            let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(&preset.claims).unwrap());
            let explanation = explain(&policies, &claims, &RequestedToken::Organization { admin: false });
            assert_eq!(explanation.decision, Outcome::Allowed, "{}: {}", preset.id, explanation.summary);
        }
    }

    #[test]
    fn urls_are_valid_and_equal_to_the_samples_iss() {
        for preset in all() {
            validate_url(&preset.url).unwrap();
            let claims = Claims::from_json(&preset.claims).unwrap();
            assert_eq!(claims.get("iss").and_then(Value::as_str), Some(preset.url.as_str()));
        }
    }

    #[test]
    fn known_claims_are_claim_paths() {
        for (path, _) in all().iter().flat_map(|preset| &preset.known) {
            ClaimPath::parse(path).unwrap();
        }
    }
}
