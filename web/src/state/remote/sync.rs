//! Sends changes to the server, one request after another, and shows the server's state.
//!
//! A change is shown at once. [`plan::next`] finds the next request; a change that the server
//! refuses is reverted and kept, so that it can be tried again. Every request names the version
//! that it is based on: if someone else has changed the issuer since, the server's state is
//! refreshed and both changes are merged, and what cannot be merged is a conflict.

mod access;
mod administration;
mod requests;
mod tests;

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::client::{self, RequestError};
use super::{Access, FailedChange, Remote, extras, session};
use crate::state::store::Store;
use claimgate_formats::percent_encode;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::remote::mapping;
use claimgate_workbench::remote::plan::{self, Confirmed, Step};

/// How often the server is polled for changes by others, while the page is visible.
const EVERY: Duration = Duration::from_secs(30);

/// The most retries in a row after someone else was faster.
const RACES: u32 = 5;

/// The operations of the pages on the server.
#[derive(Clone, Copy)]
pub(crate) struct Sync {
    store: Store,
    remote: Remote,
}

impl Sync {
    /// For a store with a server.
    pub(crate) fn of(store: Store) -> Option<Self> {
        store.remote.map(|remote| Self { store, remote })
    }

    /// Listens to changes, polls for those of others, and resumes the session of this tab, if there
    /// is one.
    pub(crate) fn start(self) {
        self.remote
            .on_change
            .set_value(Some(Callback::new(move |()| self.send_changes())));
        let look = move || {
            if !document().hidden() && self.remote.access.get_untracked() == Access::SignedIn {
                self.request_refresh();
            }
        };
        let _ = window_event_listener(ev::focus, move |_| look());
        let _ = set_interval_with_handle(look, EVERY);
        let _ = window_event_listener(ev::storage, move |event| {
            if event.key().is_some_and(|key| key.starts_with(extras::KEY)) {
                self.take_extras();
            }
        });
        if let Some((token, organization)) = session::stored() {
            self.remote.access.set(Access::Loading);
            self.remote.organization.set(organization);
            spawn_local(async move {
                if self.sign_in(token, true).await.is_err() {
                    session::clear();
                }
            });
        }
    }

    /// Registers an issuer and waits for the server, which may have to contact the issuer first.
    /// Returns its identifier.
    pub(crate) async fn register(self, issuer: StoredIssuer) -> Result<String, RequestError> {
        let session = self.remote.session.get_value();
        let created = self.create(&issuer).await;
        if self.remote.session.get_value() != session {
            let message = "you signed out in the meantime".to_owned();
            return Err(RequestError::Refused(message));
        }
        let created = created.map_err(|error| {
            // The server may have registered it anyway.
            self.request_refresh();
            self.note_expiry(error)
        })?;
        let id = created.issuer.id.clone();
        let shown = StoredIssuer {
            policies: issuer.policies,
            samples: issuer.samples,
            revision: 1,
            ..created.issuer.clone()
        };
        self.remote
            .server
            .update_value(|server| server.push(created));
        self.store.add(shown);
        Ok(id)
    }

    /// Has the server refresh an issuer's thumbprints.
    pub(crate) async fn regenerate_thumbprints(self, id: String) -> Result<(), RequestError> {
        let path = format!(
            "{}/{}/regenerate-thumbprints",
            self.issuers_path(),
            percent_encode(&id)
        );
        self.call("POST", &path, None, "")
            .await
            .map_err(|error| self.note_expiry(error))?;
        self.request_refresh();
        Ok(())
    }

    /// Retries a change that the server did not make.
    pub(crate) fn try_again(self, failed: &FailedChange) {
        self.discard_failed(failed);
        match &failed.step {
            Step::Create(issuer) => self.store.add(issuer.clone()),
            Step::Delete(id) => self.store.remove(id),
            step @ (Step::Details(issuer) | Step::Policies(issuer) | Step::Tests(issuer)) => {
                self.store
                    .change(&issuer.id, |shown| plan::put_part(step, issuer, shown));
            }
        }
    }

    /// Discards a change that the server did not make.
    pub(crate) fn discard_failed(self, failed: &FailedChange) {
        self.remote
            .failed_changes
            .update(|all| all.retain(|other| other.id != failed.id));
    }

