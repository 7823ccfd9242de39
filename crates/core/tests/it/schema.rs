//! The schemas in `docs/schema` are those of the types, and what is written and read conforms to
//! them.
#![expect(
    clippy::disallowed_methods,
    reason = "the schemas are files; the engine itself reads none"
)]

use std::path::Path;

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::explain;
use claimgate::inspect::{Options, Skip};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
use claimgate::schema::all;
use jsonschema::Validator;
use proptest::prelude::*;

use crate::cases::cases;
use serde_json::{Value, json};

use crate::backend::inspect;

const POLICIES: &str = r#"[
    {"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "repo:octo-org/*"}},
    {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "roleID": "r", "rules": {"n.m": "1"}},
    {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}},
    {"decision": "allow", "tokenType": "team", "teamName": "a*", "rules": {"sub": "*"}},
    {"decision": "allow", "tokenType": "personal", "userLogin": "octocat", "rules": {"sub": "*"}},
    {"decision": "deny", "tokenType": "runner", "runnerID": "r", "rules": {}}
]"#;

fn validator(name: &str) -> Validator {
    let schema = all().into_iter().find(|(file, _)| *file == name).unwrap().1;
    jsonschema::validator_for(schema.as_value()).unwrap()
}

fn conforms(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn the_files_are_up_to_date() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
    for (name, schema) in all() {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("CLAIMGATE_WRITE_SCHEMA").is_some() {
            std::fs::write(dir.join(name), &text).unwrap();
        }
        let file = std::fs::read_to_string(dir.join(name)).unwrap_or_default();
        assert!(
            file == text,
            "docs/schema/{name} is out of date: run cargo xtask schema"
        );
    }
}

#[test]
fn explanations_conform() {
    let validator = validator("explanation.json");
    let set = PolicySet::compile(&parse_policies(POLICIES).unwrap(), Dialect::Pulumi).unwrap();
    let claims = [
        json!({}),
        json!({"sub": "repo:octo-org/x:ref:refs/heads/main", "aud": ["b", "a", 1]}),
        json!({"sub": "repo:Octo-org/x", "aud": "b", "n": {"m": 1}}),
        json!({"sub": "repo:octo-org/x:pull_request", "aud": "a", "n": 1.5}),
        json!({"sub": null, "aud": [], "n": {"m": true}}),
    ];
    let requests = [
        RequestedToken::Organization { admin: false },
        RequestedToken::Organization { admin: true },
        RequestedToken::Team { name: "ab".into() },
        RequestedToken::Personal {
            login: "octocat".into(),
        },
        RequestedToken::Runner { name: "r".into() },
    ];
    for claims in claims {
        let claims = TrustedClaims::dangerous_assume_verified(
            Claims::from_json(&claims.to_string()).unwrap(),
        );
        for request in &requests {
            conforms(
                &validator,
                &serde_json::to_value(explain(&set, &claims, request)).unwrap(),
            );
        }
    }
    assert!(!validator.is_valid(&json!({"decision": "maybe"})));
}

#[test]
fn inspections_conform() {
    let validator = validator("inspection.json");
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples/bench")
            .join(name);
        std::fs::read_to_string(path).unwrap().trim().to_owned()
    };
    let definition = IssuerDefinition {
        name: "CI".to_owned(),
        url: "https://token.actions.githubusercontent.com".to_owned(),
        jwks: Some(read("jwks.json")),
        policies: parse_policies(&read("policies.json")).unwrap(),
        ..IssuerDefinition::default()
    };
    let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()]);
    let request = RequestedToken::Organization { admin: false };
    let token = read("token.jwt");
    let now = 1_763_942_500;
    let skip = Skip {
        issuer: true,
        key: true,
        signature: true,
        time: true,
        audience: true,
    };
    let all = [
        inspect(&token, &issuers, &request, &Options::at(now)),
        inspect(&token, &issuers, &request, &Options::at(now + 1_000_000)),
        inspect(
            &token,
            &issuers,
            &request,
            &Options {
                skip,
                ..Options::at(now)
            },
        ),
        inspect(
            &token,
            &issuers,
            &request,
            &Options {
                skip,
                assume_issuer: Some(0),
                ..Options::at(now)
            },
        ),
        inspect("a.b", &issuers, &request, &Options::at(now)),
    ];
    for inspection in all {
        conforms(&validator, &serde_json::to_value(inspection).unwrap());
    }
}

/// Whether the parser and the compiler accept what the schema can judge.
fn is_accepted(json: &Value) -> bool {
    parse_policies(&json.to_string())
        .is_ok_and(|policies| PolicySet::compile(&policies, Dialect::Pulumi).is_ok())
}

#[test]
fn the_policies_schema_agrees_with_the_parser() {
    let validator = validator("policies.json");
    let good: Value = serde_json::from_str(POLICIES).unwrap();
    conforms(&validator, &good);
    conforms(
        &validator,
        &json!({"policies": good, "id": "a", "version": 1, "created": "x", "modified": null}),
    );
    let rules = json!({"sub": "a"});
    let odd = [
        json!({}),
        json!([7]),
        json!({"policies": {}}),
        json!({"policies": [], "polices": []}),
        json!({"decision": "allow", "tokenType": "organization"}),
        json!({"decision": "allow", "tokenType": "organization", "rules": {}}),
        json!({"decision": "Allow", "tokenType": "organization", "rules": rules}),
        json!({"decision": "allow", "tokenType": "org", "rules": rules}),
        json!({"decision": "allow", "tokenType": "team", "rules": rules}),
        json!({"decision": "allow", "tokenType": "team", "teamName": "", "rules": rules}),
        json!({"decision": "allow", "tokenType": "organization", "teamName": "a", "rules": rules}),
        json!({"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["write"], "rules": rules}),
        json!({"decision": "allow", "tokenType": "runner", "runnerID": "a", "authorizedPermissions": ["admin"], "rules": rules}),
        json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": null}}),
        json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": 1.5}}),
        json!({"decision": "allow", "tokenType": "organization", "rules": rules, "rule": {}}),
    ];
    for json in odd {
        assert!(!is_accepted(&json), "{json}");
        assert!(!validator.is_valid(&json), "{json}");
    }
}

fn field() -> impl Strategy<Value = Option<Value>> {
    let value = prop_oneof![
        Just(json!("a")),
        Just(json!("")),
        Just(Value::Null),
        Just(json!(1)),
        Just(json!(true)),
        Just(json!([])),
        Just(json!(["admin"])),
        Just(json!(["write"])),
        Just(json!({"sub": "a"})),
        Just(json!({})),
    ];
    proptest::option::weighted(0.3, value)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn schema_and_parser_agree_on_any_fields(
        decision in prop_oneof![Just("allow"), Just("deny"), Just("none")],
        token_type in prop_oneof![Just("organization"), Just("team"), Just("personal"), Just("runner"), Just("x")],
        rules in prop_oneof![Just(json!({"sub": "a"})), Just(json!({})), Just(json!({"sub": []})), Just(json!([]))],
        fields in proptest::array::uniform6(field()),
    ) {
        let mut policy = json!({"decision": decision, "tokenType": token_type, "rules": rules});
        let names = ["teamName", "userLogin", "runnerID", "roleID", "authorizedPermissions", "other"];
        for (name, value) in names.into_iter().zip(fields) {
            if let Some(value) = value {
                policy[name] = value;
            }
        }
        prop_assert_eq!(validator("policies.json").is_valid(&policy), is_accepted(&policy), "{}", policy);
    }
}
