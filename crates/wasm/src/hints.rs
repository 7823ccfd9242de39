//! What hints draw on: what is known of providers, and JavaScript's Unicode normalization.

use claimgate::explain::HintSources;
use claimgate_providers::hints;
use js_sys::JsString;

pub(crate) const SOURCES: HintSources = hints::sources(Some(normalize));

fn normalize(text: &str) -> String {
    String::from(JsString::from(text).normalize("NFKC"))
}
