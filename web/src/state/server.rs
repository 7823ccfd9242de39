//! The server that copied commands and generated jobs name.
//!
//! A page that a server has sent names that server. A page without one asks once, and keeps the
//! answer in local storage.

use leptos::prelude::*;

use super::remote::Remote;
use super::store::area;
use claimgate_workbench::text::server_url::read_server;

const KEY: &str = "claimgate.server";

/// The server.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    /// Its URL without a trailing slash; empty until the person has answered.
    url: RwSignal<String>,
    /// Whether it is the page's own server.
    pub(crate) is_own: bool,
    remote: Option<Remote>,
}

impl Server {
    /// The page's own server, or the one that the person has chosen.
    pub(crate) fn load(remote: Option<Remote>) -> Self {
        let url = match remote {
            Some(_) => document().base_uri().ok().flatten(),
            None => area().and_then(|area| area.get_item(KEY).ok().flatten()),
        };
        let url = url
            .and_then(|url| read_server(&url).ok())
            .unwrap_or_default();
        Self {
            url: RwSignal::new(url),
            is_own: remote.is_some(),
            remote,
        }
    }

    /// Its URL; `None` until the person has answered.
    pub(crate) fn url(self) -> Option<String> {
        Some(self.url.get()).filter(|url| !url.is_empty())
    }

    /// Chooses a server, which other visits remember. An empty URL asks again.
    pub(crate) fn choose(self, url: String) {
        if let Some(area) = area() {
            let _ = area.set_item(KEY, &url);
        }
        self.url.set(url);
    }

    /// The organization of the person who is signed in; without a server there is none.
    pub(crate) fn organization(self) -> Option<String> {
        let name = self.remote?.organization.get();
        (!name.is_empty()).then_some(name)
    }
}

/// The server, from the context.
pub(crate) fn use_server() -> Server {
    expect_context::<Server>()
}
