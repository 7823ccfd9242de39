//! The preview of policies as a part of its own: its findings need the analysis, which a
//! registration does not need before a provider is chosen.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use crate::issuers::policy_preview::PolicyPreview;

/// Renders policies, the URL of their issuer, and sample claims.
pub(crate) type Show = fn(Vec<PolicyDefinition>, String, Option<String>) -> AnyView;

/// Loads the part; `None` if its files cannot be reached.
pub(crate) async fn load() -> Option<Show> {
    #[cfg(feature = "split")]
    let loaded = load_policy_preview().await;
    #[cfg(not(feature = "split"))]
    let loaded = load_policy_preview();
    loaded.ok()
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_policy_preview, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_policy_preview() -> Result<Show, SplitLoaderError> {
    Ok(show)
}

fn show(policies: Vec<PolicyDefinition>, url: String, claims: Option<String>) -> AnyView {
    view! { <PolicyPreview policies=policies url=url claims=claims /> }.into_any()
}
