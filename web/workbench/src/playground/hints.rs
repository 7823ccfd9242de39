//! What the hints of explanations draw on: providers, and Unicode normalization, which the browser
//! has. Tests run natively, with the tables of a crate.

use claimgate::explain::HintSources;

/// For every explanation that the app shows.
pub const SOURCES: HintSources = claimgate_providers::hints::sources(Some(normalize), lowercase);

#[cfg(target_arch = "wasm32")]
fn normalize(text: &str) -> String {
    String::from(js_sys::JsString::from(text).normalize("NFKC"))
}

#[cfg(target_arch = "wasm32")]
fn lowercase(text: &str) -> String {
    String::from(js_sys::JsString::from(text).to_lower_case())
}

#[cfg(not(target_arch = "wasm32"))]
fn lowercase(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(not(target_arch = "wasm32"))]
fn normalize(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().collect()
}
