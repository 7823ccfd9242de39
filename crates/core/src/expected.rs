//! How errors say what was expected and found: one wording for every reader of the workspace's crates.
//! It is not part of the API.

use crate::diagnostic::{Diagnostic, join};
use crate::json::Value;

/// The code of a member that its object does not have.
pub const UNKNOWN_KEY: &str = "unknown-key";

/// A value as an error names it: a short text in backticks, or what kind of value it is.
#[must_use]
pub fn found(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.kind().to_owned(),
    }
}

/// The error for a member that its object does not have: `unknown-key`, with the nearest known
/// name, or all of them.
#[must_use]
pub fn unknown_key(path: &str, name: &str, known: &[&str]) -> Diagnostic {
    let help = did_you_mean(name, known);
    Diagnostic::error(
        join(path, name),
        UNKNOWN_KEY,
        format!("unknown key `{name}`"),
    )
    .help(help)
}

/// The help for a name that is not known: the nearest known one, or all of them.
#[must_use]
pub fn did_you_mean(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", known.join(", ")),
    }
}

/// The longest name that is compared with others, in bytes: the comparison takes quadratic time.
pub(crate) const LONGEST_NAME: usize = 64;

/// The known name that `found` most likely stands for, without regard to ASCII case. A name of more
/// than 64 bytes stands for none.
#[must_use]
pub fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    if found.len() > LONGEST_NAME {
        return None;
    }
    let found = found.to_ascii_lowercase();
    let distance = |name: &str| strsim::osa_distance(&found, &name.to_ascii_lowercase());
    let nearest = known.iter().map(|name| (distance(name), *name));
    nearest
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
