use std::collections::BTreeMap;

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::explain::{Outcome, decide};
use claimgate::issuer::validate_url;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, RequestedToken};

use super::template::{names, names_in};
use super::*;
use claimgate::text::quote;
use claimgate_formats::yaml;

const NOW: i64 = 1_763_942_400;

type Given = BTreeMap<String, String>;

/// No parameters, and all of them.
fn givens(provider: &Provider) -> [Given; 2] {
    let all = provider
        .parameters
        .iter()
        .map(|parameter| (parameter.id.clone(), parameter.example.clone()))
        .collect();
    [Given::new(), all]
}

fn with(given: &Given, id: &str, text: &str) -> Given {
    let mut given = given.clone();
    given.insert(id.to_owned(), text.to_owned());
    given
}

/// Whether an issuer with the first one's URL and policies allows the second one's sample.
fn trusts(issuer: &Filled, sample: &Filled) -> bool {
    let claims = Claims::from_json(&sample.claims).unwrap();
    let is_from_it = claims.get("iss").and_then(Value::as_str) == Some(issuer.url.as_str());
    let policies = PolicySet::compile(&issuer.policies, Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    let request = RequestedToken::Organization { admin: false };
    is_from_it && decide(&policies, &claims, &request).decision == Outcome::Allowed
}

/// Every provider without and with all parameters.
fn each(check: impl Fn(&Provider, &Given, Filled)) {
    for provider in all() {
        for given in givens(provider) {
            check(provider, &given, provider.fill(&given, NOW));
        }
    }
}

#[test]
fn every_file_is_a_provider_of_its_own() {
    assert_eq!(all().len(), files::PROVIDERS.len());
    assert_eq!(
        Group::ALL.map(|group| all()
            .iter()
            .filter(|provider| provider.group == group)
            .count()),
        [11, 4, 5]
    );
    assert!(Group::ALL.iter().all(|group| !group.title().is_empty()));
    for provider in all() {
        assert_eq!(find(&provider.id), Some(provider));
        assert!(
            !provider.parameters.is_empty()
                && !provider.checklist.is_empty()
                && !provider.workflows.is_empty()
        );
    }
}

#[test]
fn every_example_is_a_name_that_there_can_be() {
    for provider in all() {
        for parameter in &provider.parameters {
            assert_eq!(
                parameter.shape.problem(&parameter.example),
                None,
                "{}: {}",
                provider.id,
                parameter.id
            );
        }
    }
    let shape = |provider: &str, parameter: &str| {
        let parameters = &find(provider).unwrap().parameters;
        parameters
            .iter()
            .find(|other| other.id == parameter)
            .unwrap()
            .shape
    };
    assert_eq!(shape("github-actions", "repository"), Shape::Part);
    assert_eq!(shape("github-actions", "branch"), Shape::Path);
    assert_eq!(shape("azure-devops", "pipeline"), Shape::Text);
}

#[test]
fn every_workflow_has_a_provider() {
    for (name, text) in files::WORKFLOWS {
        assert!(
            all()
                .iter()
                .flat_map(|provider| &provider.workflows)
                .any(|workflow| workflow.text == text),
            "{name}"
        );
    }
}

#[test]
fn placeholders_have_a_meaning_and_in_workflows_a_filter() {
    for provider in all() {
        let built_in = [
            CLOUD_URL,
            "tokenUrl",
            "audience",
            "audienceClaim",
            "exchangeAudience",
        ];
        let asked = provider
            .parameters
            .iter()
            .map(|parameter| parameter.id.as_str());
        let derived = provider.derived.iter().map(|derived| derived.id.as_str());
        let known: Vec<&str> = built_in.into_iter().chain(asked).chain(derived).collect();
        let cases = provider.derived.iter().flat_map(|derived| &derived.cases);
        let texts: Vec<&str> = [provider.url.as_str(), provider.note.as_str()]
            .into_iter()
            .chain(cases.map(|case| case.text.as_str()))
            .chain(provider.workflows.iter().map(|workflow| workflow.text))
            .collect();
        let is_time =
            |name: &&str| *name == "now" || name.starts_with("now+") || name.starts_with("now-");
        let used = texts
            .iter()
            .flat_map(|text| names(text))
            .chain(names_in(&provider.policies));
        for name in used.chain(
            names_in(&provider.claims)
                .into_iter()
                .filter(|name| !is_time(name)),
        ) {
            assert!(known.contains(&name), "{}: {name}", provider.id);
        }
        for workflow in &provider.workflows {
            let holes = workflow
                .text
                .split("{{")
                .skip(1)
                .map(|rest| rest.split("}}").next().unwrap());
            assert_eq!(
                holes.clone().find(|hole| !hole.contains('|')),
                None,
                "{}",
                provider.id
            );
        }
    }
}

#[test]
fn nothing_is_left_to_fill_in() {
    each(|provider, given, filled| {
        let whole = format!("{filled:?}");
        assert!(!whole.contains("{{"), "{} {given:?}: {whole}", provider.id);
    });
}

#[test]
fn urls_are_valid_and_equal_to_the_samples_iss() {
    each(|provider, _, filled| {
        assert_eq!(validate_url(&filled.url), Ok(()), "{}", provider.id);
        let claims = Claims::from_json(&filled.claims).unwrap();
        assert_eq!(
            claims.get("iss").and_then(Value::as_str),
            Some(filled.url.as_str()),
            "{}",
            provider.id
        );
        assert!(Claims::from_json(&filled.header).is_ok(), "{}", provider.id);
    });
}

#[test]
fn samples_are_valid_at_their_time() {
    each(|provider, _, filled| {
        let claims = Claims::from_json(&filled.claims).unwrap();
        let time = |name| {
            claims
                .get(name)
                .map(|value| matches!(value, Value::Integer(_)).then(|| value.to_json()))
        };
        let number = |name| {
            time(name)
                .flatten()
                .and_then(|text| text.parse::<i64>().ok())
        };
        assert!(
            number("exp").is_some_and(|exp| exp > NOW),
            "{}",
            provider.id
        );
        assert_eq!(number("iat"), Some(NOW), "{}", provider.id);
        assert!(
            time("nbf").is_none() || number("nbf").is_some_and(|nbf| nbf <= NOW),
            "{}",
            provider.id
        );
    });
}

#[test]
fn starter_policies_let_the_sample_in() {
    each(|provider, given, filled| {
        assert!(!filled.policies.is_empty(), "{}", provider.id);
        assert!(trusts(&filled, &filled), "{} {given:?}", provider.id);
    });
}

#[test]
fn a_sample_with_one_different_parameter_is_not_allowed() {
    each(|provider, given, filled| {
        for parameter in provider
            .parameters
            .iter()
            .filter(|parameter| !parameter.is_optional || given.contains_key(&parameter.id))
        {
            for other in [
                format!("{}x", parameter.example),
                parameter.example.to_ascii_uppercase(),
                format!("x{}", parameter.example),
            ] {
                let sample = provider.fill(&with(given, &parameter.id, &other), NOW);
                if other != parameter.example && !parameter.is_exchange_only {
                    assert!(
                        !trusts(&filled, &sample),
                        "{}: {} {other}",
                        provider.id,
                        parameter.id
                    );
                }
                // The policies allow it with the right audience.
                assert!(
                    trusts(&sample, &sample),
                    "{}: {} {other}",
                    provider.id,
                    parameter.id
                );
            }
        }
    });
}

#[test]
fn names_for_the_exchange_only_are_in_no_claim() {
    for provider in all() {
        for parameter in provider
            .parameters
            .iter()
            .filter(|parameter| parameter.is_exchange_only)
        {
            let [none, _] = givens(provider);
            let (one, other) = (
                provider.example(NOW),
                provider.fill(&with(&none, &parameter.id, "other"), NOW),
            );
            assert_eq!(
                (one.claims, one.policies),
                (other.claims, other.policies),
                "{}",
                provider.id
            );
            assert_ne!(one.workflows, other.workflows, "{}", provider.id);
        }
    }
}

#[test]
fn known_claims_are_claim_paths_and_most_are_in_the_sample() {
    each(|provider, given, filled| {
        for known in &filled.known {
            assert!(
                ClaimPath::parse(&known.path).is_ok(),
                "{}: {}",
                provider.id,
                known.path
            );
            assert!(!known.doc.is_empty());
        }
        let ruled = filled.policies.iter().flat_map(|policy| &policy.rules);
        for (claim, _) in ruled {
            let known = filled.known.iter().find(|known| known.path == *claim);
            assert!(
                known.is_some_and(|known| !known.values.is_empty()),
                "{} {given:?}: {claim}",
                provider.id
            );
        }
    });
}

#[test]
fn any_text_can_be_given() {
    let odd = [
        "",
        " ",
        "it's \"$(id)\" `x`",
        "a\nb: c",
        "\u{202e}\u{2028}",
        "{{owner}}",
        "*",
        "\\",
        "- x",
        "日本 😀",
    ];
    for (provider, text) in all()
        .iter()
        .flat_map(|provider| odd.map(|text| (provider, text)))
    {
        let given = provider
            .parameters
            .iter()
            .map(|parameter| (parameter.id.clone(), text.to_owned()))
            .collect();
        let filled = provider.fill(&given, NOW);
        assert!(Claims::from_json(&filled.claims).is_ok());
        assert_eq!(
            filled.policies.len(),
            provider.example(NOW).policies.len(),
            "{}: {text:?}",
            provider.id
        );
        for workflow in &filled.workflows {
            assert!(
                !workflow.text.chars().any(|c| c.is_control() && c != '\n'),
                "{}",
                provider.id
            );
        }
    }
}

#[test]
fn workflows_in_yaml_are_yaml_whatever_is_given() {
    let odd = [
        "acme",
        "it's \"$(id)\"",
        "a: b # c",
        "no",
        "12",
        "*",
        "- x",
        "日本 😀",
        "{a}",
        "%x",
    ];
    for (provider, text) in all()
        .iter()
        .flat_map(|provider| odd.map(|text| (provider, text)))
    {
        let given = provider
            .parameters
            .iter()
            .map(|parameter| (parameter.id.clone(), text.to_owned()))
            .collect();
        for workflow in provider
            .fill(&given, NOW)
            .workflows
            .iter()
            .filter(|workflow| workflow.language == "yaml")
        {
            assert!(!workflow.text.contains('\t'), "{}", provider.id);
            let problem = yaml::parse(&workflow.text).err();
            assert_eq!(
                problem, None,
                "{} with {text}: {}",
                provider.id, workflow.text
            );
        }
    }
}

#[test]
fn workflows_have_the_same_shape_with_and_without_what_is_optional() {
    /// The objects and arrays, in order.
    fn kinds(value: &Value) -> Vec<&'static str> {
        match value {
            Value::Object(members) => std::iter::once("an object")
                .chain(members.iter().flat_map(|(_, value)| kinds(value)))
                .collect(),
            Value::Array(items) => std::iter::once("an array")
                .chain(items.iter().flat_map(kinds))
                .collect(),
            _ => Vec::new(),
        }
    }
    for provider in all() {
        let [none, all] = givens(provider).map(|given| provider.fill(&given, NOW).workflows);
        for (one, other) in none
            .iter()
            .zip(&all)
            .filter(|(workflow, _)| workflow.language == "yaml")
        {
            let (one, other) = (
                yaml::parse(&one.text).unwrap(),
                yaml::parse(&other.text).unwrap(),
            );
            assert_eq!(kinds(&one), kinds(&other), "{}", provider.id);
        }
    }
}

