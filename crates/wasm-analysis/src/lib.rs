//! Claimgate's analysis of policies for JavaScript: one function, from the JSON text of a question to
//! that of its answer.
//!
//! The answer is a tagged value, `{"ok": true, "value": …}` or `{"ok": false, "errors": […]}`. The npm
//! package's `claimgate/analysis` and the app's worker call it.

mod parts;
mod question;
mod run_tests;
#[cfg(test)]
mod words;

use claimgate::diagnostic::Diagnostics;
use claimgate::json::write;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Answers a question, which is an object with these members:
///
/// - `ask`: `analyze`, `who`, `diff` or `test`; the app also asks for the `meaning` of a change of one issuer, about
///   `edited` policies, for ways to `close` a `class` of outsiders, and which values of a `claim` (or of the team's
///   name) a `pattern` `fits`;
/// - `config`: the issuers, as an engine is configured; for `diff`, `meaning` and `edited`, `old` and `new` in its place;
/// - `facts`: `false` assumes nothing about the provider's tokens;
/// - `enforced`: `true` treats report-only policies as if they were enforced;
/// - `test`, a file of tests, with its `name` and the `files` that it names;
/// - `options`, the names of the caller's options, of which unknown ones are errors;
/// - `mine`, for `who`, `meaning`, `close` and `fits`: what is one's own, such as `acme/web`.
#[wasm_bindgen]
#[must_use]
pub fn answer(question: &str) -> String {
    question::answer(question).unwrap_or_else(|errors| {
        #[derive(Serialize)]
        struct Failed {
            ok: bool,
            errors: Diagnostics,
        }
        write(&Failed { ok: false, errors })
    })
}
