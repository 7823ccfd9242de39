//! The gallery's examples, each decided as it says.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Explanation, explain_with};
use claimgate::inspect::{CheckStatus, Inspection, Options, Skip};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};

use crate::markdown::{file, root};
use crate::sources::SOURCES;

use crate::backend::inspect;

/// How many there are, so that none gets lost.
const COUNT: usize = 21;

struct Example {
    id: String,
    issuer: Issuer,
    claims: Claims,
    request: RequestedToken,
    now: i64,
    fault: Option<String>,
    decision: String,
    code: String,
    policies: Vec<usize>,
    hint: Option<String>,
}

impl Example {
    fn read(name: &str) -> Self {
        let value = Value::parse(&file(&format!("examples/gallery/{name}"))).unwrap();
        let expected = value.member("expected").unwrap();
        for member in ["id", "title", "story", "provider"] {
            assert!(
                value
                    .member(member)
                    .and_then(Value::as_str)
                    .is_some_and(|text| !text.is_empty()),
                "{name}: {member}"
            );
        }
        let fault = value.member("token").map(|token| text(token, "fault"));
        Self {
            id: text(&value, "id"),
            issuer: issuer(value.member("issuer").unwrap()),
            claims: Claims::from_value(value.member("claims").unwrap().clone()).unwrap(),
            request: request(value.member("request").unwrap()),
            now: number(value.member("now").unwrap()),
            fault,
            decision: text(expected, "decision"),
            code: text(expected, "code"),
            policies: list(expected.member("policies").unwrap())
                .iter()
                .map(number)
                .map(|n| n.try_into().unwrap())
                .collect(),
            hint: expected
                .member("hint")
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    }

    /// The claims alone: policies, and nothing else.
    fn explain(&self) -> Explanation {
        let claims = TrustedClaims::dangerous_assume_verified(self.claims.clone());
        explain_with(self.issuer.policies(), &claims, &self.request, SOURCES)
    }

    /// The claims in an unsigned token: every check but key and signature.
    fn inspect(&self) -> Inspection {
        let header = r#"{"typ":"JWT","alg":"RS256","kid":"example-key-id"}"#;
        let parts = [
            header.as_bytes(),
            self.claims.to_json().as_bytes(),
            b"no one signed this",
        ]
        .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let skip = Skip {
            key: true,
            signature: true,
            ..Skip::default()
        };
        let options = Options {
            skip,
            ..Options::at(self.now)
        };
        inspect(
            &parts.join("."),
            &Issuers::from(vec![self.issuer.clone()]),
            &self.request,
            &options,
        )
    }
}

fn issuer(value: &Value) -> Issuer {
    let definition = IssuerDefinition {
        name: text(value, "name"),
        url: text(value, "url"),
        policies: parse_policies(&value.member("policies").unwrap().to_json()).unwrap(),
        ..IssuerDefinition::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi).unwrap()
}

fn request(value: &Value) -> RequestedToken {
    match text(value, "tokenType").as_str() {
        "organization" => RequestedToken::Organization {
            admin: value.member("admin") == Some(&Value::Bool(true)),
        },
        "team" => RequestedToken::Team {
            name: text(value, "name"),
        },
        "personal" => RequestedToken::Personal {
            login: text(value, "login"),
        },
        "runner" => RequestedToken::Runner {
            name: text(value, "name"),
        },
        other => panic!("{other} is not a token type"),
    }
}

fn text(value: &Value, name: &str) -> String {
    value
        .member(name)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no text `{name}`"))
        .to_owned()
}

fn number(value: &Value) -> i64 {
    let Value::Integer(number) = value else {
        panic!("{value:?} is not a number")
    };
    i64::try_from(*number).unwrap()
}

fn list(value: &Value) -> &[Value] {
    let Value::Array(items) = value else {
        panic!("{value:?} is not an array")
    };
    items
}

fn examples() -> Vec<Example> {
    let names = std::fs::read_dir(root().join("examples/gallery")).unwrap();
    let examples: Vec<Example> = names
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let example = Example::read(&name);
            assert_eq!(format!("{}.json", example.id), name);
            example
        })
        .collect();
    assert_eq!(examples.len(), COUNT);
    examples
}

#[test]
fn every_example_is_decided_as_it_says() {
    for example in examples() {
        let inspection = example.inspect();
        let decision = serde_json::to_value(inspection.decision).unwrap();
        assert_eq!(
            decision, example.decision,
            "{}: {}",
            example.id, inspection.summary
        );
        let failed = inspection
            .checks
            .iter()
            .find(|check| check.status == CheckStatus::Failed);
        let code = failed.map_or("allow-matched", |check| check.code.as_deref().unwrap());
        assert_eq!(code, example.code, "{}: {}", example.id, inspection.summary);
        assert_eq!(
            inspection.explanation.is_none(),
            example.fault.is_some(),
            "{}",
            example.id
        );
        let policies = inspection
            .explanation
            .map(|explanation| explanation.reason.policies)
            .unwrap_or_default();
        assert_eq!(policies, example.policies, "{}", example.id);
    }
}

#[test]
fn where_the_token_has_no_fault_the_claims_alone_are_decided_alike() {
    for example in examples() {
        let explanation = example.explain();
        match &example.fault {
            None => assert_eq!(
                explanation.reason.code.as_str(),
                example.code,
                "{}",
                example.id
            ),
            Some(fault) => {
                assert_eq!(
                    explanation.reason.code.as_str(),
                    "allow-matched",
                    "{}: {fault}",
                    example.id
                );
            }
        }
    }
}

#[test]
fn hints_say_what_is_the_matter() {
    for example in examples() {
        let explanation = example.explain();
        let hints: Vec<_> = explanation.hints.iter().map(|hint| &*hint.code).collect();
        match &example.hint {
            Some(hint) => assert!(hints.contains(&hint.as_str()), "{}: {hints:?}", example.id),
            None => assert_eq!(hints, [""; 0], "{}", example.id),
        }
    }
}
