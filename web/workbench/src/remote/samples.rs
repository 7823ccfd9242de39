//! The tests of an issuer on a server, which calls them samples.

use claimgate::json::Value as Json;
use claimgate::policy::TokenType;
use claimgate_api::{SampleBody, SampleInput, SampleRequest, SamplesBody};
use claimgate_formats::{Sample, outcome_of, outcome_word};
use serde::Deserialize;
use serde_json::Value;

/// A test as the server has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its revision.
    pub version: i64,
    /// The test, with the server's identifier.
    pub sample: Sample,
}

/// The tests of a response.
///
/// # Errors
/// What the response lacks.
pub fn stored(body: &Value) -> Result<Vec<Stored>, String> {
    let list = SamplesBody::deserialize(body).map_err(|error| error.to_string())?;
    Ok(list.samples.into_iter().map(of_body).collect())
}

fn of_body(body: SampleBody) -> Stored {
    let request = body.request;
    let claims = body.claims.to_string();
    let target = request.team.or(request.user).or(request.runner);
    Stored {
        version: body.version,
        sample: Sample {
            name: body.name,
            claims: Json::parse(&claims).map_or(claims, |claims| claims.to_json_pretty()),
            token_type: request
                .token_type
                .unwrap_or_else(|| TokenType::Organization.as_str().to_owned()),
            target: target.unwrap_or_default(),
            admin: request.admin,
            expect: body.expect.as_deref().and_then(outcome_of),
            ..Sample::blank(body.id)
        },
    }
}

/// A test as the server takes it.
fn input(sample: &Sample) -> SampleInput {
    let target = Some(sample.target.clone()).filter(|target| !target.is_empty());
    let kind = TokenType::parse(&sample.token_type).unwrap_or(TokenType::Organization);
    let to = |other: TokenType| target.clone().filter(|_| kind == other);
    SampleInput {
        name: sample.name.clone(),
        claims: claims(sample),
        request: SampleRequest {
            token_type: (kind != TokenType::Organization).then(|| kind.as_str().to_owned()),
            team: to(TokenType::Team),
            user: to(TokenType::Personal),
            runner: to(TokenType::Runner),
            admin: sample.admin,
        },
        expect: sample
            .expect
            .map(|expected| outcome_word(expected).to_owned()),
    }
}

fn claims(sample: &Sample) -> Value {
    serde_json::from_str(&sample.claims).unwrap_or_else(|_| Value::String(sample.claims.clone()))
}

/// Whether two tests are the same but for their identifiers, and for how their claims are written.
fn is_same(one: &Sample, other: &Sample) -> bool {
    let alike = Sample {
        id: other.id.clone(),
        claims: other.claims.clone(),
        ..one.clone()
    };
    alike == *other && (one.claims == other.claims || claims(one) == claims(other))
}

/// The tests that the server does not have.
pub fn unsaved(tests: &[Sample], stored: &[Stored]) -> Vec<Sample> {
    let is_new = |test: &&Sample| !stored.iter().any(|known| is_same(&known.sample, test));
    tests.iter().filter(is_new).cloned().collect()
}

/// A request that brings the server closer to the displayed tests.
#[derive(Clone, Debug, PartialEq)]
pub enum TestRequest {
    /// Add a test.
    Create(SampleInput),
    /// Replace the test with that identifier, at that revision.
    Replace(String, i64, SampleInput),
    /// Delete the test with that identifier, at that revision.
    Delete(String, i64),
}