#[test]
fn names_are_read_again_from_the_yaml_of_a_workflow() {
    let text = |organization: &str| {
        let given = with(&Given::new(), "organization", organization);
        let workflow = find("github-actions")
            .unwrap()
            .fill(&given, NOW)
            .workflows
            .swap_remove(0);
        let value = yaml::parse(&workflow.text).unwrap();
        let steps = value
            .member("jobs")
            .and_then(|jobs| jobs.member("deploy")?.member("steps"))
            .cloned();
        let Some(Value::Array(steps)) = steps else {
            panic!("no steps")
        };
        steps[1]
            .member("with")
            .unwrap()
            .member("organization")
            .cloned()
            .unwrap()
    };
    for organization in ["acme", "a: b", "true", "007", "it's", "\"", "\\"] {
        assert_eq!(text(organization), Value::String(organization.to_owned()));
    }
}

#[test]
fn workflows_have_the_names_and_the_cloud() {
    let url = "https://claimgate.example:8443/";
    for provider in all() {
        let given = with(&with(&Given::new(), "organization", "it's"), CLOUD_URL, url);
        for workflow in provider.fill(&given, NOW).workflows {
            let written = [
                "it'\\''s'",
                "'it\\'s'",
                &quote::double("it's"),
                &quote::double("urn:pulumi:org:it's"),
            ];
            assert!(
                written.iter().any(|text| workflow.text.contains(text)),
                "{}: {}",
                provider.id,
                workflow.text
            );
            assert!(
                workflow.text.contains(url.trim_end_matches('/')),
                "{}",
                provider.id
            );
            assert!(!workflow.text.contains("8443//"), "{}", provider.id);
        }
    }
}

