//! Runs files of tests.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::expected::did_you_mean;
use claimgate_providers::grammar::GRAMMARS;
use claimgate_providers::provider_named;

use super::case::run;
use super::coverage::Coverage;
use super::file::{PolicySource, TestFile};
use super::properties::Properties;
use super::property::PropertyKind;
use super::provider_samples::provider_samples;
use super::read::WRONG;
use super::report::TestReport;
use super::subject::{PolicyFile, TestSubject};
use crate::mine::Mine;
use crate::model::PolicyModel;

/// The code of a provider that is not known.
const UNKNOWN_PROVIDER: &str = "test-provider-unknown";

/// The code of a file that a test file names, and that cannot be read.
const UNREADABLE: &str = "test-file-unreadable";

/// Gives the policies of a file that a test file names, or says in a clause why it cannot.
pub type Files<'a> = dyn FnMut(&str) -> Result<PolicyFile, String> + 'a;

/// Runs the cases of a file, which `name` names in identifiers. Of a provider's tokens nothing is
/// known: cases start from the samples of the file and of the issuer.
#[must_use]
pub fn run_cases(name: &str, file: &TestFile, subject: &TestSubject) -> TestReport {
    let mut covered = Vec::with_capacity(file.cases.len());
    let mut cases = Vec::with_capacity(file.cases.len());
    for (index, case) in file.cases.iter().enumerate() {
        let mut ran = run(case, file, subject);
        ran.report.id = format!("{name}#{}", case.name);
        ran.report.path = format!("cases[{index}]");
        cases.push(ran.report);
        covered.push(ran.covered);
    }
    TestReport {
        file: name.to_owned(),
        issuer: subject.definition.url.clone(),
        passed: cases.iter().all(|case| case.passed),
        coverage: Coverage::new(subject, covered.iter().map(Vec::as_slice)),
        cases,
        ..TestReport::default()
    }
}

/// Runs the cases and properties of a file, which `name` names in identifiers. `files` gives the
/// policies of the files that it names.
///
/// # Errors
/// What is wrong with the file's policies or with what it says about them, with paths in the test file,
/// or from `policies[0]` for those of another file.
///
/// ```
/// use claimgate::json::Value;
/// use claimgate_analysis::policy_tests::{TestFile, run_tests};
///
/// let file = r#"{
///     "issuer": "https://token.actions.githubusercontent.com",
///     "policies": [{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/web:*"}}],
///     "cases": [{"name": "main", "sample": "branch", "with": {"sub": "repo:acme/web:ref:refs/heads/main"}, "expect": "allowed"}],
///     "properties": [{"never": {"sub": "*:pull_request"}}]
/// }"#;
/// let file = TestFile::read(&Value::parse(file).unwrap())?;
/// let report = run_tests("web.test.json", &file, &mut |name| Err(format!("there is no file `{name}`")))?;
/// assert!(report.cases[0].passed);
/// let property = &report.properties[0];
/// assert_eq!(property.id, "web.test.json#never sub ~ *:pull_request");
/// let sub = property.counterexamples[0].witness.claims.get("sub").and_then(|sub| sub.as_str());
/// assert_eq!(sub, Some("repo:acme/web:pull_request"));
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
pub fn run_tests(
    name: &str,
    file: &TestFile,
    files: &mut Files<'_>,
) -> Result<TestReport, Diagnostics> {
    run_tests_with(name, file, files, |subject| subject)
}

/// The same with a subject that the caller adapts, as for hints in explanations.
///
/// # Errors
/// As [`run_tests`].
pub fn run_tests_with(
    name: &str,
    file: &TestFile,
    files: &mut Files<'_>,
    adapt: impl FnOnce(TestSubject) -> TestSubject,
) -> Result<TestReport, Diagnostics> {
    let named = match &file.policies {
        Some(PolicySource::File(named)) => Some(open(files, named, "policies")?),
        _ => None,
    };
    let mut subject = adapt(TestSubject::of(file, named.as_ref())?);
    let model = model(file, &subject)?;
    let mine = mine(file, &model)?;
    if let Some(grammar) = model.grammar() {
        let url = &subject.definition.url;
        let samples = provider_samples(grammar, url, mine.as_ref(), file.now);
        subject.samples.extend(samples);
    }
    let mut report = run_cases(name, file, &subject);
    let mut properties = Properties::new(&model, &subject, mine);
    report.facts = properties.facts();
    for (index, property) in file.properties.iter().enumerate() {
        let path = format!("properties[{index}]");
        let other = match &property.kind {
            PropertyKind::AtMost(other) | PropertyKind::Equivalent(other) => {
                let path = format!("{path}.{}", property.kind.key());
                Some(compared(file, &subject, files, other, &path)?)
            }
            PropertyKind::NoOutsiders { except } => {
                known_classes(&model, except, &format!("{path}.noOutsiders.except"))?;
                None
            }
            _ => None,
        };
        let mut result = properties.check(property, other.as_ref());
        result.id = format!("{name}#{}", property.name);
        result.path = path;
        report.passed &= result.passed;
        report.properties.push(result);
    }
    Ok(report)
}

