//! Reading the inputs of providers, which follow their schema.

use std::time::Duration;

use claimgate_environments::value::Content;
use claimgate_environments::{HostError, Inputs, Value};

/// The string at a path of names.
pub(super) fn text<'a>(inputs: &'a Inputs, path: &[&str]) -> Option<&'a str> {
    at(inputs, path)?.as_str()
}

/// The string at a path of names, which the schema requires.
pub(super) fn required<'a>(inputs: &'a Inputs, path: &[&str]) -> Result<&'a str, HostError> {
    text(inputs, path).ok_or_else(|| format!("expected `{}`", path.join(".")).into())
}

/// The value at a path of names.
pub(super) fn at<'a>(inputs: &'a Inputs, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let first = inputs.get(*first)?;
    rest.iter()
        .try_fold(first, |value, name| value.property(name))
}

/// The strings of the list at a path of names; none if it is absent.
pub(super) fn list(inputs: &Inputs, path: &[&str]) -> Vec<String> {
    match at(inputs, path).map(|value| &value.content) {
        Some(Content::Array(values)) => values
            .iter()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The duration at a path of names, in seconds.
///
/// # Errors
/// That it is none.
pub(super) fn seconds(inputs: &Inputs, path: &[&str]) -> Result<Option<i64>, HostError> {
    let Some(found) = text(inputs, path) else {
        return Ok(None);
    };
    let parsed = crate::environments::duration::parse(found);
    let parsed = parsed.filter(|duration| *duration >= Duration::from_secs(1));
    let seconds = parsed.and_then(|duration| i64::try_from(duration.as_secs()).ok());
    seconds.map(Some).ok_or_else(|| {
        format!(
            "expected `{}`, a duration like `1h0m0s`, found `{found}`",
            path.join(".")
        )
        .into()
    })
}
