//! Connected mode: the same pages over a server's API.
//!
//! `claimgate serve` marks the page that it serves; without that mark nothing here is ever asked.
//! The parts that decide something are in `claimgate_workbench::remote`; [`client`] talks to the
//! server, [`session`] keeps the token where the person wants it kept, [`extras`] what only this
//! browser knows, and [`sync`] brings what is shown to the server.

pub(crate) mod client;
pub(crate) mod extras;
pub(crate) mod session;
pub(crate) mod sync;

use leptos::prelude::*;

use claimgate_workbench::remote::plan::{Confirmed, Step};

/// Whether the page is from a server that has the API.
pub(crate) fn is_connected() -> bool {
    document()
        .query_selector("meta[name='claimgate-server']")
        .is_ok_and(|mark| mark.is_some())
}

/// How far the person is in signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// There is no token.
    SignedOut,
    /// The token is good, and the server has no organization yet.
    Founding,
    /// Issuers are being read.
    Loading,
    /// All is there.
    SignedIn,
    /// The token was good, and is no longer. What is shown stays.
    Expired,
}

/// Something that the server did not do. What is shown is as it was before; this can be tried
/// again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undone {
    /// Its number.
    pub(crate) id: u32,
    /// What was asked.
    pub(crate) step: Step,
    /// The issuer's name.
    pub(crate) name: String,
    /// Why not.
    pub(crate) reason: String,
}

/// What the app knows of its server.
#[derive(Clone, Copy)]
pub(crate) struct Remote {
    /// How far the person is in signing in.
    pub(crate) access: RwSignal<Access>,
    /// Why the person could not sign in.
    pub(crate) refusal: RwSignal<String>,
    /// Whether issuers were read since the person signed in.
    pub(crate) is_ready: RwSignal<bool>,
    /// Whom the token is for.
    pub(crate) login: RwSignal<String>,
    /// The organizations that the token is for.
    pub(crate) organizations: RwSignal<Vec<String>>,
    /// The one that is shown.
    pub(crate) organization: RwSignal<String>,
    /// What the server did not do.
    pub(crate) undone: RwSignal<Vec<Undone>>,
    /// Whether the server is being told something.
    pub(crate) is_busy: RwSignal<bool>,
    /// An issuer has got another identifier from the server: the old one and the new one.
    pub(crate) renamed: RwSignal<Option<(String, String)>>,
    /// Called after every change of what is shown.
    pub(crate) on_change: StoredValue<Option<Callback<()>>>,
    /// The access token: here, and nowhere else unless the person wants it kept in the tab.
    token: StoredValue<String>,
    /// What the server has, as far as is known.
    server: StoredValue<Vec<Confirmed>>,
    /// Whether requests are being sent, one after another.
    is_running: StoredValue<bool>,
    /// Whether the server has to be read anew.
    is_stale: StoredValue<bool>,
    /// Counts sessions: what was asked in an earlier one is of no interest any more.
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
            organizations: RwSignal::default(),
            organization: RwSignal::default(),
            undone: RwSignal::default(),
            is_busy: RwSignal::default(),
            renamed: RwSignal::default(),
            on_change: StoredValue::default(),
            token: StoredValue::default(),
            server: StoredValue::default(),
            is_running: StoredValue::default(),
            is_stale: StoredValue::default(),
            session: StoredValue::default(),
        }
    }

    /// Says that what is shown has changed.
    pub(crate) fn changed(self) {
        if let Some(callback) = self.on_change.get_value() {
            callback.run(());
        }
    }
}
