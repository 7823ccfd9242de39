//! What questions share: configurations, errors and the form of answers.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::{Value, write};
use claimgate_formats::{Document, read_configuration};
use serde::Serialize;

/// The code of what is wrong with a question.
const WRONG: &str = "wrong-argument";

/// A configuration, with paths that begin so.
pub(crate) fn configuration(config: &Value, start: &str) -> Result<Document, Diagnostics> {
    read_configuration(config).map_err(|errors| errors.within(start))
}

/// An error in a question.
pub(crate) fn wrong(path: &str, message: &str) -> Diagnostics {
    Diagnostic::error(path, WRONG, message).into()
}

/// The answer with a value.
pub(crate) fn done<T: Serialize>(value: &T) -> String {
    #[derive(Serialize)]
    struct Success<'a, T> {
        ok: bool,
        value: &'a T,
    }
    write(&Success { ok: true, value })
}