fn open(files: &mut Files<'_>, name: &str, path: &str) -> Result<PolicyFile, Diagnostics> {
    files(name).map_err(|why| Diagnostic::error(path, UNREADABLE, why).into())
}

/// The policies of the file that a property at that path compares with, of the same issuer.
fn compared(
    file: &TestFile,
    subject: &TestSubject,
    files: &mut Files<'_>,
    name: &str,
    path: &str,
) -> Result<PolicyModel, Diagnostics> {
    let other = open(files, name, path)?;
    let url = subject.definition.url.clone();
    let same_issuer = TestFile {
        issuer: Some(url).filter(|url| !url.is_empty()),
        ..TestFile::default()
    };
    let model = TestSubject::of(&same_issuer, Some(&other));
    let model = model.and_then(|other| model_of(file, &other));
    model.map_err(|errors| {
        let at = |mut error: Diagnostic| {
            error.message = format!("`{name}` cannot be compared: {}", error.message);
            error.at(path)
        };
        errors.into_iter().map(at).collect()
    })
}

/// That each of these is the identifier of a class of outsiders of the policies' provider, if it is known.
fn known_classes(model: &PolicyModel, ids: &[String], path: &str) -> Result<(), Diagnostics> {
    let Some(grammar) = model.grammar() else {
        return Ok(());
    };
    let known: Vec<&str> = grammar.outsiders.iter().map(|class| class.id).collect();
    let unknown = ids.iter().enumerate();
    let unknown = unknown.filter(|(_, id)| !known.contains(&id.as_str()));
    let error = |(index, id): (usize, &String)| {
        let message = format!(
            "expected a class of outsiders of {}, found `{id}`",
            grammar.name
        );
        let error = Diagnostic::error(format!("{path}[{index}]"), WRONG, message);
        error.help(did_you_mean(id, &known))
    };
    let errors: Diagnostics = unknown.map(error).collect();
    errors.or(())
}

/// What is one's own, as the file states it for the provider of the policies.
fn mine(file: &TestFile, model: &PolicyModel) -> Result<Option<Mine>, Diagnostics> {
    let Some(text) = &file.mine else {
        return Ok(None);
    };
    let grammars = model.grammar();
    let read = Mine::parse(text)
        .and_then(|mine| mine.check(grammars.as_slice()).map(|()| mine))
        .map_err(|error| Diagnostic::error("mine", WRONG, error.to_string()))?;
    Ok(Some(read))
}

/// What is asked about: the policies with the facts of the provider that the file names.
fn model(file: &TestFile, subject: &TestSubject) -> Result<PolicyModel, Diagnostics> {
    let provider = file.provider.as_deref();
    let is_unknown = |provider: &&str| !provider.is_empty() && provider_named(provider).is_none();
    if let Some(provider) = provider.filter(is_unknown) {
        let known: Vec<&str> = GRAMMARS.iter().map(|grammar| grammar.id).collect();
        let message = format!("no provider `{provider}` is known");
        let known = [&*known, &["none"]].concat();
        let help = did_you_mean(provider, &known);
        let error = Diagnostic::error("provider", UNKNOWN_PROVIDER, message).help(help);
        return Err(error.into());
    }
    model_of(file, subject)
}

fn model_of(file: &TestFile, subject: &TestSubject) -> Result<PolicyModel, Diagnostics> {
    let model = PolicyModel::new(&subject.definition, subject.dialect)?;
    Ok(match file.provider.as_deref() {
        None => model,
        Some("") => model.without_facts(),
        Some(provider) => model.with_facts_of(provider),
    })
}
