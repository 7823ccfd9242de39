//! Converts JavaScript's input into core's types. It contains no JavaScript values, so it is tested
//! natively.

use claimgate::claims::Value;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, parse_policies};

use super::failure;

/// The configuration of an engine.
pub(crate) struct Input<'a> {
    options: &'a Value,
}

impl<'a> Input<'a> {
    pub(crate) fn new(options: &'a Value) -> Self {
        Self { options }
    }

    /// `issuers`: objects with `url`, and optionally `name`, `jwks`, `maxExpiration`, `policies`.
    pub(crate) fn issuers(&self) -> Result<Vec<IssuerDefinition>, Diagnostics> {
        match self.member("issuers") {
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| within(index, issuer(item)))
                .collect(),
            other => Err(wrong("issuers", "an array of issuers", other)),
        }
    }

    /// `dialect`: `pulumi` by default.
    pub(crate) fn dialect(&self) -> Result<Dialect, Diagnostics> {
        match self.member("dialect") {
            None => Ok(Dialect::Pulumi),
            Some(Value::String(name)) => dialect(name),
            other => Err(wrong("dialect", "`pulumi` or `stringlike`", other)),
        }
    }

    /// An optional string.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Diagnostics> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            other => Err(wrong(name, "a string", other)),
        }
    }

    /// An optional whole number.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u64>, Diagnostics> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::Integer(count)) if u64::try_from(*count).is_ok() => {
                Ok(u64::try_from(*count).ok())
            }
            other => Err(wrong(name, "a whole number from 0", other)),
        }
    }

    fn member(&self, name: &str) -> Option<&'a Value> {
        self.options
            .member(name)
            .filter(|value| **value != Value::Null)
    }
}

/// Reads JSON text.
pub(crate) fn parse(name: &str, json: &str) -> Result<Value, Diagnostics> {
    Value::parse(json).map_err(|error| failure(error.code(), format_args!("`{name}` is {error}")))
}

/// Reads a dialect's name.
pub(crate) fn dialect(name: &str) -> Result<Dialect, Diagnostics> {
    match name {
        "pulumi" => Ok(Dialect::Pulumi),
        "stringlike" => Ok(Dialect::StringLike),
        other => Err(wrong(
            "dialect",
            "`pulumi` or `stringlike`",
            Some(&Value::String(other.to_owned())),
        )),
    }
}

fn issuer(value: &Value) -> Result<IssuerDefinition, Diagnostics> {
    let text = |key: &str| match value.member(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        other => Err(wrong(key, "a string", other)),
    };
    let url = text("url")?.ok_or_else(|| wrong("url", "a string", None))?;
    let jwks = match value.member("jwks") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(object) => Some(object.to_json()),
    };
    let max_expiration = match value.member("maxExpiration") {
        None | Some(Value::Null) => None,
        Some(Value::Integer(seconds)) if u64::try_from(*seconds).is_ok() => {
            u64::try_from(*seconds).ok()
        }
        other => {
            return Err(wrong(
                "maxExpiration",
                "a whole number of seconds from 0",
                other,
            ));
        }
    };
    let policies = match value.member("policies") {
        None | Some(Value::Null) => Vec::new(),
        Some(policies) => policies_of(policies)?,
    };
    let name = text("name")?.unwrap_or_else(|| url.clone());
    Ok(IssuerDefinition {
        name,
        url,
        max_expiration,
        jwks,
        thumbprints: Vec::new(),
        policies,
    })
}

/// Diagnostics in an issuer, with paths relative to the options.
pub(crate) fn within<T>(index: usize, result: Result<T, Diagnostics>) -> Result<T, Diagnostics> {
    result.map_err(|mut failures| {
        for failure in failures.iter_mut() {
            let separator = if failure.path.is_empty() { "" } else { "." };
            failure.path = format!("issuers[{index}]{separator}{}", failure.path);
        }
        failures
    })
}

fn policies_of(value: &Value) -> Result<Vec<PolicyDefinition>, Diagnostics> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_json(),
    };
    parse_policies(&text).map_err(|errors| shifted(errors, 0))
}

