//! Checks properties.

use claimgate::diagnostic::{Diagnostic, Diagnostics, Severity};
use claimgate::explain::Outcome;

use super::case_report::Failure;
use super::property::{Property, PropertyKind, RequestFilter};
use super::report::{Counterexample, PropertyReport};
use super::subject::TestSubject;
use crate::answer::{Answer, Facts, RequestKind, Undecided, Witness};
use crate::check::{CheckOptions, check};
use crate::mine::Mine;
use crate::model::PolicyModel;
use crate::place::place;
use crate::questions::{Analysis, difference};

/// The code of a property that does not hold.
const FAILED: &str = "property-failed";

/// The code of a property of which it is not known whether it holds.
const UNDECIDED: &str = "property-undecided";

/// Checks the properties of some policies.
pub(super) struct Properties<'a> {
    analysis: Analysis<'a>,
    model: &'a PolicyModel,
    subject: &'a TestSubject,
    mine: Option<Mine>,
}

impl<'a> Properties<'a> {
    pub(super) fn new(
        model: &'a PolicyModel,
        subject: &'a TestSubject,
        mine: Option<Mine>,
    ) -> Self {
        Self {
            analysis: Analysis::new(model),
            model,
            subject,
            mine,
        }
    }

    /// What is assumed.
    pub(super) fn facts(&self) -> Facts {
        self.analysis.facts()
    }

    /// Checks a property; `other` are the policies that it compares with.
    pub(super) fn check(
        &mut self,
        property: &Property,
        other: Option<&PolicyModel>,
    ) -> PropertyReport {
        let mut result = Result::default();
        let request = property.request.as_ref();
        match (&property.kind, other) {
            (PropertyKind::Never(rules), _) => self.never(rules, request, &mut result),
            (PropertyKind::Only(rules), _) => self.only(rules, request, &mut result),
            (PropertyKind::AtMost(file), Some(other)) => {
                self.compare(file, other, false, request, &mut result);
            }
            (PropertyKind::Equivalent(file), Some(other)) => {
                self.compare(file, other, true, request, &mut result);
            }
            (PropertyKind::NoFindings { except, notes }, _) => {
                self.no_findings(except, *notes, &mut result);
            }
            (PropertyKind::NoOutsiders { except }, _) => self.no_outsiders(except, &mut result),
            (PropertyKind::AtMost(file) | PropertyKind::Equivalent(file), None) => {
                result.fail(format!("there are no policies of `{file}` to compare with"));
            }
        }
        result.report(property)
    }

    fn never(
        &mut self,
        rules: &[(String, String)],
        request: Option<&RequestFilter>,
        result: &mut Result,
    ) {
        let answer = self
            .analysis
            .admits_some_of(rules, |kind| has(request, kind));
        let what = "expected no admitted token on which these rules hold, found one";
        result.no_token(answer, what);
    }

    fn only(
        &mut self,
        rules: &[(String, String)],
        request: Option<&RequestFilter>,
        result: &mut Result,
    ) {
        let answer = self
            .analysis
            .admits_others_of(rules, |kind| has(request, kind));
        let what =
            "expected these rules to hold on every admitted token, found one on which they do not";
        result.no_token(answer, what);
    }

    fn compare(
        &self,
        file: &str,
        other: &PolicyModel,
        is_both: bool,
        request: Option<&RequestFilter>,
        result: &mut Result,
    ) {
        let difference = difference(other, self.model);
        for of_kind in difference
            .kinds
            .into_iter()
            .filter(|own| has(request, &own.kind))
        {
            for change in of_kind.opened {
                let policy = change.policy + 1;
                result.fail(format!(
                    "expected no token that `{file}` does not admit, found one that policy {policy} admits"
                ));
                result.counterexample(Outcome::Denied, change.witness);
            }
            // A case could not tell: both admit the token.
            for change in of_kind.opened_roles {
                let (policy, gives) = (change.policy + 1, change.gives);
                result.fail(format!(
                    "expected the roles that `{file}` gives, found {gives} by policy {policy}"
                ));
            }
            for change in of_kind.closed.into_iter().filter(|_| is_both) {
                let policy = change.policy + 1;
                result.fail(format!(
                    "expected every token that `{file}` admits, found one that is not admitted, by its policy {policy}"
                ));
                result.counterexample(Outcome::Allowed, change.witness);
            }
            let undecided = of_kind.undecided.into_iter();
            for undecided in undecided.filter(|own| is_both || own.is_new) {
                result.undecided(undecided.reason);
            }
        }
    }

