//! Connected mode: the same pages over a server's API.
//!
//! `claimgate serve` marks the page that it serves; without that mark this module sends no request.
//! The logic is in `claimgate_workbench::remote`; [`client`] talks to the server, [`session`] keeps
//! the token where the person chose, [`extras`] keeps what only this browser knows, and [`sync`]
//! sends changes to the server.

pub(crate) mod client;
pub(crate) mod extras;
pub(crate) mod session;
pub(crate) mod sync;

use std::collections::BTreeMap;

use leptos::prelude::*;

use claimgate_formats::Sample;
use claimgate_workbench::remote::plan::{Confirmed, Step, find};

/// Whether the page is from a server that has the API.
pub(crate) fn is_connected() -> bool {
    document()
        .query_selector("meta[name='claimgate-server']")
        .is_ok_and(|mark| mark.is_some())
}

/// How far signing in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// There is no token.
    SignedOut,
    /// The token is valid, and the server has no organization yet.
    Founding,
    /// Issuers are being read.
    Loading,
    /// Signed in, with all issuers loaded.
    SignedIn,
    /// The token has expired. The page keeps showing what it has.
    Expired,
}

/// A change that the server did not make. The page shows the state before it; the change can be
/// tried again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FailedChange {
    /// Its identifier in the list.
    pub(crate) id: u32,
    /// The request.
    pub(crate) step: Step,
    /// The issuer's name.
    pub(crate) name: String,
    /// Why the server did not make it.
    pub(crate) reason: String,
    /// Whether the guard of shared issuers refused it.
    pub(crate) is_guarded: bool,
}

/// The app's connection to its server.
#[derive(Clone, Copy)]
pub(crate) struct Remote {
    /// How far signing in has come.
    pub(crate) access: RwSignal<Access>,
    /// Why signing in failed.
    pub(crate) refusal: RwSignal<String>,
    /// Whether issuers were loaded since signing in.
    pub(crate) is_ready: RwSignal<bool>,
    /// The token's user.
    pub(crate) login: RwSignal<String>,
    /// The id of the token.
    pub(crate) token_id: RwSignal<String>,
    /// Whether it is the bootstrap token, which is for all organizations.
    pub(crate) is_root: RwSignal<bool>,
    /// The organizations that the token is valid for.
    pub(crate) organizations: RwSignal<Vec<String>>,
    /// The selected organization.
    pub(crate) organization: RwSignal<String>,
    /// Changes that the server did not make.
    pub(crate) failed_changes: RwSignal<Vec<FailedChange>>,
    /// Whether requests are in progress.
    pub(crate) is_busy: RwSignal<bool>,
    /// An issuer whose identifier the server has replaced: the old one and the new one.
    pub(crate) renamed: RwSignal<Option<(String, String)>>,
    /// Called after every change of the displayed issuers.
    pub(crate) on_change: StoredValue<Option<Callback<()>>>,
    /// Tests that only this browser has, by issuer, once the server's are loaded.
    pub(crate) unsaved_tests: RwSignal<BTreeMap<String, Vec<Sample>>>,
    /// Why the server's tests could not be loaded, by issuer.
    pub(crate) tests_problem: RwSignal<BTreeMap<String, String>>,
    /// The access token, in memory only unless the person wants it kept in the tab.
    token: StoredValue<String>,
    /// The last known state of the server.
    server: StoredValue<Vec<Confirmed>>,
    /// Whether requests are being sent, one after another.
    is_running: StoredValue<bool>,
    /// Whether the server's state has to be refreshed.
    is_stale: StoredValue<bool>,
    /// The number of the session: answers to requests of an earlier one are ignored.
    session: StoredValue<u32>,
}

impl Remote {
    /// Signed out.
    pub(crate) fn new() -> Self {
        Self {
            access: RwSignal::new(Access::SignedOut),
            refusal: RwSignal::default(),
            is_ready: RwSignal::default(),
            login: RwSignal::default(),
            token_id: RwSignal::default(),
            is_root: RwSignal::default(),
            organizations: RwSignal::default(),
            organization: RwSignal::default(),
            failed_changes: RwSignal::default(),
            is_busy: RwSignal::default(),
            renamed: RwSignal::default(),
            on_change: StoredValue::default(),
            unsaved_tests: RwSignal::default(),
            tests_problem: RwSignal::default(),
            token: StoredValue::default(),
            server: StoredValue::default(),
            is_running: StoredValue::default(),
            is_stale: StoredValue::default(),
            session: StoredValue::default(),
        }
    }

    /// Whether an issuer's tests on the server are known.
    fn has_tests(self, issuer: &str) -> bool {
        self.server
            .with_value(|server| find(server, issuer).is_some_and(|known| known.has_tests))
    }

    /// Reports that the displayed issuers have changed.
    pub(crate) fn changed(self) {
        if let Some(callback) = self.on_change.get_value() {
            callback.run(());
        }
    }
}
