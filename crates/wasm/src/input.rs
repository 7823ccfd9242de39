//! Converts JavaScript's input into core's types. It contains no JavaScript values, so it is tested
//! natively.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::Value;
use claimgate::pattern::Dialect;

use super::failure;

/// Reads JSON text.
pub(crate) fn parse(name: &str, json: &str) -> Result<Value, Diagnostics> {
    Value::parse(json).map_err(|error| failure(error.code(), format_args!("`{name}` is {error}")))
}

/// Reads a dialect's name.
pub(crate) fn dialect(name: &str) -> Result<Dialect, Diagnostics> {
    Dialect::parse(name).ok_or_else(|| {
        let message = format!("expected `pulumi` or `stringlike`, found `{name}`");
        Diagnostic::error("dialect", "wrong-argument", message).into()
    })
}

/// Diagnostics in an issuer, with paths relative to the options.
pub(crate) fn within<T>(index: usize, result: Result<T, Diagnostics>) -> Result<T, Diagnostics> {
    result.map_err(|failures| failures.within(&format!("issuers[{index}]")))
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