    fn no_findings(&self, except: &[String], notes: bool, result: &mut Result) {
        let mut options = CheckOptions::new(self.subject.dialect);
        options.without_facts = self.model.grammar().is_none();
        let findings = match check(&self.subject.definition, &options) {
            Ok(checked) => checked.findings,
            Err(errors) => return result.fail(errors.to_string()),
        };
        let found = findings
            .into_iter()
            .map(|finding| finding.diagnostic)
            .filter(|own| notes || own.severity != Severity::Note)
            .filter(|own| !except.iter().any(|code| *code == own.code));
        for finding in found {
            result.fail(format!(
                "expected no findings, found {} at {}: {}",
                finding.code,
                place(&finding.path),
                finding.message
            ));
            result.findings.push(finding);
        }
    }

    fn no_outsiders(&mut self, except: &[String], result: &mut Result) {
        let who = self.analysis.classes(self.mine.as_ref());
        if who.rungs.is_empty() {
            result.fail("no classes of outsiders are known for this issuer");
        }
        for rung in who
            .rungs
            .into_iter()
            .filter(|own| !except.contains(&own.id))
        {
            match rung.answer {
                Answer::Yes { witness } => {
                    result.fail(format!(
                        "expected no outsiders, found that {} ({}) is admitted",
                        rung.title, rung.id
                    ));
                    result.counterexamples.push(Counterexample {
                        expect: Outcome::Denied,
                        title: rung.title,
                        witness: *witness,
                    });
                }
                Answer::Undecided { reason } => result.undecided(reason),
                Answer::No { .. } => {}
            }
        }
    }
}

fn has(request: Option<&RequestFilter>, kind: &RequestKind) -> bool {
    request.is_none_or(|request| request.has(kind))
}

/// What is found out about a property.
#[derive(Default)]
struct Result {
    failures: Vec<Failure>,
    undecided: Option<Undecided>,
    counterexamples: Vec<Counterexample>,
    findings: Vec<Diagnostic>,
}

impl Result {
    fn fail(&mut self, message: impl Into<String>) {
        self.failures.push(Failure::new(FAILED, message));
    }

    fn undecided(&mut self, reason: Undecided) {
        self.undecided = self.undecided.or(Some(reason));
    }

    fn counterexample(&mut self, expect: Outcome, witness: Witness) {
        self.counterexamples.push(Counterexample {
            expect,
            title: String::new(),
            witness,
        });
    }

    /// A token that the answer has should not be admitted.
    fn no_token(&mut self, answer: std::result::Result<Answer, Diagnostics>, what: &str) {
        match answer {
            Ok(Answer::Yes { witness }) => {
                self.fail(what);
                self.counterexample(Outcome::Denied, *witness);
            }
            Ok(Answer::Undecided { reason }) => self.undecided(reason),
            Ok(Answer::No { .. }) => {}
            Err(errors) => self.fail(errors.to_string()),
        }
    }

    fn report(mut self, property: &Property) -> PropertyReport {
        let has_failed = !self.failures.is_empty();
        if let Some(reason) = self.undecided.filter(|_| !property.allow_undecided) {
            let message = format!("not known whether it holds: {}", reason.sentence());
            self.failures.push(Failure::new(UNDECIDED, message));
        }
        PropertyReport {
            id: property.name.clone(),
            name: property.name.clone(),
            path: String::new(),
            place: None,
            passed: self.failures.is_empty(),
            undecided: !has_failed && self.undecided.is_some(),
            failures: self.failures,
            counterexamples: self.counterexamples,
            findings: self.findings,
        }
    }
}
