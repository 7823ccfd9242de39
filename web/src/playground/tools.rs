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

use super::bench::{Bench, Opening, Tools};
use super::decision_bar::CheckDots;
use super::exchange_panel::ExchangePanel;
use super::input::claims::ClaimsInput;
use super::input::decoded::Decoded;
use super::input::notes::{About, InputNotes, TokenNotes};
use super::input::sign::SignSample;
use super::policies::draft::DraftPanel;
use super::policies::scratch_set::ScratchSet;
use super::request::TimeTravel;
use super::result::{ChecksCard, Reasons};
use super::share_panel::Share;
use crate::state::store::Store;
use crate::state::webcrypto;
use claimgate_workbench::playground::dropped::{Dropped, recognize};
use claimgate_workbench::playground::evaluate::begin;
use claimgate_workbench::playground::scratch::{Origin, candidates};
use claimgate_workbench::playground::share::Shared;
use claimgate_workbench::policies::incomplete::set_aside;

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
                    "The policy engine could not be loaded. Its files cannot be reached, or a newer version of Claimgate has \
                     replaced them: reload the page"
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

/// Opens a dropped file.
fn open_file(bench: Bench, store: Store, text: &str) -> Result<(), String> {
    let form = bench.form;
    match recognize(text) {
        Dropped::Token(token) => {
            form.is_claims.set(false);
            form.token.set(token);
        }
        Dropped::Claims(claims) => {
            form.claims.set(claims);
            form.is_claims.set(true);
        }
        Dropped::Playground(shared) => bench.open(&shared, Origin::File, store),
        Dropped::Policies(policies) => bench.change_or_start(store, &policies),
        Dropped::Keys(jwks) => {
            let set = untrack(|| bench.is_scratch())
                .then(|| bench.scratch.get_untracked())
                .flatten();
            let Some(mut set) = set.or_else(|| bench.copied(store)) else {
                return Err("expected an issuer for the keys: paste its token first".to_owned());
            };
            set.issuer.jwks = Some(jwks);
            let policies = match untrack(|| bench.is_scratch()) {
                true => bench.good.get_untracked(),
                false => set.issuer.policies.clone(),
            };
            bench.start_scratch(set, &policies);
        }
        Dropped::Other => {
            return Err("expected a token, a key set, policies, claims or a playground file; import issuers on the page “Import”".to_owned());
        }
    }
    Ok(())
}

fn table() -> Tools {
    Tools {
        read: |text, dialect, aside| {
            let policies = parse_policies(text)?;
            PolicySet::compile(&set_aside(&policies, aside), dialect).map(|_| policies)
        },
        set_aside,
        evaluate: |question, (registered, scratch, throwaway)| {
            let stored = candidates(registered, scratch, throwaway, &question.text);
            let asked = begin(question, &stored);
            (stored, asked)
        },
        verify: |waiting| {
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
                Opening::File(text) => return open_file(bench, store, text),
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
        about: |bench| view! { <About bench=bench /> }.into_any(),
        token_notes: |bench| view! { <TokenNotes bench=bench /> }.into_any(),
        input_notes: |bench| view! { <InputNotes bench=bench /> }.into_any(),
        times: |bench, time| view! { <TimeTravel bench=bench time=time /> }.into_any(),
        dots: |report| view! { <CheckDots report=report /> }.into_any(),
        draft: |bench| view! { <DraftPanel bench=bench /> }.into_any(),
        sign: |bench| view! { <SignSample bench=bench /> }.into_any(),
        decoded: |bench, time| view! { <Decoded bench=bench time=time /> }.into_any(),
        checks: |bench, report| view! { <ChecksCard bench=bench report=report /> }.into_any(),
        reasons: |bench, report| view! { <Reasons bench=bench report=report /> }.into_any(),
        exchange: |bench| view! { <ExchangePanel bench=bench /> }.into_any(),
        share: |bench, report, now, open| {
            view! { <Share bench=bench report=report now=now open=open /> }.into_any()
        },
    }
}
