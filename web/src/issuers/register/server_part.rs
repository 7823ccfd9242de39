//! Registering an issuer on the server as a part of its own: a page without a server does not need it.

use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use crate::state::remote::client::RequestError;
use crate::state::remote::sync::Sync;
use claimgate_workbench::issuers::storage::StoredIssuer;

type Registered = Pin<Box<dyn Future<Output = Result<String, RequestError>>>>;

/// Registers an issuer on the server; returns its identifier.
pub(crate) async fn register(sync: Sync, issuer: StoredIssuer) -> Result<String, RequestError> {
    #[cfg(feature = "split")]
    let loaded = load_register().await;
    #[cfg(not(feature = "split"))]
    let loaded = load_register();
    match loaded {
        Ok(register) => register(sync, issuer).await,
        Err(_) => Err(RequestError::Unreachable),
    }
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_register, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_register() -> Result<fn(Sync, StoredIssuer) -> Registered, SplitLoaderError> {
    Ok(|sync, issuer| Box::pin(sync.register(issuer)))
}
