//! Routes of environments, as the clients of Pulumi ESC call them.

mod absent;
mod clone;
mod definitions;
mod list;
mod open;
mod revision_tags;
mod revisions;
mod tags;
mod yaml;

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use claimgate_environments::limits::MAX_DEFINITION_BYTES;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use zeroize::Zeroizing;

use super::access;
use crate::app::App;

/// The most revisions or tags in one answer.
const MAX_COUNT: i64 = 500;

/// The largest body, in bytes: one byte more than a definition, so that the language says how long it may be, and some room for
/// the members of other bodies.
pub(crate) const MAX_BODY: usize = MAX_DEFINITION_BYTES * 2;

/// All routes of environments.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    list::router()
        .merge(definitions::router())
        .merge(yaml::router())
        .merge(open::router())
        .merge(clone::router())
        .merge(revisions::router())
        .merge(revision_tags::router())
        .merge(tags::router())
        .merge(access::routes::router())
        .merge(absent::router())
}

/// A part of a list.
#[derive(Debug, Default, Deserialize)]
struct Part {
    /// The name of the last one before.
    #[serde(default)]
    after: String,
    count: Option<i64>,
}

impl Part {
    /// Those of a sorted list that come next.
    fn of<T>(&self, list: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
        let count = self.count.unwrap_or(MAX_COUNT).clamp(1, MAX_COUNT);
        let rest = list
            .into_iter()
            .filter(|one| name(one) > self.after.as_str());
        rest.take(usize::try_from(count).unwrap_or_default())
            .collect()
    }
}

/// An answer of JSON that is text already, with a line break at its end.
fn json_text(mut text: Zeroizing<Vec<u8>>) -> Response {
    text.push(b'\n');
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, std::mem::take(&mut *text)).into_response()
}
