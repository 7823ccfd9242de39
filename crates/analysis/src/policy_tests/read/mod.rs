//! Reads test files: strict, all errors at once, each with its path and the nearest known name.

mod case;
mod members;
mod property;
mod request;

use claimgate::claims::Claims;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate::{audience, time};

use super::file::{PolicySource, TestFile};
use members::{Object, ObjectReader, claims, text};

/// The members of a file.
const KEYS: [&str; 12] = [
    "$schema",
    "policies",
    "issuer",
    "audiences",
    "provider",
    "dialect",
    "now",
    "mine",
    "samples",
    "cases",
    "properties",
    "note",
];

/// The code of a value that a test cannot have.
pub(super) const WRONG: &str = "test-wrong-value";

/// How a file says that nothing is assumed about the provider's tokens.
const NO_PROVIDER: &str = "none";

impl TestFile {
    /// Reads a file of tests.
    ///
    /// # Errors
    /// All errors, in the file's order, with paths such as `cases[0].expect`.
    ///
    /// ```
    /// use claimgate::json::Value;
    /// use claimgate_analysis::policy_tests::TestFile;
    ///
    /// let value = Value::parse(r#"{"cases": [{"name": "main", "claims": {"sub": "a"}, "expekt": "allowed"}]}"#)?;
    /// let errors = TestFile::read(&value).unwrap_err();
    /// assert_eq!(errors[0].to_string(), "cases[0].expekt: unknown key `expekt`");
    /// assert_eq!(errors[0].help.as_deref(), Some("did you mean `expect`?"));
    /// # Ok::<(), claimgate::json::JsonError>(())
    /// ```
    pub fn read(value: &Value) -> Result<Self, Diagnostics> {
        let mut reader = ObjectReader::new(WRONG);
        let file = file(&mut reader, value).unwrap_or_default();
        reader.errors.or(file)
    }
}

fn file(reader: &mut ObjectReader, value: &Value) -> Option<TestFile> {
    let object = reader.object("", value, "a file of tests, an object")?;
    reader.refuse_others(&object, &KEYS);
    let dialect = dialect(reader, &object);
    text(reader, &object, "$schema");
    let file = TestFile {
        note: text(reader, &object, "note"),
        policies: policies(reader, &object),
        issuer: text(reader, &object, "issuer"),
        audiences: audiences(reader, &object),
        provider: provider(reader, &object),
        dialect,
        now: now(reader, &object),
        mine: text(reader, &object, "mine"),
        samples: samples(reader, &object),
        cases: case::cases(reader, &object),
        properties: property::properties(reader, &object, dialect.unwrap_or_default()),
    };
    let has_tests = ["cases", "properties"]
        .iter()
        .any(|list| object.get(list).is_some());
    if !has_tests && reader.errors.is_empty() {
        reader.mismatch("", "`cases` or `properties`", "neither");
    }
    repeated_names(reader, &object);
    Some(file)
}

fn policies(reader: &mut ObjectReader, object: &Object<'_>) -> Option<PolicySource> {
    match object.get("policies")? {
        Value::String(name) if !name.is_empty() => Some(PolicySource::File(name.clone())),
        items @ Value::Array(_) => match parse_policies(&items.to_json()) {
            Ok(policies) => Some(PolicySource::Inline(policies)),
            Err(errors) => {
                reader.errors.extend(errors.within("policies"));
                None
            }
        },
        other => {
            let expected = "the name of a file, or an array of policies";
            reader.wrong("policies", expected, Some(other));
            None
        }
    }
}

fn dialect(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Dialect> {
    let words = Dialect::ALL.map(Dialect::as_str);
    reader.word(object, "dialect", &words, Dialect::parse)
}

fn provider(reader: &mut ObjectReader, object: &Object<'_>) -> Option<String> {
    let name = text(reader, object, "provider")?;
    Some(if name == NO_PROVIDER {
        String::new()
    } else {
        name
    })
}

fn audiences(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Vec<String>> {
    let audiences = reader.texts(object, "audiences")?;
    reader.errors.extend(audience::problems(&audiences));
    Some(audiences)
}

fn now(reader: &mut ObjectReader, object: &Object<'_>) -> Option<i64> {
    let value = object.get("now")?;
    let now = match value {
        Value::Integer(seconds) => i64::try_from(*seconds).ok(),
        Value::String(text) => time::parse(text),
        _ => None,
    };
    if now.is_none() {
        let expected = "a time such as `2026-11-29T12:00:00Z`, or seconds since 1970";
        reader.wrong("now", expected, Some(value));
    }
    now
}

fn samples(reader: &mut ObjectReader, object: &Object<'_>) -> Vec<(String, Claims)> {
    let Some(value) = object.get("samples") else {
        return Vec::new();
    };
    let expected = "an object of claims by their names";
    let Some(object) = reader.object("samples", value, expected) else {
        return Vec::new();
    };
    let mut samples = Vec::with_capacity(object.members.len());
    for (name, value) in object.members {
        let claims = claims(reader, &object.at(name), Some(value));
        samples.extend(claims.map(|claims| (name.clone(), claims)));
    }
    samples
}

/// Refuses a second case or property of one name: names identify tests.
fn repeated_names(reader: &mut ObjectReader, object: &Object<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for list in ["cases", "properties"] {
        let Some(Value::Array(items)) = object.get(list) else {
            continue;
        };
        for (index, item) in items.iter().enumerate() {
            let Some(name) = item.member("name").and_then(Value::as_str) else {
                continue;
            };
            if seen.contains(&name) {
                let path = format!("{list}[{index}].name");
                let message = format!("two tests have the name `{name}`");
                let help = "names identify tests in reports: give each its own";
                let error = Diagnostic::error(path, "test-name-repeated", message).help(help);
                reader.errors.push(error);
            }
            seen.push(name);
        }
    }
}
