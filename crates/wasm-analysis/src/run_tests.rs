//! Runs tests of policies. Explanations of failed cases have no hints that know providers: those would be a
//! tenth of the Wasm.

use claimgate::diagnostic::Diagnostics;
use claimgate::json::Value;
use claimgate_analysis::policy_tests::{PolicyFile, SampledIssuer, TestFile, run_tests};

use crate::parts::{configuration, done, wrong};

/// The report on `test`, a file of tests or its JSON text, which is called `name`; `files` has the
/// configurations that it names.
pub(crate) fn run(question: &Value) -> Result<String, Diagnostics> {
    let name = match question.member("name") {
        None => "tests",
        Some(Value::String(name)) => name,
        Some(_) => return Err(wrong("name", "expected a string")),
    };
    let parsed;
    let test = match question.member("test") {
        Some(Value::String(text)) => {
            parsed = Value::parse(text).map_err(|error| wrong("test", &error.to_string()))?;
            &parsed
        }
        Some(test) => test,
        None => return Err(wrong("test", "expected a file of tests")),
    };
    let file = TestFile::read(test)?;
    let files = question.member("files").unwrap_or(&Value::Null);
    let mut open = |name: &str| {
        let config = files
            .member(name)
            .ok_or_else(|| format!("`files` has no `{name}`"))?;
        let document = configuration(config, "").map_err(|errors| errors.to_string())?;
        let issuers = document.issuers.into_iter();
        let issuers = issuers.map(|issuer| SampledIssuer::from(issuer.definition));
        Ok(PolicyFile {
            issuers: issuers.collect(),
            dialect: document.dialect,
        })
    };
    run_tests(name, &file, &mut open).map(|report| done(&report))
}
