//! Parts of the pages that a server answers: what is being loaded, why it failed, times.

use claimgate::time::format_utc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::state::clock::offset_at;
use crate::state::remote::sync::Sync;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::admin::listed::read;
use claimgate_workbench::text::local_time::{local, zone};

/// A response that is loaded when the page opens, and again after the person has signed in again.
pub(crate) struct Loaded<T: 'static> {
    /// The response.
    pub(crate) body: RwSignal<Option<T>>,
    /// Why it could not be loaded.
    pub(crate) problem: RwSignal<String>,
    sync: Sync,
    path: Signal<String>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

impl<T: DeserializeOwned + Send + std::marker::Sync + 'static> Loaded<T> {
    /// Loads what is at a path, whenever that changes. An empty path loads nothing.
    pub(crate) fn new(sync: Sync, path: impl Into<Signal<String>>) -> Self {
        let loaded = Self {
            body: RwSignal::new(None),
            problem: RwSignal::default(),
            sync,
            path: path.into(),
        };
        Effect::new(move || {
            if sync.is_signed_in() && !loaded.path.read().is_empty() {
                loaded.load();
            }
        });
        loaded
    }

    /// Loads it again.
    pub(crate) fn load(self) {
        let path = self.path.get_untracked();
        self.problem.set(String::new());
        spawn_local(async move {
            let answer = self.sync.send("GET", &path, None).await;
            // The page may be gone, or show something else.
            if self.path.try_get_untracked() != Some(path) {
                return;
            }
            match answer.map_err(|error| error.message()).and_then(read) {
                Ok(body) => self.body.set(Some(body)),
                Err(sentence) => self.problem.set(sentence),
            }
        });
    }
}

/// Why something failed, with a button that tries it again; empty if it did not.
#[component]
pub(crate) fn Problem(
    what: &'static str,
    #[prop(into)] sentence: Signal<String>,
    #[prop(into)] again: Callback<()>,
) -> impl IntoView {
    move || {
        let sentence = sentence.read();
        (!sentence.is_empty()).then(|| {
            view! {
                <div class="notice notice--bad" role="alert">
                    <p>{what} ": " {inline_code(&sentence)} "."</p>
                    <div class="actions">
                        <button type="button" class="button button--small" on:click=move |_| again.run(())>
                            {icon(Icon::Refresh)} "Try again"
                        </button>
                    </div>
                </div>
            }
        })
    }
}

/// A time in the person's own time zone; the exact one is in its attribute and its title.
pub(crate) fn local_time(at: i64) -> AnyView {
    let utc = format_utc(at);
    view! { <time datetime=utc.clone() title=utc class="nowrap">{local(at, offset_at(at))}</time> }
        .into_any()
}

/// A time of the API, as [`local_time`].
pub(crate) fn local_text(utc: &str) -> AnyView {
    match claimgate::time::parse(utc) {
        Some(at) => local_time(at),
        None => utc.to_owned().into_any(),
    }
}

/// A time of the API in the person's own time zone, where there can be text only.
pub(crate) fn local_words(utc: &str) -> String {
    claimgate::time::parse(utc).map_or_else(|| utc.to_owned(), |at| local(at, offset_at(at)))
}

/// The name of the person's time zone at a time.
pub(crate) fn zone_name(at: i64) -> String {
    zone(offset_at(at))
}
