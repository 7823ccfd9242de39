//! The examples of the gallery: a story, an issuer, claims, a request and the expected decision.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::explain::Outcome;
use claimgate::inspect::Skip;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken, parse_policies};

use crate::playground::category::Category;
use crate::playground::evaluate::request;
use crate::playground::share::{ClaimsText, Shared, SharedIssuer};

/// The files, in the order of the gallery.
const FILES: [&str; 21] = [
    include_str!("../../../../examples/gallery/branch-push.json"),
    include_str!("../../../../examples/gallery/pull-request.json"),
    include_str!("../../../../examples/gallery/environment-deploy.json"),
    include_str!("../../../../examples/gallery/expired.json"),
    include_str!("../../../../examples/gallery/not-yet-valid.json"),
    include_str!("../../../../examples/gallery/look-alike-organization.json"),
    include_str!("../../../../examples/gallery/look-alike-case.json"),
    include_str!("../../../../examples/gallery/trailing-slash.json"),
    include_str!("../../../../examples/gallery/audience-array.json"),
    include_str!("../../../../examples/gallery/wrong-token-type.json"),
    include_str!("../../../../examples/gallery/deny-shadows-allow.json"),
    include_str!("../../../../examples/gallery/wildcard-fork.json"),
    include_str!("../../../../examples/gallery/unquoted-claim.json"),
    include_str!("../../../../examples/gallery/boolean-claim.json"),
    include_str!("../../../../examples/gallery/immutable-subject.json"),
    include_str!("../../../../examples/gallery/team-wildcard.json"),
    include_str!("../../../../examples/gallery/admin-not-granted.json"),
    include_str!("../../../../examples/gallery/protected-branch.json"),
    include_str!("../../../../examples/gallery/unprotected-branch.json"),
    include_str!("../../../../examples/gallery/dot-is-wildcard.json"),
    include_str!("../../../../examples/gallery/no-policy.json"),
];

/// The signature of placeholder tokens: examples with a fault, and claims from a link, are shown in
/// such a token. The text is part of the tokens.
const SIGNATURE: &str = "no one signed this";
const HEADER: &str = r#"{"typ":"JWT","alg":"RS256","kid":"example-key-id"}"#;

/// An example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What happens, in two or three sentences.
    pub story: String,
    /// The identifier of the provider.
    pub provider: String,
    /// What it is about.
    pub category: Category,
    /// The issuer's label and URL.
    pub issuer: SharedIssuer,
    /// The issuer's policies.
    pub policies: Vec<PolicyDefinition>,
    /// The claims, as pretty JSON.
    pub claims: String,
    /// The requested token.
    pub request: RequestedToken,
    /// The time of the story, in seconds since 1970.
    pub now: i64,
    /// Whether it needs a token: its fault is found before the policies are evaluated.
    pub is_token: bool,
    /// The expected decision.
    pub expected: Expected,
}

/// The expected decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The decision.
    pub decision: Outcome,
    /// The code of the reason.
    pub code: String,
    /// Indices of the deciding policies, from 0.
    pub policies: Vec<usize>,
}

impl Example {
    /// The content of a link to it.
    pub fn shared(&self) -> Shared {
        Shared {
            issuer: Some(self.issuer.clone()),
            policies: self.policies.clone(),
            claims: ClaimsText::new(&self.claims).ok(),
            request: self.request.clone(),
            now: Some(self.now),
            skip: if self.is_token {
                unsigned_skip()
            } else {
                Skip::default()
            },
            dialect: Dialect::Pulumi,
        }
    }
}

/// Claims in a token with a placeholder for its signature, to be decoded with [`unsigned_skip`].
pub fn unsigned(claims: &str) -> String {
    [HEADER, claims, SIGNATURE]
        .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

/// Whether a token was made by [`unsigned`].
pub fn is_unsigned(token: &str) -> bool {
    let [header, signature] = [HEADER, SIGNATURE].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let rest = token
        .trim()
        .strip_prefix(&header)
        .and_then(|rest| rest.strip_suffix(&signature));
    rest.is_some_and(|rest| rest.starts_with('.') && rest.ends_with('.'))
}

/// The checks that such a token cannot pass, to be skipped.
pub fn unsigned_skip() -> Skip {
    Skip {
        key: true,
        signature: true,
        ..Skip::default()
    }
}

/// All examples.
pub fn all() -> &'static [Example] {
    static ALL: LazyLock<Vec<Example>> =
        LazyLock::new(|| FILES.iter().filter_map(|file| read(file)).collect());
    &ALL
}

