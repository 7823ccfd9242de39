//! Code that the playground needs once it has something to decide: the engine, and the views of its
//! results.
//!
//! This code is a part of its own, because an empty playground does not need it. It is loaded on
//! the first input, or along with the page if the page begins with content. From then on it is
//! called like any other code.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use claimgate::diagnostic::Diagnostics;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet, parse_policies};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::playground_bench::Bench;
use super::playground_policies::ScratchSet;
use super::playground_request::ChecksAndTime;
use super::playground_result::Reasons;
use super::playground_sign::SignSample;
use super::playground_token::{ClaimsInput, Decoded, InputNotes, TokenNotes};
use super::share_panel::Share;
use crate::pages::lazy;
use crate::state::store::Store;
use crate::state::webcrypto;
use claimgate_workbench::evaluate::{Answer, Evaluation, Question, Report, Waiting, begin};
use claimgate_workbench::gallery::Example;
use claimgate_workbench::scratch::Throwaway;
use claimgate_workbench::scratch::{Origin, candidates};
use claimgate_workbench::share::Shared;
use claimgate_workbench::storage::StoredIssuer;

/// Initial content of a playground.
pub(crate) enum Opening {
    /// An example.
    Example(&'static Example),
    /// A link's content, after the `#`.
    Fragment(String),
}

type Stored<'a> = (
    &'a [StoredIssuer],
    Option<StoredIssuer>,
    Option<&'a Throwaway>,
);
type ShownReport = Memo<Option<Report>>;
type Policies = Result<Vec<PolicyDefinition>, Diagnostics>;
type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// The entry points of this part.
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    /// Parses policies while they are edited.
    pub(crate) read: fn(&str, Dialect) -> Policies,
    /// Evaluates the question with the registered issuers or the scratch set, and with a throw-away
    /// key; also returns the issuers.
    pub(crate) evaluate: fn(&Question, Stored<'_>) -> (Vec<StoredIssuer>, Evaluation),
    /// Has the browser check a signature, and completes the answer.
    pub(crate) check: fn(Box<Waiting>) -> Later<Answer>,
    /// Opens the initial content.
    pub(crate) open: fn(Bench, Store, &Opening) -> Result<(), String>,
    /// The scratch set.
    pub(crate) scratch: fn(Bench) -> AnyView,
    /// The field for claims.
    pub(crate) claims: fn(Bench) -> AnyView,
    /// Notes on the token.
    pub(crate) token_notes: fn(Bench) -> AnyView,
    /// Notes on the input.
    pub(crate) input_notes: fn(Bench) -> AnyView,
    /// The checks and the time.
    pub(crate) checks: fn(Bench, Signal<i64>) -> AnyView,
    /// The form that signs a sample.
    pub(crate) sign: fn(Bench) -> AnyView,
    /// The token's header and claims.
    pub(crate) decoded: fn(Bench, Signal<i64>) -> AnyView,
    /// The explanation.
    pub(crate) reasons: fn(Bench, ShownReport) -> AnyView,
    /// The panel for sharing.
    pub(crate) share: fn(Bench, ShownReport, Signal<i64>, Signal<bool>) -> AnyView,
}

static TOOLS: OnceLock<Tools> = OnceLock::new();

impl Tools {
    /// The entry points; only the code that loads the part may call this.
    pub(crate) fn new() -> Self {
        Self {
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

    /// The tools, if they are loaded.
    pub(crate) fn loaded() -> Option<Self> {
        TOOLS.get().copied()
    }

    /// Loads the tools, if they are available.
    pub(crate) async fn load() -> Option<Self> {
        if Self::loaded().is_none()
            && let Some(tools) = lazy::tools().await
        {
            let _ = TOOLS.set(tools);
        }
        Self::loaded()
    }

    /// Loads the tools for the playground on the page.
    pub(crate) fn want(to: RwSignal<Option<Self>>, failed: RwSignal<String>) {
        if to.read_untracked().is_some() {
            return;
        }
        spawn_local(async move {
            match Self::load().await {
                // Another caller may have loaded them as well.
                Some(tools) => {
                    if matches!(to.try_get_untracked(), Some(None)) {
                        to.set(Some(tools));
                    }
                }
                None => {
                    let _ = failed.try_set(
                        "What decides could not be loaded. Its files cannot be reached, or a newer version of Claimgate has \
                         taken their place: load the page anew"
                            .to_owned(),
                    );
                }
            }
        });
    }
}
