//! Code that the playground needs once it has something to decide: the engine, and the views of its
//! results.
//!
//! This code is a part of its own, because an empty playground does not need it. It is loaded on
//! the first input, or along with the page if the page begins with content. From then on it is
//! called like any other code.

use claimgate::policy::{PolicySet, parse_policies};
use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;

use super::bench::{Opening, Tools};
use super::policies::ScratchSet;
use super::request::ChecksAndTime;
use super::result::Reasons;
use super::share_panel::Share;
use super::sign::SignSample;
use super::token::{ClaimsInput, Decoded, InputNotes, TokenNotes};
use crate::state::webcrypto;
use claimgate_workbench::playground::evaluate::begin;
use claimgate_workbench::playground::scratch::{Origin, candidates};
use claimgate_workbench::playground::share::Shared;

/// Loads the tools, if they are available.
pub(crate) async fn load() -> Option<Tools> {
    if Tools::loaded().is_none() {
        #[cfg(feature = "split")]
        let loaded = load_tools().await;
        #[cfg(not(feature = "split"))]
        let loaded = load_tools();
        loaded.ok()?.keep();
    }
    Tools::loaded()
}

/// Loads the tools for the playground on the page.
pub(crate) fn want(to: RwSignal<Option<Tools>>, failed: RwSignal<String>) {
    if to.read_untracked().is_some() {
        return;
    }
    spawn_local(async move {
        match load().await {
            // Another caller may have loaded them as well.
            Some(tools) => {
                if matches!(to.try_get_untracked(), Some(None)) {
                    to.set(Some(tools));
                }
            }
            None => {
                let _ = failed.try_set(
                    "The engine could not be loaded. Its files cannot be reached, or a newer version of Claimgate has \
                     taken their place: reload the page"
                        .to_owned(),
                );
            }
        }
    });
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_tools, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_tools() -> Result<Tools, SplitLoaderError> {
    Ok(table())
}

fn table() -> Tools {
    Tools {
        read: |text, dialect| {
            let policies = parse_policies(text)?;
            PolicySet::compile(&policies, dialect).map(|_| policies)
        },
        evaluate: |question, (registered, scratch, throwaway)| {
            let stored = candidates(registered, scratch, throwaway, &question.text);
            let asked = begin(question, &stored);
            (stored, asked)
        },
        check: |waiting| {
            Box::pin(async move {
                let found = webcrypto::verify(waiting.check().into()).await;
                waiting.finish(found)
            })
        },
        open: |bench, store, opening| {
            match opening {
                Opening::Example(example) => {
                    bench.open(&example.shared(), Origin::Example(&example.id), store);
                }
                Opening::Fragment(fragment) => {
                    let shared =
                        Shared::from_fragment(fragment).map_err(|error| error.to_string())?;
                    bench.open(&shared, Origin::Link, store);
                }
            }
            Ok(())
        },
        scratch: |bench| view! { <ScratchSet bench=bench /> }.into_any(),
        claims: |bench| view! { <ClaimsInput bench=bench /> }.into_any(),
        token_notes: |bench| view! { <TokenNotes bench=bench /> }.into_any(),
        input_notes: |bench| view! { <InputNotes bench=bench /> }.into_any(),
        checks: |bench, time| view! { <ChecksAndTime bench=bench time=time /> }.into_any(),
        sign: |bench| view! { <SignSample bench=bench /> }.into_any(),
        decoded: |bench, time| view! { <Decoded bench=bench time=time /> }.into_any(),
        reasons: |bench, report| view! { <Reasons bench=bench report=report /> }.into_any(),
        share: |bench, report, now, open| {
            view! { <Share bench=bench report=report now=now open=open /> }.into_any()
        },
    }
}
