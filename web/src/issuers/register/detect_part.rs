//! The detection of an issuer from a pasted text as a part of its own: a registration that begins with a
//! provider does not need it.

use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use claimgate_workbench::issuers::detect::{Detected, detect};

/// What a text tells of an issuer, or what is wrong with it.
type Detect = fn(&str) -> Result<Detected, String>;

/// The detection, once it is loaded. If its files cannot be reached, it says so.
fn load(to: RwSignal<Option<Detect>>) {
    spawn_local(async move {
        #[cfg(feature = "split")]
        let loaded = load_detect().await;
        #[cfg(not(feature = "split"))]
        let loaded = load_detect();
        let unreachable: Detect = |_| {
            Err(
                "the detection could not be loaded: choose a provider, or reload the page"
                    .to_owned(),
            )
        };
        // The page may be gone by now.
        let _ = to.try_set(Some(loaded.unwrap_or(unreachable)));
    });
}

/// What a text tells as it is typed; none while it is empty or the detection is not loaded.
pub(crate) fn detected(text: RwSignal<String>) -> Memo<Option<Result<Detected, String>>> {
    let (detect, is_wanted) = (RwSignal::new(None), StoredValue::new(false));
    Effect::new(move || {
        let is_first = !text.read().trim().is_empty() && !is_wanted.get_value();
        if is_first {
            is_wanted.set_value(true);
            load(detect);
        }
    });
    Memo::new(move |_| {
        let text = text.read();
        let is_empty = text.trim().is_empty();
        detect
            .get()
            .filter(|_| !is_empty)
            .map(|detect: Detect| detect(&text))
    })
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_detect, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_detect() -> Result<Detect, SplitLoaderError> {
    Ok(detect)
}