/// The requests that make the changes from `base` to `mine` to the tests that the server has now. What
/// someone else has changed since `base` is kept: a change to the same test becomes a test of its own.
pub fn requests(base: &[Sample], mine: &[Sample], stored: &[Stored]) -> Vec<TestRequest> {
    let find = |list: &[Sample], id: &str| list.iter().find(|test| test.id == id).cloned();
    let on_server = |id: &str| stored.iter().find(|known| known.sample.id == id);
    let unchanged =
        |before: &Sample| on_server(&before.id).filter(|known| is_same(&known.sample, before));
    let change = |test: &Sample| match find(base, &test.id) {
        Some(before) if is_same(&before, test) => None,
        Some(before) => Some(match unchanged(&before) {
            Some(known) => TestRequest::Replace(test.id.clone(), known.version, input(test)),
            None => TestRequest::Create(input(test)),
        }),
        None => unsaved(std::slice::from_ref(test), stored)
            .first()
            .map(|test| TestRequest::Create(input(test))),
    };
    let gone = |before: &Sample| {
        let known = unchanged(before).filter(|_| find(mine, &before.id).is_none())?;
        Some(TestRequest::Delete(before.id.clone(), known.version))
    };
    let changes = mine.iter().filter_map(change);
    // Deletions first: there is a largest number of tests.
    base.iter().filter_map(gone).chain(changes).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::explain::Outcome;
    use serde_json::json;

    use super::*;

    fn test(id: &str, subject: &str) -> Sample {
        Sample {
            name: subject.to_owned(),
            claims: format!("{{\"sub\": \"{subject}\", \"aud\": \"x\"}}"),
            expect: Some(Outcome::Denied),
            ..Sample::blank(id.to_owned())
        }
    }

    fn on_server(tests: &[Sample]) -> Vec<Stored> {
        let one = |sample: &Sample| Stored {
            version: 3,
            sample: sample.clone(),
        };
        tests.iter().map(one).collect()
    }

    #[test]
    fn a_test_survives_the_way_to_the_server_and_back() {
        for (kind, target, admin) in [
            ("organization", "", true),
            ("team", "core", false),
            ("runner", "r", false),
        ] {
            let sent = Sample {
                token_type: kind.to_owned(),
                target: target.to_owned(),
                admin,
                ..test("a", "x")
            };
            let mut body = json!(input(&sent));
            for (name, value) in [
                ("id", json!("b")),
                ("version", json!(3)),
                ("created", json!("")),
                ("modified", json!("")),
            ] {
                body[name] = value;
            }
            let back = stored(&json!({ "samples": [body] })).unwrap().remove(0);
            assert!(is_same(&back.sample, &sent), "{back:?}");
            assert_eq!((back.sample.id.as_str(), back.version), ("b", 3));
        }
        assert!(stored(&json!({})).is_err());
    }

    #[test]
    fn only_changes_are_sent() {
        let base = [test("a", "a"), test("b", "b"), test("c", "c")];
        let changed = test("b", "b2");
        let mine = [base[0].clone(), changed.clone(), test("local", "new")];
        assert_eq!(
            requests(&base, &mine, &on_server(&base)),
            [
                TestRequest::Delete("c".to_owned(), 3),
                TestRequest::Replace("b".to_owned(), 3, input(&changed)),
                TestRequest::Create(input(&mine[2])),
            ]
        );
        assert_eq!(requests(&base, &base, &on_server(&base)), []);
    }

    #[test]
    fn what_someone_else_has_changed_is_kept() {
        let base = [test("a", "a"), test("b", "b")];
        let theirs = on_server(&[test("a", "theirs"), test("b", "theirs too")]);
        let mine = [test("a", "mine")];
        assert_eq!(
            requests(&base, &mine, &theirs),
            [TestRequest::Create(input(&mine[0]))]
        );
    }

    #[test]
    fn a_test_that_is_there_is_not_sent_again() {
        let known = on_server(&[test("server", "a")]);
        assert_eq!(requests(&[], &[test("local", "a")], &known), []);
        let rewritten = Sample {
            claims: "{\"aud\":\"x\",\"sub\":\"a\"}".to_owned(),
            ..test("local", "a")
        };
        assert_eq!(
            unsaved(&[rewritten, test("other", "b")], &known),
            [test("other", "b")]
        );
    }
}