    fn request_refresh(self) {
        self.remote.is_stale.set_value(true);
        self.send_changes();
    }

    /// Sends changes to the server, unless that is in progress.
    fn send_changes(self) {
        let organization = self.remote.organization.get_untracked();
        if self.remote.is_ready.get_untracked() {
            let written = self
                .store
                .issuers
                .with_untracked(|issuers| extras::write(&organization, &self.only_here(issuers)));
            self.store.problem.set(written.err());
        }
        if self.remote.access.get_untracked() != Access::SignedIn {
            return;
        }
        self.remote.is_busy.set(self.next().is_some());
        if !self.remote.is_running.get_value() {
            self.remote.is_running.set_value(true);
            spawn_local(self.run());
        }
    }

    fn next(self) -> Option<Step> {
        let shown = self.store.issuers.read_untracked();
        self.remote
            .server
            .with_value(|server| plan::next(server, &shown))
    }

    async fn run(self) {
        let remote = self.remote;
        let session = remote.session.get_value();
        let mut races = 0;
        while remote.access.get_untracked() == Access::SignedIn {
            let is_stale = remote.is_stale.get_value();
            let done = match self.next() {
                _ if is_stale => {
                    remote.is_stale.set_value(false);
                    self.refresh(session).await
                }
                Some(step) => match self.perform(&step, session).await {
                    Err(RequestError::Changed | RequestError::Missing) if races < RACES => {
                        races += 1;
                        remote.is_stale.set_value(true);
                        Ok(())
                    }
                    Err(error) if error != RequestError::SignedOut => {
                        self.undo(step, &error);
                        Ok(())
                    }
                    done => done.inspect(|()| races = 0),
                },
                None => break,
            };
            if remote.session.get_value() != session {
                // Another session has requests of its own.
                return;
            }
            if let Err(error) = done {
                self.note_expiry(error);
                break;
            }
        }
        remote.is_running.set_value(false);
        remote.is_busy.set(false);
    }

    async fn refresh(self, session: u32) -> Result<(), RequestError> {
        let token = self.remote.token.get_value();
        let list = read_issuers(&token, &self.remote.organization.get_untracked()).await;
        if self.remote.session.get_value() != session {
            return Ok(());
        }
        match list {
            // The page keeps what it shows; a change will report that the server cannot be reached.
            Err(RequestError::SignedOut) => Err(RequestError::SignedOut),
            Err(_) => Ok(()),
            Ok(list) => self.take(&list).map_err(RequestError::Refused),
        }
    }

    /// Takes over the server's state.
    fn take(self, list: &Value) -> Result<(), String> {
        let organization = self.remote.organization.get_untracked();
        let kept = self.kept(&organization);
        let before = self.remote.server.get_value();
        let shown = self.store.issuers.get_untracked();
        let known = |id: &str| {
            let mine = shown.iter().find(|issuer| issuer.id == id);
            match (plan::find(&before, id), mine) {
                (Some(base), Some(mine)) => {
                    let samples = if base.has_tests { &base.issuer } else { mine };
                    let (samples, preset) = (samples.samples.clone(), mine.preset.clone());
                    Some(StoredIssuer {
                        samples,
                        preset,
                        ..base.issuer.clone()
                    })
                }
                _ => kept.iter().find(|issuer| issuer.id == id).cloned(),
            }
        };
        let mut server = mapping::issuers(list, known)?;
        for issuer in &mut server {
            issuer.has_tests =
                plan::find(&before, &issuer.issuer.id).is_some_and(|known| known.has_tests);
        }
        let (issuers, lost) = plan::refreshed(&before, &shown, &server);
        self.remote.server.set_value(server);
        self.store.show_remote(issuers, lost);
        Ok(())
    }

    /// What this browser has stored about the organization's issuers. The page says so if it cannot be read.
    fn kept(self, organization: &str) -> Vec<StoredIssuer> {
        let read = extras::read(organization);
        let unreadable = read.as_ref().err().cloned();
        // The notice stays as it is, also what of it is unfolded, while nothing has changed.
        if self.store.unreadable.get_untracked() != unreadable {
            self.store.unreadable.set(unreadable);
        }
        read.unwrap_or_default()
    }