/// Errors in policies, a part of an array that begins at `first`, with paths relative to the
/// issuer.
pub(crate) fn shifted(errors: Diagnostics, first: usize) -> Diagnostics {
    let shift = |mut error: Diagnostic| {
        let path = std::mem::take(&mut error.path);
        let place = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let index = place.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest)));
        error.path = match index {
            Some((index, rest)) => format!("policies[{}]{rest}", first + index),
            None if path.starts_with("policies") => path,
            None if path.is_empty() => "policies".to_owned(),
            None => format!("policies.{path}"),
        };
        error
    };
    errors.into_iter().map(shift).collect()
}

fn wrong(path: &str, expected: &str, found: Option<&Value>) -> Diagnostics {
    let found = match found {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.kind().to_owned(),
    };
    let mut failures = failure(
        "wrong-argument",
        format_args!("expected {expected}, found {found}"),
    );
    for failure in failures.iter_mut() {
        path.clone_into(&mut failure.path);
    }
    failures
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Value;

    use claimgate::diagnostic::Diagnostics;

    use super::{Input, IssuerDefinition};

    fn issuers(second: &str) -> Result<Vec<IssuerDefinition>, Diagnostics> {
        let config = format!(r#"{{"issuers": [{{"url": "https://a.example"}}, {second}]}}"#);
        Input::new(&Value::parse(&config).unwrap()).issuers()
    }

    #[test]
    fn what_is_wrong_in_an_issuer_has_its_place() {
        let places = |issuer: &str| {
            let failures = issuers(issuer).map(|issuers| issuers.len()).unwrap_err();
            failures
                .into_iter()
                .map(|failure| failure.path)
                .collect::<Vec<_>>()
        };
        assert_eq!(places("{}"), ["issuers[1].url"]);
        assert_eq!(places("7"), ["issuers[1].url"]);
        assert_eq!(
            places(r#"{"url": "https://a.example", "name": 1}"#),
            ["issuers[1].name"]
        );
        assert_eq!(
            places(r#"{"url": "https://a.example", "maxExpiration": -1}"#),
            ["issuers[1].maxExpiration"]
        );
        let policies = r#"{"url": "https://a.example", "policies": [{"decision": "maybe", "tokenType": "team"}]}"#;
        assert_eq!(
            places(policies),
            [
                "issuers[1].policies[0].decision",
                "issuers[1].policies[0].rules"
            ]
        );
    }

    #[test]
    fn keys_are_an_object_or_text() {
        for jwks in [r#"{"keys": []}"#, r#""{\"keys\": []}""#] {
            let issuer =
                format!(r#"{{"url": "https://a.example", "jwks": {jwks}, "maxExpiration": 60}}"#);
            let issuers = issuers(&issuer).unwrap();
            assert_eq!(issuers[1].max_expiration, Some(60));
            assert_eq!(issuers[1].name, "https://a.example");
            assert_eq!(
                issuers[1].jwks.as_deref().map(str::len),
                Some(if jwks.starts_with('{') { 11 } else { 12 }),
                "{jwks}"
            );
        }
    }

    #[test]
    fn options_are_what_they_should_be() {
        let options = |json: &str| Value::parse(json).unwrap();
        let wrong = |json: &str| {
            Input::new(&options(json)).count("leeway").unwrap_err()[0]
                .message
                .clone()
        };
        assert_eq!(
            wrong(r#"{"leeway": -1}"#),
            "expected a whole number from 0, found an integer"
        );
        assert_eq!(
            wrong(r#"{"leeway": "60"}"#),
            "expected a whole number from 0, found `60`"
        );
        assert_eq!(
            Input::new(&options(r#"{"leeway": null}"#)).count("leeway"),
            Ok(None)
        );
        assert!(
            Input::new(&options(r#"{"dialect": "glob"}"#))
                .dialect()
                .is_err()
        );
        assert!(
            Input::new(&options(r#"{"organization": ""}"#))
                .text("organization")
                .is_err()
        );
    }
}
