//! What hints draw on: what is known of providers, and what JavaScript knows of Unicode.

use claimgate::explain::HintSources;
use claimgate_providers::hints;
use js_sys::JsString;

pub(crate) const SOURCES: HintSources = hints::sources(Some(normalize), lowercase);

fn normalize(text: &str) -> String {
    String::from(JsString::from(text).normalize("NFKC"))
}

fn lowercase(text: &str) -> String {
    String::from(JsString::from(text).to_lower_case())
}
