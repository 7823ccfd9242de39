//! Cases from counterexamples.

use super::file::{Case, CaseToken, Expectation, TestFile};
use super::report::{Counterexample, PropertyReport, TestReport};

impl TestReport {
    /// The counterexamples of the failed properties as cases that a file of tests does not have yet, so
    /// that they are decided in the future as they should be.
    #[must_use]
    pub fn new_cases(&self, file: &TestFile) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        for property in &self.properties {
            for counterexample in &property.counterexamples {
                let case = case(property, counterexample);
                let is_same = |other: &Case| {
                    other.token == case.token
                        && other.request == case.request
                        && other.expect.decision == case.expect.decision
                };
                if !file.cases.iter().chain(&cases).any(is_same) {
                    let name = unique(&case.name, file, &cases);
                    cases.push(Case { name, ..case });
                }
            }
        }
        cases
    }
}

fn case(property: &PropertyReport, counterexample: &Counterexample) -> Case {
    let Counterexample {
        expect,
        title,
        witness,
    } = counterexample;
    let name = match title.as_str() {
        "" => format!("counterexample of {}", property.name),
        title => format!("counterexample of {}: {title}", property.name),
    };
    Case {
        name,
        note: witness.sender().map(|sender| format!("sent by {sender}")),
        token: CaseToken::Claims(witness.claims.clone()),
        request: witness.request.clone(),
        expect: Expectation::of(*expect),
    }
}

/// A name that no test has.
fn unique(name: &str, file: &TestFile, others: &[Case]) -> String {
    let cases = file.cases.iter().chain(others);
    let properties = file
        .properties
        .iter()
        .map(|property| property.name.as_str());
    let taken: Vec<&str> = cases
        .map(|case| case.name.as_str())
        .chain(properties)
        .collect();
    let numbered = (2..).map(|number| format!("{name}, {number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(&name.as_str()))
        .unwrap_or_default()
}