#[test]
fn wildcards_in_names_do_not_go_unnoticed() {
    let provider = find("github-actions").unwrap();
    let warnings = |id: &str, text: &str| {
        let filled = provider.fill(&with(&Given::new(), id, text), NOW);
        filled
            .warnings
            .into_iter()
            .map(|warning| (warning.parameter, warning.message))
            .collect::<Vec<_>>()
    };
    for (id, text) in [
        ("repository", "my.repo"),
        ("branch", "release-*"),
        ("environment", "a?"),
        ("owner", "a\\b"),
    ] {
        assert_eq!(warnings(id, text).len(), 1, "{id}");
    }
    let expected = "`my.repo` has a `.`, which matches any one character in a pattern: `myxrepo` is allowed too";
    assert_eq!(
        warnings("repository", "my.repo"),
        [("repository".to_owned(), expected.to_owned())]
    );
    assert_eq!(warnings("organization", "a*").len(), 1);
    assert_eq!(warnings("repository", "my-repo"), []);
    // In the URL, but in no pattern.
    let host = find("gitlab-self-managed")
        .unwrap()
        .fill(&with(&Given::new(), "host", "gitlab.example.org"), NOW);
    assert_eq!(host.warnings, []);
}

#[test]
fn warns_about_odd_characters_in_parameters() {
    let provider = find("bitbucket").unwrap();
    let count = |text: &str| {
        provider
            .fill(&with(&Given::new(), "branch", text), NOW)
            .warnings
            .len()
    };
    assert_eq!(
        (
            count("main"),
            count("ma\u{200b}in"),
            count("$x"),
            count("{a}")
        ),
        (0, 1, 1, 0)
    );
    assert!(
        provider
            .fill(&with(&Given::new(), "branch", " main\n"), NOW)
            .warnings
            .is_empty()
    );
}

#[test]
fn a_job_asks_for_the_audience_that_is_given_and_exchanges_for_the_organization() {
    for provider in all()
        .iter()
        .filter(|provider| provider.can_ask_for_audience())
    {
        let given = with(&Given::new(), AUDIENCE, "https://aud.example/a&b");
        let filled = provider.fill(&given, NOW);
        let changed = filled
            .workflows
            .iter()
            .filter(|workflow| workflow.text.contains("https://aud.example/a&b"));
        assert!(changed.count() > 0, "{}", provider.id);
    }
    let github = find("github-actions")
        .unwrap()
        .fill(&with(&Given::new(), AUDIENCE, "other"), NOW);
    let text = &github.workflows[1].text;
    assert!(
        text.contains("TOKEN_AUDIENCE: other\n")
            && text.contains("AUDIENCE: urn:pulumi:org:acme\n"),
        "{text}"
    );
    assert!(!find("vercel").unwrap().can_ask_for_audience());
}
