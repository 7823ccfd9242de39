//! Tests as files: `NAME.test.json`, which the command line runs too.

use claimgate::claims::Claims;
use claimgate::explain::Outcome;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::RequestedToken;
use claimgate_analysis::policy_tests::{
    Case, CaseToken, Expectation, SampledIssuer, TestFile, TestSubject, case_claims,
};
use claimgate_formats::Sample;

use crate::playground::evaluate::request;

/// The tests of an issuer with that URL as a file. Those without an expected decision become its samples.
pub fn to_file(url: &str, tests: &[Sample]) -> String {
    let mut file = TestFile {
        issuer: Some(url.to_owned()).filter(|url| !url.is_empty()),
        ..TestFile::default()
    };
    for test in tests {
        let Ok(claims) = Claims::from_json(&test.claims) else {
            continue;
        };
        match test.expect {
            Some(expected) => {
                let taken = file.cases.iter().map(|case| case.name.as_str());
                let name = unique(&test.name, taken);
                file.cases.push(case(name, claims, test, expected));
            }
            None => {
                let taken = file.samples.iter().map(|(name, _)| name.as_str());
                let name = unique(&test.name, taken);
                file.samples.push((name, claims));
            }
        }
    }
    file.to_value().to_json_pretty()
}

fn case(name: String, claims: Claims, test: &Sample, expected: Outcome) -> Case {
    Case {
        name,
        note: None,
        token: CaseToken::Claims(claims),
        request: request(&test.token_type, test.target.clone(), test.admin),
        expect: Expectation::of(expected),
    }
}

/// A name that is not taken: the name itself, or with a number.
fn unique<'a>(name: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let taken: Vec<_> = taken.collect();
    let numbered = (2..).map(|number| format!("{name}, {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|name| !taken.contains(&name.as_str()))
        .unwrap_or_default()
}

/// Tests that were read from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The tests, without identifiers.
    pub tests: Vec<Sample>,
    /// What the app does not keep, in sentences.
    pub notes: Vec<String>,
}

/// Reads a file of tests. `known` are the tests of the issuer: its cases may start from their claims.
///
/// # Errors
/// What is wrong with the file, a sentence each.
pub fn from_file(text: &str, known: &[Sample]) -> Result<Imported, Vec<String>> {
    let value = Value::parse(text).map_err(|error| vec![error.to_string()])?;
    let file = TestFile::read(&value).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| error.to_string())
            .collect::<Vec<_>>()
    })?;
    let subject = TestSubject::new(sampled(known), Dialect::Pulumi)
        .map_err(|errors| vec![errors.to_string()])?;
    let mut imported = Imported::default();
    let mut problems = Vec::new();
    for case in &file.cases {
        match case_claims(case, &file, &subject) {
            Ok(claims) => imported.tests.push(of_case(case, &claims)),
            Err(problem) => problems.push(format!("`{}`: {problem}", case.name)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for (name, claims) in &file.samples {
        imported.tests.push(Sample {
            name: name.clone(),
            claims: claims.to_json_pretty(),
            ..Sample::blank(String::new())
        });
    }
    imported.notes = notes(&file);
    Ok(imported)
}

fn sampled(known: &[Sample]) -> SampledIssuer {
    let sample = |test: &Sample| Some((test.name.clone(), Claims::from_json(&test.claims).ok()?));
    SampledIssuer {
        definition: IssuerDefinition::default(),
        samples: known.iter().filter_map(sample).collect(),
    }
}

fn of_case(case: &Case, claims: &Claims) -> Sample {
    let blank = Sample {
        name: case.name.clone(),
        claims: claims.to_json_pretty(),
        expect: Some(case.expect.decision),
        ..Sample::blank(String::new())
    };
    let requested = |token_type: &str, target: &str| Sample {
        token_type: token_type.to_owned(),
        target: target.to_owned(),
        ..blank.clone()
    };
    match &case.request {
        RequestedToken::Organization { admin } => Sample {
            admin: *admin,
            ..blank
        },
        RequestedToken::Team { name } => requested("team", name),
        RequestedToken::Personal { login } => requested("personal", login),
        RequestedToken::Runner { name } => requested("runner", name),
    }
}

/// What of a file the app does not keep.
fn notes(file: &TestFile) -> Vec<String> {
    let more = |case: &&Case| case.expect != Expectation::of(case.expect.decision);
    let expecting = file.cases.iter().filter(more).count();
    let mut notes = Vec::new();
    let mut note = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => notes.push(format!("1 {one}")),
        count => notes.push(format!("{count} {many}")),
    };
    note(
        expecting,
        "test expects more than the decision; only the decision is kept",
        "tests expect more than the decision; only the decision is kept",
    );
    note(
        file.properties.len(),
        "property is left out; `claimgate test` checks it",
        "properties are left out; `claimgate test` checks them",
    );
    if file.now.is_some() {
        notes.push("`now` is left out: the app does not check the times of tests".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, expect: Option<Outcome>) -> Sample {
        Sample {
            name: name.to_owned(),
            claims: "{\n  \"sub\": \"a\"\n}".to_owned(),
            expect,
            ..Sample::blank(String::new())
        }
    }

    #[test]
    fn tests_survive_the_way_to_a_file_and_back() {
        let tests = [
            Sample {
                admin: true,
                ..test("admin", Some(Outcome::Denied))
            },
            Sample {
                token_type: "team".to_owned(),
                target: "core".to_owned(),
                ..test("team", Some(Outcome::Allowed))
            },
            test("open", None),
        ];
        let file = to_file("https://ci.example.com", &tests);
        assert!(
            file.contains(r#""issuer": "https://ci.example.com""#),
            "{file}"
        );
        let imported = from_file(&file, &[]).unwrap();
        assert_eq!(imported.tests, tests);
        assert_eq!(imported.notes, [""; 0]);
    }

    #[test]
    fn names_are_unique_in_a_file() {
        let tests = [
            test("a", Some(Outcome::Allowed)),
            test("a", Some(Outcome::Denied)),
        ];
        let imported = from_file(&to_file("", &tests), &[]).unwrap();
        let names: Vec<_> = imported
            .tests
            .iter()
            .map(|test| test.name.as_str())
            .collect();
        assert_eq!(names, ["a", "a, 2"]);
    }

    #[test]
    fn cases_start_from_known_tests_and_what_is_left_out_is_said() {
        let file = r#"{
            "cases": [{"name": "b", "sample": "main", "with": {"sub": "b"}, "expect": "denied", "code": "default-deny"}],
            "properties": [{"name": "never", "never": {"sub": "*"}}],
            "now": "2026-11-29T00:00:00Z"
        }"#;
        let imported = from_file(file, &[test("main", None)]).unwrap();
        assert_eq!(imported.tests[0].claims, "{\n  \"sub\": \"b\"\n}");
        assert_eq!(imported.notes.len(), 3, "{:?}", imported.notes);
        let problems = from_file(file, &[]).unwrap_err();
        assert!(
            problems[0].contains("there is no sample `main`"),
            "{problems:?}"
        );
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, expected) in [
            ("{", "not JSON"),
            (
                r#"{"cases": [{"name": "a", "claims": {}, "expect": "maybe"}]}"#,
                "cases[0].expect",
            ),
        ] {
            let problems = from_file(text, &[]).unwrap_err();
            assert!(problems[0].contains(expected), "{problems:?}");
        }
    }
}