    /// Takes over the samples that another tab has stored.
    fn take_extras(self) {
        let kept = self.kept(&self.remote.organization.get_untracked());
        let update = |issuer: &mut StoredIssuer| {
            let known = kept.iter().find(|known| known.id == issuer.id).cloned();
            let known = known.unwrap_or_else(|| StoredIssuer::blank(issuer.id.clone(), 0));
            let samples = match self.remote.has_tests(&issuer.id) {
                true => issuer.samples.clone(),
                false => known.samples,
            };
            if samples != issuer.samples || known.preset != issuer.preset {
                (issuer.samples, issuer.preset) = (samples, known.preset);
                issuer.revision += 1;
            }
        };
        self.remote.server.update_value(|server| {
            server
                .iter_mut()
                .for_each(|known| update(&mut known.issuer));
        });
        let mut issuers = self.store.issuers.get_untracked();
        issuers.iter_mut().for_each(update);
        self.store.show_remote(issuers, Vec::new());
    }

    async fn perform(self, step: &Step, session: u32) -> Result<(), RequestError> {
        let known = self
            .remote
            .server
            .with_value(|server| plan::find(server, step.id()).cloned());
        let (sent, now) = match (step, known) {
            (Step::Delete(id), _) => return self.delete(id, session).await,
            (Step::Create(issuer), _) => (issuer, self.create(issuer).await?),
            (Step::Details(issuer), Some(known)) => (issuer, self.details(issuer, known).await?),
            (Step::Policies(issuer), Some(known)) => (issuer, self.policies(issuer, known).await?),
            (Step::Tests(issuer), Some(known)) => (issuer, self.tests(issuer, known).await?),
            (_, None) => return Err(RequestError::Missing),
        };
        if self.remote.session.get_value() == session {
            self.settle(step, sent, now);
        }
        Ok(())
    }

    /// Shows the server's version after a request, with later local changes on top.
    fn settle(self, step: &Step, sent: &StoredIssuer, now: Confirmed) {
        if sent.id != now.issuer.id {
            self.store.rename(&sent.id, &now.issuer.id);
            self.remote
                .renamed
                .set(Some((sent.id.clone(), now.issuer.id.clone())));
        }
        let id = now.issuer.id.clone();
        let mut theirs = now.issuer.clone();
        if !matches!(step, Step::Policies(_)) {
            theirs.policies.clone_from(&sent.policies);
        }
        if !matches!(step, Step::Tests(_)) {
            theirs.samples.clone_from(&sent.samples);
        }
        let mut issuers = self.store.issuers.get_untracked();
        for issuer in issuers.iter_mut().filter(|issuer| issuer.id == id) {
            *issuer = plan::settled(sent, issuer, &theirs);
        }
        self.remote.server.update_value(|server| {
            match server.iter_mut().find(|known| known.issuer.id == id) {
                Some(known) => *known = now,
                None => server.push(now),
            }
        });
        self.store.show_remote(issuers, Vec::new());
    }

    /// Reverts a change to the server's version, and keeps the change for another attempt.
    fn undo(self, step: Step, error: &RequestError) {
        let shown = self.store.issuers.get_untracked();
        let server = self.remote.server.get_value();
        let of = |id: &str| {
            plan::find(&server, id)
                .map(|known| known.issuer.name.clone())
                .unwrap_or_default()
        };
        let name = match &step {
            Step::Delete(id) => of(id),
            Step::Create(issuer)
            | Step::Details(issuer)
            | Step::Policies(issuer)
            | Step::Tests(issuer) => issuer.name.clone(),
        };
        self.store.undo.set(None);
        self.store
            .show_remote(plan::reverted(&step, &server, shown), Vec::new());
        self.remote.failed_changes.update(|all| {
            let id = all.iter().map(|failed| failed.id).max().unwrap_or_default() + 1;
            all.push(FailedChange {
                id,
                step,
                name,
                reason: error.message(),
                is_guarded: matches!(error, RequestError::Guarded(_)),
            });
        });
    }
}

async fn read_issuers(token: &str, organization: &str) -> Result<Value, RequestError> {
    let path = format!(
        "/api/orgs/{}/oidc/issuers?policies=true",
        percent_encode(organization)
    );
    client::call(token, "GET", &path, None, "")
        .await
        .map(|answer| answer.body)
}
