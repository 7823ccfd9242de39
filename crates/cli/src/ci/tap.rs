//! The [Test Anything Protocol](https://testanything.org/tap-version-14-specification.html), version
//! 14.

use std::borrow::Cow;

use claimgate::json::Value;
use claimgate_formats::resource::yaml_block;

/// A test.
pub(crate) struct Test<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The members of the YAML block that says why it failed; none if it passed.
    pub(crate) problem: Option<Vec<(String, Value)>>,
}

/// The report on tests.
pub(crate) fn report(tests: &[Test<'_>]) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", tests.len());
    for (index, test) in tests.iter().enumerate() {
        let word = match test.problem {
            Some(_) => "not ok",
            None => "ok",
        };
        text += &format!("{word} {} - {}\n", index + 1, description(&test.name));
        if let Some(problem) = &test.problem {
            text += "  ---\n";
            for line in yaml_block(&Value::Object(problem.clone())).lines() {
                text += &format!("  {line}\n");
            }
            text += "  ...\n";
        }
    }
    text
}

/// A name in one line, without a directive.
fn description(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace('#', "\\#");
    crate::output::lines(&escaped.replace('\n', " "))
}
