//! JUnit's XML, as CI systems read it: the elements and attributes that Jenkins, GitLab and Azure
//! DevOps have in common. Times are left out: reports of the same tests are the same.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The tests of a file.
pub(crate) struct Suite<'a> {
    pub(crate) name: &'a str,
    pub(crate) tests: Vec<Test<'a>>,
}

/// A test.
pub(crate) struct Test<'a> {
    pub(crate) name: Cow<'a, str>,
    /// Its line in the file of its suite.
    pub(crate) line: Option<usize>,
    /// Why it failed, if it did.
    pub(crate) problem: Option<Problem>,
    /// Remarks that are no failures; empty if there are none.
    pub(crate) remarks: String,
}

/// Why a test failed.
pub(crate) struct Problem {
    /// Whether the test could not be run.
    pub(crate) is_error: bool,
    /// Its code.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// All about it.
    pub(crate) text: String,
}

/// The report on suites.
pub(crate) fn report(suites: &[Suite<'_>]) -> String {
    let all = suites.iter().flat_map(|suite| &suite.tests);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(xml, "<testsuites name=\"claimgate\" {}>", counts(all));
    for suite in suites {
        let counts = counts(&suite.tests);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" {counts}>",
            attribute(suite.name)
        );
        for test in &suite.tests {
            write_test(&mut xml, suite.name, test);
        }
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

fn write_test(xml: &mut String, suite: &str, test: &Test<'_>) {
    let (name, suite) = (attribute(&test.name), attribute(suite));
    let line = test.line.map(|line| format!(" line=\"{line}\""));
    let line = line.unwrap_or_default();
    *xml += &format!("    <testcase name=\"{name}\" classname=\"{suite}\" file=\"{suite}\"{line}");
    let mut inner = String::new();
    if let Some(problem) = &test.problem {
        let element = if problem.is_error { "error" } else { "failure" };
        let (code, message) = (attribute(&problem.code), attribute(&problem.message));
        let text = content(&problem.text);
        inner +=
            &format!("      <{element} type=\"{code}\" message=\"{message}\">{text}</{element}>\n");
    }
    if !test.remarks.is_empty() {
        let remarks = content(&test.remarks);
        inner += &format!("      <system-out>{remarks}</system-out>\n");
    }
    *xml += &match inner.is_empty() {
        true => "/>\n".to_owned(),
        false => format!(">\n{inner}    </testcase>\n"),
    };
}

fn counts<'a>(tests: impl IntoIterator<Item = &'a Test<'a>>) -> String {
    let (mut all, mut failures, mut errors) = (0, 0, 0);
    for test in tests {
        all += 1;
        match &test.problem {
            Some(problem) if problem.is_error => errors += 1,
            Some(_) => failures += 1,
            None => {}
        }
    }
    format!("tests=\"{all}\" failures=\"{failures}\" errors=\"{errors}\"")
}

/// A text in an attribute, where a line break would be read as a space.
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;")
}

/// A text in an element. Characters that XML 1.0 does not have are written as escapes of our own.
fn content(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '\n' | '\t' => escaped.push(c),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped += &c.escape_unicode().to_string();
            }
            c => escaped.push(c),
        }
    }
    escaped
}