/// The example with that identifier.
pub fn find(id: &str) -> Option<&'static Example> {
    all().iter().find(|example| example.id == id)
}

fn read(file: &str) -> Option<Example> {
    let value = Value::parse(file).ok()?;
    let issuer = value.member("issuer")?;
    Some(Example {
        id: text(&value, "id")?,
        title: text(&value, "title")?,
        story: text(&value, "story")?,
        provider: text(&value, "provider")?,
        category: Category::read(&text(&value, "category")?)?,
        issuer: SharedIssuer {
            name: text(issuer, "name")?,
            url: text(issuer, "url")?,
        },
        policies: parse_policies(&issuer.member("policies")?.to_json()).ok()?,
        claims: value.member("claims")?.to_json_pretty(),
        request: requested(value.member("request")?)?,
        now: number(value.member("now")?)?,
        is_token: value.member("token").is_some(),
        expected: expected(value.member("expected")?)?,
    })
}

fn requested(value: &Value) -> Option<RequestedToken> {
    let target = text(value, "name")
        .or_else(|| text(value, "login"))
        .unwrap_or_default();
    Some(request(
        &text(value, "tokenType")?,
        target,
        value.member("admin") == Some(&Value::Bool(true)),
    ))
}

fn expected(value: &Value) -> Option<Expected> {
    let Value::Array(policies) = value.member("policies")? else {
        return None;
    };
    let decision = match text(value, "decision")?.as_str() {
        "allowed" => Outcome::Allowed,
        "denied" => Outcome::Denied,
        _ => return None,
    };
    Some(Expected {
        decision,
        code: text(value, "code")?,
        policies: policies.iter().map(number).collect::<Option<_>>()?,
    })
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.member(name)?.as_str().map(str::to_owned)
}

fn number<N: TryFrom<i128>>(value: &Value) -> Option<N> {
    match value {
        Value::Integer(number) => N::try_from(*number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuers::storage::StoredIssuer;
    use crate::playground::evaluate::{Answer, Question, Report, evaluate};

    fn stored(example: &Example) -> StoredIssuer {
        StoredIssuer {
            name: example.issuer.name.clone(),
            url: example.issuer.url.clone(),
            policies: example.policies.clone(),
            preset: example.provider.clone(),
            ..StoredIssuer::blank("a".to_owned(), 0)
        }
    }

    fn asked(example: &Example) -> Report {
        let question = Question {
            is_claims: !example.is_token,
            text: if example.is_token {
                unsigned(&example.claims)
            } else {
                example.claims.clone()
            },
            issuer: "a".to_owned(),
            request: example.request.clone(),
            skip: unsigned_skip(),
            now: example.now,
            dialect: Dialect::Pulumi,
        };
        match evaluate(&question, &[stored(example)]) {
            Answer::Report(report) => *report,
            other => panic!("{}: {other:?}", example.id),
        }
    }

    #[test]
    fn every_file_of_the_folder_is_an_example() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/gallery");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len());
        assert_eq!(all().len(), FILES.len());
        for example in all() {
            assert_eq!(find(&example.id), Some(example));
            assert!(
                claimgate_providers::find(&example.provider).is_some(),
                "{}",
                example.id
            );
        }
    }

    #[test]
    fn the_playground_decides_as_the_example_says() {
        for example in all() {
            let report = asked(example);
            assert_eq!(
                report.decision, example.expected.decision,
                "{}: {}",
                example.id, report.summary
            );
            let reason = report.explanation.map(|explanation| explanation.reason);
            let failed = report.checks.iter().find_map(|check| check.code.clone());
            let code = reason
                .as_ref()
                .map(|reason| reason.code.as_str())
                .or(failed.as_deref());
            assert_eq!(code, Some(example.expected.code.as_str()), "{}", example.id);
            let policies = reason.map(|reason| reason.policies).unwrap_or_default();
            assert_eq!(policies, example.expected.policies, "{}", example.id);
        }
    }

    #[test]
    fn every_example_fits_into_a_link_and_has_no_token_in_it() {
        for example in all() {
            let shared = example.shared();
            assert!(shared.claims.is_some());
            let fragment = shared.to_fragment().unwrap();
            assert_eq!(Shared::from_fragment(&fragment), Ok(shared.clone()));
            assert_eq!(shared.token_warnings(), [], "{}", example.id);
        }
    }
}
