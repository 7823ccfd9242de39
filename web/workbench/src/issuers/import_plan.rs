//! What an import would do to the registered issuers.

use claimgate::json::Value;
use claimgate::policy::PolicyDefinition;

use super::issuer_part::{Part, differences};
use super::storage::StoredIssuer;
use claimgate_formats::{IssuerDocument, Sample};

/// An issuer of the imported text, and what the import does with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The issuer as it would be stored.
    pub issuer: StoredIssuer,
    /// Its effect on the registered issuers.
    pub effect: Effect,
}

/// The effect of an imported issuer on the registered ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// No registered issuer has its URL.
    New,
    /// A registered issuer is identical.
    Same,
    /// It replaces a registered issuer.
    Replaces {
        /// That issuer's name.
        name: String,
        /// The parts that would change.
        parts: Vec<&'static str>,
    },
}

/// Plans the import of issuers. An issuer that is registered already, by its URL, changes where the
/// text says so, and keeps the rest. `new_id` is called for every issuer.
pub fn plan(
    imported: Vec<IssuerDocument>,
    existing: &[StoredIssuer],
    new_id: impl Fn() -> String,
    now: i64,
) -> Vec<Planned> {
    let mut plan = Vec::with_capacity(imported.len());
    for issuer in imported {
        let is_it = |known: &&StoredIssuer| known.url == issuer.definition.url;
        match existing.iter().find(is_it) {
            None => plan.push(Planned {
                issuer: StoredIssuer::of_document(issuer, new_id(), now),
                effect: Effect::New,
            }),
            Some(known) => {
                let has_policies = issuer.has_policies;
                plan.push(replace(
                    known,
                    StoredIssuer::of_document(issuer, known.id.clone(), now),
                    has_policies,
                ));
            }
        }
    }
    plan
}

/// Plans the import of policies without an issuer into a registered one.
pub fn plan_policies(policies: Vec<PolicyDefinition>, known: &StoredIssuer) -> Planned {
    planned(
        known,
        StoredIssuer {
            policies,
            ..known.clone()
        },
    )
}

fn replace(known: &StoredIssuer, new: StoredIssuer, has_policies: bool) -> Planned {
    let mut merged = known.clone();
    let stated = |part: &&Part| is_stated(**part, &new, known, has_policies);
    for part in Part::ALL.iter().filter(stated) {
        part.copy(&new, &mut merged);
    }
    planned(known, merged)
}

/// Whether the imported text says something else about a part. What it leaves out stays.
fn is_stated(part: Part, new: &StoredIssuer, known: &StoredIssuer, has_policies: bool) -> bool {
    match part {
        Part::Name => true,
        Part::MaxExpiration => new.max_expiration.is_some(),
        Part::Keys => new.jwks.is_some() && !same_keys(new.jwks.as_deref(), known.jwks.as_deref()),
        Part::Thumbprints => !new.thumbprints.is_empty(),
        Part::Audiences => new.audiences.is_some(),
        Part::SingleUse => new.single_use,
        Part::ReportOnly => new.report_only,
        Part::Policies => has_policies,
        Part::Samples => !new.samples.is_empty() && !same_samples(&new.samples, &known.samples),
        Part::Preset => !new.preset.is_empty(),
    }
}

fn planned(known: &StoredIssuer, issuer: StoredIssuer) -> Planned {
    let parts = differences(known, &issuer);
    let effect = if parts.is_empty() {
        Effect::Same
    } else {
        Effect::Replaces {
            name: known.name.clone(),
            parts,
        }
    };
    Planned { issuer, effect }
}

/// Whether two texts contain the same keys, in whatever form.
fn same_keys(one: Option<&str>, other: Option<&str>) -> bool {
    let parse = |text: Option<&str>| text.and_then(|text| Value::parse(text).ok());
    one == other || (parse(one).is_some() && parse(one) == parse(other))
}

/// Whether the samples are the same except for identifiers and formatting.
fn same_samples(some: &[Sample], others: &[Sample]) -> bool {
    let claims = |sample: &Sample| Value::parse(&sample.claims).ok();
    let is_same = |(one, other): (&Sample, &Sample)| {
        let alike = Sample {
            id: other.id.clone(),
            claims: other.claims.clone(),
            ..one.clone()
        };
        alike == *other && claims(one) == claims(other)
    };
    some.len() == others.len() && some.iter().zip(others).all(is_same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuers::storage::to_file;
    use claimgate_formats::import;

    fn known() -> StoredIssuer {
        let text = r#"{"issuers":[{"name":"CI","url":"https://ci.example","maxExpiration":60,"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]},
            "policies":[{"decision":"allow","tokenType":"organization","rules":{"sub":"a"}}],
            "samples":[{"name":"main","claims":{"sub":"a"}}]}]}"#;
        let document = import(text).unwrap().issuers.remove(0);
        let issuer = StoredIssuer::of_document(document, "a".to_owned(), 1);
        StoredIssuer {
            jwks_source: Some("https://ci.example/keys".to_owned()),
            revision: 3,
            ..issuer
        }
    }

    fn plan_of(text: &str) -> Vec<Planned> {
        plan(
            import(text).unwrap().issuers,
            &[known()],
            || "new".to_owned(),
            9,
        )
    }

    #[test]
    fn another_url_is_another_issuer() {
        let plan = plan_of(r#"{"url":"https://ci.example/","name":"CI"}"#);
        assert_eq!(plan[0].effect, Effect::New);
        assert_eq!(
            (plan[0].issuer.id.as_str(), plan[0].issuer.created),
            ("new", 9)
        );
    }

    #[test]
    fn what_was_exported_changes_nothing() {
        let plan = plan_of(&to_file(&[known()]));
        assert_eq!(
            plan,
            [Planned {
                issuer: known(),
                effect: Effect::Same
            }]
        );
    }

    #[test]
    fn what_the_text_does_not_say_stays() {
        let plan = plan_of(r#"{"url":"https://ci.example","name":"New"}"#);
        let expected = StoredIssuer {
            name: "New".to_owned(),
            ..known()
        };
        assert_eq!(plan[0].issuer, expected);
        assert_eq!(
            plan[0].effect,
            Effect::Replaces {
                name: "CI".to_owned(),
                parts: vec!["name"]
            }
        );
        let plan = plan_of(
            r#"{"url":"https://ci.example","name":"CI","policies":[],"maxExpiration":5,"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}],"a":1}}"#,
        );
        assert_eq!(plan[0].issuer.jwks_source, None);
        let parts = vec!["max expiration", "keys", "policies"];
        assert_eq!(
            plan[0].effect,
            Effect::Replaces {
                name: "CI".to_owned(),
                parts
            }
        );
    }

    #[test]
    fn policies_alone_go_into_the_issuer_that_is_chosen() {
        let planned = plan_policies(Vec::new(), &known());
        assert_eq!(
            planned.effect,
            Effect::Replaces {
                name: "CI".to_owned(),
                parts: vec!["policies"]
            }
        );
        assert_eq!(
            planned.issuer,
            StoredIssuer {
                policies: Vec::new(),
                ..known()
            }
        );
        assert_eq!(
            plan_policies(known().policies, &known()).effect,
            Effect::Same
        );
    }
}
