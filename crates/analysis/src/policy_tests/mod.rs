//! Tests of policies: cases, each a token with the expected decision, and properties, which hold for
//! all tokens. `docs/policy-tests.md` documents the format.
//!
//! [`TestFile::read`] reads a file from its JSON value. [`run_cases`] runs the cases alone and links
//! neither the automata nor what is known of providers, so that a front end that only shows decisions
//! on samples stays small; [`run_tests`] runs everything. Neither opens a file: those that a test file
//! names come from the caller.

mod case;
mod case_report;
mod claims;
mod counterexample;
mod coverage;
mod file;
mod locate;
mod properties;
mod property;
mod provider_samples;
mod read;
mod report;
mod requests;
mod run;
mod subject;
mod titles;
mod write;

pub use case::run_case;
pub use case_report::{CaseDecision, CaseReport, Failure};
pub use claims::case_claims;
pub use coverage::{Coverage, PolicyCoverage};
pub use file::{
    Case, CaseToken, Expectation, NearestExpectation, PolicyName, PolicySource, TestFile,
};
pub use property::{Property, PropertyKind, RequestFilter};
pub use report::{Counterexample, FileError, PropertyReport, TestReport};
pub use run::{Files, run_cases, run_tests, run_tests_with};
pub use subject::{PolicyFile, SampledIssuer, TestSubject};
